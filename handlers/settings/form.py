"""The workspace's settings, and the form in which an admin chooses the organizers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from pydantic import AwareDatetime

from bot.commands.reminder_offsets import offsets_text
from bot.model.people import Frozen
from bot.model.visibility import Unannounced
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_LABEL,
    MAX_OPTIONS,
    Block,
    Element,
    actions,
    button,
    context,
    cut,
    message,
    modal,
    number,
    paragraph,
    plain,
    relative_time,
    section,
)
from bot.slack.form_elements import input_block, multi_static_select, multi_users_select, option, static_select
from bot.slack.message import Message, View
from bot.webinars.organizer_table import UserGroup
from handlers.remind import defaults_form

CALLBACK = "organisers.form"
DONE = "organisers.done"
CHANGE = "organisers.change"
PEOPLE = "people"
GROUPS = "groups"
UNANNOUNCED = "unannounced"
TITLE = "Settings"
MAX_NAMED = 100
"""The most organizers that fit into one message; the form shows all."""

UNANNOUNCED_LABEL = "Who sees unannounced webinars"
UNANNOUNCED_CHOICES = {
    Unannounced.PEOPLE: "People who take part in them, and organizers",
    Unannounced.MEMBERS: "All members",
}
UNANNOUNCED_HINT = (
    "A webinar that was announced in a channel is seen by everyone who can read that channel. Guests and people of "
    "other organizations never see an unannounced one."
)
OTHER_MANAGERS = (
    "The creator and the host of a webinar can manage it, and admins and owners of the workspace can manage all."
)
NO_GROUPS = "User groups can't be chosen: Greenroom isn't allowed to read them here. Choose people instead."
GROUPS_COUNT_AS_NOBODY = (
    "Greenroom isn't allowed to read user groups here, so the members of {} can't manage webinars as organizers. "
    "Choose people instead, or have an admin install Greenroom again with this permission."
)
EXPLANATION = (
    "Organizers can manage every webinar of this workspace: invite its team, see and register people, open, close and "
    "limit registration, and cancel."
)


class OrganizerChoice(Frozen):
    """The chosen organizers, by whom and when; an empty `set_by` means never chosen."""

    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    set_by: str = ""
    set_at: AwareDatetime | None = None
    unannounced: Unannounced = Unannounced.PEOPLE
    can_read_groups: bool = True
    """Whether Greenroom may read user groups. The stored ones are kept if not."""


def settings(
    choice: OrganizerChoice, groups: Sequence[UserGroup], leads: Sequence[timedelta], *, may_change: bool, zone: str
) -> Message:
    """The settings, with buttons for users who may change them."""
    organizers = f"*Organizers:* {_named(choice, groups)}. {OTHER_MANAGERS}"
    reminders = f"*Reminders* go out {offsets_text(leads)} the start, wherever nobody chose other times."
    controls = (
        actions(
            button(
                "Change Access", CHANGE, "organisers", label="Change the organizers, and who sees unannounced webinars"
            ),
            button("Change Reminders", defaults_form.CHANGE, "defaults"),
        )
        if may_change
        else [context("Admins and owners of the workspace can change these.")]
    )
    seen = f"*{UNANNOUNCED_LABEL}:* {UNANNOUNCED_CHOICES[choice.unannounced].lower()}."
    text = f"{organizers}\n{seen}\n{reminders}"
    blocks = [section(organizers), *_unread(choice), *_by(choice, zone), section(seen), section(reminders)]
    return message(text, [*blocks, *controls])


def form(choice: OrganizerChoice, groups: Sequence[UserGroup], *, zone: str) -> View:
    """The form; it has no field for user groups if the workspace has none, or Greenroom may not read them."""
    people = multi_users_select(
        action_id=PEOPLE, placeholder="Choose people", initial_users=list(choice.people) or None
    )
    blocks: list[Block] = [
        section(EXPLANATION),
        input_block(block_id=PEOPLE, label="People", element=people, optional=True),
    ]
    offered = _options(choice, groups)
    if not choice.can_read_groups:
        blocks.extend(_unread(choice) or [context(NO_GROUPS)])
    elif offered:
        chosen = [option for option in offered if option["value"] in choice.groups]
        select = multi_static_select(
            action_id=GROUPS, placeholder="Choose user groups", options=offered, initial_options=chosen or None
        )
        hint = "A change of a group's members takes effect within five minutes"
        blocks.append(input_block(block_id=GROUPS, label="User groups", element=select, hint=hint, optional=True))
    blocks.append(context(OTHER_MANAGERS))
    choices = {value: option(value=value, text=text) for value, text in UNANNOUNCED_CHOICES.items()}
    seen = static_select(
        action_id=UNANNOUNCED,
        options=list(choices.values()),
        initial_option=choices[choice.unannounced],
        placeholder="Choose one",
    )
    blocks.append(input_block(block_id=UNANNOUNCED, label=UNANNOUNCED_LABEL, element=seen, hint=UNANNOUNCED_HINT))
    return modal(CALLBACK, TITLE, [*blocks, *_by(choice, zone)], submit="Save", close="Cancel")


def read(values: form_values.Values, stored_groups: Collection[str]) -> frozenset[str]:
    """The ids of the chosen users and user groups; the stored groups if the form had no field for them."""
    people = values.get(PEOPLE, {}).get(PEOPLE, {}).get("selected_users") or []
    if GROUPS not in values:
        return frozenset([*people, *stored_groups])
    groups = values.get(GROUPS, {}).get(GROUPS, {}).get("selected_options") or []
    return frozenset([*people, *(option["value"] for option in groups)])


def read_unannounced(values: form_values.Values) -> Unannounced | None:
    """Who is to see unannounced webinars; None if the form, opened in an earlier version, has no such field."""
    chosen = values.get(UNANNOUNCED, {}).get(UNANNOUNCED, {}).get("selected_option")
    return Unannounced(chosen["value"]) if chosen else None


def saved(choice: OrganizerChoice, groups: Sequence[UserGroup], *, zone: str) -> View:
    """The result in place of the form."""
    seen = f"*{UNANNOUNCED_LABEL}:* {UNANNOUNCED_CHOICES[choice.unannounced].lower()}."
    text = f"*Organizers:* {_named(choice, groups)}.\n{OTHER_MANAGERS}\n{seen}"
    return modal(DONE, TITLE, [section(text), *_by(choice, zone)], close="Done")


def _unread(choice: OrganizerChoice) -> list[Block]:
    """A warning that stored user groups count as nobody, if they can't be read."""
    if choice.can_read_groups or not choice.groups:
        return []
    return [paragraph(GROUPS_COUNT_AS_NOBODY.format(number(len(choice.groups), "chosen user group")))]


