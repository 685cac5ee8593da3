"""The More Settings form: every setting of a webinar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import HttpUrl, SecretStr, TypeAdapter, ValidationError

from bot.model.people import Frozen
from bot.model.webinar import Access, FixedOptions, Options
from bot.slack import form_values
from bot.slack.blocks import MAX_INPUT, Block, Element, context, cut, header, modal, warning, when
from bot.slack.form_elements import checkboxes, input_block, option, static_select, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import NOT_READ
from bot.webinars.texts.fields import FIELD_LABELS, LOCALES, access_words, offset_text

CALLBACK = "settings.form"
CHANGE = "settings.change"
"""A changed select or checkbox sends the whole form with this, so that Back loses none; texts are sent along."""

MAX_PASSWORD = 64
MAX_PAGE = 100
PAGE_STAYS = "{} cannot remove a web page that is set. Write another one, or the one that is set: {}"

# Blocks and options have the provider's names, so that a refusal that names a parameter can be mapped to its field.
PASSWORD = "password"  # noqa: S105 - a parameter's name
REDIRECT = "postWebinarRedirectUri"
LOCALE = "localeCode"
OFFSET = "panelJoinTimeOffset"

SWITCHES: Mapping[str, Mapping[str, str]] = {
    "recording": {
        "autoRecord": "auto_record",
    },
    "panelists": {
        "panelistWaitingRoom": "panelist_waiting_room",
        "panelistVideoEnabled": "panelist_video",
        "panelistScreenSharingEnabled": "panelist_screen_sharing",
        "panelistMuteControlEnabled": "panelist_mute_control",
        "pstnEnabled": "phone_dial_in",
    },
    "questions": {
        "qnaEnabled": "qna",
        "qnaAnonymousEnabled": "qna_anonymous",
        "moderatedQnaEnabled": "qna_moderated",
    },
}
"""Groups of checkboxes: block id, then parameter, then our field."""

ACCESS: Mapping[str, str] = {
    "artifactsAccessAuthentication": "artifacts_access",
    "panelistAuthentication": "panelist_access",
    "attendeeAuthentication": "attendee_access",
}

# SUPPORT: practice may begin up to one hour before the start, so nothing earlier is offered.
OFFSETS = {minutes * 60: offset_text(timedelta(minutes=minutes)) for minutes in (0, 5, 10, 15, 20, 30, 45, 60)}

FIELDS: Mapping[str, str] = {
    **{parameter: field for group in SWITCHES.values() for parameter, field in group.items()},
    **ACCESS,
    PASSWORD: "password",
    REDIRECT: "redirect_uri",
    OFFSET: "panel_join_offset",
    LOCALE: "locale_code",
}
"""Our field of each parameter."""

LABELS: Mapping[str, str] = {parameter: FIELD_LABELS[field] for parameter, field in FIELDS.items()}
"""The form's label of each parameter."""

FIXED_LABELS = {
    "recording": "Recording",
    "recording_sharing": "Sharing recordings",
    "recording_download": "Downloading recordings",
    "past_session_deletion": "Deleting past sessions",
    "polls": "Polls",
    "polls_anonymous": "Anonymous polls",
    "external_livestream": "Livestreaming elsewhere",
}
"""The labels of the read-only settings, by field of `FixedOptions`."""


class More(Frozen):
    """The inputs of More Settings, unvalidated (see `check`)."""

    options: Options = Options()
    locale_code: str = "en-US"
    panel_join_offset: timedelta = timedelta()


def build(
    more: More,
    *,
    provider: str,
    draft_id: str,
    fixed: FixedOptions | None,
    fixed_read_at: datetime | None,
    problem: str = "",
) -> View:
    """The form filled with `more`, and below it the settings fixed by the account, as last read.

    `provider` is the provider's name.
    """
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        *_fields(more, provider),
        context(_fixed_line(fixed, fixed_read_at, provider)),
    ]
    return modal(
        CALLBACK,
        "More settings",
        blocks,
        submit="Save Settings",
        close="Back",
        private_metadata=draft_id,
        notify_on_close=True,
    )


def _fields(more: More, provider: str) -> list[Block]:
    options = more.options
    return [
        header("Recording"),
        _checkboxes("recording", "While it is live", options),
        _access("artifactsAccessAuthentication", options, provider),
        header("Panelists"),
        _checkboxes("panelists", "What panelists meet", options),
        _access("panelistAuthentication", options, provider),
        header("Attendees"),
        _access("attendeeAuthentication", options, provider),
        _text(
            PASSWORD, options.password.get_secret_value(), f"Up to {MAX_PASSWORD} characters. Never shown on a card."
        ),
        header("Questions"),
        _checkboxes("questions", "Questions and answers", options),
        header("Joining and afterwards"),
        _select(OFFSET, _offsets(more), _seconds(more)),
        _text(REDIRECT, options.redirect_uri, "Attendees are sent here when the webinar ends.", "https://…"),
        header("Language"),
        _select(LOCALE, _locales(more), more.locale_code),
    ]


def read(more: More, values: form_values.Values) -> More:
    """`more` updated from the modal's inputs. Never raises; missing inputs keep their values."""
    options: dict[str, Any] = {}
    for block_id, group in SWITCHES.items():
        before = frozenset(parameter for parameter, field in group.items() if getattr(more.options, field))
        ticked = form_values.choices(values, block_id, before)
        options |= {field: parameter in ticked for parameter, field in group.items()}
    for parameter, field in ACCESS.items():
        options[field] = Access(form_values.choice(values, parameter, getattr(more.options, field)))
    options["password"] = SecretStr(form_values.text(values, PASSWORD, more.options.password.get_secret_value()))
    options["redirect_uri"] = form_values.text(values, REDIRECT, more.options.redirect_uri)
    return More(
        options=Options(**options),
        locale_code=form_values.choice(values, LOCALE, more.locale_code),
        panel_join_offset=timedelta(seconds=int(form_values.choice(values, OFFSET, _seconds(more)))),
    )


