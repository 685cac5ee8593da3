"""Every view and message about registering others and about registrants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot.model.ability import ALL, Ability
from bot.model.registrant import MAX_NAME, Decision, NewRegistration, Registrant, RegistrantDetails
from bot.model.webinar import Webinar
from bot.registration.bulk import csv_import
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.csv_import import ImportProblem, ImportResult, ImportRow
from bot.registration.bulk.texts import BatchCounts
from bot.registration.registrant_cache import RegistrantList
from bot.slack.message import Message
from handlers.register import form as register_form
from handlers.register import list_form, list_review
from handlers.register import result as register_result
from handlers.register.form import ELSE, Links, RegisterContext, RegistrantInput
from handlers.register.list_form import BulkInput
from handlers.registrants import approval
from handlers.registrants import list as registrant_list
from handlers.registrants.list import page_message
from handlers.registrants.position import RegistrantPage
from tests.support.webinar_samples import NASTY, NOW

IRIS = RegistrantDetails(first_name="Iris", last_name="Moreno", email="iris@acme.example")
REGISTRANT = Registrant(
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
NASTY_REGISTRANT = REGISTRANT.model_copy(
    update={"first_name": NASTY, "last_name": NASTY, "email": NASTY, "source": NASTY}
)
REGISTRANTS = [REGISTRANT.model_copy(update={"registrant_id": str(number)}) for number in range(230)]
ROWS = tuple(
    ImportRow(number=number, details=IRIS.model_copy(update={"email": f"iris{number}@acme.example"}))
    for number in range(2, 1_202)
)
PROBLEMS = tuple(
    ImportProblem(number=number, reason=csv_import.LONG_ADDRESS, text=NASTY[:200].ljust(200, "&"))
    for number in range(40)
)
IMPORT_RESULT = ImportResult(
    rows=ROWS,
    problems=PROBLEMS,
    repeated=(ImportRow(number=7, details=IRIS), ImportRow(number=8, details=IRIS)),
    guessed=tuple((NASTY[:90], "last name") for _ in range(20)),
    others=tuple(NASTY[:90] for _ in range(80)),
    shortened=1_200,
)
USERS = tuple(f"U0{number:09}" for number in range(list_form.MAX_USERS))
ASKED = {user: "" if number % 2 else NASTY for number, user in enumerate(USERS)}
TALLY = BatchCounts(
    total=10_000, waiting=4_000, registered=5_000, already_registered=7, refused=1, stopped=2, removed=3
)


def new_registration(**asked: str) -> NewRegistration:
    """Iris is registered, with these pages of the organizer's own."""
    pages = {name: SecretStr(url) for name, url in asked.items()}
    return NewRegistration(details=IRIS.model_copy(update=pages), registrant=REGISTRANT)


