"""The form for another time, and the confirmation that shows whom the move affects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.commands.lengths import length_text, parse_length
from bot.creation.change.impact import Impact
from bot.errors import BadInput
from bot.model.form_rules import FormRules
from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.notices.subscriptions.texts.phrases import join_words
from bot.providers.event_ref import provider_name
from bot.registration.texts.waiting import waiting_parts
from bot.registration.waiting import WaitingPeople
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    Block,
    actions,
    as_of,
    button,
    clock_time,
    context,
    cut,
    modal,
    number,
    paragraph,
    plain,
    relative_time,
    section,
    warning,
)
from bot.slack.form_elements import datetime_picker, input_block, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import NOT_READ, people, timing
from handlers.create.field_rules import length_hint, length_problem

FORM = "move.form"
CONFIRM = "move.confirm"
CHANGE_TIME = "move.change_time"
FAILED = "move.failed"
STARTS, LENGTH = "starts", "length"
"""The block ids of the fields."""
LABELS = {STARTS: "Starts", LENGTH: "Length"}
FIELD = "field"
TITLE = "Move this webinar"
MAX_CHANNELS = 20
"""Channels named; the rest are counted."""

SAME = "It already has this start and length. Choose another time."
PAST = "This is in the past: in {} it is now {}. Choose a later time."
MOVED_MEANWHILE = "Someone has changed it since you opened this, so nothing was moved. These are the new values."


class ProposedMove(Frozen):
    """A move to be confirmed: the private_metadata of the confirmation."""

    session_id: str
    start: int
    """Unix seconds."""
    length_s: int
    was_start: int
    was_length_s: int
    """The start and the length that the confirmation shows as the old ones."""
    change_id: str

    def is_outdated(self, webinar: Webinar) -> bool:
        """Whether the webinar was changed since the confirmation was shown."""
        return (self.was_start, self.was_length_s) != _times(webinar)

    @property
    def new_start(self) -> datetime:
        """The new start."""
        return datetime.fromtimestamp(self.start, UTC)

    @property
    def new_length(self) -> timedelta:
        """The new length."""
        return timedelta(seconds=self.length_s)


@dataclass(frozen=True)
class TypedTime:
    """The inputs of the form: what was typed or chosen, and the reason why the form is shown."""

    start: int | None = None
    length: str = ""
    note: str = ""


def proposed(webinar: Webinar, start: datetime | None, length: timedelta | None, change_id: str) -> ProposedMove:
    """The move to this start and length; what is missing stays as it is."""
    was_start, was_length = _times(webinar)
    return ProposedMove(
        session_id=webinar.id,
        start=was_start if start is None else int(start.timestamp()),
        length_s=was_length if length is None else int(length.total_seconds()),
        was_start=was_start,
        was_length_s=was_length,
        change_id=change_id,
    )


def new_times(webinar: Webinar, move: ProposedMove) -> dict[str, datetime | timedelta]:
    """The start and the length after the move; one that stays is exactly as it is."""
    start, length = _times(webinar)
    return {
        "start": webinar.start if move.start == start else move.new_start,
        "length": webinar.length if move.length_s == length else move.new_length,
    }


def time_problem(webinar: Webinar, move: ProposedMove, *, now: datetime, zone: str) -> str:
    """Why the webinar cannot be moved to this time; empty if it can."""
    if (move.start, move.length_s) == _times(webinar):
        return SAME
    return PAST.format(zone, clock_time(now, zone)) if move.new_start <= now else ""


def form(webinar: Webinar, typed: TypedTime, rules: FormRules) -> View:
    """The form, with what was typed and the reason why it is not clear."""
    blocks: list[Block] = [
        *([warning(typed.note)] if typed.note else []),
        section(f"*{plain(webinar.title)}*\nNow: {timing(webinar)}"),
        input_block(
            block_id=STARTS,
            label=LABELS[STARTS],
            element=datetime_picker(action_id=FIELD, initial_date_time=typed.start),
        ),
        input_block(
            block_id=LENGTH,
            label=LABELS[LENGTH],
            element=text_input(
                action_id=FIELD,
                initial_value=cut(typed.length or length_text(webinar.length), MAX_INPUT),
                placeholder="45 minutes",
                max_length=MAX_INPUT,
            ),
            hint=length_hint(rules),
        ),
        context("The next step shows who is affected. Nothing is moved yet."),
    ]
    return modal(FORM, TITLE, blocks, submit="Continue", close="Cancel", private_metadata=webinar.id)


def read(
    webinar: Webinar, values: form_values.Values, rules: FormRules, *, change_id: str, now: datetime, zone: str
) -> ProposedMove:
    """The move that the form asks for. Raises `BadInput` with a sentence for every invalid field."""
    chosen = (form_values.element(values, STARTS) or {}).get("selected_date_time")
    length = parse_length(form_values.text(values, LENGTH, length_text(webinar.length)))
    problems = {STARTS: "" if chosen else "Choose a date and a time.", LENGTH: length_problem(length, rules)}
    start = datetime.fromtimestamp(chosen, UTC) if chosen else None
    move = proposed(webinar, start, length, change_id)
    if start:
        problems[STARTS] = time_problem(webinar, move, now=now, zone=zone)
    if any(problems.values()):
        invalid = {name: sentence for name, sentence in problems.items() if sentence}
        raise BadInput("Nothing was moved. Please change the time.", invalid)
    return move


def confirm(
    webinar: Webinar, move: ProposedMove, impact: Impact, waiting: WaitingPeople, *, now: datetime, note: str = ""
) -> View:
    """The old and the new time, and whom the move affects."""
    new = f"{relative_time(move.new_start, webinar.time_zone)}, {length_text(move.new_length)}"
    people_affected = _people(impact, waiting, now, provider_name(webinar.id))
    effects = [*people_affected, _cards(impact), _reminders(impact)]
    blocks: list[Block] = [
        *([warning(note)] if note else []),
        section(f"*{plain(webinar.title)}*\nNow: {timing(webinar)}\nNew: *{new}*"),
        section("\n".join(f"• {effect}" for effect in effects)),
        *actions(button("Change Time", CHANGE_TIME, f"{webinar.id} {move.start} {move.length_s}")),
    ]
    return modal(
        CONFIRM, TITLE, blocks, submit="Move Webinar", close="Keep It", private_metadata=move.model_dump_json()
    )


def typed_again(value: str) -> tuple[str, TypedTime]:
    """The webinar's id and the time of the confirmation whose *Change Time* was pressed."""
    session_id, start, length_s = value.split(" ")
    return session_id, TypedTime(start=int(start), length=length_text(timedelta(seconds=int(length_s))))


