"""The More Settings form: every setting of a webinar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import HttpUrl, SecretStr, TypeAdapter, ValidationError

from bot.model.people import Frozen
from bot.model.webinar import Access, FixedOptions, Options
from bot.providers.base import DISPLAY_NAME
from bot.slack import form_values
from bot.slack.blocks import MAX_INPUT, Block, Element, context, cut, header, modal, warning, when
from bot.slack.form_elements import checkboxes, input_block, option, static_select, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import NOT_READ

CALLBACK = "settings.form"
CHANGE = "settings.change"
"""A changed select or checkbox sends the whole form with this, so that Back loses none; texts are sent along."""

MAX_PASSWORD = 64

# Blocks and options have RingCentral's names, so that a refusal that names a parameter can be mapped to its field.
# WcsWebinarSettingsModel and WcsSessionWithLocaleCodeModel, developers.ringcentral.com/api-reference
PASSWORD = "password"  # noqa: S105 - a parameter's name
REDIRECT = "postWebinarRedirectUri"
LOCALE = "localeCode"
OFFSET = "panelJoinTimeOffset"

SWITCHES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "recording": {
        "autoRecord": ("auto_record", "Start recording automatically"),
    },
    "panelists": {
        "panelistWaitingRoom": ("panelist_waiting_room", "Wait in a waiting room until they are let in"),
        "panelistVideoEnabled": ("panelist_video", "Camera on"),
        "panelistScreenSharingEnabled": ("panelist_screen_sharing", "Screen sharing allowed"),
        "panelistMuteControlEnabled": ("panelist_mute_control", "Can mute and unmute themselves"),
        "pstnEnabled": ("phone_dial_in", "Can dial in by phone"),
    },
    "questions": {
        "qnaEnabled": ("qna", "Attendees can ask questions"),
        "qnaAnonymousEnabled": ("qna_anonymous", "Questions can be anonymous"),
        "moderatedQnaEnabled": ("qna_moderated", "Questions are checked before everyone sees them"),
    },
}
"""Groups of checkboxes: block id, then parameter, then our field and its label."""

ACCESS: Mapping[str, tuple[str, str]] = {
    "artifactsAccessAuthentication": ("artifacts_access", "Who can watch the recording afterwards?"),
    "panelistAuthentication": ("panelist_access", "Who can come in as a panelist?"),
    "attendeeAuthentication": ("attendee_access", "Who can come in as an attendee?"),
}
ACCESS_WORDS = {
    Access.GUEST: "Anyone with the link",
    Access.SIGNED_IN: f"People signed in to {DISPLAY_NAME}",
    Access.COWORKER: "Coworkers only",
}

# SUPPORT: practice may begin up to one hour before the start, so nothing earlier is offered.
OFFSETS = {
    minutes * 60: f"{minutes} minutes before the start" if minutes else "At the start"
    for minutes in (0, 5, 10, 15, 20, 30, 45, 60)
}

# The languages of developers.ringcentral.com/guide/basics/localization
LOCALES = {
    "en-US": "English (U.S.)",
    "en-GB": "English (U.K.)",
    "de-DE": "German",
    "es-ES": "Spanish",
    "es-419": "Spanish (Latin America)",
    "fi-FI": "Finnish",
    "fr-FR": "French",
    "fr-CA": "French (Canada)",
    "it-IT": "Italian",
    "ja-JP": "Japanese",
    "ko-KR": "Korean",
    "nl-NL": "Dutch",
    "pt-BR": "Portuguese (Brazil)",
    "pt-PT": "Portuguese (Portugal)",
    "zh-CN": "Chinese (simplified)",
    "zh-HK": "Chinese (traditional, Hong Kong)",
    "zh-TW": "Chinese (traditional, Taiwan)",
}

LABELS: Mapping[str, str] = {
    **{parameter: words for group in SWITCHES.values() for parameter, (_, words) in group.items()},
    **{parameter: words for parameter, (_, words) in ACCESS.items()},
    OFFSET: "When can hosts and panelists come in?",
    PASSWORD: "Password",
    REDIRECT: "Web page to show afterwards",
    LOCALE: "Language",
}
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
    more: More, *, draft_id: str, fixed: FixedOptions | None, fixed_read_at: datetime | None, problem: str = ""
) -> View:
    """The form filled with `more`, and below it the settings fixed by the account, as last read."""
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        *_fields(more),
        context(_fixed_line(fixed, fixed_read_at)),
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


def _fields(more: More) -> list[Block]:
    options = more.options
    return [
        header("Recording"),
        _checkboxes("recording", "While it is live", options),
        _access("artifactsAccessAuthentication", options),
        header("Panelists"),
        _checkboxes("panelists", "What panelists meet", options),
        _access("panelistAuthentication", options),
        header("Attendees"),
        _access("attendeeAuthentication", options),
        _text(
            PASSWORD, options.password.get_secret_value(), f"Up to {MAX_PASSWORD} characters. Never shown on a card."
        ),
        header("Questions"),
        _checkboxes("questions", "Questions and answers", options),
        header("Joining and afterwards"),
        _select(OFFSET, {str(seconds): words for seconds, words in OFFSETS.items()}, _seconds(more)),
        _text(REDIRECT, options.redirect_uri, "Attendees are sent here when the webinar ends.", "https://…"),
        header("Language"),
        _select(LOCALE, LOCALES, more.locale_code),
    ]


def read(more: More, values: form_values.Values) -> More:
    """`more` updated from the modal's inputs. Never raises; missing inputs keep their values."""
    options: dict[str, Any] = {}
    for block_id, group in SWITCHES.items():
        before = frozenset(parameter for parameter, (field, _) in group.items() if getattr(more.options, field))
        ticked = form_values.choices(values, block_id, before)
        options |= {field: parameter in ticked for parameter, (field, _) in group.items()}
    for parameter, (field, _) in ACCESS.items():
        options[field] = Access(form_values.choice(values, parameter, getattr(more.options, field)))
    options["password"] = SecretStr(form_values.text(values, PASSWORD, more.options.password.get_secret_value()))
    options["redirect_uri"] = form_values.text(values, REDIRECT, more.options.redirect_uri)
    return More(
        options=Options(**options),
        locale_code=form_values.choice(values, LOCALE, more.locale_code),
        panel_join_offset=timedelta(seconds=int(form_values.choice(values, OFFSET, _seconds(more)))),
    )


