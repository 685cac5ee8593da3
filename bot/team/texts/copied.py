"""The result of copying a team to a new webinar, for the user who created it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.team import Invitee
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.providers.names import named
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    cut,
    escape_sentence,
    message,
    number,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message
from bot.team.diff import ROLE_NAMES, Member, WantedMember
from bot.team.texts.messages import join_lines, member_name
from bot.team.texts.result import Outcome, outcome_blocks


@dataclass(frozen=True)
class RefusedMember:
    """A member of the earlier team who was not invited, and why."""

    member: Member
    reason: str
    """With `{provider}` in place of the provider's name."""


@dataclass(frozen=True)
class CopiedTeam:
    """Who was invited, and who was not."""

    outcomes: Sequence[Outcome]
    refused: Sequence[RefusedMember] = ()


def done(webinar: Webinar, copied: CopiedTeam) -> Message:
    """The DM with everyone who was invited, and who was not."""
    invited = number(len(copied.outcomes), "person was", "people were")
    head = f"{invited} invited to the team of *{plain(webinar.title)}*."
    if not copied.outcomes and not copied.refused:
        head = f"Only the host was on the earlier team, so nobody was invited to *{plain(webinar.title)}*."
    blocks: list[Block] = outcome_blocks(copied.outcomes, provider_name(webinar.id))
    if copied.refused:
        left = number(len(copied.refused), "person was", "people were")
        head = f"{head} {left} not."
        lines = [f"• {_line(one, webinar)}" for one in copied.refused]
        blocks += [section(text) for text in join_lines(["*Not invited*", *lines])]
    invite = buttons.webinar_button(webinar, "Invite", buttons.INVITE) if copied.refused else None
    row = actions(invite, buttons.webinar_button(webinar, "Show Team", buttons.TEAM))
    return message(head.replace("*", ""), [section(head), *blocks, *row])


def failed(webinar: Webinar, sentence: str) -> Message:
    """The DM if nobody could be invited."""
    head = f"The team was not invited to *{plain(webinar.title)}*."
    text = cut(f"{head} {escape_sentence(sentence)}", MAX_SECTION)
    row = actions(buttons.webinar_button(webinar, "Invite", buttons.INVITE))
    return message(text.replace("*", ""), [section(head), paragraph(sentence), *row])


def as_member(wanted: WantedMember) -> Member:
    """A person who was not invited, as a member to be named."""
    who = wanted.who
    name = who.coworker.name if who.coworker else f"{who.first_name} {who.last_name}"
    return Member(invitee=Invitee(invitee_id="", role=who.role, name=name, email=who.address), user_id=wanted.user_id)


def _line(one: RefusedMember, webinar: Webinar) -> str:
    role = ROLE_NAMES[one.member.invitee.role].lower()
    return f"{member_name(one.member)}, {role}: {escape_sentence(named(one.reason, webinar.id))}"