def check(more: More, before: More | None = None, provider: str = "") -> dict[str, str]:
    """A sentence for each invalid field, by block id; empty if all are valid.

    `before` are the settings of a webinar that exists at `provider`: its web page can be replaced, but not removed.
    """
    problems = {}
    password, address = more.options.password.get_secret_value(), more.options.redirect_uri.strip()
    if sentence := _password_problem(password):
        problems[PASSWORD] = sentence
    if address and not _is_web_address(address):
        problems[REDIRECT] = "This is not a web address. Write it whole, such as https://www.example.com/thanks"
    if not address and before and before.options.redirect_uri:
        problems[REDIRECT] = PAGE_STAYS.format(provider, cut(before.options.redirect_uri, MAX_PAGE))
    return problems


def normalized(more: More) -> More:
    """Valid settings as sent to the vendor: without Q&A, no anonymous or moderated questions."""
    changes: dict[str, Any] = {"redirect_uri": more.options.redirect_uri.strip()}
    if not more.options.qna:
        changes |= {"qna_anonymous": False, "qna_moderated": False}
    return more.model_copy(update={"options": more.options.model_copy(update=changes)})


def changed_fields(more: More, before: More) -> list[str]:
    """Our names of the settings that differ from `before`."""
    names = [name for name in FIELDS.values() if name in Options.model_fields]
    differ = [name for name in names if getattr(more.options, name) != getattr(before.options, name)]
    others = ("panel_join_offset", "locale_code")
    return differ + [name for name in others if getattr(more, name) != getattr(before, name)]


def changed(more: More, before: More | None = None) -> list[str]:
    """The labels of the settings that differ from `before`, or the defaults; no values: one is the password."""
    return [FIELD_LABELS[name] for name in changed_fields(more, before or More())]


def problem_text(problems: Mapping[str, str]) -> str:
    """The problems of `check` as one text, for the form below."""
    return " ".join(f"More Settings, {LABELS[name]}: {text}" for name, text in problems.items())


def _checkboxes(block_id: str, label: str, options: Options) -> Block:
    group = SWITCHES[block_id]
    boxes = {parameter: option(text=FIELD_LABELS[field], value=parameter) for parameter, field in group.items()}
    ticked = [boxes[parameter] for parameter, field in group.items() if getattr(options, field)]
    element = checkboxes(action_id=CHANGE, options=list(boxes.values()), initial_options=ticked or None)
    return _input(block_id, label, element, optional=True)


def _access(parameter: str, options: Options, provider: str) -> Block:
    choices = {access.value: words for access, words in access_words(provider).items()}
    return _select(parameter, choices, getattr(options, ACCESS[parameter]))


def _select(block_id: str, choices: Mapping[str, str], chosen: str) -> Block:
    options = {value: option(text=words, value=value) for value, words in choices.items()}
    element = static_select(
        action_id=CHANGE, options=list(options.values()), initial_option=options.get(chosen), placeholder="Choose one"
    )
    return _input(block_id, LABELS[block_id], element)


def _input(block_id: str, label: str, element: Element, *, optional: bool = False) -> Block:
    return input_block(block_id=block_id, label=label, element=element, optional=optional, dispatch_action=True)


def _text(block_id: str, value: str, hint: str, example: str | None = None) -> Block:
    element = text_input(
        action_id=CHANGE, initial_value=cut(value, MAX_INPUT) or None, placeholder=example, max_length=MAX_INPUT
    )
    return input_block(block_id=block_id, label=LABELS[block_id], element=element, hint=hint, optional=True)


def _offsets(more: More) -> dict[str, str]:
    """The choices, and the current value if it is another one, set elsewhere."""
    current = {_seconds(more): offset_text(more.panel_join_offset)}
    return {**{str(seconds): words for seconds, words in OFFSETS.items()}, **current}


def _locales(more: More) -> dict[str, str]:
    return {**LOCALES, more.locale_code: LOCALES.get(more.locale_code, more.locale_code)}


def _seconds(more: More) -> str:
    return str(int(more.panel_join_offset.total_seconds()))


def _fixed_line(fixed: FixedOptions | None, read_at: datetime | None, provider: str) -> str:
    if fixed is None or read_at is None:
        return f"Decided by your {provider} account: {NOT_READ} (recording, polls, livestreaming)"
    settings = (f"{label} {'on' if getattr(fixed, field) else 'off'}" for field, label in FIXED_LABELS.items())
    return f"Decided by your {provider} account: {' · '.join(settings)} · as of {when(read_at)}"


def _password_problem(password: str) -> str:
    if len(password) > MAX_PASSWORD:
        return f"Use at most {MAX_PASSWORD} characters: this has {len(password)}."
    if password != password.strip():
        return "Remove the spaces at the beginning or end: people would not see them."
    return "" if password.isprintable() else "Use only letters, digits and signs that can be typed."


def _is_web_address(text: str) -> bool:
    try:
        TypeAdapter(HttpUrl).validate_python(text)
    except ValidationError:
        return False
    return not any(char.isspace() for char in text)
