"""The progress message of a batch, and the texts of its file of results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.model.ability import Ability
from bot.model.webinar import Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.registration.outcomes import ATTEMPTS
from bot.registration.request_state import FOR_APPROVAL
from bot.slack.blocks import (
    Element,
    actions,
    button,
    confirm_dialog,
    context,
    escape_sentence,
    message,
    number,
    paragraph,
    person,
    plain,
    section,
)
from bot.slack.message import Message
from bot.webinars.texts.facts import people

CONFIRM = "enrol.confirm"
STOP = "enrol.stop"
GO_ON = "enrol.go_on"
UNDO = "enrol.undo"
"""The value of each is the batch's id."""

PEOPLE_PER_MINUTE = 7
"""The provider allows ten calls per minute; the others are reserved for waiting users (bot/providers/gate)."""
PER_MINUTE_IN_BATCHES = 600
"""With 30 people a call, and one call in a few seconds."""

REFUSED_FIELDS = {
    "email": "does not accept this email address; it may take work addresses only",
    "firstName": "does not accept this first name",
    "lastName": "does not accept this last name",
}
MAX_NAMED = 5
"""The most people who are named in the message; the file names everyone."""
STOPPED_BY_YOU = "It was stopped."


@dataclass(frozen=True)
class BatchCounts:
    """The progress of a batch. `total` is the number of people to register."""

    total: int
    waiting: int = 0
    registered: int = 0
    already_registered: int = 0
    repeated: int = 0
    refused: int = 0
    stopped: int = 0
    removed: int = 0
    names: tuple[str, ...] = field(default=(), repr=False)
    """The names of the registered people, if they are few."""

    @property
    def done(self) -> int:
        """The number of people whose call was made."""
        return self.total - self.waiting - self.stopped


def running_message(webinar: Webinar, batch_id: str, counts: BatchCounts) -> Message:
    """The message while people are being registered."""
    head = f"Registering {people(counts.total)} for *{plain(webinar.title)}*"
    left = duration(counts.waiting, in_batches=Ability.BATCH_REGISTER in webinar.abilities)
    progress = f"{counts.done:,} of {counts.total:,} done, {left} left."
    stop = button("Stop", STOP, batch_id, label=f"Stop registering people for {one_line_title(webinar.title)}")
    closing = context("You don't have to wait: this message shows the progress, and a file with the results follows.")
    return message(f"{head}. {progress}", [section(f"{head}\n{progress}"), *actions(stop), closing])


def stopped_message(webinar: Webinar, batch_id: str, counts: BatchCounts, problem: str) -> Message:
    """The message of a stopped batch: the reason, the progress, and the buttons to continue or undo."""
    head = f"Stopped at {counts.done:,} of {people(counts.total)} for *{plain(webinar.title)}*"
    go_on = button(
        "Go On", GO_ON, batch_id, style="primary", label=f"Go on registering for {one_line_title(webinar.title)}"
    )
    undo = _undo_button(webinar, batch_id, counts)
    blocks = [section(f"{head}\n{_counted(counts)}"), paragraph(problem or STOPPED_BY_YOU)]
    closing = context("Those who still wait are kept for 7 days, then deleted.")
    return message(f"{head}. {_counted(counts)}", [*blocks, *actions(go_on, undo), closing])


def done_message(webinar: Webinar, batch_id: str, counts: BatchCounts, problem: str = "") -> Message:
    """The message of a finished batch; `problem` if the file of results could not be sent."""
    text = _ended(webinar, counts)
    blocks = [section(text), *actions(_undo_button(webinar, batch_id, counts))]
    return message(text, [*blocks, context(escape_sentence(problem or "The file below has the result of each line."))])


def undoing_message(webinar: Webinar, batch_id: str, counts: BatchCounts) -> Message:
    """The message while registrants are being removed."""
    head = f"Taking {people(counts.removed + counts.registered)} off the list of *{plain(webinar.title)}*"
    progress = f"{counts.removed:,} done, {duration(counts.registered)} left."
    stop = button("Stop", STOP, batch_id, label=f"Stop taking people off the list of {one_line_title(webinar.title)}")
    return message(f"{head}. {progress}", [section(f"{head}\n{progress}"), *actions(stop)])


