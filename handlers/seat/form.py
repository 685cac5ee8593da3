"""The form with which a user registers, and its progress and error views."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from bot.commands.people_name import can_be_name, name_of
from bot.commands.reminder_offsets import offset_text
from bot.errors import BadInput
from bot.model.email_address import AddressProblem, address_problem
from bot.model.lifecycle import Stage, stage
from bot.model.people import Frozen, Person
from bot.model.question import STANDARD, Answers, QuestionSet
from bot.model.registrant import MAX_EMAIL, MAX_NAME
from bot.model.seat import SeatDetails
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack import form_values
from bot.slack.blocks import Block, actions, button, context, modal, paragraph, plain, section
from bot.slack.consent import consent
from bot.slack.form_elements import email_input, input_block, option, static_select, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import timing
from handlers import question_fields

CALLBACK = "seat.form"
WORKING = "seat.working"
FAILED = "seat.failed"
BACK = "seat.back"

FIRST_NAME, LAST_NAME, EMAIL, REMINDER = "first_name", "last_name", "email", "reminder"
"""The block ids of the fields."""
NEVER = "0"
REMINDERS = (timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
"""The reminders to choose from, as time before the start."""
MAY_CLOSE = "You can close this window. The result then comes as a direct message."


class SeatInput(Frozen):
    """The context and input of the form, kept in its private_metadata so that it can be shown again."""

    session_id: str
    source: str = ""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    answers: Answers = Field(default=(), repr=False)
    reminder_s: int = int(REMINDERS[0].total_seconds())

    @property
    def attendee(self) -> SeatDetails:
        """The name and address to register."""
        return SeatDetails(first_name=self.first_name, last_name=self.last_name, email=self.email, fields=self.answers)

    @property
    def lead(self) -> timedelta | None:
        """The time of the reminder before the start; `None` for no reminder."""
        return timedelta(seconds=self.reminder_s) or None


def from_profile(person: Person, session_id: str, source: str, questions: QuestionSet = STANDARD) -> SeatInput:
    """Prefill from the Slack profile what the form asks. A name that the profile does not have stays empty."""
    name = name_of(person)
    return SeatInput(
        session_id=session_id,
        source=source,
        first_name=name.first[:MAX_NAME],
        last_name=name.last[:MAX_NAME] if questions.last_name else "",
        email=person.email[:MAX_EMAIL],
    )


def is_name_sure(person: Person) -> bool:
    """Whether the name in a Slack profile can be registered as it is: it looks like one, and needs no shortening."""
    parts = [part for part in name_of(person) if part]
    return bool(parts) and all(len(part) <= MAX_NAME and can_be_name(part) for part in parts)


def form_view(
    webinar: Webinar, typed: SeatInput, *, now: datetime, questions: QuestionSet = STANDARD, note: str = ""
) -> View:
    """The registration form with the questions of the event; without reminders while the webinar is live.

    Its private_metadata has no answers: there is no room for them. `note` says why the form is shown again.
    """
    is_live = stage(webinar, now) is Stage.LIVE
    submit = "Join Now" if is_live else "Register"
    ahead = [lead for lead in REMINDERS if webinar.start - lead > now and not is_live]
    blocks: list[Block] = [
        *([paragraph(note)] if note else []),
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        *name_and_address_inputs(typed, questions),
        *question_fields.question_inputs(questions.asked, typed.answers, zone=webinar.time_zone),
        *question_fields.age_note(questions, now),
        *([_reminder_input(ahead, typed)] if ahead else []),
        context(consent(webinar, submit, with_channel=":" in typed.source)),
    ]
    return modal(
        CALLBACK,
        "Join now" if is_live else "Register",
        blocks,
        submit=submit,
        close="Cancel",
        private_metadata=typed.model_dump_json(exclude={"answers"}),
    )


def session_of(note: str) -> str:
    """The webinar of a form, from its private_metadata."""
    return SeatInput.model_validate_json(note).session_id


def read_form(values: form_values.Values, note: str, questions: QuestionSet = STANDARD) -> SeatInput:
    """Read the submitted values, not validated. `note` is the form's private_metadata."""
    before = SeatInput.model_validate_json(note)
    texts = {name: form_values.text(values, name, getattr(before, name)) for name in (FIRST_NAME, LAST_NAME, EMAIL)}
    seconds = int(form_values.choice(values, REMINDER, NEVER))
    if not questions.last_name:
        texts[LAST_NAME] = ""  # what the form does not ask is not sent
    answers = question_fields.read_answers(values, questions.asked)
    names = {name: one_line(text) for name, text in texts.items()}
    return before.model_copy(update={**names, "reminder_s": seconds, "answers": answers})


