"""The More Settings form: every setting of an event that its provider offers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from pydantic import HttpUrl, SecretStr, TypeAdapter, ValidationError

from bot.model.email_address import address_problem, joined_addresses, split_addresses
from bot.model.field_labels import FIELD_LABELS
from bot.model.form_rules import FormRules, Setting
from bot.model.people import Frozen
from bot.model.webinar import Access, Audience, FixedOptions, Options
from bot.slack import form_values
from bot.slack.blocks import MAX_INPUT, Block, Element, context, cut, header, modal, warning, when
from bot.slack.form_elements import checkboxes, input_block, option, static_select, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import NOT_READ
from bot.webinars.texts.fields import offset_text

CALLBACK = "settings.form"
CHANGE = "settings.change"
"""A changed select or checkbox sends the whole form with this, so that Back loses none; texts are sent along."""

MAX_PAGE = 100
PAGE_STAYS = "{} cannot remove a web page that is set. Write another one, or the one that is set: {}"
OTHERS = ("panel_join_offset", "locale_code")
"""The settings that are no `Options`."""
NAMES = (
    *("auto_record", "panelist_waiting_room", "panelist_video", "panelist_screen_sharing", "panelist_mute_control"),
    *("phone_dial_in", "qna", "qna_anonymous", "qna_moderated", "artifacts_access", "panelist_access"),
    *("attendee_access", "password", "redirect_uri", "manual_approval", "waiting_room", "join_before_host"),
    *("host_video", "participant_video", "mute_on_entry", "practice_session", "alternative_hosts", *OTHERS),
)
"""Our names of all settings, in the order in which texts list them."""

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
    rules: FormRules,
    draft_id: str,
    fixed: FixedOptions | None,
    fixed_read_at: datetime | None,
    audience: Audience = Audience.REGISTRANTS,
    problem: str = "",
) -> View:
    """The form filled with `more`, and below it the settings fixed by the account, as last read.

    Settings that do not matter with the others, or for the `audience`, are left out.
    """
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        *_fields(more, rules, audience),
        *([context(_fixed_line(fixed, fixed_read_at, rules.provider))] if rules.has_fixed_options else []),
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


def _fields(more: More, rules: FormRules, audience: Audience) -> list[Block]:
    blocks: list[Block] = []
    shown = [setting for setting in rules.settings if _matters(setting, more, audience)]
    for group, settings in groupby(shown, key=lambda setting: setting.group):
        blocks.append(header(group))
        for box, together in groupby(settings, key=lambda setting: setting.box):
            members = list(together)
            blocks += [_checkboxes(box, members, more)] if box else [_field(one, more) for one in members]
    return blocks


def _matters(setting: Setting, more: More, audience: Audience) -> bool:
    """Whether to show a setting. One that is on and may not be stays, so that it can be turned off."""
    if setting.needs_registration:
        return audience is Audience.REGISTRANTS or bool(_value(more, setting.name))
    return not setting.needs or bool(_value(more, setting.needs))


def read(more: More, values: form_values.Values, rules: FormRules) -> More:
    """`more` updated from the modal's inputs. Never raises; missing inputs keep their values."""
    changed: dict[str, Any] = {}
    for setting in rules.settings:
        now = _value(more, setting.name)
        if setting.box:
            boxes = [one for one in rules.settings if (one.group, one.box) == (setting.group, setting.box)]
            before = frozenset(one.key for one in boxes if _value(more, one.name))
            is_ticked = setting.key in form_values.choices(values, _box_id(setting), before)
            was_shown = not setting.needs or _value(more, setting.needs)
            changed[setting.name] = is_ticked if was_shown else now
        elif setting.choices:
            changed[setting.name] = _chosen(form_values.choice(values, setting.key, _word(now)), now)
        elif isinstance(now, SecretStr):
            changed[setting.name] = SecretStr(form_values.text(values, setting.key, now.get_secret_value()))
        else:
            changed[setting.name] = form_values.text(values, setting.key, str(now))
    others = {name: changed.pop(name) for name in OTHERS if name in changed}
    return more.model_copy(update={"options": more.options.model_copy(update=changed), **others})


def check(more: More, rules: FormRules, before: More | None = None) -> dict[str, str]:
    """A sentence for each invalid field, by block id; empty if all are valid.

    `before` are the settings of a webinar that exists: its web page can be replaced, but not removed.
    """
    keys = {setting.name: setting for setting in rules.settings}
    problems = {}
    password, address = more.options.password.get_secret_value(), more.options.redirect_uri.strip()
    if (field := keys.get("password")) and (sentence := _password_problem(password, field.max_length)):
        problems[field.key] = sentence
    hosts = more.options.alternative_hosts
    if (field := keys.get("alternative_hosts")) and (sentence := _hosts_problem(hosts)):
        problems[field.key] = sentence
    if field := keys.get("redirect_uri"):
        if address and not _is_web_address(address):
            problems[field.key] = "This is not a web address. Write it whole, such as https://www.example.com/thanks"
        if not address and before and before.options.redirect_uri:
            problems[field.key] = PAGE_STAYS.format(rules.provider, cut(before.options.redirect_uri, MAX_PAGE))
    return problems