def failed(sentence: str) -> View:
    """The failure, and what to do."""
    return modal(FAILED, "Not moved", [paragraph(sentence)])


def same_sentence(webinar: Webinar) -> str:
    """That the typed time is the current one."""
    return f"“{webinar.title}” already has this start and length, so nothing was moved."


def _times(webinar: Webinar) -> tuple[int, int]:
    return int(webinar.start.timestamp()), int(webinar.length.total_seconds())


def _people(impact: Impact, waiting: WaitingPeople, now: datetime, provider: str) -> list[str]:
    """Those who have registered or wait, and the team; that nobody has registered, only if nobody waits either."""
    is_known_empty = impact.registrants == 0
    registered = [] if waiting and is_known_empty else [_registrants(impact, now, provider)]
    kept = f"{join_words(waiting_parts(waiting))}: nothing changes for them but the time."
    return [*registered, *([kept] if waiting else []), _team(impact)]


def _registrants(impact: Impact, now: datetime, provider: str) -> str:
    if impact.is_for_anyone:
        return "Everyone with the link can join, and nobody has registered. People find the new time on the card."
    if impact.registrants is None or impact.counted_at is None:
        return f"The number of registrants is {NOT_READ}. {provider} may email them the new time."
    if not impact.registrants:
        return f"Nobody has registered ({as_of(impact.counted_at, now)})."
    in_slack = f" Greenroom sends a direct message to {people(impact.seats)} in Slack." if impact.seats else ""
    return (
        f"{people(impact.registrants)} registered ({as_of(impact.counted_at, now)}): {provider} may email them "
        f"the new time.{in_slack}"
    )


def _team(impact: Impact) -> str:
    if impact.team is None:
        return f"Its team is {NOT_READ}: members in Slack get a direct message with a new calendar entry."
    if not impact.team:
        return "Only the host is on its team."
    return f"{people(impact.team)} on its team: those in Slack get a direct message with a new calendar entry."


def _cards(impact: Impact) -> str:
    if not impact.card_channels:
        return "It has no card in any channel."
    named = ", ".join(f"<#{channel}>" for channel in impact.card_channels[:MAX_CHANNELS])
    rest = len(impact.card_channels) - MAX_CHANNELS
    more = f" and {rest} more" if rest > 0 else ""
    return f"Its card is updated in {named}{more}. Channels subscribed to changes get one notice."


def _reminders(impact: Impact) -> str:
    lapsed = f" {number(len(impact.lapsed), 'reminder is', 'reminders are')} dropped: due before now."
    dropped = lapsed if impact.lapsed else ""
    if not impact.moved:
        return f"No planned reminder moves with it.{dropped}"
    counts = [(impact.channels_reminded, "channel"), (impact.people_reminded, "direct message")]
    places = join_words([number(count, place) for count, place in counts if count])
    verb = "moves" if len(impact.moved) == 1 else "move"
    return f"{number(len(impact.moved), 'planned reminder')} in {places} {verb} with it.{dropped}"
