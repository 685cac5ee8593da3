"""The form with which a person changes the name or address of their seat, and its progress and error views."""

from __future__ import annotations

from bot.errors import BadInput
from bot.model.people import Frozen
from bot.model.question import STANDARD, QuestionSet
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack.blocks import Block, actions, button, context, modal, paragraph, plain, section
from bot.slack.consent import consent
from bot.slack.message import View
from bot.webinars.texts.facts import timing
from handlers.seat.form import (
    FIRST_NAME,
    MAY_CLOSE,
    WORKING,
    SeatInput,
    check_form,
    name_and_address_inputs,
)

CALLBACK = "seat.name_form"
FAILED = "seat.change_failed"
BACK = "seat.back_to_change"
TITLE = "Change registration"
SUBMIT = "Change My Registration"
SAME = "This is what you are registered with. Change it, or press Cancel."


class ChangeInput(Frozen):
    """What was typed, and what the seat is registered with."""

    typed: SeatInput
    was: SeatInput


def change_view(
    webinar: Webinar, was: SeatInput, questions: QuestionSet = STANDARD, *, typed: SeatInput | None = None
) -> View:
    """The form for another name or address, which states the consequences. The answers stay as they are.

    It shows what was `typed` before, else what the seat is registered with.
    """
    provider = provider_name(webinar.id)
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section(
            f"{provider} can't change a registration, so Greenroom deletes yours and registers you again: *your link "
            f"changes*, and the one you have stops working. {provider} may send you an email about each."
        ),
        *name_and_address_inputs(typed or was, questions),
        context(consent(webinar, SUBMIT, with_channel=":" in was.source)),
    ]
    note = was.model_dump_json(exclude={"answers"})
    return modal(CALLBACK, TITLE, blocks, submit=SUBMIT, close="Cancel", private_metadata=note)


def check_change(typed: SeatInput, note: str, questions: QuestionSet = STANDARD) -> None:
    """Raise `BadInput` also if nothing is changed: the link would change for nothing."""
    check_form(typed, QuestionSet(questions=tuple(filter(None, [questions.last_name]))))
    was = SeatInput.model_validate_json(note)
    if _details(typed) == _details(was):
        raise BadInput(SAME, {FIRST_NAME: SAME})


def changing_view(webinar: Webinar, *, note: str = "") -> View:
    """Replaces the form in the meantime. `note` says why it takes longer than usual."""
    text = section(f"Registering you again for *{plain(webinar.title)}*…")
    blocks = [text, *([paragraph(note)] if note else []), context(MAY_CLOSE)]
    return modal(WORKING, TITLE, blocks, private_metadata=webinar.id, notify_on_close=True)


def failed_view(sentence: str, typed: SeatInput, was: SeatInput) -> View:
    """That it failed and what to do, with a button back to the form and its input."""
    back = actions(button("Back to the Form", BACK, typed.session_id, style="primary"))
    note = ChangeInput(typed=typed, was=was).model_dump_json(exclude={"typed": {"answers"}, "was": {"answers"}})
    return modal(FAILED, "Not changed", [paragraph(sentence), *back], private_metadata=note)


def _details(typed: SeatInput) -> tuple[str, str, str]:
    return typed.first_name, typed.last_name, typed.email.lower()
