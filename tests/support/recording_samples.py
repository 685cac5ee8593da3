"""Every message and form about recordings, and about what is open after a webinar, in each of its states."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot.model.recording import MediaKind, Recording, RecordingFile, RecordingStatus
from bot.model.webinar import Access, Status, Webinar
from bot.reports.messages import texts as item_texts
from bot.reports.messages.table import MessageTopic, PostState, ReportMessage
from bot.reports.open_items_table import ItemKind, ItemOutcome, OpenItem
from bot.reports.recordings import texts as recording_texts
from bot.reports.recordings.places import SharePlaces
from bot.reports.recordings.table import SharingDecision, TrackedRecording
from bot.slack.message import Message
from handlers.recording import texts
from handlers.recording.texts import KnownRecording, ShareRequest
from tests.support.webinar_samples import ACCOUNT, NOW

PLACES = SharePlaces(channels=("C1", "C2"), people=("U1", "U2"))
SHARED = SharingDecision(by="U1", at=NOW, channels=("C1",), with_seats=True)
DECLINED = SharingDecision(by="U1", at=NOW)


def recording(status: RecordingStatus = RecordingStatus.AVAILABLE, **changes: Any) -> Recording:
    """A recording of 45 minutes that is shared without an end."""
    facts: dict[str, Any] = {
        "recording_id": "r1",
        "session_id": "s1",
        "status": status,
        "began_at": NOW - timedelta(hours=2),
        "duration": timedelta(minutes=45),
        "is_shared": True,
        "link": SecretStr("https://recordings.example/w/r1"),
    }
    return Recording(**(facts | changes))


def tracked(found: Recording | None = None, **changes: Any) -> TrackedRecording:
    """What is known about a recording, read now."""
    facts: dict[str, Any] = {
        "account": ACCOUNT,
        "session_id": "s1",
        "recording": found,
        "access": Access.SIGNED_IN if found else None,
        "read_at": NOW,
        "ended_at": NOW - timedelta(hours=1),
    }
    return TrackedRecording(**(facts | changes))


def share(place_id: str, state: PostState = PostState.POSTED, problem: str = "", message_ts: str = "") -> ReportMessage:
    """A message with the link."""
    return ReportMessage(
        account=ACCOUNT,
        session_id="s1",
        kind=MessageTopic.SHARE,
        place_id=place_id,
        state=state,
        problem=problem,
        message_ts=message_ts,
        changed_at=NOW,
    )


SHARES = [share("C1"), share("C2", PostState.REFUSED, "No."), share("U1"), share("U2", PostState.DUE)]
EXPIRING = recording(shared_until=NOW + timedelta(days=1))
STATES = [
    tracked(),
    *(tracked(recording(status)) for status in RecordingStatus),
    tracked(recording(is_shared=False)),
    tracked(recording(is_shared=False), may_share=False),
    tracked(recording(shared_until=NOW - timedelta(days=1))),
    tracked(EXPIRING),
    tracked(EXPIRING, decision=SHARED),
    tracked(recording(), decision=DECLINED),
]


def item(kind: ItemKind, outcome: ItemOutcome | None = None) -> OpenItem:
    """An item that was reminded of once."""
    return OpenItem(
        account=ACCOUNT, session_id="s1", kind=kind, user_id="U1", opened_at=NOW, reminders=1, outcome=outcome
    )


def recording_messages(plain: Webinar) -> list[Message]:
    """Every message about recordings and open items."""
    file = RecordingFile(kind=MediaKind.VIDEO, link=SecretStr("https://recordings.example/f"), size=12_345_678)
    both = [item(kind) for kind in ItemKind]
    over = plain.model_copy(update={"status": Status.FINISHED})
    return [
        *(recording_texts.share_message(over, state, now=NOW) for state in STATES),
        *(recording_texts.question(over, state, PLACES, SHARES, now=NOW) for state in STATES),
        *(recording_texts.expiry(over, state, PLACES, SHARES, now=NOW) for state in STATES),
        *(recording_texts.problem(over, is_slow=slow) for slow in (True, False)),
        *(texts.managed_view(over, KnownRecording(state, PLACES, SHARES), now=NOW) for state in STATES),
        texts.managed_view(over, KnownRecording(None, PLACES, []), now=NOW),
        *(texts.shared_view(over, STATES[1], may_watch=may) for may in (True, False)),
        *(texts.not_ended(plain, now=NOW), texts.shared_result(over, SHARES), texts.file_message(over, file)),
        *(item_texts.reminder(over, items) for items in (both, [item(ItemKind.FOLLOWUP, ItemOutcome.DONE)])),
    ]


def recording_modals(plain: Webinar) -> list[dict[str, Any]]:
    """The review, and what replaces it."""
    asked = ShareRequest(session_id="s1", channels=True, seats=True)
    outside = [texts.external_line("C1", "Globex")]
    many = SharePlaces(channels=tuple(f"C{number}" for number in range(99)), people=("U1",))
    return [
        *(texts.review(plain, asked, places, outside) for places in (PLACES, many)),
        texts.sharing_view(plain),
    ]
