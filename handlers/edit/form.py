"""The form that edits a webinar: filled from a reading, and compared with it when it is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.creation.change.texts import CHOICE, THEIRS
from bot.model.ability import Ability
from bot.model.form_rules import FormRules
from bot.model.webinar import Audience, Webinar
from bot.model.webinar_edit import WebinarEdit, WebinarFields, difference
from bot.providers.event_ref import provider_name
from bot.slack import form_values
from bot.slack.blocks import MAX_INPUT, Block, context, cut, modal, paragraph, plain, section
from bot.slack.message import View
from bot.webinars.texts.facts import timing
from handlers.create import form as create_form
from handlers.create import settings_form, zone_field
from handlers.create.draft import CreateDraft, EditedWebinar, filled
from handlers.create.field_rules import approval_problem

OPENING = "edit.opening"
NOT_CHANGED = "Nothing was changed."


def opening(webinar: Webinar, *, note: str = "") -> View:
    """The view until the webinar is read, from the mirror. `note` explains a delay."""
    provider = provider_name(webinar.id)
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        context(f"Reading the current values from {provider}…"),
    ]
    if note:
        blocks.append(paragraph(note))
    return modal(OPENING, "Edit webinar", blocks, private_metadata=webinar.id)


def draft_of(webinar: Webinar, read: WebinarFields, draft_id: str) -> CreateDraft:
    """The inputs of the form of a webinar that was just read."""
    edits = EditedWebinar(
        session_id=webinar.session_id,
        host_name=webinar.host_name,
        read=read,
        typed_zone=read.time_zone,
        can_move=Ability.MOVE in webinar.abilities,
    )
    return filled(read, draft_id).model_copy(update={"edits": edits})


def check(draft: CreateDraft, edits: EditedWebinar, rules: FormRules, *, now: datetime, zone: str) -> WebinarEdit:
    """What differs from the reading. Raises `BadInput` with a sentence for every field that was made invalid.

    A field that was left as shown is not changed, whatever the provider has in it.
    """
    shown = filled(edits.read, draft.draft_id)
    names = _typed(draft, shown)
    problems = create_form.field_problems(draft, rules, now=now, zone=zone)
    problems = {name: sentence for name, sentence in problems.items() if name in names}
    start = create_form.values(draft)[1] if create_form.STARTS in names else None
    problems[zone_field.TIME_ZONE] = zone_field.problem(edits, start, now)
    settings = settings_form.changed_fields(draft.more, shown.more)
    is_manual = draft.more.options.manual_approval and "manual_approval" in settings
    problems[create_form.AUDIENCE] = approval_problem(draft.audience, rules, is_manual=is_manual)
    invalid = settings_form.check(draft.more, rules, shown.more)
    names_by_key = {setting.key: setting.name for setting in rules.settings}
    invalid = {key: sentence for key, sentence in invalid.items() if names_by_key[key] in settings}
    below = [problems.get(create_form.DESCRIPTION, ""), settings_form.problem_text(invalid, rules)]
    problems[create_form.DESCRIPTION] = "\n".join(filter(None, below))  # above the button of More Settings
    if any(problems.values()):
        raise create_form.bad_input(draft, problems, NOT_CHANGED)
    zoned = {"time_zone": zone_field.chosen(edits), "start": zone_field.new_start(edits)}
    changes = {**zoned, **_form_values(draft, names), **_settings(draft, settings)}
    if draft.audience is Audience.ANYONE:
        changes["manual_approval"] = False  # a change of its own, so that Undo restores it with the registration
    return difference(edits.read, edits.read.model_copy(update=changes))


def kept_fields(values: form_values.Values) -> frozenset[str]:
    """The fields that are to stay as somebody else made them, from the form with the choices."""
    chosen: Mapping[str, str] = {
        name: str(((state.get(CHOICE) or {}).get("selected_option") or {}).get("value"))
        for name, state in values.items()
    }
    return frozenset(name for name, choice in chosen.items() if choice == THEIRS)


def _typed(draft: CreateDraft, shown: CreateDraft) -> list[str]:
    """The fields of the form that are not as shown."""
    texts = {
        create_form.TITLE: (" ".join(draft.title.split()), shown.title),
        create_form.LENGTH: (draft.length.strip(), shown.length),
        create_form.DESCRIPTION: (draft.description.strip(), _shown_text(shown.description)),
        create_form.STARTS: (draft.start, shown.start),
        create_form.AUDIENCE: (draft.audience, shown.audience),
    }
    return [name for name, (typed, was) in texts.items() if typed != was]


def _shown_text(text: str) -> str:
    return cut(text, MAX_INPUT).strip()


def _form_values(draft: CreateDraft, names: list[str]) -> dict[str, Any]:
    title, start, length = create_form.values(draft)
    values: dict[str, tuple[str, Any]] = {
        create_form.TITLE: ("title", title),
        create_form.STARTS: ("start", start),
        create_form.LENGTH: ("length", length),
        create_form.AUDIENCE: ("audience", draft.audience),
        create_form.DESCRIPTION: ("description", draft.description.strip()),
    }
    return dict(values[name] for name in names)


def _settings(draft: CreateDraft, names: list[str]) -> dict[str, Any]:
    more = settings_form.normalized(draft.more) if "qna" in names else draft.more
    changes = {name: getattr(more.options if hasattr(more.options, name) else more, name) for name in names}
    if "alternative_hosts" in changes:
        changes["alternative_hosts"] = settings_form.normalized(draft.more).options.alternative_hosts
    if "redirect_uri" in changes:
        changes["redirect_uri"] = changes["redirect_uri"].strip()
    if "qna" in names and not more.options.qna:
        changes |= {"qna_anonymous": False, "qna_moderated": False}
    return changes
