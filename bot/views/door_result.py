"""Tells what came of opening, closing or limiting a registration, with the way back."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot.models import Frozen, Registration, Webinar
from bot.views import buttons
from bot.views.blocks import (
    MAX_SECTION,
    Message,
    View,
    actions,
    button,
    context,
    cut,
    fields,
    message,
    modal,
    one_line,
    plain,
    said,
    section,
)
from bot.views.door_buttons import door_buttons
from bot.views.facts import counted, is_full, people, registration_state

DONE = "door.done"


class Doorway(Frozen):
    """What a person can change of a registration."""

    is_open: bool
    limit: int | None = None


class Undo(Frozen):
    """What the button of that name carries: what was made, so that nothing newer is undone, and what to go back to."""

    session_id: str
    made: Doorway
    back: Doorway


def doorway(read: Registration) -> Doorway:
    """What was read, as far as a person can change it."""
    return Doorway(is_open=read.is_open, limit=read.limit)


def changed(webinar: Webinar, before: Registration, *, now: datetime, undone: bool = False) -> Message:
    """The answer to a change, for whoever made it; `webinar` is as it is after it, with its registration.

    `undone` says that it was a step back, which has no Undo itself.
    """
    after = _after(webinar)
    facts = ". ".join(f"{name}: {value}" for name, value in _facts(before, after))
    text = f"{plain(webinar.title)}: {'Undone. ' if undone else ''}{what_changed(before, after)} {facts}."
    return message(text, _changed(webinar, before, now, undone=undone))


def changed_view(webinar: Webinar, before: Registration, *, now: datetime) -> View:
    """The same in the place of the form."""
    return modal(DONE, "Limit set", _changed(webinar, before, now), close="Done")


def unchanged(webinar: Webinar, sentence: str, *, now: datetime) -> Message:
    """That nothing was changed and why, what is so now and how old that is, and the buttons that help."""
    text = cut(f"*{plain(webinar.title)}*\n{said(sentence)}", MAX_SECTION)
    helpful = [*door_buttons(webinar, now), buttons.about(webinar, "Refresh", buttons.REFRESH_COUNT)]
    spoken = cut(f"{plain(webinar.title)}: {said(sentence)}", MAX_SECTION)
    return message(spoken, [section(text), context(counted(webinar, now)), *actions(*helpful)])


def what_changed(before: Registration, after: Registration) -> str:
    """What was done and what follows from it, in whole sentences (mrkdwn)."""
    opened, closed = after.is_open and not before.is_open, before.is_open and not after.is_open
    if after.limit == before.limit:
        if opened:
            return "Registration is open again."
        kept = f" {people(after.count)} registered before, and their links stay good." if after.count else ""
        return f"Registration is closed.{kept}"
    limited = f"The limit is now {people(after.limit)}." if after.limit is not None else "There is no limit any more."
    if is_full(after):
        return f"{limited} Registration is full."
    if opened:
        return f"{limited} Registration is open again: it had closed at the limit."
    if closed:
        return f"{limited} Registration is closed."
    return limited if after.is_open else f"{limited} Registration stays closed."


def read_undo(value: str) -> Undo:
    """What an Undo button stands for."""
    return Undo.model_validate_json(value)


def _changed(webinar: Webinar, before: Registration, now: datetime, *, undone: bool = False) -> list[Block]:
    after = _after(webinar)
    head = f"*{plain(webinar.title)}*\n{'Undone. ' if undone else ''}{what_changed(before, after)}"
    undo = None if undone else _undo(webinar, before, after)
    details = buttons.about(webinar, "Details", buttons.SHOW)
    return [section(head), fields(_facts(before, after)), *actions(undo, *door_buttons(webinar, now), details)]


def _after(webinar: Webinar) -> Registration:
    if webinar.registration is None:
        raise ValueError("a changed registration has been read")
    return webinar.registration


def _facts(before: Registration, after: Registration) -> list[tuple[str, str]]:
    return [
        ("Registration", _then(registration_state(before), registration_state(after))),
        ("Limit", _then(_limit(before), _limit(after))),
        ("Registered", people(after.count)),
    ]


def _then(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"


def _limit(read: Registration) -> str:
    return "None" if read.limit is None else people(read.limit)


def _undo(webinar: Webinar, before: Registration, after: Registration) -> ButtonElement:
    undo = Undo(session_id=webinar.id, made=doorway(after), back=doorway(before))
    return button("Undo", buttons.UNDO_DOOR, undo.model_dump_json(), label=f"Undo this: {one_line(webinar.title)}")
