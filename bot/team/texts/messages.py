"""Direct messages to team members about their role, and to organizers about links to pass on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.commands.reminder_offsets import offset_text
from bot.model.team import Role
from bot.model.webinar import Status, Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    context,
    cut,
    link_button,
    message,
    number,
    person,
    plain,
    relative_time,
    section,
)
from bot.slack.message import Message
from bot.team.diff import ROLE_NAMES, Member
from bot.webinars.texts.facts import timing, timing_in_sentence


def member_name(member: Member) -> str:
    """A member as organizers see them (mrkdwn): the Slack user, else the name or address."""
    if member.user_id:
        return f"<@{member.user_id}>"
    return person(member.invitee.name) or plain(member.invitee.email)


OWN_LINK = "open.team"
"""A link button: its click is only acknowledged."""

YOURS_ALONE = "This link is personal. Please don't share it"


def role_phrase(role: Role) -> str:
    """A role with its article: "a co-host"."""
    return f"a {ROLE_NAMES[role].lower()}"


def invited(webinar: Webinar, member: Member, *, again: bool = False) -> Message:
    """An invitation: the role, the times, and the personal link."""
    by = f" Invited by <@{member.invited_by}>." if member.invited_by and not again else ""
    text = f"You are *{role_phrase(member.invitee.role)}* of *{plain(webinar.title)}*.{by}"
    return _with_link(webinar, member, text)


def current(webinar: Webinar, member: Member) -> Message:
    """The invitation as it is now, in place of an earlier one; without a link once the webinar is canceled or over."""
    if webinar.status is Status.CANCELED:
        return _sentence(f"{_named(webinar)} is canceled and will not take place.")
    if webinar.status is Status.FINISHED:
        return _sentence(f"*{plain(webinar.title)}* is over, so your link no longer works.")
    return invited(webinar, member)


def role_changed(webinar: Webinar, member: Member) -> Message:
    """A change of role, with the link: for a member whose invitation is not known or was deleted."""
    return _with_link(webinar, member, _new_role(webinar, member))


def role_notice(webinar: Webinar, member: Member) -> Message:
    """A change of role, beside the invitation, which shows the new role and the link."""
    text = f"{_new_role(webinar, member)} Your invitation above is up to date."
    return message(text, [section(text), *actions(buttons.details(webinar))])


def earlier_role(webinar: Webinar) -> Message:
    """Replaces the message about a role that the member no longer has."""
    return _sentence(f"Your role in *{plain(webinar.title)}* has changed since. See the newer message below.")


def removed(webinar: Webinar, *, has_seat: bool = False) -> Message:
    """A removal from the team; a seat stays."""
    rest = (
        "Your team link no longer works, but you keep your seat with its link and reminders."
        if has_seat
        else "Your link no longer works, and you get no more reminders."
    )
    return _sentence(f"You are no longer on the team of {_named(webinar)}. {rest}")


def left(webinar: Webinar) -> Message:
    """Replaces the invitation of a former member, whose link no longer works."""
    return _sentence(f"You are no longer on the team of *{plain(webinar.title)}*.")


def superseded(webinar: Webinar) -> Message:
    """Replaces an invitation that was sent again."""
    return _sentence(f"Your link to *{plain(webinar.title)}* is in a newer message below.")


def links(webinar: Webinar, members: Sequence[Member]) -> Message:
    """The links of members who are not notified otherwise, for the organizer who invited them only."""
    head = (
        f"{number(len(members), 'person', 'people')} on the team of {_named(webinar)} "
        f"{'gets' if len(members) == 1 else 'get'} no message. Give each person their own link:"
    )
    lines = [f"• {_who(one)}, {ROLE_NAMES[one.invitee.role].lower()}: {_link(one, webinar)}" for one in members]
    blocks: list[Block] = [section(head), *(section(text) for text in join_lines(lines))]
    return message(f"Links of {number(len(members), 'person', 'people')} for you to share.", blocks)


def personal_link(webinar: Webinar, member: Member) -> Message:
    """A member's link, for an organizer who shares it with them."""
    role = ROLE_NAMES[member.invitee.role].lower()
    head = f"The link of {_who(member)}, {role} of {_named(webinar)}. Share it with them only:"
    return message("A link for you to share.", [section(head), section(_link(member, webinar))])


def join_lines(lines: Iterable[str]) -> list[str]:
    """Join lines to as few texts as fit into sections."""
    texts: list[str] = []
    for line in lines:
        short = cut(line, MAX_SECTION)
        if texts and len(texts[-1]) + len(short) < MAX_SECTION:
            texts[-1] += f"\n{short}"
        else:
            texts.append(short)
    return texts


def _sentence(text: str) -> Message:
    short = cut(text, MAX_SECTION)
    return message(short, [section(short)])


def _new_role(webinar: Webinar, member: Member) -> str:
    return f"You are now *{role_phrase(member.invitee.role)}* of *{plain(webinar.title)}*."


def _with_link(webinar: Webinar, member: Member, text: str) -> Message:
    provider = provider_name(webinar.id)
    lines = [text, timing(webinar), *_early(webinar)]
    mailed = f"{provider} sends you an invitation by email as well" if member.invitee.is_mailed else ""
    blocks: list[Block] = [
        section("\n".join(lines)),
        *actions(_button(webinar, member), buttons.details(webinar)),
        context(" · ".join(filter(None, [YOURS_ALONE, mailed]))),
    ]
    return message(" ".join(lines), blocks)


def _named(webinar: Webinar) -> str:
    return f"*{plain(webinar.title)}* ({timing_in_sentence(webinar)})"


def _early(webinar: Webinar) -> list[str]:
    if not webinar.panel_offset:
        return []
    at = relative_time(webinar.start - webinar.panel_offset, webinar.time_zone)
    return [f"Be there {offset_text(webinar.panel_offset)} early: {at}."]


def _button(webinar: Webinar, member: Member) -> Element | None:
    text = f"Join as {ROLE_NAMES[member.invitee.role]}"
    link = member.invitee.link.get_secret_value()
    return link_button(text, OWN_LINK, link, style="primary", label=f"{text}: {one_line_title(webinar.title)}")


def _who(member: Member) -> str:
    name = person(member.invitee.name)
    if member.user_id:
        return f"<@{member.user_id}>"
    return f"{name} ({plain(member.invitee.email)})" if name else plain(member.invitee.email)


def _link(member: Member, webinar: Webinar) -> str:
    link = member.invitee.link.get_secret_value()
    return f"<{link.replace('&', '&amp;')}>" if link else f"{provider_name(webinar.id)} has given no link"
