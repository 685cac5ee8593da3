"""Who may do what, besides seeing (`bot.webinars.visibility`).

| right | who has it |
|---|---|
| *run* a webinar: open, close, limit registration, see registrants | its co-hosts, and those who may manage it |
| *manage* a webinar: everything else, such as its team and canceling it | its creator, its host, organizers, admins |
| create, share, subscribe, remind | every full member |
| add a webinar that exists at the provider | its host, organizers, admins: it makes them its creator |
| subscribe a channel to all webinars | organizers and admins |
| settings of the workspace | admins and owners |

Guests and people of other organizations have none of these; they use the buttons of what they can see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from bot.clock import monotonic
from bot.db.connection import Store
from bot.errors import GreenroomError, NotAllowed
from bot.model.people import Person, Workspace
from bot.model.visibility import Viewer, is_creator_or_host
from bot.model.webinar import Webinar
from bot.providers.directories import Directories
from bot.slack.client import SlackApi
from bot.slack.responses import SlackRefused
from bot.webinars import organizer_table, participation
from bot.webinars.organizer_table import Organizers, UserGroup


def check_may_use_commands(person: Person) -> None:
    """Raise `NotAllowed` for people of another organization: they use the buttons of the cards that they see."""
    if person.is_stranger:
        raise NotAllowed(
            "Commands are for members of the workspace that runs Greenroom. Use the buttons on the webinar's card."
        )


def check_may_create(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organization."""
    _check_member(person, "create webinars")


