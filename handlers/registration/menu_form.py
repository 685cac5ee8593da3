"""The form for all settings of a registration: status, limit, emails, access, and what follows the event."""

from __future__ import annotations

from datetime import datetime

from bot.commands.limit_arg import read_limit
from bot.model.ability import Ability
from bot.model.lifecycle import Stage, is_full, stage
from bot.model.people import Frozen
from bot.model.webinar import OnDemand, Preferences, Registration, Webinar
from bot.providers.event_ref import provider_name
from bot.registration.forecast import Forecast
from bot.registration.state import RegistrationState, state_of
from bot.registration.texts.forecast_text import forecast_facts
from bot.registration.texts.preferences import (
    DEVICES,
    DIGEST,
    DURATIONS,
    FIELDS,
    ON_DEMAND,
    RECORDING,
    REOPENS,
    SUPPRESS,
    WORK_EMAIL,
    preference_label,
)
from bot.slack import buttons, form_values
from bot.slack.blocks import Block, Element, actions, as_of, context, fields, modal, paragraph, plain, section, warning
from bot.slack.form_elements import checkboxes, input_block, number_input, option, radio_buttons, static_select
from bot.slack.message import View
from bot.webinars.texts.facts import people, registration_state, timing
from bot.webinars.texts.on_demand import on_demand_fact
from handlers.field_problems import problem_of

CALLBACK = "door.menu_form"
READING = "door.menu_reading"
WORKING = "door.menu_working"
NOTHING = "door.menu_nothing"
FAILED = "door.menu_failed"

TITLE = "Registration"

STATUS, LIMIT = "registrationStatus", "autoCloseLimit"
OPEN, CLOSED = "Open", "Closed"
EMAILS, PEOPLE, AFTER = "emails", "people", "after"
BOXES = {EMAILS: (SUPPRESS, DIGEST), PEOPLE: (WORK_EMAIL, DEVICES), AFTER: (REOPENS, RECORDING)}
"""The groups of checkboxes: block id, then the provider's parameters."""

AFTER_CHOSEN = "door.after"
"""Chooses what follows the event, which the duration belongs to."""

LABELS = {EMAILS: "Emails", PEOPLE: "Who can join", AFTER: "After the event"}
HINTS = {
    EMAILS: "Without emails from {provider}, people who register in Slack get their link from Greenroom. You get a "
    "file with the links of everyone else.",
    PEOPLE: "{provider} doesn't say whether “Joining on several devices” allows or prevents it. Try it before you rely "
    "on it.",
    AFTER: "Both are about the recording. Choose one, and a field asks for how long.",
}


class MenuContext(Frozen):
    """The context of the form: the webinar, and its settings when the form was opened."""

    session_id: str
    shown: RegistrationState
    is_over: bool = False
    """Whether the webinar was over when it was opened: then it has only what applies after the event."""


def is_ready(webinar: Webinar) -> bool:
    """Whether the mirror has everything that the form shows."""
    return webinar.registration is not None and webinar.registration.preferences is not None


def form_view(
    webinar: Webinar,
    forecast: Forecast,
    *,
    now: datetime,
    opened: MenuContext | None = None,
    typed: form_values.Values | None = None,
    problem: str = "",
) -> View:
    """The form for a webinar that `is_ready`.

    After a choice that other fields belong to, or a `problem`, it is shown again with the input in `typed` and as it
    was `opened`.
    """
    provider = provider_name(webinar.id)
    read = _read(webinar)
    is_over = stage(webinar, now) is Stage.OVER
    opened = opened or MenuContext(session_id=webinar.id, shown=state_of(read), is_over=is_over)
    settings = _read_settings(typed or {}, opened.shown)
    preferences = settings.preferences or Preferences()
    limit = form_values.text(typed or {}, LIMIT, _typed(opened.shown.limit))
    abilities, groups = webinar.abilities, _groups(webinar, is_over=opened.is_over)
    can_open = Ability.OPEN_CLOSE in abilities
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        _facts(webinar, read, forecast, now),
        context(f"From {provider} {as_of(read.read_at, now)}"),
        *([_status_input(settings)] if can_open and not (is_full(read) or opened.is_over) else []),
        *([_limit_input(limit, is_full=is_full(read) and not opened.is_over)] if Ability.LIMIT in abilities else []),
        *(_checkbox_input(name, preferences, provider) for name in groups),
        *([_duration_input(preferences)] if AFTER in groups and _follows(preferences) else []),
        *_buttons(webinar),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Save", close="Cancel", private_metadata=opened.model_dump_json())


def _groups(webinar: Webinar, *, is_over: bool) -> list[str]:
    """The groups of checkboxes that the event supports and that apply now."""
    if Ability.PREFERENCES not in webinar.abilities:
        return []
    groups = [AFTER] if is_over else list(LABELS)
    return [name for name in groups if name != AFTER or Ability.ON_DEMAND in webinar.abilities]


def _follows(preferences: Preferences) -> bool:
    """Whether there is anything after the event that ends at some time."""
    return any(getattr(preferences, FIELDS[parameter][0]) for parameter in BOXES[AFTER])


def read_context(note: str) -> MenuContext:
    """Read the context from the form's private_metadata."""
    return MenuContext.model_validate_json(note)


