"""The confirmation before members are removed, and the progress and result of a change of a team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model.team import NotifiedBy
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    number,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message, View
from bot.team.diff import ROLE_NAMES, Member, TeamDiff
from bot.team.texts.messages import join_lines, member_name
from bot.webinars.texts.facts import timing

CONFIRM = "team.confirm"
WORKING = "team.working"
DONE = "team.done"
FAILED = "team.not_done"
CLOSE_FREELY = "You can close this window: the result then comes as a direct message."
WAITING = "not notified yet; Greenroom tries again"
NOT_NOTIFIED = "Greenroom can't notify them, so let them know"


class InviteResult(StrEnum):
    """What happened to a member."""

    ADDED = "Added"
    CHANGED = "Changed"
    REMOVED = "Removed"


@dataclass(frozen=True)
class Outcome:
    """What happened to a member, and how they are notified: `ORGANIZER` if only the user can."""

    member: Member
    result: InviteResult
    notified_by: NotifiedBy


def confirm(webinar: Webinar, diff: TeamDiff, team: Sequence[Member], change_id: str) -> View:
    """The confirmation before a removal; its private_metadata is the id of the change."""
    by_id = {one.invitee.invitee_id: one for one in team}
    gone = [
        f"• {member_name(by_id[key])}, {ROLE_NAMES[by_id[key].invitee.role].lower()}"
        for key in diff.deleted
        if key in by_id
    ]
    people = number(len(diff.deleted), "person", "people")
    more = [
        f"{number(len(diff.added), 'person is', 'people are')} added" if diff.added else "",
        f"{number(len(diff.updated), 'person gets', 'people get')} another role" if diff.updated else "",
    ]
    rest = " and ".join(filter(None, more))
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section(f"Remove {people} from the team? Their links stop working, and those in Slack get a message."),
        *(section(text) for text in join_lines(gone)),
        *([context(f"In the same step, {rest}")] if rest else []),
    ]
    return modal(
        CONFIRM,
        f"Remove {people}?",
        blocks,
        submit=f"Remove {number(len(diff.deleted), 'Person', 'People')}",
        close="Back",
        private_metadata=change_id,
    )


def working(webinar: Webinar, *, note: str = "") -> View:
    """The progress view in place of the form. `note` explains a delay."""
    blocks: list[Block] = [section(f"Changing the team of *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    return modal(
        WORKING, "Invite to the team", [*blocks, context(CLOSE_FREELY)], private_metadata=webinar.id,
        notify_on_close=True,
    )  # fmt: skip


def done(webinar: Webinar, outcomes: Sequence[Outcome]) -> View:
    """The result for the user. Closing it also closes the outdated form below."""
    return modal(DONE, "Team saved", _result(webinar, outcomes), close="Done") | {"clear_on_close": True}


def done_message(webinar: Webinar, outcomes: Sequence[Outcome]) -> Message:
    """The result as a DM."""
    count = number(len(outcomes), "person", "people")
    return message(f"The team of {plain(webinar.title)} is changed: {count}.", _result(webinar, outcomes))


def failed(sentence: str) -> View:
    """The failure or unknown outcome, and what to do."""
    return modal(FAILED, "Not finished", [paragraph(sentence)])


def failed_message(webinar: Webinar, sentence: str) -> Message:
    """The failure as a DM."""
    head = f"The change of the team of *{plain(webinar.title)}* was not finished."
    return message(cut(f"{head} {escape_sentence(sentence)}", MAX_SECTION), [section(head), paragraph(sentence)])


def result_sentence(outcomes: Sequence[Outcome], provider: str) -> str:
    """The outcomes as a sentence (mrkdwn); `provider` is the provider's name."""
    return (
        "; ".join(f"{one.result}: {_line(one, provider)}" for one in outcomes) + "."
        if outcomes
        else "They had already left."
    )


def notification_text(member: Member, provider: str) -> str:
    """How a member is notified, in words; `provider` is the provider's name."""
    by_mail = member.invitee.is_mailed
    match member.notified_by:
        case NotifiedBy.MESSAGE:
            also = f", and {provider} sends an email" if by_mail else ""
            return f"notified by direct message{also}"
        case NotifiedBy.MAIL:
            return f"{provider} sends the invitation by email"
        case NotifiedBy.ORGANIZER:
            return "not notified: share their link"
        case NotifiedBy.WAITING:
            return WAITING
        case NotifiedBy.ELSEWHERE:
            mailed = f"{provider} sends the invitation by email" if by_mail else "not mailed"
            return f"invited in {provider}, {mailed}"
        case NotifiedBy.LEFT | NotifiedBy.GONE:
            return "removed"


def outcome_blocks(outcomes: Sequence[Outcome], provider: str) -> list[Block]:
    """What happened to each member, and where the links are that only the user can pass on."""
    blocks: list[Block] = []
    for result in InviteResult:
        lines = [f"• {_line(one, provider)}" for one in outcomes if one.result is result]
        blocks += [section(text) for text in join_lines([f"*{result}*", *lines])] if lines else []
    if any(one.result is InviteResult.ADDED and one.notified_by is NotifiedBy.ORGANIZER for one in outcomes):
        blocks.append(section("The links for you to share are in a direct message to you."))
    return blocks


def _result(webinar: Webinar, outcomes: Sequence[Outcome]) -> list[Block]:
    provider = provider_name(webinar.id)
    head = section(f"*{plain(webinar.title)}*\n{timing(webinar)}")
    blocks: list[Block] = [head, *outcome_blocks(outcomes, provider)]
    if not outcomes:
        blocks.append(section("Nothing changed: someone else had already made the same change."))
    return blocks + actions(buttons.webinar_button(webinar, "Show Team", buttons.TEAM))


def _line(outcome: Outcome, provider: str) -> str:
    member, role = outcome.member, ROLE_NAMES[outcome.member.invitee.role].lower()
    if outcome.result is InviteResult.ADDED:
        is_waiting = outcome.notified_by is NotifiedBy.WAITING
        told = WAITING if is_waiting else notification_text(member, provider)
        return f"{member_name(member)}, {role}: {told}"
    notified = {NotifiedBy.MESSAGE: "notified by direct message", NotifiedBy.WAITING: WAITING}.get(
        outcome.notified_by, NOT_NOTIFIED
    )
    return (
        f"{member_name(member)}, now {role}: {notified}"
        if outcome.result is InviteResult.CHANGED
        else f"{member_name(member)}: {notified}"
    )
