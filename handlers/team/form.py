"""The form for a webinar's team: co-hosts, panelists, people outside Slack, and who sends the invitations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.ability import Ability
from bot.model.lifecycle import Stage, stage
from bot.model.people import Frozen
from bot.model.team import Role
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.providers.names import named
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    Block,
    Element,
    as_of,
    context,
    cut,
    modal,
    paragraph,
    person,
    plain,
    section,
    warning,
)
from bot.slack.form_elements import checkboxes, input_block, multi_users_select, option, text_input
from bot.slack.message import View
from bot.team.diff import ROLE_NAMES, Member
from bot.team.texts.messages import member_name
from bot.webinars.texts.facts import timing
from bot.webinars.unsupported import SENTENCES
from handlers.team.outsiders import outsider_lines

CALLBACK = "team.form"
OPENING = "team.opening"
FAILED = "team.failed"
TITLE = "Invite to the team"

COHOSTS, PANELISTS, OUTSIDE, MAIL = "cohosts", "panelists", "outside", "mail"
"""The block ids of the fields."""
MAIL_OUTSIDE, MAIL_SLACK = "outside", "slack"
"""The options of the email field."""
INVITABLE = {Role.COHOST: Ability.INVITE_COHOST, Role.PANELIST: Ability.INVITE_PANELIST}
"""What the event must support for a role to be offered."""
MAX_OTHERS = 10
MAX_CONTEXT = 1000

STARTED = "It has started: people can be added, but nobody can be changed or removed."


class TeamFormContext(Frozen):
    """The form's private_metadata."""

    session_id: str
    shown: str = ""
    """The ids of the members that the form showed when it was opened, space-separated: missing ones are removed."""

    @property
    def shown_ids(self) -> frozenset[str]:
        """`shown` as a set."""
        return frozenset(self.shown.split())


@dataclass(frozen=True)
class Prefill:
    """The people named in the command, and their role if it named one."""

    user_ids: Sequence[str] = ()
    addresses: Sequence[str] = ()
    role: Role | None = None


@dataclass(frozen=True)
class TeamInput:
    """The inputs of the form."""

    cohosts: tuple[str, ...] = ()
    panelists: tuple[str, ...] = ()
    outside: str = ""
    mails_outside: bool = True
    """Whether the provider emails the added people who are named by an address."""
    mails_slack: bool = False
    """Whether the provider emails the added Slack users, besides our direct message."""

    @property
    def user_ids(self) -> tuple[str, ...]:
        """The chosen Slack users, without duplicates."""
        return tuple(dict.fromkeys((*self.cohosts, *self.panelists)))


def opening(webinar: Webinar, *, note: str = "") -> View:
    """The progress view until the team is read."""
    blocks: list[Block] = [section(f"Looking at the team of *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    return modal(OPENING, TITLE, blocks, private_metadata=TeamFormContext(session_id=webinar.id).model_dump_json())


def failed(sentence: str) -> View:
    """The failure to read or change the team, and what to do."""
    return modal(FAILED, "Team not changed", [paragraph(sentence)])


def prefilled(team: Sequence[Member], named: Prefill) -> tuple[TeamInput, frozenset[str]]:
    """The form's initial inputs, and the ids of the members among them."""
    cohosts = [one for one in team if one.user_id and one.invitee.role is Role.COHOST]
    panelists = [one for one in team if one.user_id and one.invitee.role is Role.PANELIST]
    outside, lines = outsider_lines(team)
    current = {one.user_id: one.invitee.role for one in (*cohosts, *panelists)}
    roles = current | {user: named.role or current.get(user, Role.PANELIST) for user in named.user_ids}
    team_addresses = {one.invitee.email.lower() for one in team}
    new = [address for address in named.addresses if address.lower() not in team_addresses]
    typed = TeamInput(
        cohosts=tuple(user for user, role in roles.items() if role is Role.COHOST),
        panelists=tuple(user for user, role in roles.items() if role is Role.PANELIST),
        outside=cut("\n".join(filter(None, [lines, *new])), MAX_INPUT),
    )
    return typed, frozenset(one.invitee.invitee_id for one in (*cohosts, *panelists, *outside))


def build(
    webinar: Webinar,
    team: Sequence[Member],
    named: Prefill = Prefill(),
    *,
    now: datetime,
    read_at: datetime,
    problem: str = "",
) -> View:
    """The form, filled with the current team and the named people. `problem` is shown as a warning."""
    typed, shown = prefilled(team, named)
    hidden = _hidden_roles(webinar)
    shown -= {one.invitee.invitee_id for one in team if one.invitee.role in hidden}
    return filled(webinar, team, typed, shown, now=now, read_at=read_at, problem=problem)


def filled(
    webinar: Webinar,
    team: Sequence[Member],
    typed: TeamInput,
    shown: Collection[str],
    *,
    now: datetime,
    read_at: datetime,
    problem: str,
) -> View:
    """The form with these inputs and a warning. `shown` are the ids of the members it showed at first."""
    provider = provider_name(webinar.id)
    started = [context(STARTED)] if stage(webinar, now) is Stage.LIVE else []
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}\nHost: {_host(webinar, team)}"),
        *([warning(problem)] if problem else []),
        *started,
        *_fields(typed, webinar, provider),
        *_others(team, shown),
        context(f"The team is from {provider} {as_of(read_at, now)}; to read it again, type `/webinar team`"),
    ]
    context_data = TeamFormContext(session_id=webinar.id, shown=" ".join(sorted(shown)))
    return modal(
        CALLBACK, TITLE, blocks, submit="Save Team", close="Cancel", private_metadata=context_data.model_dump_json()
    )


