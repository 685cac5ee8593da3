"""The result of a registration change, with an Undo button."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import is_full
from bot.model.webinar import Preferences, Registration, Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.registration.state import RegistrationUndo, state_of
from bot.registration.texts.preferences import SUPPRESS, differing_parameters, preference_label, value_text
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    fields,
    message,
    modal,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import people, registration_state, registrations_with_age
from bot.webinars.texts.registration_buttons import registration_buttons

DONE = "door.done"


def changed_message(
    webinar: Webinar, before: Registration, *, now: datetime, undone: bool = False, note: str = ""
) -> Message:
    """The reply to a change; `webinar` has the registration after it.

    `undone`: the change was an Undo, and has no Undo button. `note` is a sentence about what follows.
    """
    after, provider = _after(webinar), provider_name(webinar.id)
    facts = ". ".join(f"{name}: {value}" for name, value in _facts(before, after, provider))
    text = f"{plain(webinar.title)}: {'Undone. ' if undone else ''}{change_text(before, after, provider)} {facts}."
    blocks = _changed(webinar, before, now, undone=undone)
    return message(" ".join(filter(None, [text, note])), [*blocks, *([paragraph(note)] if note else [])])


def changed_view(
    webinar: Webinar, before: Registration, *, now: datetime, title: str = "Limit set", note: str = ""
) -> View:
    """The same as the view that replaces the form. `note` is a sentence about what follows."""
    noted = [paragraph(note)] if note else []
    return modal(DONE, title, [*_changed(webinar, before, now), *noted], close="Done")


def unchanged_message(webinar: Webinar, sentence: str, *, now: datetime) -> Message:
    """That nothing was changed and why, the current state with its age, and buttons for the next step."""
    text = cut(f"*{plain(webinar.title)}*\n{escape_sentence(sentence)}", MAX_SECTION)
    helpful = [*registration_buttons(webinar, now), buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_COUNT)]
    fallback = cut(f"{plain(webinar.title)}: {escape_sentence(sentence)}", MAX_SECTION)
    return message(fallback, [section(text), context(registrations_with_age(webinar, now)), *actions(*helpful)])


def change_text(before: Registration, after: Registration, provider: str) -> str:
    """What was changed and its effect, in sentences (mrkdwn); `provider` is the provider's name."""
    differs = differing_parameters(before.preferences, after.preferences)
    if not differs:
        return _what_changed(before, after)
    settings = "Its settings are changed."
    if SUPPRESS in differs:
        off = after.preferences and after.preferences.suppress_emails
        others = ", and other settings are changed" if len(differs) > 1 else ""
        settings = f"{provider} emails {'nobody' if off else 'people'} from now on{others}."
    same = (before.is_open, before.limit) == (after.is_open, after.limit)
    return "\n".join([*([] if same else [_what_changed(before, after)]), settings])


def _what_changed(before: Registration, after: Registration) -> str:
    opened, closed = after.is_open and not before.is_open, before.is_open and not after.is_open
    if after.limit == before.limit:
        if opened:
            return "Registration is open again."
        kept = f", and the links of {people(after.count)} still work" if after.count else ""
        return f"Registration is closed{kept}."
    limited = f"The limit is now {people(after.limit)}" if after.limit is not None else "There is no limit now"
    if is_full(after):
        return f"{limited}, and registration is full."
    if opened:
        return f"{limited}, and registration is open again: it had closed at the limit."
    if closed:
        return f"{limited}, and registration is closed."
    return f"{limited}." if after.is_open else f"{limited}, and registration stays closed."


def meanwhile_note(known: Registration, before: Registration, provider: str) -> str:
    """What somebody else has changed since Greenroom's copy, as a sentence (mrkdwn); empty if nothing.

    A registration that became full, or has room again, was not changed by anybody.
    """
    changes = [("Limit", _limit(known), _limit(before))]
    if not (is_full(known) or is_full(before)):
        changes.append(("Registration", registration_state(known), registration_state(before)))
    if known.preferences and before.preferences:
        changes += [
            (
                preference_label(name, provider),
                value_text(known.preferences, name),
                value_text(before.preferences, name),
            )
            for name in differing_parameters(known.preferences, before.preferences)
        ]
    changed = [f"{name}: {old} → {new}" for name, old, new in changes if old != new]
    return f"Someone else had changed this in {provider} in the meantime: {', '.join(changed)}." if changed else ""


def read_undo(value: str) -> RegistrationUndo:
    """Parse the value of an Undo button."""
    return RegistrationUndo.model_validate_json(value)


def _changed(webinar: Webinar, before: Registration, now: datetime, *, undone: bool = False) -> list[Block]:
    after, provider = _after(webinar), provider_name(webinar.id)
    head = f"*{plain(webinar.title)}*\n{'Undone. ' if undone else ''}{change_text(before, after, provider)}"
    undo = None if undone else _undo(webinar, before, after)
    details = buttons.webinar_button(webinar, "Details", buttons.SHOW)
    return [
        section(head),
        fields(_facts(before, after, provider)),
        *actions(undo, *registration_buttons(webinar, now), details),
    ]


def _after(webinar: Webinar) -> Registration:
    if webinar.registration is None:
        raise ValueError("a changed registration has been read")
    return webinar.registration


def _facts(before: Registration, after: Registration, provider: str) -> list[tuple[str, str]]:
    return [
        ("Registration", _then(registration_state(before), registration_state(after))),
        ("Limit", _then(_limit(before), _limit(after))),
        ("Registered", people(after.count)),
        *_preferences(before.preferences, after.preferences, provider),
    ]


def _preferences(before: Preferences | None, after: Preferences | None, provider: str) -> list[tuple[str, str]]:
    if before is None or after is None:
        return []
    return [
        (preference_label(parameter, provider), _then(value_text(before, parameter), value_text(after, parameter)))
        for parameter in differing_parameters(before, after)
    ]


def _then(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"


def _limit(read: Registration) -> str:
    return "None" if read.limit is None else people(read.limit)


def _undo(webinar: Webinar, before: Registration, after: Registration) -> Element:
    made, back = state_of(after), state_of(before)
    if not differing_parameters(before.preferences, after.preferences):
        # Unchanged preferences are left out, so that a later change of one does not prevent the Undo.
        made, back = (state.model_copy(update={"preferences": None}) for state in (made, back))
    undo = RegistrationUndo(session_id=webinar.id, made=made, back=back)
    return button(
        "Undo",
        buttons.UNDO_REGISTRATION,
        undo.model_dump_json(exclude_none=True),
        label=f"Undo this: {one_line_title(webinar.title)}",
    )
