"""The views of an edit in each of their states, and changes to show in them."""

from __future__ import annotations

from typing import Any

from bot.creation.change import texts as change_texts
from bot.creation.change.table import Change, ChangeStep
from bot.model.webinar import Webinar
from bot.model.webinar_edit import WebinarFields, difference
from bot.providers.ringcentral.form_rules import RULES
from bot.slack.message import Message
from handlers.create import form as create_form
from handlers.create.draft import CreateDraft, edit_line
from handlers.edit import form as edit_form
from handlers.edit.listeners import _failed
from tests.support.edit_samples import OTHERS, fields
from tests.support.webinar_samples import ACCOUNT, NOW

CHANGE_ID = "s1.token"


def change(read: WebinarFields, after: WebinarFields, **facts: Any) -> Change:
    """A change of a webinar that was read and is to be as given."""
    known: dict[str, Any] = {
        "account": ACCOUNT,
        "change_id": CHANGE_ID,
        "webinar_id": "w1",
        "session_id": "s1",
        "user_id": "U1",
        "read": read,
        "edit": difference(read, after),
        "draft_id": CHANGE_ID,
        "begun_at": NOW,
    }
    return Change(**{**known, **facts})


def _changes() -> dict[str, Change]:
    before, after = fields(), fields(**OTHERS)
    return {
        "done": change(before, after, base=before, made=after, step=ChangeStep.COMPLETE),
        "undone": change(after, before, base=after, made=before, step=ChangeStep.COMPLETE, undoes=CHANGE_ID),
        "conflict": change(before, after, base=fields(title="Theirs", qna=False), step=ChangeStep.CONFLICT),
        "failed": change(before, after, step=ChangeStep.NOT_APPLIED, problem="No."),
    }


def _in_another_zone(draft: CreateDraft) -> CreateDraft:
    """The form after another time zone was typed into it."""
    assert draft.edits
    return draft.model_copy(update={"edits": draft.edits.model_copy(update={"typed_zone": "Asia/Tokyo"})})


def edit_modals(webinar: Webinar) -> list[dict[str, Any]]:
    """Every modal of an edit."""
    changes, draft = _changes(), edit_form.draft_of(webinar, fields(), CHANGE_ID)
    return [
        edit_form.opening(webinar, note="Wait."),
        create_form.build(draft, host_line=edit_line(draft), problem="No.", rules=RULES),
        create_form.build(_in_another_zone(draft), host_line=edit_line(draft), rules=RULES),
        change_texts.working(webinar),
        change_texts.pending(webinar),
        *(change_texts.done(webinar, changes[name]) for name in ("done", "undone")),
        change_texts.conflict(webinar, changes["conflict"]),
        change_texts.failed(changes["failed"]),
        change_texts.nothing_changed(webinar),
        _failed("No."),
    ]


def edit_messages(webinar: Webinar) -> list[Message]:
    """Every message of an edit."""
    changes = _changes()
    return [
        *(change_texts.done_message(webinar, changes[name]) for name in ("done", "undone")),
        change_texts.conflict_message(webinar, changes["conflict"]),
        change_texts.failed_message(webinar, changes["failed"]),
    ]