def chosen(**choices: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The state of the choices in the form that registers another person."""
    return {name: {"enrol.fields": {"selected_option": {"value": value}}} for name, value in choices.items()}


def longest_person() -> dict[str, dict[str, dict[str, Any]]]:
    """The state of fields of that form, filled as far as they go."""
    return {
        name: {name: {"value": "x" * most}} for name, most in {"first_name": MAX_NAME, "external_id": 1_000}.items()
    }


def bulk_messages(one: Webinar) -> list[Message]:
    """Every message about bulk lists and registrants."""
    many = page_message(
        one,
        [NASTY_REGISTRANT, *REGISTRANTS],
        RegistrantPage(session_id="s1", page=2, words=""),
        age=timedelta(),
        now=NOW,
    )
    manual = one.model_copy(update={"abilities": ALL | {Ability.APPROVE}})
    waiting = [NASTY_REGISTRANT.model_copy(update={"registrant_id": f"{number:024}"}) for number in range(30)]
    undecided = RegistrantList([], pending=waiting, denied=waiting[:1])
    first = RegistrantPage(session_id="1" * 20)
    ids = [one.registrant_id for one in waiting]
    nasty = RegistrantPage(session_id="1" * 20, page=99, words=NASTY[: registrant_list.MAX_WORDS])
    return [
        bulk_texts.running_message(one, "b1", TALLY),
        bulk_texts.stopped_message(one, "b1", TALLY, ""),
        bulk_texts.done_message(one, "b1", TALLY),
        bulk_texts.undoing_message(one, "b1", TALLY),
        bulk_texts.undo_stopped_message(one, "b1", TALLY, "RingCentral refused it."),
        bulk_texts.undone_message(one, TALLY),
        list_review.review_message(list_review.review_view(one, "b1", ROWS[:3], IMPORT_RESULT)),
        list_review.review_message(list_review.review_view(one, "b1", ROWS[:1], ImportResult(rows=ROWS[:1]))),
        list_review.started_message(one, 1),
        list_review.started_message(one, 0, ASKED),
        list_review.review_message(list_review.users_review(one, USERS)),
        register_result.done_message(
            one, register_result.link_blocks(new_registration(), "", "", is_silent=True, provider="RingCentral")
        ),
        register_result.suggested_message(one, "U1"),
        many,
        page_message(one, [NASTY_REGISTRANT], nasty, age=timedelta(), now=NOW, note=registrant_list.GONE),
        page_message(one, [], RegistrantPage(session_id="s1"), age=timedelta(minutes=3), now=NOW),
        *(
            page_message(manual, REGISTRANTS, here, age=timedelta(), now=NOW, above=above)
            for here in (first, first.model_copy(update={"shows_denied": True}))
            for above in (
                approval.approval_blocks(manual, undecided, here, can_manage=True),
                approval.undo_buttons(manual, here, ids, Decision.APPROVE),
            )
        ),
    ]


def bulk_modals(one: Webinar) -> list[dict[str, Any]]:
    """Every form for registering and finding people, and the views that replace it."""
    pages = new_registration(join_page="https://acme.example/j", cancel_page="https://rc.example/c/1")
    return [
        register_form.form_view(one, RegistrantInput(), has_pages=False),
        register_form.form_view(one, RegistrantInput(user_id="U1"), has_pages=True, note="Nobody here is called @x."),
        register_form.form_view(one, RegistrantInput(email="iris@acme.example"), has_pages=False),
        register_form.form_view(
            one,
            RegistrantInput(),
            has_pages=True,
            opened=RegisterContext(session_id=one.id, shows_more=True, hidden=longest_person()),
            values=chosen(who=ELSE, links=Links.OWN),
        ),
        register_result.working_view(one, note="Wait."),
        register_result.failed_view("No."),
        register_result.done_view(
            one, register_result.link_blocks(pages, "", "", is_silent=False, provider="RingCentral")
        ),
        register_result.done_view(one, register_result.seat_blocks("U1")),
        register_result.suggested_view(one, "U1"),
        list_form.form_view(one, has_pages=True),
        list_form.form_view(one, has_pages=True, can_upload=False),
        list_form.form_view(one, BulkInput(session_id="s1", users=USERS, pasted="x" * 999), has_pages=True, note="No."),
        list_form.opening_view(one),
        list_review.review_view(one, "b" * 24, ROWS[:3], IMPORT_RESULT, USERS),
        list_review.users_review(one, USERS),
        list_review.started_view(one, 3, ASKED),
        list_form.working_view(one, "abc", note="Wait."),
        list_review.review_view(one, "b1", ROWS[:3], IMPORT_RESULT),
        list_review.review_view(one, "b1", ROWS[:1], ImportResult(rows=ROWS[:1])),
        list_review.review_view(one, "b1", (), ImportResult(rows=ROWS[:1] * 10_000)),
        list_form.starting_view(),
        list_review.started_view(one, 1),
        list_form.failed_view("No."),
        registrant_list.search_form(
            RegistrantPage(session_id="1" * 20, words="x" * 100), "https://hooks.example/" + "x" * 200
        ),
    ]
