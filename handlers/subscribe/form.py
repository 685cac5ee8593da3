"""The form for a channel: features of all webinars, quiet hours and digest."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.reminder_offsets import offsets_text
from bot.errors import BadInput
from bot.notices.model import Feature
from bot.notices.quiet_hours import DigestPace, parse_time_zone
from bot.notices.subscriptions.channel_state import DEFAULT_DIGEST_AT, ChannelChoice, ChannelState
from bot.notices.subscriptions.texts.phrases import DAYS, FEATURE_TEXTS, wall_time
from bot.notices.subscriptions.texts.result import other_subscriptions
from bot.slack import form_values
from bot.slack.blocks import MAX_LABEL, Block, Element, context, cut, modal, paragraph, section
from bot.slack.form_elements import checkboxes, input_block, option, static_select, text_input, time_picker
from bot.slack.message import View

CALLBACK = "follow.form"
WORKING = "follow.working"
FAILED = "follow.failed"
TITLE = "Channel notifications"

FEATURES, QUIET_FROM, QUIET_TO, ZONE = "features", "quiet_from", "quiet_to", "zone"
DIGEST, DIGEST_DAY, DIGEST_AT = "digest", "digest_day", "digest_at"
FIELD = "chosen"

PACES = {DigestPace.NEVER: "No digest", DigestPace.DAILY: "Every day", DigestPace.WEEKLY: "Once a week"}
NEVER = "never"
"""Stands for `DigestPace.NEVER`, because Slack allows no empty option value."""


def build(channel: ChannelState, *, zone: str) -> View:
    """The form with the channel's current settings; `zone` is the user's, the default for the channel's.

    Its private_metadata is the channel's id.
    """
    hours = channel.hours
    blocks: list[Block] = [
        section(f"For <#{channel.channel_id}>, everybody in it"),
        _input(FEATURES, "For all webinars in this workspace, post", _features(channel), optional=True),
        *_other_subscriptions(channel),
        _input(QUIET_FROM, "Quiet from", _time(hours.quiet_from if hours else None), optional=True),
        _input(
            QUIET_TO,
            "Quiet until",
            _time(hours.quiet_to if hours else None),
            hint="News waits until then; reminders do not. The same time twice means no quiet hours",
            optional=True,
        ),
        _input(DIGEST, "Digest of what is coming", _pace(hours.digest if hours else DigestPace.NEVER)),
        _input(DIGEST_DAY, "Day of a weekly digest", _select(dict(enumerate(DAYS)), hours.digest_day if hours else 0)),
        _input(DIGEST_AT, "Time of the digest", _time(hours.digest_at if hours else DEFAULT_DIGEST_AT), optional=True),
        _input(
            ZONE,
            "Time zone of these times",
            text_input(action_id=FIELD, initial_value=hours.time_zone if hours else zone, max_length=100),
            hint="For example Europe/Madrid or America/New_York",
        ),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Save", close="Cancel", private_metadata=channel.channel_id)


def read_choice(values: form_values.Values) -> ChannelChoice:
    """The submitted choice. Raises `BadInput` with a sentence for every field at fault."""
    problems: dict[str, str] = {}
    begins, ends = _read_minutes(values, QUIET_FROM), _read_minutes(values, QUIET_TO)
    if begins is None and ends is not None:
        problems[QUIET_FROM] = "Choose when quiet hours begin, or clear their end."
    if ends is None and begins is not None:
        problems[QUIET_TO] = "Choose when quiet hours end, or clear their beginning."
    pace = form_values.choice(values, DIGEST, NEVER)
    digest = DigestPace.NEVER if pace == NEVER else DigestPace(pace)
    digest_at = _read_minutes(values, DIGEST_AT)
    if digest_at is None and digest is not DigestPace.NEVER:
        problems[DIGEST_AT] = "Choose a time for the digest."
    zone = ""
    try:
        zone = parse_time_zone(form_values.text(values, ZONE, ""))
    except BadInput as error:
        problems[ZONE] = error.sentence
    if problems:
        raise BadInput("Nothing was changed.", problems)
    is_quiet = begins != ends
    return ChannelChoice(
        features=frozenset(Feature(word) for word in form_values.choices(values, FEATURES, frozenset())),
        time_zone=zone,
        quiet_from=begins if is_quiet else None,
        quiet_to=ends if is_quiet else None,
        digest=digest,
        digest_at=DEFAULT_DIGEST_AT if digest_at is None else digest_at,
        digest_day=int(form_values.choice(values, DIGEST_DAY, "0")),
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
            value=feature.value, text=feature.value.capitalize(), description=cut(texts[feature], MAX_LABEL)
        )
        for feature in FEATURE_TEXTS
    }
    selected = [option for feature, option in options.items() if feature in channel.general_features]
    return checkboxes(action_id=FIELD, options=list(options.values()), initial_options=selected or None)


def _other_subscriptions(channel: ChannelState) -> Sequence[Block]:
    other_texts = other_subscriptions(channel)
    return [context(f"What was set for single webinars or people stays as it is: {other_texts}")] if other_texts else []


def _time(minutes: int | None) -> Element:
    return time_picker(action_id=FIELD, initial_time=None if minutes is None else wall_time(minutes))


def _pace(chosen: DigestPace) -> Element:
    return _select({pace or NEVER: text for pace, text in PACES.items()}, chosen or NEVER)


def _select(choices: dict[str, str] | dict[int, str], chosen: str | int) -> Element:
    options = {str(value): option(value=str(value), text=text) for value, text in choices.items()}
    return static_select(action_id=FIELD, options=list(options.values()), initial_option=options[str(chosen)])


def _input(name: str, label: str, element: Element, *, hint: str | None = None, optional: bool = False) -> Block:
    return input_block(block_id=name, label=label, element=element, hint=hint, optional=optional)


def _read_minutes(values: form_values.Values, name: str) -> int | None:
    chosen = (form_values.element(values, name) or {}).get("selected_time")
    if not chosen:
        return None
    hour, minute = str(chosen).split(":")
    return int(hour) * 60 + int(minute)
