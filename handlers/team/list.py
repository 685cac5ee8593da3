"""The list of a webinar's team for organizers: how each member was notified, and buttons to change it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.team import Role
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    as_of,
    button,
    confirm_dialog,
    context,
    cut,
    message,
    number,
    person,
    plain,
    section,
)
from bot.slack.message import Message
from bot.team.diff import ROLE_NAMES, Member
from bot.team.texts.messages import member_name
from bot.team.texts.result import notification_text
from bot.webinars.texts.facts import timing

REFRESH = "team.refresh"
PREVIOUS = "team.previous"
NEXT = "team.next"
REMOVE = "team.remove"
AGAIN = "team.again"

PAGE_SIZE = 10
STARTED = "It has started, so nobody can be changed or removed"


def team_page(
    webinar: Webinar, team: Sequence[Member], *, read_at: datetime, now: datetime, page: int = 1, note: str = ""
) -> Message:
    """One page of the team. `note` (mrkdwn) says what was just done."""
    provider = provider_name(webinar.id)
    pages = max(1, -(-len(team) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = team[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    others = sum(one.invitee.role is not Role.HOST for one in team)
    head = f"*{plain(webinar.title)}*\n{timing(webinar)}\n{_counted(others)}"
    blocks: list[Block] = [*([section(cut(note, MAX_SECTION))] if note else []), section(head)]
    for member in shown:
        blocks += _row(webinar, member, page, now)
    current = button_value(webinar, page=page)
    blocks += actions(
        button("Previous", PREVIOUS, button_value(webinar, page=page - 1), label="Previous page") if page > 1 else None,
        button("Next", NEXT, button_value(webinar, page=page + 1), label="Next page") if page < pages else None,
        buttons.webinar_button(webinar, "Change", buttons.INVITE) if is_coming_or_live(webinar, now) else None,
        button("Refresh", REFRESH, current, label=f"Read the team from {provider} again"),
    )
    notes = [f"Page {page} of {pages}" if pages > 1 else "", f"From {provider} {as_of(read_at, now)}"]
    notes.append(STARTED if stage(webinar, now) is Stage.LIVE else "")
    spoken = f"{note} The team of {plain(webinar.title)}: {_counted(others)}.".strip()
    return message(spoken, [*blocks, context(" · ".join(filter(None, notes)))])


def button_value(webinar: Webinar, invitee_id: str = "-", *, page: int = 1) -> str:
    """The value of a button: the webinar, the invitee, and the shown page."""
    return f"{webinar.id} {invitee_id} {page}"


def parse_button_value(value: str) -> tuple[str, str, int]:
    """The webinar's id, the invitee's id, and the page."""
    session_id, invitee_id, page = value.split(" ")
    return session_id, invitee_id, int(page)


def _counted(others: int) -> str:
    return (
        f"The host and {number(others, 'other', 'others')}"
        if others
        else "Nobody is invited yet: there is only the host"
    )


def _row(webinar: Webinar, member: Member, page: int, now: datetime) -> list[Block]:
    role = member.invitee.role
    if role is Role.HOST:
        return [section(f"{member_name(member)} · *{ROLE_NAMES[role]}*")]
    address = "" if member.user_id or not person(member.invitee.name) else f" ({plain(member.invitee.email)})"
    told = _sentence(notification_text(member, provider_name(webinar.id)))
    text = f"{member_name(member)}{address} · *{ROLE_NAMES[role]}*\n{told}"
    if not is_coming_or_live(webinar, now):
        return [section(text)]
    removable = stage(webinar, now) is Stage.COMING
    value = button_value(webinar, member.invitee.invitee_id, page=page)
    name = member.invitee.name or member.invitee.email
    again = "Send Link Again" if member.user_id else "Send Me the Link"
    row = actions(
        button(again, AGAIN, value, label=f"{again}: {name}") if member.invitee.link.get_secret_value() else None,
        _remove(value, name) if removable else None,
    )
    return [section(text), *row]


def _remove(value: str, name: str) -> Element:
    confirm = confirm_dialog(
        title="Remove from the team?",
        text=f"{person(name)} leaves the team and their link stops working. Greenroom tells them if they are in Slack.",
        confirm="Remove From Team",
        deny="Keep Them",
        style="danger",
    )
    return button("Remove", REMOVE, value, label=f"Remove {name}", confirm=confirm)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"
