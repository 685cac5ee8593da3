"""Asks before people are removed from a team, and tells whoever changed it what came of it for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model.team import NotifiedBy
from bot.model.webinar import Webinar
from bot.providers.base import DISPLAY_NAME
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    context,
    cut,
    message,
    modal,
    number,
    paragraph,
    plain,
    said,
    section,
)
from bot.slack.message import Message, View
from bot.team.diff import SAID, Member, TeamDiff
from bot.team.texts.messages import in_sections, member_name
from bot.webinars.texts.facts import timing

CONFIRM = "team.confirm"
WORKING = "team.working"
DONE = "team.done"
FAILED = "team.not_done"
CLOSE_FREELY = "You can close this window: the result then comes as a direct message."
WAITING = "not told yet; Greenroom tries again"
TELL_THEM = "Greenroom can't tell them, so please do"


class InviteResult(StrEnum):
    """What happened to somebody of a team."""

    ADDED = "Added"
    CHANGED = "Changed"
    REMOVED = "Removed"


@dataclass(frozen=True)
class Outcome:
    """What happened to one person, and how they learn of it: `ORGANISER` where nobody but whoever asked tells them."""

    member: Member
    fate: InviteResult
    told: NotifiedBy


def confirm(webinar: Webinar, order: TeamDiff, team: Sequence[Member], change_id: str) -> View:
    """The question before anybody is removed; its private_metadata is the id of the change."""
    by_id = {one.invitee.invitee_id: one for one in team}
    gone = [
        f"• {member_name(by_id[key])}, {SAID[by_id[key].invitee.role].lower()}" for key in order.deleted if key in by_id
    ]
    people = number(len(order.deleted), "person", "people")
    more = [
        f"{number(len(order.added), 'person is', 'people are')} added" if order.added else "",
        f"{number(len(order.updated), 'person gets', 'people get')} another role" if order.updated else "",
    ]
    rest = " and ".join(filter(None, more))
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section(f"Remove {people} from the team? Their links stop working, and those in Slack are told."),
        *(section(text) for text in in_sections(gone)),
        *([context(f"In the same step, {rest}")] if rest else []),
    ]
    return modal(CONFIRM, f"Remove {people}?", blocks, submit="Remove", close="Back", private_metadata=change_id)


def working(webinar: Webinar, *, note: str = "") -> View:
    """What takes the form's place while the team is changed. `note` says why it takes longer than usual."""
    blocks: list[Block] = [section(f"Changing the team of *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    return modal(
        WORKING, "Invite to the team", [*blocks, context(CLOSE_FREELY)], private_metadata=webinar.id,
        notify_on_close=True,
    )  # fmt: skip


def done(webinar: Webinar, outcomes: Sequence[Outcome]) -> View:
    """What came of it, for whoever asked. Closing it closes the form below as well, which shows what was before."""
    return modal(DONE, "Team saved", _result(webinar, outcomes), close="Done") | {"clear_on_close": True}


def done_message(webinar: Webinar, outcomes: Sequence[Outcome]) -> Message:
    """The same as a message for their eyes only."""
    count = number(len(outcomes), "person", "people")
    return message(f"The team of {plain(webinar.title)} is changed: {count}.", _result(webinar, outcomes))


def failed(sentence: str) -> View:
    """That nothing of it was done, or is not sure yet, and what to do."""
    return modal(FAILED, "Not finished", [paragraph(sentence)])


def failed_message(webinar: Webinar, sentence: str) -> Message:
    """The same as a direct message."""
    text = cut(f"The change of the team of *{plain(webinar.title)}* was not finished. {said(sentence)}", MAX_SECTION)
    return message(text, [section(text)])


def in_a_line(outcomes: Sequence[Outcome]) -> str:
    """What came of a change of one person, as a sentence (mrkdwn)."""
    return "; ".join(f"{one.fate}: {_line(one)}" for one in outcomes) + "." if outcomes else "They had left already."


def how_told(member: Member) -> str:
    """How somebody of a team learns of it, in words."""
    by_mail = member.invitee.is_mailed
    match member.told:
        case NotifiedBy.MESSAGE:
            also = f", and {DISPLAY_NAME} sends an e-mail" if by_mail else ""
            return f"told in a direct message{also}"
        case NotifiedBy.MAIL:
            return f"{DISPLAY_NAME} sends the invitation by e-mail"
        case NotifiedBy.ORGANIZER:
            return "hears of it only from whoever invited them, who has their link"
        case NotifiedBy.WAITING:
            return WAITING
        case NotifiedBy.ELSEWHERE:
            mailed = f"{DISPLAY_NAME} sends the invitation by e-mail" if by_mail else "not mailed"
            return f"invited in {DISPLAY_NAME}, {mailed}"
        case NotifiedBy.LEFT:
            return "removed"


def _result(webinar: Webinar, outcomes: Sequence[Outcome]) -> list[Block]:
    blocks: list[Block] = [section(f"*{plain(webinar.title)}*\n{timing(webinar)}")]
    for fate in InviteResult:
        lines = [f"• {_line(one)}" for one in outcomes if one.fate is fate]
        blocks += [section(text) for text in in_sections([f"*{fate}*", *lines])] if lines else []
    if not outcomes:
        blocks.append(section("The team is as you asked: somebody else had made the same change."))
    if any(one.fate is InviteResult.ADDED and one.told is NotifiedBy.ORGANIZER for one in outcomes):
        blocks.append(section("The links that only you can pass on are in a direct message to you."))
    return blocks + actions(buttons.about(webinar, "Show Team", buttons.TEAM))


def _line(outcome: Outcome) -> str:
    member, role = outcome.member, SAID[outcome.member.invitee.role].lower()
    if outcome.fate is InviteResult.ADDED:
        return f"{member_name(member)}, {role}: {WAITING if outcome.told is NotifiedBy.WAITING else how_told(member)}"
    told = {NotifiedBy.MESSAGE: "told in a direct message", NotifiedBy.WAITING: WAITING}.get(outcome.told, TELL_THEM)
    return (
        f"{member_name(member)}, now {role}: {told}"
        if outcome.fate is InviteResult.CHANGED
        else f"{member_name(member)}: {told}"
    )
