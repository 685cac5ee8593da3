"""Changes what a channel, or a person in their own messages, is reminded of, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.commands.reminder_offsets import MAX_OFFSETS, offset_text
from bot.db.connection import Db
from bot.errors import BadInput, NotFound
from bot.model.people import Account, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.planner import replan
from bot.notices.reminder_sheet import (
    WAITING,
    Reminder,
    ReminderDefaults,
    ReminderOrigin,
    ReminderSheet,
    ReminderUndo,
    is_locked,
)
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.schedule import is_direct
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    Feature,
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    channel_features,
    subscribe,
    unsubscribe,
    webinar_subscription,
)
from bot.notices.texts.reminder_list import no_reminder_reason
from bot.webinars import table as webinar_table

ONLY_REMINDERS: Features = frozenset({Feature.REMINDERS})
PERSONAL_FEATURES: Features = frozenset({Feature.REMINDERS, Feature.CHANGES})
"""What a person hears of a webinar that they want to be reminded of: also that it is moved or cancelled."""

TOO_MANY = f"There can be at most {MAX_OFFSETS} reminders of a webinar. Change the time of one of them instead."
TOO_LATE = "This one goes out in a moment, and Slack does not give it back any more."
GONE = "This reminder is not waiting to go out any more: look again at what is planned."


async def lock_webinar(db: Db, account: Account, session_id: str, channel_id: str) -> Webinar:
    """The webinar as it is now; nobody else changes it, or what this channel hears, before this transaction ends.

    What changes reminders begins with this. Raises `NotFound`.
    """
    await subscription_table.lock_channel(db, account.workspace, channel_id)
    webinar = await webinar_table.find(db, account, session_id, to_change=True)
    if webinar is None:
        raise NotFound("This webinar is not known here. Type /webinar list to see those that are.")
    return webinar


async def load_sheet(db: Db, webinar: Webinar, channel_id: str) -> ReminderSheet:
    """What one channel is reminded of about one webinar, and who said so."""
    lines = await _subscriptions(db, webinar, channel_id)
    own, heard = _own(lines), _features(webinar, lines)
    usual = (await load_defaults(db, webinar.account.workspace)).offsets
    has_own = own is not None and own.offsets is not None
    said_by = own or next((line for line in lines if Feature.REMINDERS in line.features), None)
    rows = await notice_table.of_session(db, webinar.account, webinar.session_id)
    return ReminderSheet(
        webinar=webinar,
        channel_id=channel_id,
        is_on=Feature.REMINDERS in heard,
        offsets=own.offsets if own is not None and own.offsets is not None else usual,
        default_offsets=usual,
        has_own_offsets=has_own,
        reminders=[_reminder(row) for row in rows if _is_reminder(row, channel_id)],
        origin=_origin(said_by),
        set_by=said_by.set_by if said_by else "",
        set_at=said_by.set_at if said_by else None,
    )


async def set_offsets(
    db: Db, webinar: Webinar, channel_id: str, leads: Sequence[timedelta] | None, by: str, now: datetime
) -> ReminderUndo:
    """Have exactly these reminders go out here (None: the workspace's own). Raises `BadInput` once it has started."""
    _check_upcoming(webinar, now)
    lines = await _subscriptions(db, webinar, channel_id)
    own = _own(lines)
    ordered = None if leads is None else tuple(sorted(leads, reverse=True))
    if own is not None and own.by_share:
        # Times are chosen, not features: the card's line still only adds to what the channel asked for elsewhere.
        changes = {"features": own.features | ONLY_REMINDERS, "offsets": ordered, "set_by": by, "set_at": now}
        return await _replace(db, webinar, channel_id, (own, own.model_copy(update=changes)), now)
    features = _features(webinar, lines) | ONLY_REMINDERS
    if leads is None and features == _features(webinar, [line for line in lines if line != own]):
        return await _replace(db, webinar, channel_id, (own, None), now)
    line = webinar_subscription(webinar, channel_id, by, now, features=features, offsets=ordered)
    return await _replace(db, webinar, channel_id, (own, line), now)


async def add(
    db: Db, webinar: Webinar, channel_id: str, leads: Sequence[timedelta], by: str, now: datetime
) -> ReminderUndo:
    """Have these go out as well; where reminders were off and nobody had chosen times, these alone."""
    known = await load_sheet(db, webinar, channel_id)
    there = known.offsets if known.is_on or known.has_own_offsets else ()
    new = [lead for lead in leads if lead not in there]
    if not new and known.is_on:
        raise BadInput(f"There is a reminder {offset_text(leads[0])} before already.")
    if len(there) + len(new) > MAX_OFFSETS:
        raise BadInput(TOO_MANY)
    return await set_offsets(db, webinar, channel_id, (*there, *new), by, now)


async def move(
    db: Db, webinar: Webinar, channel_id: str, notice_id: int, lead: timedelta, by: str, now: datetime
) -> ReminderUndo:
    """Have one that waits go out at another time."""
    known = await load_sheet(db, webinar, channel_id)
    moved = changeable(known, notice_id, now)
    if lead != moved.offset and lead in known.offsets:
        raise BadInput(f"There is a reminder {offset_text(lead)} before already.")
    leads = {one for one in known.offsets if one != moved.offset} | {lead}
    return await set_offsets(db, webinar, channel_id, tuple(leads), by, now)


async def skip(db: Db, webinar: Webinar, channel_id: str, notice_id: int, now: datetime) -> None:
    """Leave this one out. Raises `BadInput` where it is too late for that."""
    changeable(await load_sheet(db, webinar, channel_id), notice_id, now)
    await notice_table.skip(db, notice_id)
    after = await load_sheet(db, webinar, channel_id)
    if any(one.id == notice_id and one.state is not NoticeState.SKIPPED for one in after.reminders):
        raise BadInput(TOO_LATE)


async def unskip(db: Db, webinar: Webinar, channel_id: str, notice_id: int, now: datetime) -> None:
    """Have one that was left out go out after all. Raises `BadInput` where its time has passed."""
    known = await load_sheet(db, webinar, channel_id)
    if notice_id not in {one.id for one in known.reminders} or not await notice_table.unskip(db, notice_id, now):
        raise BadInput("Its time has passed, or somebody brought it back already: look again at what is planned.")


async def turn_on(db: Db, webinar: Webinar, channel_id: str, by: str, now: datetime) -> ReminderUndo:
    """Have reminders go out here, at the times that were chosen before, or else as usual."""
    _check_upcoming(webinar, now)

    def wanted(lines: Sequence[Subscription], wish: SubscriptionChange) -> Sequence[Subscription]:
        return subscribe(lines, wish, ONLY_REMINDERS)

    return await _switch(db, webinar, channel_id, wanted, ONLY_REMINDERS, by, now)


async def mute(db: Db, webinar: Webinar, channel_id: str, by: str, now: datetime) -> ReminderUndo | None:
    """Have no reminder of this webinar go out here any more; for a person, nothing at all. None where it is so."""
    lines = await _subscriptions(db, webinar, channel_id)
    unwanted = ALL_FEATURES if is_direct(channel_id) else ONLY_REMINDERS
    if not _features(webinar, lines) & unwanted:
        return None

    def wanted(lines: Sequence[Subscription], wish: SubscriptionChange) -> Sequence[Subscription]:
        return unsubscribe(lines, wish, unwanted)

    return await _switch(db, webinar, channel_id, wanted, frozenset(), by, now)


async def snooze(db: Db, webinar: Webinar, channel_id: str, lead: timedelta, by: str, now: datetime) -> ReminderUndo:
    """Remind a person once more, so long before the start, in their own messages."""
    _check_upcoming(webinar, now)
    lines = await _subscriptions(db, webinar, channel_id)
    own = _own(lines)
    ahead = [one for one in (own.offsets or () if own else ()) if webinar.start - one > now]
    if len({*ahead, lead}) > MAX_OFFSETS:
        raise BadInput(f"You are reminded of this webinar {MAX_OFFSETS} times already.")
    leads = tuple(sorted({*ahead, lead}, reverse=True))
    line = webinar_subscription(
        webinar, channel_id, by, now, features=_features(webinar, lines) | PERSONAL_FEATURES, offsets=leads
    )
    return await _replace(db, webinar, channel_id, (own, line), now)


async def undo(db: Db, webinar: Webinar, change: ReminderUndo, now: datetime) -> bool:
    """Go back to the line that there was. False where somebody has changed it since."""
    own = _own(await _subscriptions(db, webinar, change.channel_id))
    if (own.set_at if own else None) != change.changed_at:
        return False
    await _replace(db, webinar, change.channel_id, (own, change.before), now)
    return True


async def load_defaults(db: Db, workspace: Workspace) -> ReminderDefaults:
    """What the workspace wants where nobody chose otherwise."""
    found = await subscription_table.defaults_with_author(db, workspace)
    return (
        ReminderDefaults(offsets=found[0], set_by=found[1], set_at=found[2])
        if found
        else ReminderDefaults(offsets=DEFAULT_OFFSETS)
    )


async def save_defaults(db: Db, workspace: Workspace, leads: Sequence[timedelta], by: str, now: datetime) -> int:
    """Say what the workspace wants, and plan every webinar anew that goes by it; how many these are."""
    await subscription_table.save_default_offsets(db, workspace, leads, by, now)
    await webinar_table.lock_workspace(db, workspace, now)
    lines = await subscription_table.all_subscriptions(db, workspace)
    going_by_it = [
        webinar
        for webinar in await webinar_table.list_webinars(db, workspace, ending_after=now)
        if any(one.offsets is None and Feature.REMINDERS in one.features for one in channel_features(webinar, lines))
    ]
    for webinar in going_by_it:
        await replan(db, webinar, now)
    return len(going_by_it)


def changeable(known: ReminderSheet, notice_id: int, now: datetime) -> Reminder:
    """The reminder with this id, which can still be changed. Raises `BadInput` where it cannot."""
    found = next((one for one in known.reminders if one.id == notice_id and one.state in WAITING), None)
    if found is None or found.start != known.webinar.start:
        raise BadInput(GONE)
    if is_locked(found, now):
        raise BadInput(TOO_LATE)
    return found


async def _switch(
    db: Db,
    webinar: Webinar,
    channel_id: str,
    wanted: Callable[[Sequence[Subscription], SubscriptionChange], Sequence[Subscription]],
    more: Features,
    by: str,
    now: datetime,
) -> ReminderUndo:
    lines = await _subscriptions(db, webinar, channel_id)
    own = _own(lines)
    if own and own.offsets is not None and not is_direct(channel_id):
        # Kept even where it asks for nothing more than other lines: the times chosen here would be lost with it.
        features = (_features(webinar, lines) - ONLY_REMINDERS) | more
        line = webinar_subscription(webinar, channel_id, by, now, features=features, offsets=own.offsets)
        return await _replace(db, webinar, channel_id, (own, line), now)
    wish = SubscriptionChange(workspace=webinar.account.workspace, channel_id=channel_id, about=webinar, by=by, at=now)
    return await _replace(db, webinar, channel_id, (own, _own(wanted(lines, wish))), now)


async def _replace(
    db: Db,
    webinar: Webinar,
    channel_id: str,
    lines: tuple[Subscription | None, Subscription | None],
    now: datetime,
) -> ReminderUndo:
    """Put the second line in the place of the first, and plan anew."""
    before, after = lines
    if after is not None:
        await subscription_table.save(db, after)
    elif before is not None:
        await subscription_table.remove(db, before)
    await replan(db, webinar, now)
    changed_at = after.set_at if after else None
    return ReminderUndo(session_id=webinar.session_id, channel_id=channel_id, before=before, changed_at=changed_at)


async def _subscriptions(db: Db, webinar: Webinar, channel_id: str) -> list[Subscription]:
    about = await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)
    return [line for line in about if line.channel_id == channel_id]


