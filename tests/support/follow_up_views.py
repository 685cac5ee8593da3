"""The views of a follow-up in each of their states."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.model.webinar import Webinar
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.audience import Addressee, FollowUpAudience, SlackRecipient
from bot.reports.follow_up.drafted import DraftedFollowUp
from bot.reports.follow_up.recipient_table import DeliveryCounts
from bot.reports.follow_up.run_table import FollowUpRun, RunState
from bot.reports.follow_up.wording import FollowUpGroup, default_texts
from bot.slack.blocks import message
from bot.slack.message import Message, View
from handlers.followup import form as follow_up_form
from handlers.followup import review as follow_up_review
from handlers.followup.review import ReviewFacts
from tests.support.webinar_samples import ACCOUNT, NOW

LINK = "https://v.ringcentral.example/recording/1"
LONG = ("<&>" * 300 + "\n") * 4
AUTHORED = f"Thanks for coming. {LONG}"[:3000]
COUNTS = DeliveryCounts(
    waiting=3, scheduled=4, sent=5, opted_out=1, unclear=1, refused=(("deactivated", 2), ("user_disabled", 1))
)


def run(**changes: Any) -> FollowUpRun:
    """A follow-up that is being sent."""
    facts: dict[str, Any] = {
        "account": ACCOUNT,
        "follow_up_id": "f1",
        "session_id": "s1",
        "user_id": "U1",
        "state": RunState.SENDING,
        "texts": default_texts(has_recording=True),
        "recording": LINK,
        "begun_at": NOW,
    }
    return FollowUpRun(**(facts | changes))


def audience(*, is_empty: bool = False) -> FollowUpAudience:
    """One person of each kind, or nobody."""
    if is_empty:
        return FollowUpAudience([], [], [], 2, 1)
    recipients = [
        SlackRecipient(user_id=f"U{place}", registrant_id=f"r{place}", channel_id="D1", group=group)
        for place, group in enumerate(FollowUpGroup)
    ]
    filed = [Addressee("r9", FollowUpGroup.ABSENT, "Iris", "Moreno", "iris@outside.example")]
    return FollowUpAudience(recipients[:2], recipients[2:], filed, 1, 1)


def follow_up_modals(one: Webinar) -> list[View]:
    """The form, the review and what follows it."""
    drafts = [follow_up_form.new_draft(one, has_recording=has_recording) for has_recording in (True, False)]
    full = drafts[0].model_copy(update={"texts": dict.fromkeys(FollowUpGroup, LONG[:3000]), "groups": ()})
    known: dict[str, Any] = {"now": NOW, "latest": run(), "is_resumed": True, "problem": "No.", "note": "Wait. " * 30}
    drafted = [DraftedFollowUp(run(), audience(is_empty=is_empty)) for is_empty in (False, True)]
    drafted.append(DraftedFollowUp(run(texts=dict.fromkeys(FollowUpGroup, LONG[:3000])), audience()))
    return [
        *(follow_up_form.form(one, draft, now=NOW, has_recording=False) for draft in drafts),
        follow_up_form.form(one, full, has_recording=True, **known),
        *(follow_up_review.review(one, each, ReviewFacts(seconds=400.0, note="Wait.")) for each in drafted),
        *(follow_up_review.working(one, note="Wait."), follow_up_review.started(one), follow_up_review.failed("No.")),
    ]


def follow_up_messages(one: Webinar) -> list[Message]:
    """The messages to recipients and to the sender."""
    ended = {"finish_at": NOW + timedelta(minutes=5), "in_file": 3}
    states = [run(state=state, **ended) for state in RunState if state is not RunState.DRAFT]
    states += [run(state=RunState.STOPPED, problem="No. " * 50), run(state=RunState.DONE, in_file=0)]
    drafted = DraftedFollowUp(run(), audience())
    return [
        *(follow_up_texts.progress_message(one, state, COUNTS) for state in states),
        follow_up_texts.progress_message(one, run(state=RunState.STOPPED), DeliveryCounts(sent=1)),
        *(
            follow_up_texts.recipient_message(one, run(), text, "Iris")
            for text in (AUTHORED, "Thanks, {first name}, and see you soon.")
        ),
        message("Thanks for coming.", follow_up_texts.opt_in_row("s1")),
        follow_up_review.review_message(one, drafted, ReviewFacts(seconds=9000.0)),
        *(follow_up_review.started_message(one), follow_up_review.failed_message("No.")),
    ]
