"""Reads and changes the reminders of a channel, or of a person in their DM, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.db.connection import Db
from bot.errors import BadInput, UnknownWebinar
from bot.model.people import Account, Workspace
from bot.model.webinar import Webinar
from bot.notices import reminder_rules as rules
from bot.notices.model import Feature, NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.outbox.rows import NoticeRow
from bot.notices.planner import replan
from bot.notices.reminder_sheet import Reminder, ReminderDefaults, ReminderSheet, ReminderUndo
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.schedule import is_direct
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Subscription, channel_features, features_of, own_subscription
from bot.webinars import table as webinar_table


async def lock_webinar(db: Db, account: Account, session_id: str, channel_id: str) -> Webinar:
    """The current webinar, locked together with the channel's subscriptions until this transaction ends.

    Call this before any change of reminders. Raises `UnknownWebinar`.
    """
    await subscription_table.lock_channel(db, account.workspace, channel_id)
    webinar = await webinar_table.find(db, account, session_id, for_update=True)
    if webinar is None:
        raise UnknownWebinar
    return webinar


async def load_sheet(db: Db, webinar: Webinar, channel_id: str) -> ReminderSheet:
    """The reminders of one webinar in one channel, and who set them."""
    subscriptions = await _subscriptions(db, webinar, channel_id)
    own = own_subscription(webinar, subscriptions)
    default_offsets = (await load_defaults(db, webinar.account.workspace)).offsets
    deciding = own or next((each for each in subscriptions if Feature.REMINDERS in each.features), None)
    rows = await notice_table.of_session(db, webinar.account, webinar.session_id)
    return ReminderSheet(
        webinar=webinar,
        channel_id=channel_id,
        is_on=Feature.REMINDERS in features_of(webinar, subscriptions),
        offsets=own.offsets if own is not None and own.offsets is not None else default_offsets,
        default_offsets=default_offsets,
        has_own_offsets=own is not None and own.offsets is not None,
        reminders=[_reminder(row) for row in rows if _is_reminder(row, channel_id)],
        origin=rules.origin_of(deciding),
        set_by=deciding.set_by if deciding else "",
        set_at=deciding.set_at if deciding else None,
    )


async def set_offsets(
    db: Db, webinar: Webinar, channel_id: str, offsets: Sequence[timedelta] | None, by: str, now: datetime
) -> ReminderUndo:
    """Set exactly these reminders (None: the workspace's defaults). Raises `BadInput` once the webinar has started."""
    rules.check_upcoming(webinar, now)
    subscriptions = await _subscriptions(db, webinar, channel_id)
    after = rules.with_offsets(webinar, channel_id, subscriptions, offsets, by, now)
    return await _replace(db, webinar, channel_id, own_subscription(webinar, subscriptions), after, now)


async def add(
    db: Db, webinar: Webinar, channel_id: str, offsets: Sequence[timedelta], by: str, now: datetime
) -> ReminderUndo:
    """Add reminders; if reminders were off and no times were chosen, these are the only ones."""
    sheet = await load_sheet(db, webinar, channel_id)
    return await set_offsets(db, webinar, channel_id, rules.with_added(sheet, offsets), by, now)


async def move(
    db: Db, webinar: Webinar, channel_id: str, notice_id: int, offset: timedelta, by: str, now: datetime
) -> ReminderUndo:
    """Change the time of a pending reminder."""
    sheet = await load_sheet(db, webinar, channel_id)
    offsets = rules.with_moved(sheet, rules.changeable(sheet, notice_id, now), offset)
    return await set_offsets(db, webinar, channel_id, offsets, by, now)


async def skip(db: Db, webinar: Webinar, channel_id: str, notice_id: int, now: datetime) -> None:
    """Skip a pending reminder. Raises `BadInput` if it is too late."""
    rules.changeable(await load_sheet(db, webinar, channel_id), notice_id, now)
    await notice_table.skip(db, notice_id)
    after = await load_sheet(db, webinar, channel_id)
    if any(each.id == notice_id and each.state is not NoticeState.SKIPPED for each in after.reminders):
        raise BadInput(rules.TOO_LATE)


async def unskip(db: Db, webinar: Webinar, channel_id: str, notice_id: int, now: datetime) -> None:
    """Plan a skipped reminder again. Raises `BadInput` if its time has passed."""
    sheet = await load_sheet(db, webinar, channel_id)
    ids = {each.id for each in sheet.reminders}
    if notice_id not in ids or not await notice_table.unskip(db, notice_id, now):
        raise BadInput("Its time has passed, or somebody brought it back already: look again at what is planned.")


async def turn_on(db: Db, webinar: Webinar, channel_id: str, by: str, now: datetime) -> ReminderUndo:
    """Turn reminders on, at the times chosen before or at the defaults. Raises `BadInput` once it has started."""
    rules.check_upcoming(webinar, now)
    subscriptions = await _subscriptions(db, webinar, channel_id)
    after = rules.turned_on(webinar, channel_id, subscriptions, by, now)
    return await _replace(db, webinar, channel_id, own_subscription(webinar, subscriptions), after, now)


async def mute(db: Db, webinar: Webinar, channel_id: str, by: str, now: datetime) -> ReminderUndo | None:
    """Turn the reminders of this webinar off; in a person's DM, all its notices. None if they were off already."""
    subscriptions = await _subscriptions(db, webinar, channel_id)
    if not features_of(webinar, subscriptions) & rules.muted_features(channel_id):
        return None
    after = rules.muted(webinar, channel_id, subscriptions, by, now)
    return await _replace(db, webinar, channel_id, own_subscription(webinar, subscriptions), after, now)


async def direct_channel(db: Db, webinar: Webinar, user_id: str) -> str:
    """The DM in which this user is reminded of the webinar; empty if they asked for nothing there."""
    found = await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)
    return next((one.channel_id for one in found if is_direct(one.channel_id) and one.set_by == user_id), "")


