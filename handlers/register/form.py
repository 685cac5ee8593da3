"""The form with which an organizer registers another person, its progress view, and its result."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from bot.errors import BadInput
from bot.model.email_address import AddressProblem, address_problem
from bot.model.external_id import encode
from bot.model.people import Frozen
from bot.model.question import STANDARD, Answers, QuestionSet
from bot.model.registrant import MAX_EMAIL, MAX_LINK, MAX_NAME, NewRegistration, RegistrantDetails, RegistrantStatus
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.bulk import csv_import
from bot.slack import buttons, form_values
from bot.slack.blocks import MAX_URL, Block, Element, context, message, modal, paragraph, person, plain, section
from bot.slack.form_elements import email_input, input_block, text_input, users_select
from bot.slack.message import Message, View
from bot.webinars.texts.facts import timing
from handlers import question_fields
from handlers.register.optional_fields import APPROVED, CANCEL, EXTERNAL_ID, JOIN, PAGES, SOURCE, optional_fields

CALLBACK = "enrol.form"
WORKING = "enrol.working"
DONE = "enrol.done"
FAILED = "enrol.failed"
MANY = "enrol.many"
"""Opens the form for many people. The value is the webinar's id."""

USER, FIRST, LAST, EMAIL = "user", "first_name", "last_name", "email"
"""The block ids of the fields; others are in `optional_fields`."""

IN_SLACK = "They get a direct message with Take My Seat and No Thanks, and no email before they answer"
NO_PERSON = "Choose somebody in Slack, or type a first name, a last name and an email address."
BOTH = "Leave this empty, or the choice above: it is one person at a time."
NOT_IN_SLACK = "Leave this empty for somebody in Slack: Greenroom gives them a seat of their own, with their own links."
NO_LINK = "Write a whole address that begins with https://"
LONG_LINK = f"{{}} takes at most {MAX_LINK} characters, and this has {{}}. Use a shorter address."
NO_PAIRS = "Write one value a line, with its name before it: lead=00Q5"
ADDRESS_PROBLEMS = {
    AddressProblem.MISSING: "Type their email address.",
    AddressProblem.INVALID: "This address is not complete.",
    AddressProblem.TOO_LONG: f"Use at most {MAX_EMAIL} characters.",
}
LONG_PAIRS = f"This is too long. Use at most {csv_import.MAX_EXTERNAL_ID:,} characters."
OR_PAGES = "Leave this empty, or do not use Greenroom's own pages."
WAITS_FOR_APPROVAL = (
    "Their registration waits for approval, so there is no link yet. Use */webinar registrants* to approve or deny it."
)
WRONG = "Please change what is marked."


class RegistrantInput(Frozen):
    """The submitted values, not validated."""

    user_id: str = ""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    source: str = ""
    external_id: str = Field(default="", repr=False)
    join_page: str = Field(default="", repr=False)
    cancel_page: str = Field(default="", repr=False)
    own_pages: bool = False
    answers: Answers = Field(default=(), repr=False)
    is_approved: bool = False


def form_view(
    webinar: Webinar, typed: RegistrantInput, *, has_pages: bool, note: str = "", questions: QuestionSet = STANDARD
) -> View:
    """The form with the questions of the event; its private_metadata is the webinar's id.

    `typed` has values from the command.
    """
    user = users_select(action_id=USER, placeholder="Choose a person", initial_user=typed.user_id or None)
    email = email_input(action_id=EMAIL, initial_value=typed.email or None)
    blocks: list[Block] = [
        *([paragraph(note)] if note else []),
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}", buttons.webinar_button(webinar, "Register Many", MANY)),
        _field(
            USER,
            "Somebody in Slack",
            user,
            IN_SLACK,
        ),
        _field(FIRST, "Or somebody else: first name", _text(FIRST, MAX_NAME)),
        *([_field(LAST, "Last name", _text(LAST, MAX_NAME))] if questions.last_name else []),
        _field(EMAIL, "Email address", email),
        *question_fields.question_inputs(questions.asked, (), zone=webinar.time_zone, is_optional=True),
        *optional_fields(webinar, has_pages=has_pages),
    ]
    return modal(CALLBACK, "Register somebody", blocks, submit="Register", close="Cancel", private_metadata=webinar.id)


