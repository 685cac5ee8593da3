"""An edit of a webinar: what differs, where it belongs, what somebody else changed, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.webinar import Access, Audience, FixedOptions, Options, SessionFacts, Status, WebinarFacts
from bot.model.webinar_edit import (
    NAMES,
    EditOutcome,
    TextPlace,
    conflicts,
    difference,
    fields_as_mirrored,
    fields_as_read,
    outcome,
    rebased,
    resolved,
    reverse,
)
from tests.support.edit_samples import OTHERS, edit, fields
from tests.support.webinar_samples import NOW, START, webinar

FIXED = FixedOptions(
    recording=True,
    recording_sharing=True,
    recording_download=True,
    past_session_deletion=False,
    polls=True,
    polls_anonymous=True,
    external_livestream=True,
)


def test_every_field_has_another_value() -> None:
    """The samples cover every field that a user can change."""
    assert list(difference(fields(), fields(**OTHERS)).names) == list(NAMES)
    assert OTHERS.keys() == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_difference_has_the_changed_field_alone(name: str) -> None:
    """Each belongs to the webinar or to the session."""
    one = edit(**{name: OTHERS[name]})

    assert one.names == (name,)
    assert len(one.webinar_names) + len(one.session_names) == 1
    assert getattr(one.after, name) == OTHERS[name]


def test_no_difference_is_no_edit() -> None:
    """The marks of a reading are no fields."""
    later = fields(webinar_modified_at=NOW, session_modified_at=NOW, attendee_link="https://join.example/1")
    assert difference(fields(), later).names == ()


@pytest.mark.parametrize(
    ("of_session", "place", "webinar_names", "session_names"),
    [
        ("", TextPlace.WEBINAR, ("title",), ()),
        ("Launch day", TextPlace.BOTH, ("title",), ("title",)),
        ("Of its own", TextPlace.SESSION, (), ("title",)),
    ],
)
def test_a_text_is_changed_where_it_is_shown_from(
    of_session: str, place: TextPlace, webinar_names: tuple[str, ...], session_names: tuple[str, ...]
) -> None:
    """A session may have its own title, which hides that of the webinar."""
    read = fields_as_read(_webinar(), _session(title=of_session))
    one = difference(read, read.model_copy(update={"title": "Launch week"}))

    assert (read.title, read.title_at) == (of_session or "Launch day", place)
    assert (one.webinar_names, one.session_names) == (webinar_names, session_names)


def test_everything_is_read_from_the_two() -> None:
    """Settings, audience and texts of the webinar; the rest from the session."""
    options = Options(auto_record=True, attendee_access=Access.COWORKER)
    read = fields_as_read(
        _webinar(options=options, audience=Audience.ANYONE, description="Why", modified_at=NOW),
        _session(locale_code="de-DE", panel_offset=timedelta(minutes=5), status=Status.ACTIVE, modified_at=START),
    )

    assert (read.auto_record, read.attendee_access, read.audience) == (True, Access.COWORKER, Audience.ANYONE)
    assert (read.title, read.description, read.start, read.length) == (
        "Launch day",
        "Why",
        START,
        timedelta(minutes=45),
    )
    assert (read.locale_code, read.panel_join_offset, read.status) == ("de-DE", timedelta(minutes=5), Status.ACTIVE)
    assert (read.webinar_modified_at, read.session_modified_at) == (NOW, START)


def test_the_mirror_knows_what_a_move_needs() -> None:
    """Time, length, zone and texts."""
    known = fields_as_mirrored(webinar(description="Why"))
    assert difference(known, fields(description="Why")).names == ()


def test_conflicts_are_the_fields_that_both_changed_differently() -> None:
    """What only one of us changed is none, nor what both made the same."""
    mine = edit(title="Mine", description="Both", length=timedelta(hours=1))
    theirs = fields(title="Theirs", description="Both", start=START + timedelta(days=1))

    assert conflicts(fields(), mine, theirs) == ("title",)
    assert conflicts(fields(), mine, fields()) == ()
    again = rebased(mine, theirs)
    assert again.names == ("title", "length")
    assert (again.after.start, again.after.title) == (theirs.start, "Mine")


def test_a_choice_keeps_theirs_or_uses_mine() -> None:
    """Field by field; everything else of both stays."""
    mine, theirs = edit(title="Mine", description="My words", qna=False), fields(title="Theirs", description="Theirs")

    chosen = resolved(mine, theirs, {"title"})

    assert chosen.names == ("description", "qna")
    assert (chosen.after.title, chosen.after.description, chosen.after.qna) == ("Theirs", "My words", False)
    assert resolved(mine, theirs, {"title", "description", "qna"}).names == ()


def test_an_edit_is_taken_back_where_nobody_changed_it_since() -> None:
    """A field that somebody else has changed stays as they made it."""
    mine = edit(title="Mine", description="My words")

    current = mine.after.model_copy(update={"title": "Theirs", "qna": False})
    back = reverse(mine.names, fields(), mine.after, current)

    assert back.names == ("description",)
    assert (back.after.description, back.after.title, back.after.qna) == ("", "Theirs", False)


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ({}, EditOutcome.NOT_APPLIED),
        ({"qna_moderated": True}, EditOutcome.NOT_APPLIED),
        ({"title": "Mine", "qna": False}, EditOutcome.APPLIED),
        ({"title": "Mine"}, EditOutcome.APPLIED),  # the account has locked the other one
        ({"title": "Theirs"}, EditOutcome.OTHER),
    ],
)
def test_a_later_look_says_whether_an_edit_was_applied(current: dict[str, object], expected: EditOutcome) -> None:
    """A call is applied as a whole, except for settings that the account decides."""
    mine = edit(title="Mine", qna=False)
    assert outcome(fields(), mine, mine.webinar_names, fields(**current)) is expected


def _webinar(**changes: object) -> WebinarFacts:
    known = {"webinar_id": "w1", "title": "Launch day", "created_at": NOW, "options": Options(), "fixed": FIXED}
    return WebinarFacts.model_validate({**known, "audience": Audience.REGISTRANTS, **changes})


def _session(**changes: object) -> SessionFacts:
    known = {"webinar_id": "w1", "session_id": "s1", "title": "", "start": START, "length": timedelta(minutes=45)}
    return SessionFacts.model_validate({**known, "time_zone": "Europe/Madrid", "status": Status.SCHEDULED, **changes})