async def snooze(db: Db, webinar: Webinar, channel_id: str, offset: timedelta, by: str, now: datetime) -> ReminderUndo:
    """Add a reminder in a person's DM. Raises `BadInput` once it has started, or if there are too many."""
    rules.check_upcoming(webinar, now)
    subscriptions = await _subscriptions(db, webinar, channel_id)
    after = rules.with_snooze(webinar, channel_id, subscriptions, offset, by, now)
    return await _replace(db, webinar, channel_id, own_subscription(webinar, subscriptions), after, now)


async def undo(db: Db, webinar: Webinar, change: ReminderUndo, now: datetime) -> bool:
    """Restore the previous subscription. False if it was changed again since."""
    own = own_subscription(webinar, await _subscriptions(db, webinar, change.channel_id))
    if (own.set_at if own else None) != change.changed_at:
        return False
    await _replace(db, webinar, change.channel_id, own, change.before, now)
    return True


async def load_defaults(db: Db, workspace: Workspace) -> ReminderDefaults:
    """The workspace's default reminders."""
    stored = await subscription_table.defaults_with_author(db, workspace)
    if stored is None:
        return ReminderDefaults(offsets=DEFAULT_OFFSETS)
    offsets, set_by, set_at = stored
    return ReminderDefaults(offsets=offsets, set_by=set_by, set_at=set_at)


async def save_defaults(db: Db, workspace: Workspace, offsets: Sequence[timedelta], by: str, now: datetime) -> int:
    """Store the workspace's default reminders and replan every webinar that uses them; return how many."""
    await subscription_table.save_default_offsets(db, workspace, offsets, by, now)
    await webinar_table.lock_workspace(db, workspace, now)
    subscriptions = await subscription_table.all_subscriptions(db, workspace)
    affected = [
        webinar
        for webinar in await webinar_table.list_webinars(db, workspace, ending_after=now)
        if any(
            channel.offsets is None and Feature.REMINDERS in channel.features
            for channel in channel_features(webinar, subscriptions)
        )
    ]
    for webinar in affected:
        await replan(db, webinar, now)
    return len(affected)


async def _replace(
    db: Db, webinar: Webinar, channel_id: str, before: Subscription | None, after: Subscription | None, now: datetime
) -> ReminderUndo:
    """Store `after` in place of `before`, and replan."""
    if after is not None:
        await subscription_table.save(db, after)
    elif before is not None:
        await subscription_table.remove(db, before)
    await replan(db, webinar, now)
    changed_at = after.set_at if after else None
    return ReminderUndo(session_id=webinar.session_id, channel_id=channel_id, before=before, changed_at=changed_at)


async def _subscriptions(db: Db, webinar: Webinar, channel_id: str) -> list[Subscription]:
    found = await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)
    return [each for each in found if each.channel_id == channel_id]


def _is_reminder(row: NoticeRow, channel_id: str) -> bool:
    return row.notice.kind is NoticeKind.REMINDER and row.notice.channel_id == channel_id


def _reminder(row: NoticeRow) -> Reminder:
    is_batched = row.state is NoticeState.BATCHED and row.message is not None
    return Reminder(
        id=row.id,
        offset=row.notice.offset,
        start=row.notice.start,
        due_at=row.notice.due_at,
        state=row.state,
        scheduled_for=datetime.fromtimestamp(row.message.post_at, UTC) if is_batched and row.message else None,
        problem=row.problem,
    )
