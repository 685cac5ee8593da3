"""The form with which an organizer registers another person: one in Slack, or anyone by name and address."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, ValidationError

from bot.model.ability import Ability
from bot.model.people import Frozen
from bot.model.question import STANDARD, Answers, QuestionSet
from bot.model.registrant import MAX_NAME
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.bulk import csv_import
from bot.slack import buttons, form_values
from bot.slack.blocks import Block, Element, actions, button, modal, paragraph, plain, section
from bot.slack.form_elements import (
    checkboxes,
    email_input,
    input_block,
    option,
    radio_buttons,
    static_select,
    text_input,
    url_input,
    users_select,
)
from bot.slack.message import View
from bot.webinars.texts.facts import timing
from handlers import question_fields
from handlers.dependent_fields import Hidden, hidden_input, with_input

CALLBACK = "enrol.form"
MANY = "enrol.many"
"""Opens the form for many people. The value is the webinar's id."""
FIELDS = "enrol.fields"
"""Chooses something that other fields belong to."""
MORE = "enrol.more"
"""Shows the fields that few need. The value is the webinar's id."""

WHO, USER, FIRST, LAST, EMAIL = "who", "user", "first_name", "last_name", "email"
SOURCE, EXTERNAL_ID, LINKS, JOIN, CANCEL = "source", "external_id", "links", "join_page", "cancel_page"
APPROVED = "is_approved"
"""The block ids of the fields; only people who may approve see this form."""

IN_SLACK, ELSE = "slack", "else"
WHO_CHOICES = {IN_SLACK: "Someone in Slack", ELSE: "Someone else, by name and email address"}
ASKED_FIRST = "They get a direct message with Take My Seat and No Thanks, and no email before they answer"
MAX_PAIRS_TEXT = 1_000


class Links(StrEnum):
    """The pages that a person joins and cancels by."""

    PROVIDER = "provider"
    GREENROOM = "greenroom"
    OWN = "own"


class RegistrantInput(Frozen):
    """The submitted values of the chosen kind of person, not validated."""

    is_in_slack: bool = False
    user_id: str = ""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    source: str = ""
    external_id: str = Field(default="", repr=False)
    links: Links = Links.PROVIDER
    join_page: str = Field(default="", repr=False)
    cancel_page: str = Field(default="", repr=False)
    answers: Answers = Field(default=(), repr=False)
    is_approved: bool = False


class RegisterContext(Frozen):
    """The context of the form: the webinar, and what the form does not show."""

    session_id: str
    shows_more: bool = False
    hidden: Hidden = Field(default={}, repr=False)
    """What was typed into fields of another choice."""


def read_context(note: str) -> RegisterContext:
    """The context from the form's private_metadata; that of an earlier release is the webinar's id."""
    try:
        return RegisterContext.model_validate_json(note)
    except ValidationError:
        return RegisterContext(session_id=note)


def form_view(
    webinar: Webinar,
    typed: RegistrantInput,
    *,
    has_pages: bool,
    note: str = "",
    questions: QuestionSet = STANDARD,
    opened: RegisterContext | None = None,
    values: form_values.Values | None = None,
) -> View:
    """The form with the fields of the chosen kind of person, and with the questions of the event.

    `typed` has values from the command. After a choice, the form is shown again with its input in `values` and as it
    was `opened`; what was typed into fields that it no longer shows returns with them.
    """
    opened = opened or RegisterContext(session_id=webinar.id)
    known = {**opened.hidden, **(values or {})}
    who = form_values.choice(known, WHO, ELSE if typed.email else IN_SLACK)
    fields = [_who(who), *(_of_user(typed) if who == IN_SLACK else _of_person(webinar, typed, questions))]
    if who == ELSE:
        fields += _approval(webinar)
        fields += _more(webinar, known, has_pages=has_pages, shows_more=opened.shows_more)
    blocks = with_input(fields, known)
    context = opened.model_copy(update={"hidden": hidden_input(blocks, known)})
    return modal(
        CALLBACK,
        "Register someone",
        [
            *([paragraph(note)] if note else []),
            section(f"*{plain(webinar.title)}*\n{timing(webinar)}", _many(webinar)),
            *blocks,
        ],
        submit="Register",
        close="Cancel",
        private_metadata=context.model_dump_json(),
    )


def has_all_fields(values: form_values.Values) -> bool:
    """Whether a submitted form has the fields of its choices: it can be sent before Slack has shown them."""
    if _who_of(values) == IN_SLACK:
        return USER in values
    return EMAIL in values and (JOIN in values or _links_of(values) is not Links.OWN)


def read_form(values: form_values.Values, questions: QuestionSet = STANDARD) -> RegistrantInput:
    """Read the submitted values of the chosen kind of person."""
    source = one_line(form_values.text(values, SOURCE, ""))
    if _who_of(values) == IN_SLACK:
        user = (form_values.element(values, USER) or {}).get("selected_user")
        return RegistrantInput(is_in_slack=True, user_id=str(user or ""), source=source)
    texts = {name: one_line(form_values.text(values, name, "")) for name in (FIRST, LAST, EMAIL)}
    return RegistrantInput(
        first_name=texts[FIRST],
        last_name=texts[LAST],
        email=texts[EMAIL],
        source=source,
        external_id=form_values.text(values, EXTERNAL_ID, ""),
        links=_links_of(values),
        join_page=form_values.text(values, JOIN, "").strip(),
        cancel_page=form_values.text(values, CANCEL, "").strip(),
        answers=question_fields.read_answers(values, questions.asked),
        is_approved=APPROVED in form_values.choices(values, APPROVED, frozenset()),
    )