def read(values: form_values.Values) -> TeamInput:
    """The inputs from `view.state.values`. Never raises."""
    mails = form_values.choices(values, MAIL, frozenset({MAIL_OUTSIDE}))
    return TeamInput(
        cohosts=_users(values, COHOSTS),
        panelists=_users(values, PANELISTS),
        outside=form_values.text(values, OUTSIDE, ""),
        mails_outside=MAIL_OUTSIDE in mails,
        mails_slack=MAIL_SLACK in mails,
    )


def _host(webinar: Webinar, team: Sequence[Member]) -> str:
    host = next((one.invitee.name for one in team if one.invitee.role is Role.HOST), "")
    return person(host or webinar.host_name) or f"as set in {provider_name(webinar.id)}"


def _fields(typed: TeamInput, webinar: Webinar, provider: str) -> list[Block]:
    cohosts = _picker(typed.cohosts, focus=True)
    outside = text_input(
        action_id=OUTSIDE,
        multiline=True,
        initial_value=typed.outside or None,
        placeholder="Zoe Lang <zoe@partner.example>",
        max_length=MAX_INPUT,
    )
    cohost_hint = f"They run it with the host. Only people in your {provider} directory"
    offered = {
        Role.COHOST: [_input(COHOSTS, "Co-hosts", cohosts, cohost_hint)],
        Role.PANELIST: [
            _input(PANELISTS, "Panelists", _picker(typed.panelists), "They speak and are on screen. Anyone can be one"),
            _input(
                OUTSIDE,
                "Panelists from outside Slack",
                outside,
                "One person per line: first and last name, email address",
            ),
        ],
    }
    hidden = _hidden_roles(webinar)
    return [
        *(field for role, fields in offered.items() if role not in hidden for field in fields),
        *_emails(typed, webinar, provider),
        *(context(named(SENTENCES[INVITABLE[role]], webinar.id)) for role in sorted(hidden)),
    ]


def _emails(typed: TeamInput, webinar: Webinar, provider: str) -> list[Block]:
    """The choice whom the provider emails, or what it does without a choice."""
    if Ability.CHOOSE_EMAILS not in webinar.abilities:
        return [context(named(SENTENCES[Ability.CHOOSE_EMAILS], webinar.id))]
    hint = "Slack users always get a direct message"
    return [_input(MAIL, "Invitations by email", _mail_choice(typed, provider), hint)]


def _hidden_roles(webinar: Webinar) -> frozenset[Role]:
    """The roles that the event does not support: members who have one are kept."""
    return frozenset(role for role, ability in INVITABLE.items() if ability not in webinar.abilities)


def _mail_choice(typed: TeamInput, provider: str) -> Element:
    outside = option(
        value=MAIL_OUTSIDE,
        text=f"{provider} emails the people from outside Slack",
        description="Otherwise you get their links to share",
    )
    in_slack = option(
        value=MAIL_SLACK,
        text=f"{provider} emails the people in Slack, too",
        description="At the address in their Slack profile",
    )
    chosen = [*([outside] if typed.mails_outside else []), *([in_slack] if typed.mails_slack else [])]
    return checkboxes(action_id=MAIL, options=[outside, in_slack], initial_options=chosen)


def _picker(user_ids: Collection[str], *, focus: bool = False) -> Element:
    return multi_users_select(
        action_id="people",
        initial_users=list(user_ids) or None,
        placeholder="Choose people",
        focus_on_load=focus or None,
    )


def _input(block_id: str, label: str, element: Element, hint: str) -> Block:
    return input_block(block_id=block_id, label=label, element=element, hint=hint or None, optional=True)


def _others(team: Sequence[Member], shown: Collection[str]) -> list[Block]:
    """Names the members that no field shows: invited at the provider and not a known Slack user."""
    others = [one for one in team if one.invitee.role is not Role.HOST and one.invitee.invitee_id not in shown]
    if not others:
        return []
    named = [f"{member_name(one)} ({ROLE_NAMES[one.invitee.role].lower()})" for one in others[:MAX_OTHERS]]
    more = f" and {len(others) - MAX_OTHERS} more" if len(others) > MAX_OTHERS else ""
    words = f"Also on the team, and kept: {', '.join(named)}{more}. Choose them above to change what they are."
    return [context(cut(words, MAX_CONTEXT))]


def _users(values: form_values.Values, block_id: str) -> tuple[str, ...]:
    return tuple(str(user) for user in (form_values.element(values, block_id) or {}).get("selected_users") or ())
