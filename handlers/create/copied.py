"""What the creation form shows of the webinar that it was filled from: its team as a choice, and its time zone."""

from __future__ import annotations

from bot.model.people import Frozen
from bot.slack import form_values
from bot.slack.blocks import Block, context, cut, plain
from bot.slack.form_elements import checkboxes, input_block, option

TEAM = "team"
LABEL = "Team"
INVITE = "Invite its team, too"
MAX_TITLE = 100


class CopiedWebinar(Frozen):
    """The webinar that a form was filled from."""

    session_id: str
    title: str
    time_zone: str = ""
    """The new webinar gets it; empty if this machine does not know it."""
    has_team: bool = False
    """Whether it may have a team to invite."""
    invites_team: bool = False
    """Whether the team is to be invited: a field of the form."""


def fields(copied: CopiedWebinar | None, block_id: str, action_id: str) -> list[Block]:
    """The choice to invite the same team; none if there is no team."""
    if copied is None or not copied.has_team:
        return []
    hint = f"The co-hosts and panelists of {cut(copied.title, MAX_TITLE)} are invited once this webinar is created"
    choice = option(text=INVITE, value=TEAM)
    chosen = [choice] if copied.invites_team else None
    element = checkboxes(action_id=action_id, options=[choice], initial_options=chosen)
    return [
        input_block(block_id=block_id, label=LABEL, element=element, hint=hint, optional=True, dispatch_action=True)
    ]


def notes(copied: CopiedWebinar | None) -> list[Block]:
    """Where the inputs come from, and the time zone in which the start is the same."""
    if copied is None:
        return []
    zone = f" Its time zone stays {plain(copied.time_zone)}." if copied.time_zone else ""
    return [context(f"Filled from *{plain(copied.title, MAX_TITLE)}*.{zone}")]


def read(copied: CopiedWebinar | None, values: form_values.Values) -> CopiedWebinar | None:
    """`copied` updated from the form's inputs."""
    if copied is None:
        return None
    chosen = form_values.choices(values, TEAM, frozenset({TEAM} if copied.invites_team else ()))
    return copied.model_copy(update={"invites_team": TEAM in chosen})