def check_form(typed: SeatInput, questions: QuestionSet = STANDARD) -> None:
    """Raise `BadInput` with everything that the provider would reject, by field."""
    found = _problems(typed, questions) | question_fields.field_problems(questions.asked, typed.answers)
    if found:
        raise BadInput("Please change what is marked.", found)


def is_complete(typed: SeatInput, questions: QuestionSet = STANDARD) -> bool:
    """Whether a profile has all that the provider requires."""
    return not _problems(typed, questions) and not question_fields.field_problems(questions.asked, typed.answers)


def working_view(webinar: Webinar, *, note: str = "", name: str = "") -> View:
    """Replaces the form in the meantime, or covers it. `note` says why it takes longer than usual.

    `name` is the view's external id, which identifies it until its id is known.
    """
    text = section(f"Registering you for *{plain(webinar.title)}*…")
    blocks = [text, *([paragraph(note)] if note else []), context(MAY_CLOSE)]
    view = modal(WORKING, "Register", blocks, private_metadata=webinar.id, notify_on_close=True)
    return view | {"external_id": name} if name else view


def opening_view(webinar: Webinar) -> View:
    """The view until the questions of the form are read."""
    text = section(f"Reading what *{plain(webinar.title)}* asks at the registration…")
    return modal(WORKING, "Register", [text], private_metadata=webinar.id, close="Cancel")


def failed_view(sentence: str, typed: SeatInput) -> View:
    """That it failed and what to do, with a button back to the form and its input."""
    back = actions(button("Back to the Form", BACK, typed.session_id, style="primary"))
    return modal(FAILED, "Not registered", [paragraph(sentence), *back], private_metadata=typed.model_dump_json())


def failed_above_form_view(sentence: str) -> View:
    """That it failed and what to do; the form stays below with all its answers."""
    return modal(FAILED, "Not registered", [paragraph(sentence)], close="Back")


def name_and_address_inputs(typed: SeatInput, questions: QuestionSet) -> list[Block]:
    """The fields for the name, as the event asks it, and the email address."""
    first = text_input(action_id=FIRST_NAME, initial_value=typed.first_name or None, focus_on_load=True)
    last = text_input(action_id=LAST_NAME, initial_value=typed.last_name or None, focus_on_load=False)
    is_optional = None if questions.requires_last_name else True
    return [
        input_block(block_id=FIRST_NAME, label="First name", element=first),
        *(
            [input_block(block_id=LAST_NAME, label="Last name", element=last, optional=is_optional)]
            if questions.last_name
            else []
        ),
        input_block(
            block_id=EMAIL,
            label="Email address",
            element=email_input(action_id=EMAIL, initial_value=typed.email or None),
        ),
    ]


def _reminder_input(ahead: list[timedelta], typed: SeatInput) -> Block:
    options = [option(value=NEVER, text="None")]
    options += [option(value=str(int(lead.total_seconds())), text=f"{offset_text(lead)} before") for lead in ahead]
    chosen = next((option for option in options if option["value"] == str(typed.reminder_s)), options[0])
    select = static_select(action_id=REMINDER, options=options, initial_option=chosen)
    return input_block(block_id=REMINDER, label="Remind me in a direct message", element=select)


def _problems(typed: SeatInput, questions: QuestionSet) -> dict[str, str]:
    provider = provider_name(typed.session_id)
    is_last_required = questions.requires_last_name
    problems = {
        FIRST_NAME: _name_problem(typed.first_name, "first name", provider),
        LAST_NAME: _name_problem(typed.last_name, "last name", provider, is_required=is_last_required),
        EMAIL: _address_problem(typed.email, provider),
    }
    return {field: problem for field, problem in problems.items() if problem}


def _name_problem(name: str, label: str, provider: str, *, is_required: bool = True) -> str:
    if not name:
        return f"Type your {label}." if is_required else ""
    if len(name) > MAX_NAME:
        return f"{provider} takes at most {MAX_NAME} characters for a {label}; this has {len(name)}."
    return ""


def _address_problem(address: str, provider: str) -> str:
    problem = address_problem(address)
    if problem is AddressProblem.TOO_LONG:
        return f"{provider} takes at most {MAX_EMAIL} characters for an address; this has {len(address)}."
    return "Type an email address, such as name@company.com." if problem else ""