def read_form(values: form_values.Values, questions: QuestionSet = STANDARD) -> RegistrantInput:
    """Read the submitted values."""
    texts = {name: one_line(form_values.text(values, name, "")) for name in (FIRST, LAST, EMAIL, SOURCE)}
    return RegistrantInput(
        user_id=str((form_values.element(values, USER) or {}).get("selected_user") or ""),
        first_name=texts[FIRST],
        last_name=texts[LAST],
        email=texts[EMAIL],
        source=texts[SOURCE],
        external_id=form_values.text(values, EXTERNAL_ID, ""),
        join_page=form_values.text(values, JOIN, "").strip(),
        cancel_page=form_values.text(values, CANCEL, "").strip(),
        own_pages=PAGES in form_values.choices(values, PAGES, frozenset()),
        answers=question_fields.read_answers(values, questions.asked),
        is_approved=APPROVED in form_values.choices(values, APPROVED, frozenset()),
    )


def registrant_details(
    typed: RegistrantInput, provider: str, questions: QuestionSet = STANDARD
) -> RegistrantDetails | None:
    """The person to register; `None` for a Slack user. Raises `BadInput` with every problem by field."""
    problems: dict[str, str] = {}
    external_id = _read_pairs(typed.external_id, problems)
    for block, page in ((JOIN, typed.join_page), (CANCEL, typed.cancel_page)):
        if page and not _is_link(page):
            problems[block] = NO_LINK
        elif len(page) > MAX_LINK:
            problems[block] = LONG_LINK.format(provider, len(page))
        elif page and typed.own_pages:
            problems[block] = OR_PAGES
    if typed.user_id:
        problems |= {name: BOTH for name in (FIRST, LAST, EMAIL) if getattr(typed, name)}
        not_for_users = (EXTERNAL_ID, JOIN, CANCEL, PAGES)
        problems |= {name: NOT_IN_SLACK for name in not_for_users if getattr(typed, name)}
    elif not (typed.first_name or typed.last_name or typed.email):
        problems[USER] = NO_PERSON
    else:
        problems |= _person_problems(typed, questions)
    if problems:
        raise BadInput(WRONG, problems)
    if typed.user_id:
        return None
    return RegistrantDetails(
        first_name=typed.first_name,
        last_name=typed.last_name,
        email=typed.email,
        source=typed.source,
        external_id=external_id,
        join_page=SecretStr(typed.join_page),
        cancel_page=SecretStr(typed.cancel_page),
        fields=typed.answers,
        is_approved=typed.is_approved,
    )