def normalized(more: More) -> More:
    """Valid settings as sent to the vendor: without Q&A, no anonymous or moderated questions."""
    hosts = joined_addresses(more.options.alternative_hosts.get_secret_value())
    changes: dict[str, Any] = {"redirect_uri": more.options.redirect_uri.strip(), "alternative_hosts": SecretStr(hosts)}
    if not more.options.qna:
        changes |= {"qna_anonymous": False, "qna_moderated": False}
    return more.model_copy(update={"options": more.options.model_copy(update=changes)})


def changed_fields(more: More, before: More) -> list[str]:
    """Our names of the settings that differ from `before`."""
    return [name for name in NAMES if _value(more, name) != _value(before, name)]


def changed(more: More, before: More | None = None, offered: frozenset[str] = frozenset(NAMES)) -> list[str]:
    """The labels of the offered settings that differ from `before`, or the defaults.

    No values: one is the password.
    """
    return [FIELD_LABELS[name] for name in changed_fields(more, before or More()) if name in offered]


def problem_text(problems: Mapping[str, str], rules: FormRules) -> str:
    """The problems of `check` as one text, for the form below."""
    labels = {setting.key: setting.label for setting in rules.settings}
    return "\n".join(f"More Settings, {labels[key]}: {text}" for key, text in problems.items())


def _value(more: More, name: str) -> Any:
    return getattr(more, name) if name in OTHERS else getattr(more.options, name)


def _word(value: object) -> str:
    """A value as the options of a select have it."""
    return str(int(value.total_seconds())) if isinstance(value, timedelta) else str(value)


def _chosen(word: str, before: object) -> object:
    """The value of an option, of the type of the value before."""
    if isinstance(before, timedelta):
        return timedelta(seconds=int(word))
    return Access(word) if isinstance(before, Access) else word


def _box_id(setting: Setting) -> str:
    return setting.group.lower()


def _checkboxes(label: str, settings: list[Setting], more: More) -> Block:
    boxes = {setting.key: option(text=setting.label, value=setting.key) for setting in settings}
    ticked = [boxes[setting.key] for setting in settings if _value(more, setting.name)]
    element = checkboxes(action_id=CHANGE, options=list(boxes.values()), initial_options=ticked or None)
    return _input(_box_id(settings[0]), label, element, optional=True)


def _field(setting: Setting, more: More) -> Block:
    value = _value(more, setting.name)
    if not setting.choices:
        return _text(setting, value.get_secret_value() if isinstance(value, SecretStr) else value)
    # The current value may be another one, set elsewhere.
    others = {} if _word(value) in setting.choices else {_word(value): _words(value)}
    choices = {word: option(text=text, value=word) for word, text in {**setting.choices, **others}.items()}
    element = static_select(
        action_id=CHANGE,
        options=list(choices.values()),
        initial_option=choices[_word(value)],
        placeholder="Choose one",
    )
    return _input(setting.key, setting.label, element)


def _words(value: object) -> str:
    return offset_text(value) if isinstance(value, timedelta) else str(value)


def _input(block_id: str, label: str, element: Element, *, optional: bool = False) -> Block:
    return input_block(block_id=block_id, label=label, element=element, optional=optional, dispatch_action=True)


def _text(setting: Setting, value: str) -> Block:
    element = text_input(
        action_id=CHANGE,
        initial_value=cut(value, MAX_INPUT) or None,
        placeholder=setting.example or None,
        max_length=MAX_INPUT,
    )
    return input_block(
        block_id=setting.key, label=setting.label, element=element, hint=setting.hint or None, optional=True
    )


def _fixed_line(fixed: FixedOptions | None, read_at: datetime | None, provider: str) -> str:
    if fixed is None or read_at is None:
        return f"Set by your {provider} account: {NOT_READ} (recording, polls, livestreaming)"
    settings = (f"{label} {'on' if getattr(fixed, field) else 'off'}" for field, label in FIXED_LABELS.items())
    return f"Set by your {provider} account: {' · '.join(settings)} · as of {when(read_at)}"


def _password_problem(password: str, most: int) -> str:
    if len(password) > most:
        return f"Use at most {most} characters: this has {len(password)}."
    if password != password.strip():
        return "Remove the spaces at the beginning or end: people would not see them."
    return "" if password.isprintable() else "Use only letters, digits and signs that can be typed."


def _hosts_problem(typed: SecretStr) -> str:
    wrong = [one for one in split_addresses(typed.get_secret_value()) if address_problem(one)]
    if not wrong:
        return ""
    return f"“{cut(wrong[0], MAX_PAGE)}” is not an email address. Write whole addresses, separated by commas."


def _is_web_address(text: str) -> bool:
    try:
        TypeAdapter(HttpUrl).validate_python(text)
    except ValidationError:
        return False
    return not any(char.isspace() for char in text)
