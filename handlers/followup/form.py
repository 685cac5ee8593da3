"""The form of a follow-up: the groups, and a text for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.errors import BadInput
from bot.model.people import Frozen
from bot.model.webinar import Audience, Webinar
from bot.reports.follow_up import placeholders
from bot.reports.follow_up.run_table import FollowUpRun
from bot.reports.follow_up.wording import GROUP_LABELS, MAX_TEXT, FollowUpGroup, default_texts, text_problem
from bot.slack import form_values
from bot.slack.blocks import (
    SAME_DAY,
    Block,
    button,
    context,
    modal,
    paragraph,
    plain,
    section,
    time_of_day,
    warning,
    when,
)
from bot.slack.form_elements import checkboxes, input_block, option, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import timing

FORM = "followup.form"
CHANGE = "followup.change"
START_OVER = "followup.start_over"
CHANGE_GROUPS = "followup.groups"
GROUPS = "groups"
FIELD_LABELS = {
    FollowUpGroup.ATTENDED: "For those who attended",
    FollowUpGroup.LEFT_EARLY: "For those who left early",
    FollowUpGroup.ABSENT: "For those who did not come",
}
DESCRIPTIONS = {
    FollowUpGroup.ATTENDED: "They came, and stayed to the end",
    FollowUpGroup.LEFT_EARLY: "They came, and left before the end",
    FollowUpGroup.ABSENT: "They registered, and did not come",
}
GROUPS_LABEL = "Who gets a message?"
TITLE = "Follow-up"
NO_GROUP = "Choose at least one group."
NOTHING_SENT = "Nothing was sent. Please look at the fields below."


class FollowUpDraft(Frozen):
    """The inputs of the form, as they are saved while it is open."""

    session_id: str
    groups: tuple[FollowUpGroup, ...]
    texts: dict[FollowUpGroup, str]
    saved_at: float = 0.0
    """Slack's time of the input: of two inputs that arrive together, the later one is kept."""


def offered_groups(webinar: Webinar) -> list[FollowUpGroup]:
    """The groups that this webinar can have: without registration, nobody is known to be absent."""
    is_open = webinar.audience is Audience.ANYONE
    return [group for group in FollowUpGroup if not (is_open and group is FollowUpGroup.ABSENT)]


def new_draft(webinar: Webinar, *, has_recording: bool) -> FollowUpDraft:
    """The inputs that the form begins with."""
    texts = default_texts(has_recording=has_recording)
    return FollowUpDraft(session_id=webinar.id, groups=tuple(offered_groups(webinar)), texts=texts)


def form(
    webinar: Webinar,
    draft: FollowUpDraft,
    *,
    now: datetime,
    has_recording: bool,
    latest: FollowUpRun | None = None,
    is_resumed: bool = False,
    problem: str = "",
    note: str = "",
) -> View:
    """The form with these inputs, and a text for each chosen group.

    `latest` is the last follow-up that was sent; `note` is about the attendance.
    """
    offered = offered_groups(webinar)
    resumed = section("Picked up where you left off", button("Start Over", START_OVER, webinar.id))
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        *([paragraph(note)] if note else []),
        *([paragraph(_sent_before(latest, now))] if latest else []),
        *([resumed] if is_resumed else []),
        _groups(draft, offered),
        *(_text(draft, group) for group in offered if group in draft.groups),
        context(_known(has_recording=has_recording)),
        context("The next step shows how many people get it, and how. Nothing is sent yet."),
    ]
    return modal(FORM, TITLE, blocks, submit="Continue", close="Cancel", private_metadata=webinar.id)


def read(draft: FollowUpDraft, values: form_values.Values) -> FollowUpDraft:
    """`draft` updated from the inputs of the form. Never raises; missing inputs keep their values."""
    named = {block_id.partition(":")[0]: elements for block_id, elements in values.items()}
    chosen = form_values.choices(named, GROUPS, frozenset(draft.groups))
    texts = {group: form_values.text(named, group, draft.texts.get(group, "")) for group in FollowUpGroup}
    groups = tuple(group for group in FollowUpGroup if group in chosen)
    return draft.model_copy(update={"groups": groups, "texts": texts})


def check(webinar: Webinar, draft: FollowUpDraft, *, has_recording: bool) -> dict[FollowUpGroup, str]:
    """The text of each chosen group. Raises `BadInput` with a sentence for every invalid field."""
    chosen = [group for group in offered_groups(webinar) if group in draft.groups]
    problems = {group: text_problem(draft.texts[group], has_recording=has_recording) for group in chosen}
    fields = {block_id(webinar, group): sentence for group, sentence in problems.items() if sentence}
    if not chosen:
        fields[block_id(webinar, GROUPS)] = NO_GROUP
    if fields:
        raise BadInput(NOTHING_SENT, fields)
    return {group: draft.texts[group].strip() for group in chosen}


def block_id(webinar: Webinar, name: str) -> str:
    """The id of a field's block."""
    return f"{name}:{webinar.id}"


def _groups(draft: FollowUpDraft, offered: Sequence[FollowUpGroup]) -> Block:
    options: Mapping[FollowUpGroup, Mapping[str, object]] = {
        group: option(value=group.value, text=GROUP_LABELS[group], description=DESCRIPTIONS[group]) for group in offered
    }
    chosen = [dict(options[group]) for group in offered if group in draft.groups]
    element = checkboxes(
        action_id=CHANGE_GROUPS, options=[dict(one) for one in options.values()], initial_options=chosen or None
    )
    return input_block(
        block_id=f"{GROUPS}:{draft.session_id}",
        label=GROUPS_LABEL,
        element=element,
        hint="A group that is left out gets nothing",
        optional=True,
        dispatch_action=True,
    )


def _text(draft: FollowUpDraft, group: FollowUpGroup) -> Block:
    element = text_input(
        action_id=CHANGE,
        initial_value=draft.texts.get(group, "")[:MAX_TEXT] or None,
        multiline=True,
        max_length=MAX_TEXT,
        is_reported_while_typing=True,
    )
    return input_block(
        block_id=f"{group}:{draft.session_id}",
        label=FIELD_LABELS[group],
        element=element,
        optional=True,
        dispatch_action=True,
    )


def _known(*, has_recording: bool) -> str:
    offered = [name for name in placeholders.PLACEHOLDERS if has_recording or name != placeholders.RECORDING]
    listed = ", ".join(f"`{{{name}}}` ({placeholders.PLACEHOLDERS[name]})" for name in offered)
    hint = "" if has_recording else " To add `{recording}`, first share the recording with `/webinar recording`."
    return f"Greenroom fills in {listed}.{hint}"


def _sent_before(latest: FollowUpRun, now: datetime) -> str:
    sent_at = latest.begun_at
    shown = time_of_day(sent_at) if now - sent_at < SAME_DAY else when(sent_at)
    return f"<@{latest.user_id}> sent a follow-up of this webinar ({shown}). This is another one."
