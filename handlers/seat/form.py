"""The form with which a user registers or changes their name, and its progress and error views."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from bot.commands.people_name import name_of
from bot.commands.reminder_offsets import offset_text
from bot.errors import BadInput
from bot.model.email_address import AddressProblem, address_problem
from bot.model.lifecycle import Stage, stage
from bot.model.people import Frozen, Person
from bot.model.registrant import MAX_EMAIL, MAX_NAME
from bot.model.seat import SeatDetails
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.texts.consent import consent
from bot.slack import form_values
from bot.slack.blocks import Block, actions, button, context, modal, paragraph, plain, section
from bot.slack.form_elements import email_input, input_block, option, static_select, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import timing

CALLBACK = "seat.form"
RENAME_CALLBACK = "seat.name_form"
WORKING = "seat.working"
FAILED = "seat.failed"
BACK = "seat.back"

FIRST_NAME, LAST_NAME, EMAIL, REMINDER = "first_name", "last_name", "email", "reminder"
"""The block ids of the fields."""
NEVER = "0"
REMINDERS = (timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
"""The reminders to choose from, as time before the start."""
SAME_NAME = "This is the name you are registered under. Change it, or press Cancel."


class SeatInput(Frozen):
    """The context and input of the form, kept in its private_metadata so that it can be shown again."""

    session_id: str
    source: str = ""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    reminder_s: int = int(REMINDERS[0].total_seconds())

    @property
    def attendee(self) -> SeatDetails:
        """The name and address to register."""
        return SeatDetails(first_name=self.first_name, last_name=self.last_name, email=self.email)

    @property
    def lead(self) -> timedelta | None:
        """The time of the reminder before the start; `None` for no reminder."""
        return timedelta(seconds=self.reminder_s) or None


def from_profile(person: Person, session_id: str, source: str) -> SeatInput:
    """Prefill from the Slack profile. A name that the profile does not have stays empty."""
    name = name_of(person)
    return SeatInput(
        session_id=session_id,
        source=source,
        first_name=name.first[:MAX_NAME],
        last_name=name.last[:MAX_NAME],
        email=person.email[:MAX_EMAIL],
    )


def form_view(webinar: Webinar, typed: SeatInput, *, now: datetime) -> View:
    """The registration form; without reminders while the webinar is live."""
    is_live = stage(webinar, now) is Stage.LIVE
    submit = "Join Now" if is_live else "Register"
    ahead = [lead for lead in REMINDERS if webinar.start - lead > now and not is_live]
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        *_name_inputs(typed),
        input_block(
            block_id=EMAIL,
            label="Email address",
            element=email_input(action_id=EMAIL, initial_value=typed.email or None),
        ),
        *([_reminder_input(ahead, typed)] if ahead else []),
        context(consent(webinar, submit, with_channel=":" in typed.source)),
    ]
    return modal(
        CALLBACK,
        "Join now" if is_live else "Register",
        blocks,
        submit=submit,
        close="Cancel",
        private_metadata=typed.model_dump_json(),
    )


def rename_view(webinar: Webinar, typed: SeatInput) -> View:
    """The form for another name, which states the consequences."""
    provider = provider_name(webinar.id)
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section(
            f"{provider} cannot change a name. Your registration is deleted and made anew, so *your link changes*: "
            f"the one you have stops working. {provider} may send you an email about each."
        ),
        *_name_inputs(typed),
    ]
    return modal(
        RENAME_CALLBACK,
        "Change my name",
        blocks,
        submit="Change My Name",
        close="Cancel",
        private_metadata=typed.model_dump_json(),
    )


def read_form(values: form_values.Values, note: str) -> SeatInput:
    """Read the submitted values, not validated. `note` is the form's private_metadata."""
    before = SeatInput.model_validate_json(note)
    texts = {name: form_values.text(values, name, getattr(before, name)) for name in (FIRST_NAME, LAST_NAME, EMAIL)}
    seconds = int(form_values.choice(values, REMINDER, NEVER))
    return before.model_copy(update={**{name: one_line(text) for name, text in texts.items()}, "reminder_s": seconds})


