"""Who gets a follow-up: each person once, by direct message or in the file."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.seat import Seat
from bot.reports.follow_up.audience import Addressee, FollowUpAudience, addressees, audience_of
from bot.reports.follow_up.wording import FollowUpGroup
from bot.reports.model import PersonRow
from tests.support.seat_samples import seat

ATTENDED, LEFT_EARLY, ABSENT = FollowUpGroup.ATTENDED, FollowUpGroup.LEFT_EARLY, FollowUpGroup.ABSENT
ALL = frozenset(FollowUpGroup)


def person(number: int, group: FollowUpGroup = ATTENDED, email: str | None = None) -> Addressee:
    """A registrant."""
    address = f"p{number}@outside.example" if email is None else email
    return Addressee(f"r{number}", group, "Iris", "Moreno", address)


def seat_of(number: int, user_id: str = "", *, channel: str = "D1") -> Seat:
    """The seat of a registrant."""
    return seat(user_id=user_id or f"U{number}", registrant_id=f"r{number}", dm_channel_id=channel)


def sorted_people(
    people: list[Addressee],
    seats: list[Seat],
    *,
    groups: Collection[FollowUpGroup] = ALL,
    opted_out: Collection[str] = (),
    running: Collection[str] = (),
) -> FollowUpAudience:
    """Who gets it."""
    return audience_of(people, seats, groups=groups, opted_out=opted_out, running=running)


def test_people_with_a_seat_get_a_direct_message_and_others_are_in_the_file() -> None:
    """A seat whose user takes no direct messages counts as none."""
    found = sorted_people([person(1), person(2), person(3)], [seat_of(1), seat_of(2, channel="")])
    assert [one.user_id for one in found.in_slack] == ["U1"]
    assert [one.registrant_id for one in found.in_file] == ["r2", "r3"]
    assert found.counts(ATTENDED) == (1, 2, 0)


@pytest.mark.parametrize("left_out", list(FollowUpGroup))
def test_a_group_that_is_left_out_gets_nothing(left_out: FollowUpGroup) -> None:
    """Not even as a part of another group."""
    people = [person(place, group) for place, group in enumerate(FollowUpGroup)]
    found = sorted_people(people, [], groups=ALL - {left_out})
    assert {one.group for one in found.in_file} == ALL - {left_out}


def test_who_opted_out_gets_neither_a_message_nor_mail() -> None:
    """Also without direct messages."""
    found = sorted_people([person(1), person(2)], [seat_of(1), seat_of(2, channel="")], opted_out=["U1", "U2"])
    assert (found.in_slack, found.in_file) == ([], [])
    assert found.counts(ATTENDED) == (0, 0, 2)


def test_a_seat_with_another_address_is_matched_by_its_registrant() -> None:
    """The address of a seat need not be that of the profile."""
    found = sorted_people([person(1, email="private@else.example")], [seat_of(1)])
    assert [one.user_id for one in found.in_slack] == ["U1"]


def test_the_team_and_the_sender_get_none() -> None:
    """They may have registered as well, also with a second registration under the address of their seat."""
    address = seat_of(1).attendee.email
    found = sorted_people(
        [person(1, email=address), person(9, email=address.upper()), person(2)], [seat_of(1)], running=["U1"]
    )
    assert [one.registrant_id for one in found.in_file] == ["r2"]
    assert found.in_slack == []
    assert found.running == 1


def test_two_registrants_with_one_address_get_one_mail() -> None:
    """They attended if one of them did."""
    found = sorted_people([person(1, ABSENT, "a@x.example"), person(2, ATTENDED, "A@x.example ")], [])
    assert [(one.registrant_id, one.group) for one in found.in_file] == [("r2", ATTENDED)]


def test_a_seat_and_another_registrant_with_its_address_get_one_message() -> None:
    """The message, and no mail; the other registration may be the one that attended."""
    found = sorted_people([person(1, ABSENT, "a@x.example"), person(2, LEFT_EARLY, "a@x.example")], [seat_of(1)])
    assert [(one.user_id, one.group) for one in found.in_slack] == [("U1", LEFT_EARLY)]
    assert found.in_file == []


def test_two_seats_with_one_address_get_a_message_each() -> None:
    """They are two users."""
    found = sorted_people(
        [person(1, ABSENT, "a@x.example"), person(2, ATTENDED, "a@x.example")],
        [seat_of(1), seat_of(2)],
    )
    assert [(one.user_id, one.group) for one in found.in_slack] == [("U1", ABSENT), ("U2", ATTENDED)]


def test_people_without_an_address_are_counted() -> None:
    """Participants of a webinar without registration, for example."""
    found = sorted_people([person(1, email=""), person(2, email=" ")], [])
    assert (found.in_file, found.without_address) == ([], 2)


@pytest.mark.parametrize(
    ("row", "group"),
    [
        (PersonRow(registrant_id="r1", attended=True), ATTENDED),
        (PersonRow(registrant_id="r1", attended=True, left_early=True), LEFT_EARLY),
        (PersonRow(registrant_id="r1"), ABSENT),
        (PersonRow(registrant_id="r1", after_event=True), None),
        (PersonRow(registrant_id="r1", attended=True, is_team=True), None),
        (PersonRow(attended=True), ATTENDED),
    ],
)
def test_each_person_is_in_one_group(row: PersonRow, group: FollowUpGroup | None) -> None:
    """The team, and those who registered after the event, are in none."""
    assert [one.group for one in addressees([row])] == ([group] if group else [])


people_strategy = st.lists(
    st.builds(
        lambda number, group, email: Addressee(f"r{number}", group, "", "", email),
        st.integers(0, 8),
        st.sampled_from(list(FollowUpGroup)),
        st.sampled_from(["", "a@x.example", "A@x.example", "b@x.example", "c@x.example"]),
    ),
    max_size=12,
    unique_by=lambda one: one.registrant_id,
)


@settings(max_examples=25, deadline=None)
@given(people_strategy, st.sets(st.integers(0, 8)), st.sets(st.integers(0, 8)), st.sets(st.integers(0, 8)))
def test_nobody_gets_two_messages(people: list[Addressee], seated: set[int], out: set[int], team: set[int]) -> None:
    """Whatever the list looks like: no user and no address twice, nobody who opted out, nobody of the team."""
    opted_out, running = {f"U{number}" for number in out}, {f"U{number}" for number in team}
    found = sorted_people(people, [seat_of(one) for one in seated], opted_out=opted_out, running=running)
    users = [one.user_id for one in found.in_slack]
    addresses = [one.address for one in found.in_file]
    assert len(users) == len(set(users))
    assert len(addresses) == len(set(addresses))
    assert not set(users) & (opted_out | running)