def _own(lines: Sequence[Subscription]) -> Subscription | None:
    return next((line for line in lines if line.scope is Scope.WEBINAR), None)


def _features(webinar: Webinar, lines: Sequence[Subscription]) -> Features:
    """All lines are those of one channel."""
    return frozenset[Feature]().union(*(hearing.features for hearing in channel_features(webinar, lines)))


def _check_upcoming(webinar: Webinar, now: datetime) -> None:
    if problem := no_reminder_reason(webinar, now):
        raise BadInput(problem)


def _is_reminder(row: notice_table.NoticeRow, channel_id: str) -> bool:
    return row.notice.kind is NoticeKind.REMINDER and row.notice.channel_id == channel_id


def _reminder(row: notice_table.NoticeRow) -> Reminder:
    is_packed = row.state is NoticeState.BATCHED and row.message is not None
    return Reminder(
        id=row.id,
        offset=row.notice.offset,
        start=row.notice.start,
        due_at=row.notice.due_at,
        state=row.state,
        scheduled_for=datetime.fromtimestamp(row.message.post_at, UTC) if is_packed and row.message else None,
        problem=row.problem,
    )


def _origin(line: Subscription | None) -> ReminderOrigin:
    if line is None:
        return ReminderOrigin.NONE
    if line.scope is not Scope.WEBINAR:
        return ReminderOrigin.SUBSCRIPTION
    return ReminderOrigin.CARD if line.by_share and line.offsets is None else ReminderOrigin.CHOSEN
