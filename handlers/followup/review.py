"""The review of a follow-up: how many people get it, how, and what it says; and what follows *Send*."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.audience import FollowUpAudience
from bot.reports.follow_up.drafted import DraftedFollowUp
from bot.reports.follow_up.run_table import FollowUpRun
from bot.reports.follow_up.wording import GROUP_LABELS, FollowUpGroup
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    escape_sentence,
    message,
    modal,
    number,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import people
from handlers.followup.form import FIELD_LABELS

REVIEW = "followup.review"
EDIT = "followup.edit"
CONFIRM = "followup.confirm"
FAILED = "followup.failed"
"""`EDIT` and `CONFIRM` carry the id of the webinar; `CONFIRM` that of the follow-up as well."""
WORKING = "followup.working"
STARTED = "followup.started"
TITLE = "Follow-up"
SEND = "Send Follow-Up"
SAMPLE_NAME = "Ana"
NOBODY = "Nobody is in the groups that you chose, so there is nothing to send. Choose other groups."


def working(webinar: Webinar, *, note: str = "") -> View:
    """What is shown while the attendance is read."""
    blocks = [paragraph(f"Reading who attended “{webinar.title}”…"), *([paragraph(note)] if note else [])]
    return modal(WORKING, TITLE, blocks)


def failed(sentence: str) -> View:
    """The failure, and that nothing is lost."""
    kept = "Nothing was sent, and your texts are kept: type /webinar followup to go on."
    return modal(FAILED, "Not sent", [paragraph(sentence), paragraph(kept)])


def failed_message(sentence: str) -> Message:
    """The same as a direct message."""
    kept = "Nothing was sent, and your texts are kept."
    return message(f"{kept} {escape_sentence(sentence)}", [section(kept), paragraph(sentence)])


@dataclass(frozen=True)
class ReviewFacts:
    """What a review says besides the counts."""

    seconds: float = 0.0
    """How long sending takes."""
    note: str = ""
    """About the attendance."""


def review(webinar: Webinar, drafted: DraftedFollowUp, facts: ReviewFacts) -> View:
    """The counts and the texts, with *Send Follow-Up*, and the way back to the form."""
    change = button("Change Texts", EDIT, webinar.id, label="Change the texts or the groups")
    blocks = [*_summary(webinar, drafted, facts), *actions(change), divider(), *_previews(webinar, drafted)]
    if not _anybody(drafted.audience):
        return modal(FAILED, TITLE, blocks)
    metadata = value(drafted.run)
    return modal(REVIEW, TITLE, blocks, submit=SEND, close="Not Now", private_metadata=metadata)


def review_message(webinar: Webinar, drafted: DraftedFollowUp, facts: ReviewFacts) -> Message:
    """The review as a direct message, for a user who has closed the window."""
    send = button(SEND, CONFIRM, value(drafted.run), style="primary") if _anybody(drafted.audience) else None
    change = button("Change Texts", EDIT, webinar.id, label="Change the texts or the groups")
    blocks = [*_summary(webinar, drafted, facts), *actions(send, change)]
    return message(f"Your follow-up of {plain(webinar.title)} is ready for review. Nothing was sent yet.", blocks)


def value(run: FollowUpRun) -> str:
    """What a button and the review carry: the id of the webinar, and that of the follow-up."""
    return f"{run.session_id} {run.follow_up_id}"


def started(webinar: Webinar) -> View:
    """That it is being sent, and where its progress is."""
    return modal(STARTED, TITLE, [section(_started(webinar))], close="Done") | {"clear_on_close": True}


def started_message(webinar: Webinar) -> Message:
    """Replaces the review in a message, as `started` does in a modal."""
    return message(_started(webinar), [section(_started(webinar))])


def _started(webinar: Webinar) -> str:
    return (
        f"The follow-up of *{plain(webinar.title)}* is being prepared. You can follow and stop it in a direct "
        f"message: each message goes out five minutes after it was prepared."
    )


def _summary(webinar: Webinar, drafted: DraftedFollowUp, facts: ReviewFacts) -> list[Block]:
    audience, run = drafted.audience, drafted.run
    groups = [group for group in FollowUpGroup if group in run.groups]
    lines = "\n".join(_counted(audience, group) for group in groups)
    blocks: list[Block] = [section(f"*{plain(webinar.title)}*\n{lines}")]
    if not _anybody(audience):
        return [*blocks, paragraph(NOBODY), *_notes(audience, provider_name(webinar.id))]
    blocks += [paragraph(facts.note)] if facts.note else []
    direct, filed = len(audience.in_slack), len(audience.in_file)
    sent = f"{follow_up_texts.direct_messages(direct)} from Greenroom, {_duration(direct, facts.seconds)}"
    totals = [
        f"• {sent}" if direct else "",
        f"• {people(filed)} in a file for your mailing tool, sent to you by direct message" if filed else "",
    ]
    return [*blocks, section("\n".join(filter(None, totals))), *_notes(audience, provider_name(webinar.id))]


def _counted(audience: FollowUpAudience, group: FollowUpGroup) -> str:
    direct, filed, out = audience.counts(group)
    parts = [f"{direct:,} in Slack", f"{filed:,} in the file", *([f"{out:,} opted out"] if out else [])]
    total = direct + filed + out
    return f"{GROUP_LABELS[group]}: *{people(total)}*" + (f" ({', '.join(parts)})" if total else "")


def _notes(audience: FollowUpAudience, provider: str) -> list[Block]:
    notes = []
    if audience.without_address:
        notes.append(f"{people(audience.without_address)} cannot be written to: {provider} has no address of them.")
    if audience.running:
        notes.append(f"You and the team get none: {people(audience.running)} of those who registered.")
    return [context(" ".join(notes))] if notes else []


def _anybody(audience: FollowUpAudience) -> bool:
    return bool(audience.in_slack or audience.in_file)


def _duration(messages: int, seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    time = number(minutes, "minute") if minutes < 90 else number(round(minutes / 60), "hour")
    return f"sent in about {time}" if messages == 1 else f"all sent in about {time}"


def _previews(webinar: Webinar, drafted: DraftedFollowUp) -> list[Block]:
    run, audience = drafted.run, drafted.audience
    blocks: list[Block] = []
    for group, text in run.texts.items():
        if _anybody(audience) and not sum(audience.counts(group)):
            continue
        values = follow_up_texts.values(webinar, run.recording, SAMPLE_NAME)
        parts: Sequence[str] = follow_up_texts.text_sections(text, values)
        blocks += [context(f"{FIELD_LABELS[group]}:")]
        blocks += [section(cut(part, 3000)) for part in parts]
    return blocks
