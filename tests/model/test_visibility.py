"""The rule of who sees a webinar, for each of its conditions alone."""

from __future__ import annotations

from bot.model.people import Person
from bot.model.visibility import Channel, Unannounced, Viewer, can_read, is_visible
from tests.support.webinar_samples import ACCOUNT, webinar

HOST, CREATOR = "rc-host", "U0CREATOR"
SHOWN = webinar(created_by=CREATOR, host_user_id=HOST)
MEMBER = Person(workspace=ACCOUNT.workspace, user_id="U1", name="Finn")
GUEST = MEMBER.model_copy(update={"is_guest": True})
STRANGER = MEMBER.model_copy(update={"is_stranger": True})


def viewer(
    person: Person = MEMBER,
    *,
    is_organizer: bool = False,
    coworker_id: str = "",
    unannounced: Unannounced = Unannounced.PEOPLE,
) -> Viewer:
    """A viewer without any claim, but for what is given."""
    ids = frozenset(filter(None, [coworker_id]))
    return Viewer(person=person, is_organizer=is_organizer, coworker_ids=ids, unannounced=unannounced)


def sees(who: Viewer, *places: str, takes_part: bool = False, readable: tuple[str, ...] = ()) -> bool:
    """Whether this viewer sees the webinar, announced in these channels."""
    return is_visible(SHOWN, who, takes_part=takes_part, places=places, readable=readable)


def test_each_condition_alone_makes_it_visible_or_not() -> None:
    """Creator, host, team and seat, organizers, the setting, and the channels."""
    members = Unannounced.MEMBERS
    creator = MEMBER.model_copy(update={"user_id": CREATOR})
    rows = [
        (sees(viewer()), False),
        (sees(viewer(creator)), True),
        (sees(viewer(creator.model_copy(update={"is_stranger": True}))), False),
        (sees(viewer(coworker_id=HOST)), True),
        (sees(viewer(STRANGER, coworker_id=HOST)), False),
        (sees(viewer(coworker_id="other")), False),
        (sees(viewer(GUEST), takes_part=True), True),
        (sees(viewer(STRANGER), takes_part=True), True),
        (sees(viewer(is_organizer=True)), True),
        (sees(viewer(STRANGER, is_organizer=True)), False),
        (sees(viewer(unannounced=members)), True),
        (sees(viewer(GUEST, unannounced=members)), False),
        (sees(viewer(STRANGER, unannounced=members)), False),
        (sees(viewer(unannounced=members), "C1"), False),  # announced, but not where they are
        (sees(viewer(), "C1", "C2", readable=("C2",)), True),
        (sees(viewer(), "C1", readable=("C2",)), False),
        (sees(viewer(STRANGER), "C1", readable=("C1",)), True),
    ]
    assert [number for number, (found, expected) in enumerate(rows) if found is not expected] == []


def test_a_webinar_without_a_creator_or_host_belongs_to_nobody() -> None:
    """Empty ids match nobody."""
    orphan = webinar(created_by="", host_user_id="")
    nameless = MEMBER.model_copy(update={"user_id": ""})
    assert not is_visible(orphan, viewer(nameless), takes_part=False, places=(), readable=())


def test_members_read_public_channels_and_others_only_those_they_are_in() -> None:
    """Guests and people of other organizations must be members; so must everyone in a private channel."""
    public = Channel(channel_id="C1", is_public=True)
    private = Channel(channel_id="C2", is_public=False)
    with_them = {"members": frozenset({"U1"})}
    found = [
        (can_read(person, channel), can_read(person, channel.model_copy(update=with_them)))
        for person in (MEMBER, GUEST, STRANGER)
        for channel in (public, private)
    ]
    assert found == [(True, True), *[(False, True)] * 5]