def check_form(typed: SeatInput) -> None:
    """Raise `BadInput` with everything that the provider would reject, by field."""
    if found := _problems(typed):
        raise BadInput("Please change what is marked.", found)


def is_complete(typed: SeatInput) -> bool:
    """Whether a profile has all that the provider requires."""
    return not _problems(typed)


def check_rename(typed: SeatInput, note: str) -> None:
    """Raise `BadInput` also if the name is unchanged: the link would change for nothing."""
    check_form(typed)
    was = SeatInput.model_validate_json(note)
    if (typed.first_name, typed.last_name) == (was.first_name, was.last_name):
        raise BadInput(SAME_NAME, {FIRST_NAME: SAME_NAME})


def working_view(webinar: Webinar, *, renaming: bool = False, note: str = "") -> View:
    """Replaces the form in the meantime. `note` says why it takes longer than usual."""
    label = (
        f"Registering you again for *{plain(webinar.title)}*…"
        if renaming
        else (f"Registering you for *{plain(webinar.title)}*…")
    )
    blocks: list[Block] = [section(label), *([paragraph(note)] if note else [])]
    closing = context("You can close this window: the result then comes as a direct message.")
    title = "Change my name" if renaming else "Register"
    return modal(WORKING, title, [*blocks, closing], private_metadata=webinar.id, notify_on_close=True)


def failed_view(sentence: str, typed: SeatInput) -> View:
    """That it failed and what to do, with a button back to the form and its input."""
    back = actions(button("Back to the Form", BACK, typed.session_id, style="primary"))
    return modal(FAILED, "Not registered", [paragraph(sentence), *back], private_metadata=typed.model_dump_json())


def rename_failed_view(sentence: str) -> View:
    """That the name was not changed, and what to do."""
    return modal(FAILED, "Name not changed", [paragraph(sentence)])


def _name_inputs(typed: SeatInput) -> list[Block]:
    named = (("First name", FIRST_NAME, typed.first_name), ("Last name", LAST_NAME, typed.last_name))
    return [
        input_block(
            block_id=block,
            label=label,
            element=text_input(action_id=block, initial_value=value or None, focus_on_load=not number),
        )
        for number, (label, block, value) in enumerate(named)
    ]


def _reminder_input(ahead: list[timedelta], typed: SeatInput) -> Block:
    options = [option(value=NEVER, text="None")]
    options += [option(value=str(int(lead.total_seconds())), text=f"{offset_text(lead)} before") for lead in ahead]
    chosen = next((option for option in options if option["value"] == str(typed.reminder_s)), options[0])
    select = static_select(action_id=REMINDER, options=options, initial_option=chosen)
    return input_block(block_id=REMINDER, label="Remind me in a direct message", element=select)


def _problems(typed: SeatInput) -> dict[str, str]:
    provider = provider_name(typed.session_id)
    problems = {
        FIRST_NAME: _name_problem(typed.first_name, "first name", provider),
        LAST_NAME: _name_problem(typed.last_name, "last name", provider),
        EMAIL: _address_problem(typed.email, provider),
    }
    return {field: problem for field, problem in problems.items() if problem}


def _name_problem(name: str, label: str, provider: str) -> str:
    if not name:
        return f"Type your {label}."
    if len(name) > MAX_NAME:
        return f"{provider} takes at most {MAX_NAME} characters for a {label}; this has {len(name)}."
    return ""


def _address_problem(address: str, provider: str) -> str:
    problem = address_problem(address)
    if problem is AddressProblem.TOO_LONG:
        return f"{provider} takes at most {MAX_EMAIL} characters for an address; this has {len(address)}."
    return "Type an email address, such as name@company.com." if problem else ""