def check(more: More) -> dict[str, str]:
    """A sentence for each invalid field, by block id; empty if all are valid."""
    problems = {}
    password, address = more.options.password.get_secret_value(), more.options.redirect_uri.strip()
    if sentence := _password_problem(password):
        problems[PASSWORD] = sentence
    if address and not _is_web_address(address):
        problems[REDIRECT] = "This is not a web address. Write it whole, such as https://www.example.com/thanks"
    return problems


def normalized(more: More) -> More:
    """Valid settings as sent to the vendor: without Q&A, no anonymous or moderated questions."""
    changes: dict[str, Any] = {"redirect_uri": more.options.redirect_uri.strip()}
    if not more.options.qna:
        changes |= {"qna_anonymous": False, "qna_moderated": False}
    return more.model_copy(update={"options": more.options.model_copy(update=changes)})


def changed(more: More) -> list[str]:
    """The labels of settings that differ from the defaults, without their values: one is the password."""
    usual, options = More(), more.options
    fields = [pair for group in SWITCHES.values() for pair in group.values()] + list(ACCESS.values())
    fields += [("password", LABELS[PASSWORD]), ("redirect_uri", LABELS[REDIRECT])]
    names = [words for field, words in fields if getattr(options, field) != getattr(usual.options, field)]
    if more.panel_join_offset != usual.panel_join_offset:
        names.append(LABELS[OFFSET])
    return names + ([LABELS[LOCALE]] if more.locale_code != usual.locale_code else [])


def _checkboxes(block_id: str, label: str, options: Options) -> Block:
    group = SWITCHES[block_id]
    boxes = {parameter: option(text=words, value=parameter) for parameter, (_, words) in group.items()}
    ticked = [boxes[parameter] for parameter, (field, _) in group.items() if getattr(options, field)]
    element = checkboxes(action_id=CHANGE, options=list(boxes.values()), initial_options=ticked or None)
    return _input(block_id, label, element, optional=True)


def _access(parameter: str, options: Options) -> Block:
    choices = {access.value: words for access, words in ACCESS_WORDS.items()}
    return _select(parameter, choices, getattr(options, ACCESS[parameter][0]))


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


def _seconds(more: More) -> str:
    return str(int(more.panel_join_offset.total_seconds()))


def _fixed_line(fixed: FixedOptions | None, read_at: datetime | None) -> str:
    if fixed is None or read_at is None:
        return f"Decided by your {DISPLAY_NAME} account: {NOT_READ} (recording, polls, livestreaming)"
    settings = (f"{label} {'on' if getattr(fixed, field) else 'off'}" for field, label in FIXED_LABELS.items())
    return f"Decided by your {DISPLAY_NAME} account: {' · '.join(settings)} · as of {when(read_at)}"


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