def read_form(values: form_values.Values, opened: MenuContext) -> RegistrationState:
    """Read the submitted settings; fields that were not in the form stay as shown. Raises `BadInput` by field.

    After the end, registration is open exactly if people can register for the recording.
    """
    shown = opened.shown
    text = form_values.text(values, LIMIT, _typed(shown.limit)).strip()
    with problem_of(LIMIT):
        limit = read_limit(text, "leave it empty", provider_name(opened.session_id)) if text else None
    wanted = _read_settings(values, shown).model_copy(update={"limit": limit})
    was, after = shown.preferences, wanted.preferences
    if opened.is_over and was and after and was.open_after_event != after.open_after_event:
        return wanted.model_copy(update={"is_open": after.open_after_event})
    return wanted


def reading_view(webinar: Webinar, *, note: str = "") -> View:
    """The progress view while the preferences are read. `note` says why it takes longer than usual."""
    provider = provider_name(webinar.id)
    return _waiting(READING, f"Reading the registration of *{plain(webinar.title)}* from {provider}…", note)


def working_view(webinar: Webinar, *, note: str = "") -> View:
    """Replaces the form while it is saved."""
    closing = "You can close this window: the result then comes as a direct message."
    return _waiting(WORKING, f"Changing the registration of *{plain(webinar.title)}*…", note, closing)


def nothing_changed_view(webinar: Webinar) -> View:
    """That the form was submitted without changes."""
    return modal(NOTHING, TITLE, [section(f"Nothing was changed about *{plain(webinar.title)}*.")])


def unread_view(sentence: str) -> View:
    """That the registration could not be read, and what to do."""
    return modal(FAILED, "Registration not read", [paragraph(sentence)])


def _facts(webinar: Webinar, read: Registration, forecast: Forecast, now: datetime) -> Block:
    recording = on_demand_fact(webinar, now)
    if recording:
        return fields([recording, ("Registered", people(read.count))])
    return fields([("Registration", registration_state(read)), *forecast_facts(webinar, forecast)])


def _read_settings(values: form_values.Values, shown: RegistrationState) -> RegistrationState:
    """The submitted settings, except the limit."""
    was = shown.preferences or Preferences()
    changes: dict[str, object] = {}
    for block_id, parameters in BOXES.items():
        ticked = form_values.choices(
            values, block_id, frozenset(parameter for parameter in parameters if getattr(was, FIELDS[parameter][0]))
        )
        changes |= {FIELDS[parameter][0]: parameter in ticked for parameter in parameters}
    changes["on_demand"] = OnDemand(form_values.choice(values, ON_DEMAND, was.on_demand))
    return RegistrationState(
        is_open=form_values.choice(values, STATUS, _status_of(shown)) == OPEN,
        limit=shown.limit,
        preferences=was.model_copy(update=changes),
    )


def _status_input(settings: RegistrationState) -> Block:
    labels = {OPEN: "Open: people can register", CLOSED: "Closed: nobody can register; links keep working"}
    options = {value: option(text=text, value=value) for value, text in labels.items()}
    element = radio_buttons(
        action_id=STATUS, options=list(options.values()), initial_option=options[_status_of(settings)]
    )
    return _input(STATUS, "Registration", element, optional=False)


def _limit_input(limit: str, *, is_full: bool) -> Block:
    element = number_input(action_id=LIMIT, is_decimal_allowed=False, initial_value=limit or None, placeholder="200")
    full = "It is full: a higher limit opens it again. " if is_full else ""
    return _input(LIMIT, "Maximum registrations", element, hint=f"{full}Leave it empty for no limit")


def _checkbox_input(block_id: str, preferences: Preferences, provider: str) -> Block:
    labels = {parameter: preference_label(parameter, provider) for parameter in BOXES[block_id]}
    boxes = {parameter: option(text=text, value=parameter) for parameter, text in labels.items()}
    ticked = [boxes[parameter] for parameter in boxes if getattr(preferences, FIELDS[parameter][0])]
    action_id = AFTER_CHOSEN if block_id == AFTER else block_id
    element = checkboxes(action_id=action_id, options=list(boxes.values()), initial_options=ticked or None)
    return input_block(
        block_id=block_id,
        label=LABELS[block_id],
        element=element,
        hint=HINTS[block_id].format(provider=provider),
        optional=True,
        dispatch_action=True if block_id == AFTER else None,
    )


def _duration_input(preferences: Preferences) -> Block:
    options = {value: option(text=text, value=value.value) for value, text in DURATIONS.items()}
    element = static_select(
        action_id=ON_DEMAND,
        options=list(options.values()),
        initial_option=options[preferences.on_demand],
        placeholder="Choose one",
    )
    return _input(ON_DEMAND, FIELDS[ON_DEMAND][1], element, optional=False)


def _input(block_id: str, label: str, element: Element, *, hint: str | None = None, optional: bool = True) -> Block:
    return input_block(block_id=block_id, label=label, element=element, hint=hint, optional=optional)


def _read(webinar: Webinar) -> Registration:
    if webinar.registration is None or webinar.registration.preferences is None:
        raise ValueError("a registration that is shown has been read")
    return webinar.registration


def _buttons(webinar: Webinar) -> list[Block]:
    preferences = _read(webinar).preferences
    is_silent = preferences and preferences.suppress_emails
    links = buttons.webinar_button(webinar, "Links File", buttons.LINKS_FILE) if is_silent else None
    return actions(
        buttons.webinar_button(webinar, "Chart", buttons.CHART),
        buttons.webinar_button(webinar, "Chart With Sources", buttons.SOURCES),
        links,
    )


def _waiting(callback_id: str, text: str, *notes: str) -> View:
    blocks: list[Block] = [section(text), *(paragraph(note) for note in notes if note)]
    return modal(callback_id, TITLE, blocks)


def _status_of(state: RegistrationState) -> str:
    return OPEN if state.is_open else CLOSED


def _typed(limit: int | None) -> str:
    return "" if limit is None else str(limit)