def _options(choice: OrganizerChoice, groups: Sequence[UserGroup]) -> list[Element]:
    # Chosen groups come first: options cut from the list would be deselected.
    known = sorted(groups, key=lambda one: (one.group_id not in choice.groups, one.handle))
    unnamed = set(choice.groups) - {one.group_id for one in groups}
    gone = [UserGroup(group_id=one, handle="(not named by Slack)") for one in sorted(unnamed)]
    listed = [*gone, *known][:MAX_OPTIONS]
    return [option(value=one.group_id, text=cut(f"@{one.handle}", MAX_LABEL)) for one in listed]


def _named(choice: OrganizerChoice, groups: Sequence[UserGroup]) -> str:
    # By handle: a mention of a group could notify all its members.
    handles = {one.group_id: one.handle for one in groups}
    named = sorted(f"@{plain(handles[one])}" for one in choice.groups if one in handles)
    unnamed = len(choice.groups) - len(named)
    others = [f"{number(unnamed, 'user group')} that Slack does not name"] if unnamed else []
    organizers = [*named, *others, *(f"<@{one}>" for one in choice.people)]
    more = [f"{len(organizers) - MAX_NAMED} more"] if len(organizers) > MAX_NAMED else []
    return ", ".join([*organizers[:MAX_NAMED], *more]) or "none chosen"


def _by(choice: OrganizerChoice, zone: str) -> list[Block]:
    if not (choice.set_by and choice.set_at):
        return []
    return [context(f"Chosen by <@{choice.set_by}> · {relative_time(choice.set_at, zone)}")]