def check_may_add(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organization."""
    _check_member(person, "add webinars")


def check_may_subscribe(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organization."""
    _check_member(person, "change the subscriptions of a channel")


def check_may_subscribe_to_all(*, is_organizer: bool) -> None:
    """Raise `NotAllowed` for a person who does not see every webinar: the channel would show them."""
    if not is_organizer:
        raise NotAllowed(
            "Only organizers and admins can subscribe a channel to all webinars, because that announces every one of "
            "them there. Type `/webinar subscribe mine` for those you create, or `/webinar subscribe for` and a title."
        )


def check_may_share(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organization."""
    _check_member(person, "share webinars")


def check_may_remind(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organization."""
    _check_member(person, "change what a channel is reminded of")


def may_set_defaults(person: Person) -> bool:
    """Whether this person is an admin or owner of the workspace."""
    return person.is_admin and not person.is_stranger


def check_may_set_defaults(person: Person) -> None:
    """Raise `NotAllowed`, naming who may, for anyone but the workspace's admins."""
    if not may_set_defaults(person):
        raise NotAllowed(
            "Only an admin or owner of this workspace can change its default reminders. Ask one of them to."
        )


def may_choose_organizers(person: Person) -> bool:
    """Whether this person is an admin or owner of the workspace."""
    return person.is_admin and not person.is_stranger


def check_may_choose_organizers(person: Person) -> None:
    """Raise `NotAllowed`, naming who may, for anyone but the workspace's admins."""
    if not may_choose_organizers(person):
        raise NotAllowed("Only an admin or owner of this workspace can choose its organizers. Ask one of them to.")


def _check_member(person: Person, what: str) -> None:
    if person.is_guest or person.is_stranger:
        raise NotAllowed(f"Guests and people of other organizations can't {what}. Ask a member of this workspace to.")


log = logging.getLogger(__name__)

FRESH = 300.0
"""Seconds for which the members of a user group are cached."""
RETRY_AFTER = 15.0
"""Seconds before a failed request for the members is repeated."""
MOST_NAMED = 20
"""How many organizers a refusal names."""


class Permissions:
    """Checked at every click, because a posted message may show buttons of an earlier state."""

    def __init__(
        self, store: Store, slack: SlackApi, directory: Directories, monotonic: Callable[[], float] = monotonic
    ) -> None:
        """Look up user groups in this Slack, and hosts in this directory."""
        self._store = store
        self._slack = slack
        self._directory = directory
        self._monotonic = monotonic
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}
        """The members of each group, and until when they are cached (monotonic seconds)."""
        self._listed: list[UserGroup] = []
        self._listed_at = -FRESH

    async def organizers(self, workspace: Workspace) -> Organizers:
        """Return the organizers of the workspace."""
        async with self._store.read() as db:
            return await organizer_table.find(db, workspace)

    async def can_manage(self, person: Person, webinar: Webinar) -> bool:
        """Whether this person may manage the webinar; members of other organizations never may."""
        return await self._may(person, webinar, with_cohosts=False)

    async def is_organizer(self, person: Person) -> bool:
        """Whether this person may manage every webinar: an organizer or an admin of the workspace."""
        if person.is_stranger:
            return False
        if person.is_admin:
            return True
        chosen = await self.organizers(person.workspace)
        if person.user_id in chosen.subjects:
            return True
        return any([person.user_id in await self._members(group) for group in chosen.groups])

    async def manageable(self, person: Person, webinars: Iterable[Webinar]) -> frozenset[str]:
        """The ids of those of these webinars that this person may manage."""
        is_organizer = await self.is_organizer(person)
        viewer = Viewer(person=person, is_organizer=is_organizer, coworker_ids=self.coworker_ids(person))
        return frozenset(one.id for one in webinars if is_organizer or is_creator_or_host(viewer, one))

    def coworker_ids(self, person: Person) -> frozenset[str]:
        """The ids of this person in the providers' directories."""
        return self._directory.user_ids(person)

    async def hosts_to_add(self, person: Person) -> frozenset[str] | None:
        """The hosts whose webinars this person may add; `None` are all of them, for those who manage every webinar."""
        return None if await self.is_organizer(person) else self.coworker_ids(person)

    async def can_run(self, person: Person, webinar: Webinar) -> bool:
        """Whether this person may run the webinar: everyone who may manage it, and its co-hosts in this workspace."""
        return await self._may(person, webinar, with_cohosts=True)

    async def check_manage(
        self, person: Person, webinar: Webinar, what: str, also: str = "", instead: str = ""
    ) -> None:
        """Raise `NotAllowed`, naming who may. `what` continues "You can't", as in "cancel this webinar".

        `also` is the id of one more Slack user who may do this; `instead` is a sentence on what everybody may do.
        """
        if also and person.user_id == also:
            return
        if not await self.can_manage(person, webinar):
            more = [f"<@{also}>"] if also and also != webinar.created_by else []
            who = await self._who_can(person.workspace, webinar, *more)
            raise NotAllowed(f"You can't {what}: {who} {instead}".strip())

    async def check_run(self, person: Person, webinar: Webinar, what: str) -> None:
        """Raise `NotAllowed`, naming who may. `what` continues "You can't", as in "close this registration"."""
        if not await self.can_run(person, webinar):
            raise NotAllowed(f"You can't {what}: {await self._who_can(person.workspace, webinar, 'its co-hosts')}")

    async def _may(self, person: Person, webinar: Webinar, *, with_cohosts: bool) -> bool:
        if person.is_stranger:
            return False
        coworker_ids = self.coworker_ids(person)
        viewer = Viewer(person=person, is_organizer=person.is_admin, coworker_ids=coworker_ids)
        if is_creator_or_host(viewer, webinar) or await self.is_organizer(person):
            return True
        if not with_cohosts:
            return False
        async with self._store.read() as db:
            return await participation.is_cohost(db, webinar.account, webinar.session_id, person.user_id, coworker_ids)

    async def _who_can(self, workspace: Workspace, webinar: Webinar, *more: str) -> str:
        chosen = await self.organizers(workspace)
        handles = {group.group_id: group.handle for group in (await self.groups() if chosen.groups else [])}
        return who_can(webinar, chosen, handles, *more)

    async def groups(self) -> list[UserGroup]:
        """Return the user groups of the workspace, cached for five minutes; the last known ones if Slack fails."""
        if self._monotonic() - self._listed_at >= FRESH:
            try:
                self._listed = [
                    UserGroup(group_id=key, handle=handle) for key, handle in await self._slack.user_groups()
                ]
            except GreenroomError as error:
                log.warning("user_groups.read_failed", extra={"reason": error.sentence})
                return self._listed
            self._listed_at = self._monotonic()
        return self._listed

    async def _members(self, group_id: str) -> frozenset[str]:
        now = self._monotonic()
        until, people = self._groups.get(group_id, (now, frozenset()))
        if now < until:
            return people
        fresh = FRESH
        try:
            people = await self._slack.user_group_members(group_id)
        except SlackRefused as error:
            log.warning("user_group.read_failed", extra={"group": group_id, "reason": error.sentence})
            people = frozenset()  # deleted or disabled
        except GreenroomError as error:
            # Slack is unavailable: keep the last known members.
            log.warning("user_group.read_failed", extra={"group": group_id, "reason": error.sentence})
            fresh = RETRY_AFTER
        self._groups[group_id] = (now + fresh, people)
        return people


def who_can(webinar: Webinar, chosen: Organizers, handles: Mapping[str, str], *more: str) -> str:
    """Return who may manage a webinar, and `more` people, as a sentence to follow a colon.

    User groups appear by their handles: a mention could notify all of their members.
    """
    creator = [f"<@{webinar.created_by}>, who created it"] if webinar.created_by else ["its host"]
    groups = sorted(f"@{handles[group]}" for group in chosen.groups if group in handles)
    people = [f"<@{user}>" for user in chosen.people if user != webinar.created_by and f"<@{user}>" not in more]
    organizers = [*groups, *people]
    rest = [f"{len(organizers) - MOST_NAMED} more organizers"] if len(organizers) > MOST_NAMED else []
    return (
        f"{', '.join([*creator, *more, *organizers[:MOST_NAMED], *rest])}, or an admin or owner of this workspace can."
    )