def undo_stopped_message(webinar: Webinar, batch_id: str, counts: BatchCounts, problem: str) -> Message:
    """The message of a stopped undo."""
    off = f"{_count_are(counts.removed)} off the list"
    head = f"Stopped: {off} of *{plain(webinar.title)}*, and {_count_are(counts.registered)} still on it"
    go_on = button("Go On", GO_ON, batch_id, style="primary", label="Go on taking people off the list")
    return message(head, [section(head), paragraph(problem or STOPPED_BY_YOU), *actions(go_on)])


def undone_message(webinar: Webinar, counts: BatchCounts) -> Message:
    """The message of a finished undo."""
    text = f"Undone: {_count_are(counts.removed)} off the list of *{plain(webinar.title)}*. Nobody else is."
    return message(text, [section(text)])


def file_comment(webinar: Webinar, counts: BatchCounts, *, has_links: bool) -> str:
    """The comment on the file of results."""
    provider = provider_name(webinar.id)
    text = _ended(webinar, counts)
    if has_links:
        text += f"\n{provider} emails nobody for this webinar, so share with each person their links in the file."
    return text


def result_text(state: str, problem: str, provider: str) -> str:
    """The result of one row, for the file; `provider` is the provider's name."""
    return {
        "registered": "registered, waits for approval" if problem == FOR_APPROVAL else "registered",
        "there": "was registered already",
        "left": "taken off the list again",
        "leaving": "being taken off the list",
        "stopped": "not asked for",
        "refused": f"not registered: {_refusal_text(problem, provider)}",
    }.get(state, "still waiting")


def duration(count: int, *, in_batches: bool = False) -> str:
    """How long this many registrations take; `in_batches` if many people are registered with one call."""
    minutes = math.ceil(count / (PER_MINUTE_IN_BATCHES if in_batches else PEOPLE_PER_MINUTE))
    if minutes <= 1:
        return "about a minute"
    if minutes < 90:
        return f"about {minutes} minutes"
    return f"about {number(round(minutes / 60), 'hour')}"


def _refusal_text(problem: str, provider: str) -> str:
    if problem.startswith(ATTEMPTS):
        next_try = problem.removeprefix(ATTEMPTS).strip()
        return f"this address has no attempts left today; the next one is possible from {next_try} UTC"
    reasons = {
        "unclear": f"{provider} gave no clear answer",
        "repeated": "duplicate",
    }
    if problem in reasons:
        return reasons[problem]
    if " " in problem and problem == problem.lower():
        return problem
    # A refusal of the provider: its code, and the name of the invalid field.
    blamed = problem.rpartition(" ")[2].rpartition(".")[2]
    return f"{provider} {REFUSED_FIELDS.get(blamed, 'refused it')} ({problem})"


def _undo_button(webinar: Webinar, batch_id: str, counts: BatchCounts) -> Element | None:
    provider = provider_name(webinar.id)
    if not counts.registered:
        return None
    subject = "this person" if counts.registered == 1 else f"these {people(counts.registered)}"
    asks = confirm_dialog(
        title=f"Remove {number(counts.registered, 'registrant')}?",
        text=f"It takes {subject} off the list of {plain(webinar.title, 80)}, {duration(counts.registered)}. Their "
        f"links stop working, {provider} may email them, and people who were registered before stay registered.",
        confirm=f"Remove {number(counts.registered, 'Registrant')}",
        deny="Keep Them",
        style="danger",
    )
    label = f"Undo this: {one_line_title(webinar.title)}"
    return button("Undo", UNDO, batch_id, style="danger", label=label, confirm=asks)


def _ended(webinar: Webinar, counts: BatchCounts) -> str:
    subject = _count_are(counts.registered) if counts.registered else "Nobody new is"
    names = f": {_listed([person(name) for name in counts.names])}" if counts.names else ""
    return f"{subject} registered for *{plain(webinar.title)}*{names}. {_others(counts)}".strip()


def _counted(counts: BatchCounts) -> str:
    return f"{_count_are(counts.registered)} registered. {_others(counts)}".strip()


def _others(counts: BatchCounts) -> str:
    already = (
        f"{counts.already_registered:,} {'was' if counts.already_registered == 1 else 'were'} already registered"
        if counts.already_registered
        else ""
    )
    repeated = f"{number(counts.repeated, 'line')} repeated an address" if counts.repeated else ""
    refused = f"{counts.refused:,} could not be registered: the file says why" if counts.refused else ""
    facts = list(filter(None, [already, repeated, refused]))
    return f"{_listed(facts)}." if facts else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _count_are(count: int) -> str:
    return f"{people(count)} {'is' if count == 1 else 'are'}" if count else "Nobody is"
