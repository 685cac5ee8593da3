"""Permissions of members, guests, admins, and people of other organizations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.errors import NotAllowed
from bot.model.people import Person
from bot.model.team import Invitee, Role
from bot.slack.users import FRESH
from bot.team import table as team_table
from bot.team.diff import Member
from bot.webinars import permissions
from bot.webinars.organizer_table import Organizers
from bot.webinars.permissions import MOST_NAMED, who_can
from tests.support.webinar_samples import ACCOUNT, NOW, webinar
from tests.support.world import World

MEMBER = Person(workspace=ACCOUNT.workspace, user_id="U1", name="Ana")
GUEST = MEMBER.model_copy(update={"is_guest": True})
STRANGER = MEMBER.model_copy(update={"is_stranger": True})
ADMIN = MEMBER.model_copy(update={"is_admin": True})
STRANGE_ADMIN = STRANGER.model_copy(update={"is_admin": True})

FOR_MEMBERS = [
    (permissions.check_may_create, "create webinars"),
    (permissions.check_may_subscribe, "change the subscriptions of a channel"),
    (permissions.check_may_share, "share webinars"),
    (permissions.check_may_remind, "change what a channel is reminded of"),
]
FOR_ADMINS = [
    (permissions.check_may_set_defaults, "change its default reminders"),
    (permissions.check_may_choose_organizers, "choose its organizers"),
]
Check = Callable[[Person], None]


@pytest.mark.parametrize(("check", "what"), FOR_MEMBERS)
def test_members_may_and_guests_and_strangers_may_not(check: Check, what: str) -> None:
    """A refusal names the action and whom to ask."""
    check(MEMBER)
    check(ADMIN)
    for one in (GUEST, STRANGER, STRANGE_ADMIN):
        with pytest.raises(NotAllowed) as refused:
            check(one)
        sentence = f"Guests and people of other organizations can't {what}. Ask a member of this workspace to."
        assert refused.value.sentence == sentence


@pytest.mark.parametrize(("check", "what"), FOR_ADMINS)
def test_only_admins_of_the_workspace_may_change_its_settings(check: Check, what: str) -> None:
    """An admin of another organization has no admin rights here."""
    check(ADMIN)
    for one in (MEMBER, GUEST, STRANGER, STRANGE_ADMIN):
        with pytest.raises(NotAllowed) as refused:
            check(one)
        assert refused.value.sentence == f"Only an admin or owner of this workspace can {what}. Ask one of them to."


@pytest.mark.parametrize(("count", "more"), [(MOST_NAMED, ""), (MOST_NAMED + 1, "1 more organizers, ")])
def test_a_refusal_names_so_many_organizers(count: int, more: str) -> None:
    """The rest is a count; the creator appears once, an unknown group not at all."""
    others = [f"U{number:04}" for number in range(count)]
    chosen = Organizers(subjects=frozenset({"U1", "S0GONE", *others}), set_by="U2", set_at=NOW)

    named = ", ".join(f"<@{user}>" for user in others[:MOST_NAMED])
    assert who_can(webinar(created_by="U1"), chosen, {}) == (
        f"<@U1>, who created it, {named}, {more}or an admin or owner of this workspace can."
    )


async def test_a_person_is_looked_up_once_a_day(world: World) -> None:
    """The lookup is cached for a day, then repeated."""
    services = world.bot.services

    async def looked_up() -> int:
        before = len(world.slack.calls)
        await services.users.get(services.account.workspace, "U0DEV")
        return sum(one.method == "users.info" for one in world.slack.calls[before:])

    assert [await looked_up(), await looked_up()] == [1, 0]
    world.clock.move(FRESH - timedelta(seconds=60))
    assert await looked_up() == 0
    world.clock.move(timedelta(seconds=60))
    assert await looked_up() == 1


@pytest.mark.parametrize(
    ("role", "is_stranger", "expected"),
    [
        (Role.COHOST, False, (False, True)),
        (Role.COHOST, True, (False, False)),
        (Role.PANELIST, False, (False, False)),
        ("creator", False, (True, True)),
        ("creator", True, (False, False)),
    ],
)
async def test_a_person_of_another_organization_may_neither_manage_nor_run(
    world: World, role: Role | str, is_stranger: bool, expected: tuple[bool, bool]
) -> None:
    """Also as a co-host, and as a creator who has left for another organization; co-hosts run, panelists do not."""
    services = world.bot.services
    person = await services.users.get(services.account.workspace, "U0DEV")
    person = person.model_copy(update={"is_stranger": is_stranger})
    one = webinar(account=services.account, created_by="U0DEV" if role == "creator" else "U0CHLOE")
    if isinstance(role, Role):
        invitee = Invitee(invitee_id="i1", role=role, name="Dev", email="dev@acme.example")
        async with services.store.write() as db:
            await team_table.save(db, one.account, one.session_id, Member(invitee=invitee, user_id="U0DEV"), NOW)

    found = await services.permissions.can_manage(person, one), await services.permissions.can_run(person, one)
    assert found == expected
