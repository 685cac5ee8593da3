"""Everything that is shown of registering others and of who has registered, in each of its states."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot import roster
from bot.models import Webinar
from bot.registrants import Applicant, Enrolled, Registrant
from bot.roster import Reading, Row, Trouble
from bot.views import enrol_batch, enrol_form, enrol_many, registrants_list
from bot.views.blocks import Message
from bot.views.enrol_batch import Tally
from bot.views.enrol_form import Typed
from bot.views.registrants_list import Place, listing
from tests.webinar_samples import NASTY, NOW

IRIS = Applicant(first_name="Iris", last_name="Moreno", email="iris@acme.example")
THERE = Registrant(
    registrant_id="1",
    first_name="Iris",
    last_name="Moreno",
    email="iris@acme.example",
    source="fair",
    join_link=SecretStr("https://rc.example/j/1"),
    cancel_link=SecretStr("https://rc.example/c/1"),
    registered_at=NOW,
    participant_id="p1",
)
NASTY_ONE = THERE.model_copy(update={"first_name": NASTY, "last_name": NASTY, "email": NASTY, "source": NASTY})
EVERYBODY = [THERE.model_copy(update={"registrant_id": str(number)}) for number in range(23)]
ROWS = tuple(Row(number=number, applicant=IRIS) for number in range(2, 1_202))
TROUBLES = tuple(Trouble(number=number, what=roster.LONG_REST) for number in range(40))
READING = Reading(rows=ROWS, problems=TROUBLES, repeated=(7, 8))
TALLY = Tally(total=10_000, waiting=4_000, registered=5_000, there=7, refused=1, stopped=2, left=3)


def enrolled(**asked: str) -> Enrolled:
    """Iris is registered, with pages of her own if any are named."""
    pages = {name: SecretStr(url) for name, url in asked.items()}
    return Enrolled(asked=IRIS.model_copy(update=pages), registrant=THERE)


def enrol_messages(one: Webinar) -> list[Message]:
    """Everything that is said about lists of people, and to who looks at them."""
    many = listing(one, [NASTY_ONE, *EVERYBODY], Place(session_id="s1", page=2, words=""), age=timedelta(), now=NOW)
    nasty = Place(session_id="1" * 20, page=99, words=NASTY[: registrants_list.MAX_WORDS])
    return [
        enrol_batch.running(one, "b1", TALLY),
        enrol_batch.stopped(one, "b1", TALLY, ""),
        enrol_batch.done(one, "b1", TALLY),
        enrol_batch.undoing(one, "b1", TALLY),
        enrol_batch.undo_stopped(one, "b1", TALLY, "RingCentral refused it."),
        enrol_batch.undone(one, TALLY),
        enrol_form.done_message(one, enrol_form.links(enrolled(), "", "", is_silent=True)),
        many,
        listing(one, [NASTY_ONE], nasty, age=timedelta(), now=NOW, note=registrants_list.GONE),
        listing(one, [], Place(session_id="s1"), age=timedelta(minutes=3), now=NOW),
    ]


def enrol_modals(one: Webinar) -> list[dict[str, Any]]:
    """Every form by which others are registered or found, and what takes its place."""
    pages = enrolled(join_page="https://acme.example/j", cancel_page="https://rc.example/c/1")
    return [
        enrol_form.ask(one, Typed(), has_pages=False),
        enrol_form.ask(one, Typed(user_id="U1"), has_pages=True, note="Nobody here is called @x."),
        enrol_form.working(one, note="Wait."),
        enrol_form.failed("No."),
        enrol_form.done(one, enrol_form.links(pages, "", "", is_silent=False)),
        enrol_form.done(one, enrol_form.seated("U1")),
        enrol_many.ask(one, has_pages=True),
        enrol_many.working(one, "abc", note="Wait."),
        enrol_many.review(one, "b1", 1_200, 3, READING),
        enrol_many.review(one, "b1", 0, 3, Reading(rows=ROWS[:1])),
        enrol_many.review(one, "b1", 10_000, 0, Reading(rows=ROWS[:1])),
        enrol_many.beginning(),
        enrol_many.begun(one, 1),
        enrol_many.failed("No."),
        registrants_list.search_form(Place(session_id="1" * 20, words="x" * 100), "https://hooks.example/" + "x" * 200),
    ]
