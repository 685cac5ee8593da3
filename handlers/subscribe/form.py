"""The form for a channel: features of all webinars, quiet hours and digest."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.reminder_offsets import offsets_text
from bot.errors import BadInput
from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace, parse_time_zone
from bot.notices.subscriptions.channel_state import DEFAULT_DIGEST_AT, ChannelChoice, ChannelState
from bot.notices.subscriptions.texts.phrases import DAYS, FEATURE_NAMES, FEATURE_TEXTS
from bot.notices.subscriptions.texts.result import other_subscriptions
from bot.slack import form_values
from bot.slack.blocks import MAX_LABEL, Block, Element, context, cut, modal, paragraph, section
from bot.slack.form_elements import checkboxes, input_block, option, static_select, text_input, time_picker
from bot.slack.message import View

CALLBACK = "follow.form"
WORKING = "follow.working"
FAILED = "follow.failed"
TITLE = "Channel notifications"

FEATURES, QUIET, QUIET_FROM, QUIET_TO, ZONE = "features", "quiet", "quiet_from", "quiet_to", "zone"
DIGEST, DIGEST_DAY, DIGEST_AT = "digest", "digest_day", "digest_at"
FIELD = "chosen"
FIELDS = "follow.fields"
"""Chooses something that other fields belong to."""
ON, OFF = "on", "off"
QUIET_CHOICES = {OFF: "No quiet hours", ON: "Between two times of the day"}
SAME_TIME = "Choose another time than the one at which they begin, or choose no quiet hours above."

PACES = {DigestPace.NEVER: "No digest", DigestPace.DAILY: "Every day", DigestPace.WEEKLY: "Once a week"}
NEVER = "never"
"""Stands for `DigestPace.NEVER`, because Slack allows no empty option value."""


def build(channel: ChannelState, *, zone: str, typed: form_values.Values | None = None) -> View:
    """The form with the channel's current settings; `zone` is the user's, the default for the channel's.

    The times appear with the choice that needs them: that of the channel, or the one that was `typed`. The form's
    private_metadata is the channel's id.
    """
    hours, typed = channel.hours, typed or {}
    quiet = form_values.choice(typed, QUIET, _quiet_of(hours))
    pace = form_values.choice(typed, DIGEST, hours.digest or NEVER if hours else NEVER)
    blocks: list[Block] = [
        section(f"What Greenroom posts in <#{channel.channel_id}>, for everybody in it"),
        _input(FEATURES, "For all webinars in this workspace, post", _features(channel), optional=True),
        *_other_subscriptions(channel),
        _choice(QUIET, "Quiet hours", _select(QUIET_CHOICES, quiet, FIELDS)),
        *(_quiet_inputs(hours) if quiet == ON else []),
        _choice(DIGEST, "Digest of upcoming webinars", _select(_paces(), pace, FIELDS)),
        *(_digest_inputs(hours, pace) if pace != NEVER else []),
        *([_zone_input(hours, zone)] if quiet == ON or pace != NEVER else []),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Save", close="Cancel", private_metadata=channel.channel_id)


def read_choice(values: form_values.Values, hours: ChannelHours | None, *, zone: str) -> ChannelChoice:
    """The submitted choice. Raises `BadInput` with a sentence for every field at fault.

    A field that was not in the form is as in the channel's `hours`; without any, the time zone is `zone`.
    """
    problems: dict[str, str] = {}
    has_times = any(_read_minutes(values, name) is not None for name in (QUIET_FROM, QUIET_TO))
    is_quiet = form_values.choice(values, QUIET, ON if has_times else OFF) == ON
    begins, ends = _read_quiet(values, problems) if is_quiet else (None, None)
    pace = form_values.choice(values, DIGEST, NEVER)
    digest = DigestPace.NEVER if pace == NEVER else DigestPace(pace)
    digest_at = _read_minutes(values, DIGEST_AT)
    if digest_at is None and DIGEST_AT in values and digest is not DigestPace.NEVER:
        problems[DIGEST_AT] = "Choose a time for the digest."
    named = _read_zone(values, hours.time_zone if hours else zone, problems)
    if problems:
        raise BadInput("Nothing was changed.", problems)
    return ChannelChoice(
        features=frozenset(Feature(word) for word in form_values.choices(values, FEATURES, frozenset())),
        time_zone=named,
        quiet_from=begins,
        quiet_to=ends,
        digest=digest,
        digest_at=(hours.digest_at if hours else DEFAULT_DIGEST_AT) if digest_at is None else digest_at,
        digest_day=int(form_values.choice(values, DIGEST_DAY, str(hours.digest_day if hours else 0))),
    )


def working_view(channel_id: str) -> View:
    """Replaces the form while the channel is replanned."""
    return modal(
        WORKING, TITLE, [section(f"Saving the notifications of <#{channel_id}>…")], private_metadata=channel_id
    )


def failed_view(sentence: str) -> View:
    """Reports why nothing was changed."""
    return modal(FAILED, "Not saved", [paragraph(sentence)])


def _features(channel: ChannelState) -> Element:
    usual = (
        f"{offsets_text(channel.default_offsets)} it starts"
        if channel.default_offsets
        else FEATURE_TEXTS[Feature.REMINDERS]
    )
    texts = {**FEATURE_TEXTS, Feature.REMINDERS: usual}
    options = {
        feature: option(
            value=feature.value, text=FEATURE_NAMES[feature].capitalize(), description=cut(texts[feature], MAX_LABEL)
        )
        for feature in FEATURE_TEXTS
    }
    selected = [option for feature, option in options.items() if feature in channel.general_features]
    return checkboxes(action_id=FIELD, options=list(options.values()), initial_options=selected or None)


def _other_subscriptions(channel: ChannelState) -> Sequence[Block]:
    other_texts = other_subscriptions(channel)
    return [context(f"What was set for single webinars or people stays as it is: {other_texts}")] if other_texts else []


def _time(minutes: int | None) -> Element:
    return time_picker(
        action_id=FIELD, initial_time=None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
    )


def _quiet_of(hours: ChannelHours | None) -> str:
    return ON if hours and hours.quiet_from != hours.quiet_to else OFF


def _quiet_inputs(hours: ChannelHours | None) -> list[Block]:
    hint = "Everything but reminders and “starts now” waits until then"
    return [
        _input(QUIET_FROM, "Quiet from", _time(hours.quiet_from if hours else None), optional=True),
        _input(QUIET_TO, "Quiet until", _time(hours.quiet_to if hours else None), hint=hint, optional=True),
    ]


def _digest_inputs(hours: ChannelHours | None, pace: str) -> list[Block]:
    days = _select(dict(enumerate(DAYS)), hours.digest_day if hours else 0)
    time = _time(hours.digest_at if hours else DEFAULT_DIGEST_AT)
    return [
        *([_input(DIGEST_DAY, "Day of the digest", days)] if pace == DigestPace.WEEKLY else []),
        _input(DIGEST_AT, "Time of the digest", time, optional=True),
    ]


def _zone_input(hours: ChannelHours | None, zone: str) -> Block:
    text = text_input(action_id=FIELD, initial_value=hours.time_zone if hours else zone, max_length=100)
    return _input(ZONE, "Time zone of these times", text, hint="For example Europe/Madrid or America/New_York")


def _paces() -> dict[str, str]:
    return {pace or NEVER: text for pace, text in PACES.items()}


def _select(choices: dict[str, str] | dict[int, str], chosen: str | int, action_id: str = FIELD) -> Element:
    options = {str(value): option(value=str(value), text=text) for value, text in choices.items()}
    return static_select(action_id=action_id, options=list(options.values()), initial_option=options[str(chosen)])


def _choice(name: str, label: str, element: Element) -> Block:
    return input_block(block_id=name, label=label, element=element, dispatch_action=True)


def _input(name: str, label: str, element: Element, *, hint: str | None = None, optional: bool = False) -> Block:
    return input_block(block_id=name, label=label, element=element, hint=hint, optional=optional)


def _read_quiet(values: form_values.Values, problems: dict[str, str]) -> tuple[int | None, int | None]:
    """When quiet hours begin and end; a problem is under its field, or under the choice before that has appeared."""
    begins, ends = _read_minutes(values, QUIET_FROM), _read_minutes(values, QUIET_TO)
    if begins is None:
        problems[QUIET_FROM if QUIET_FROM in values else QUIET] = "Choose when quiet hours begin."
    if ends is None:
        problems[QUIET_TO if QUIET_TO in values else QUIET] = "Choose when quiet hours end."
    if begins is not None and begins == ends:
        problems[QUIET_TO] = SAME_TIME
    return begins, ends


def _read_zone(values: form_values.Values, otherwise: str, problems: dict[str, str]) -> str:
    if ZONE not in values:
        return otherwise
    try:
        return parse_time_zone(form_values.text(values, ZONE, ""))
    except BadInput as error:
        problems[ZONE] = error.sentence
        return ""


def _read_minutes(values: form_values.Values, name: str) -> int | None:
    chosen = (form_values.element(values, name) or {}).get("selected_time")
    if not chosen:
        return None
    hour, minute = str(chosen).split(":")
    return int(hour) * 60 + int(minute)