def _who_of(values: form_values.Values) -> str:
    """The chosen kind of person; in a form without the choice, what was filled in."""
    chosen = (form_values.element(values, USER) or {}).get("selected_user")
    return form_values.choice(values, WHO, IN_SLACK if chosen else ELSE)


def _links_of(values: form_values.Values) -> Links:
    return Links(form_values.choice(values, LINKS, Links.PROVIDER))


def _many(webinar: Webinar) -> Element:
    return buttons.webinar_button(webinar, "Register Many", MANY)


def _who(chosen: str) -> Block:
    options = {who: option(value=who, text=text) for who, text in WHO_CHOICES.items()}
    element = radio_buttons(action_id=FIELDS, options=list(options.values()), initial_option=options[chosen])
    return _field(WHO, "Who?", element, is_chooser=True)


def _of_user(typed: RegistrantInput) -> list[Block]:
    user = users_select(action_id=USER, placeholder="Choose a person", initial_user=typed.user_id or None)
    return [_field(USER, "Person", user, ASKED_FIRST), _source()]


def _of_person(webinar: Webinar, typed: RegistrantInput, questions: QuestionSet) -> list[Block]:
    last = _field(LAST, "Last name", _text(LAST, MAX_NAME), optional=not questions.requires_last_name)
    email = email_input(action_id=EMAIL, initial_value=typed.email or None)
    return [
        _field(FIRST, "First name", _text(FIRST, MAX_NAME)),
        *([last] if questions.last_name else []),
        _field(EMAIL, "Email address", email),
        *question_fields.question_inputs(questions.asked, (), zone=webinar.time_zone),
        _source(),
    ]


def _source() -> Block:
    source = text_input(action_id=SOURCE, max_length=csv_import.MAX_SOURCE)
    return _field(SOURCE, "Source", source, "Where they heard of it, for your own figures", optional=True)


def _approval(webinar: Webinar) -> list[Block]:
    if Ability.APPROVE not in webinar.abilities:
        return []
    boxes = checkboxes(action_id=APPROVED, options=[option(value=APPROVED, text="Approve them at once")])
    return [_field(APPROVED, "Approval", boxes, optional=True)]


def _more(webinar: Webinar, known: form_values.Values, *, has_pages: bool, shows_more: bool) -> list[Block]:
    """The fields that few need, as far as the event supports them; the button for them until it is pressed."""
    can_identify, can_link = Ability.EXTERNAL_ID in webinar.abilities, Ability.OWN_LINKS in webinar.abilities
    if not shows_more:
        label = "More fields: IDs in your other systems, your own links"
        more = button("More Fields", MORE, webinar.id, label=label)
        return actions(more) if can_identify or can_link else []
    provider = provider_name(webinar.id)
    pairs = text_input(
        action_id=EXTERNAL_ID, multiline=True, max_length=MAX_PAIRS_TEXT, placeholder="lead=00Q5\nregion=north"
    )
    hint = f"One ID per line, after its name and an equals sign; {provider} keeps them with the registrant"
    return [
        *([_field(EXTERNAL_ID, "IDs in your other systems", pairs, hint, optional=True)] if can_identify else []),
        *(_links(_links_of(known), provider, has_pages=has_pages) if can_link else []),
    ]


def _links(chosen: Links, provider: str, *, has_pages: bool) -> list[Block]:
    """The choice of the links, and the fields for pages of one's own."""
    texts = {
        Links.PROVIDER: f"{provider}'s links",
        Links.GREENROOM: "Greenroom's own pages",
        Links.OWN: "Your own pages",
    }
    offered = [links for links in Links if has_pages or links is not Links.GREENROOM]
    options = {links: option(value=links.value, text=texts[links]) for links in offered}
    initial = options.get(chosen, options[Links.PROVIDER])
    choice = static_select(action_id=FIELDS, options=list(options.values()), initial_option=initial)
    own = [
        _field(JOIN, "Your page to join", url_input(action_id=JOIN), optional=True),
        _field(CANCEL, "Your page to cancel", url_input(action_id=CANCEL), optional=True),
    ]
    links = _field(LINKS, "Links to join and cancel", choice, is_chooser=True)
    return [links, *(own if chosen is Links.OWN else [])]


def _field(
    block_id: str,
    label: str,
    element: Element,
    hint: str | None = None,
    *,
    optional: bool = False,
    is_chooser: bool = False,
) -> Block:
    dispatch = True if is_chooser else None
    return input_block(
        block_id=block_id, label=label, hint=hint, element=element, optional=optional, dispatch_action=dispatch
    )


def _text(action_id: str, max_length: int) -> Element:
    return text_input(action_id=action_id, max_length=max_length)