def working_view(webinar: Webinar, name: str = "", *, note: str = "") -> View:
    """The progress view above the form. `note` says why it takes longer than usual.

    `name` is the view's external id, which identifies it until its id is known.
    """
    blocks: list[Block] = [section(f"Registering somebody for *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    closing = context("You can close this window: the result then comes as a direct message.")
    view = modal(WORKING, "Register somebody", [*blocks, closing], private_metadata=webinar.id, close="Back")
    return view | {"external_id": name} if name else view


def failed_view(sentence: str) -> View:
    """That nobody was registered, and what to do; the form stays below it."""
    return modal(FAILED, "Not registered", [paragraph(sentence)], close="Back")


def done_view(webinar: Webinar, lines: Sequence[Block], name: str = "") -> View:
    """That the person is registered, with the links to pass on. Closing it closes the form below."""
    view = modal(DONE, "Registered", [section(_head(webinar, name)), *lines], close="Done")
    return view | {"clear_on_close": True}


def done_message(webinar: Webinar, lines: Sequence[Block], name: str = "") -> Message:
    """The same as a DM, if the form was closed in the meantime."""
    return message(_head(webinar, name), [section(_head(webinar, name)), *lines])


def link_blocks(
    new: NewRegistration, own_join: str, own_cancel: str, *, provider: str, is_silent: bool | None
) -> list[Block]:
    """The registrant's links, which of our pages the provider has accepted, and who sends the links.

    `own_join` and `own_cancel` are the URLs of our own pages, if used; `is_silent`: the provider sends no emails.
    """
    registrant = new.registrant
    if registrant.status is RegistrantStatus.PENDING:
        return [section(WAITS_FOR_APPROVAL)]
    join, cancel = registrant.join_link.get_secret_value(), registrant.cancel_link.get_secret_value()
    blocks = [
        section(f"*To join*\n```{own_join or join}```"),
        section(f"*To cancel*\n```{own_cancel or cancel}```"),
        *[paragraph(sentence) for sentence in _kept(new, provider)],
    ]
    mail = f"{provider} emails them." if is_silent is False else ""
    if is_silent:
        mail = f"{provider} emails nobody for this webinar: share the links."
    return [
        *blocks,
        context("\n".join(filter(None, [mail, "These links are personal. Please keep them out of channels."]))),
    ]


def suggested_view(webinar: Webinar, user_id: str) -> View:
    """That a Slack user was asked. Closing it closes the form below."""
    blocks = [section(_suggested(webinar, user_id))]
    return modal(DONE, "Asked", blocks, close="Done") | {"clear_on_close": True}


def suggested_message(webinar: Webinar, user_id: str) -> Message:
    """The same as a DM, if the form was closed in the meantime."""
    return message(_suggested(webinar, user_id), [section(_suggested(webinar, user_id))])


def seat_blocks(user_id: str) -> list[Block]:
    """That a Slack user has a seat, and how they are notified."""
    return [section(f"<@{user_id}> has a seat, and gets their own link and a calendar file as a direct message.")]


def _kept(new: NewRegistration, provider: str) -> list[str]:
    asked = new.details
    if new.page_key:
        sentence = "has kept Greenroom's page to cancel by" if new.keeps_cancel_page else "sends its own links"
        return [f"{provider} {sentence}. The links above are Greenroom's own pages, and they work in any case."]
    names = {"join": (asked.join_page, new.keeps_join_page), "cancel": (asked.cancel_page, new.keeps_cancel_page)}
    accepted = [name for name, (page, is_kept) in names.items() if page.get_secret_value() and is_kept]
    ignored = [name for name, (page, is_kept) in names.items() if page.get_secret_value() and not is_kept]
    verb = "refused" if new.refuses_pages else "ignored"
    return [
        *(f"{provider} has kept your page to {name} by." for name in accepted),
        *(
            f"{provider} has {verb} your page to {name} by, and shows its own link. Give them yours if you like."
            for name in ignored
        ),
    ]


def _suggested(webinar: Webinar, user_id: str) -> str:
    provider = provider_name(webinar.id)
    return (
        f"<@{user_id}> is asked in a direct message whether they take a seat at *{plain(webinar.title)}*. "
        f"{provider} gets their name and address, and emails them, only if they do."
    )


def _head(webinar: Webinar, name: str) -> str:
    return f"{person(name) or 'One more person'} is registered for *{plain(webinar.title)}*."


def _person_problems(typed: RegistrantInput, questions: QuestionSet) -> dict[str, str]:
    """The problems of a name, an address and the answers, by field."""
    is_last_missing = questions.requires_last_name and not typed.last_name
    problems = {
        FIRST: "" if typed.first_name else "Type their first name.",
        LAST: "Type their last name." if is_last_missing else "",
        EMAIL: _address_problem(typed.email),
        **question_fields.field_problems(questions.asked, typed.answers),
    }
    return {block: problem for block, problem in problems.items() if problem}


def _address_problem(email: str) -> str:
    problem = address_problem(email)
    return ADDRESS_PROBLEMS[problem] if problem else ""


def _read_pairs(text: str, problems: dict[str, str]) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [(name.strip(), value.strip()) for name, _, value in (line.partition("=") for line in lines)]
    if not all(name and value for name, value in pairs):
        problems[EXTERNAL_ID] = NO_PAIRS
        return ""
    encoded = encode(pairs) if pairs else ""
    if len(encoded) > csv_import.MAX_EXTERNAL_ID:
        problems[EXTERNAL_ID] = LONG_PAIRS
    return encoded


def _is_link(page: str) -> bool:
    try:
        parts = urlsplit(page)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and len(page) <= MAX_URL


def _field(block_id: str, label: str, element: Element, hint: str | None = None) -> Block:
    return input_block(block_id=block_id, label=label, hint=hint, element=element, optional=True)


def _text(action_id: str, max_length: int) -> Element:
    return text_input(action_id=action_id, max_length=max_length)
