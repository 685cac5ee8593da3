"""The review of a list before anybody is registered, and what follows its confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.model.ability import Ability
from bot.model.lifecycle import accepts_registrations
from bot.model.people import Frozen
from bot.model.registrant import MAX_BATCH
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.bulk.csv_import import ImportResult, ImportRow
from bot.registration.bulk.texts import CONFIRM, duration
from bot.registration.texts.preferences import emails_sentence
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    paragraph,
    person,
    plain,
    section,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import people, timing
from handlers.register.list_form import TITLE

REVIEW = "enrol.review"
NOTHING = "enrol.nothing"
BEGUN = "enrol.begun"

MAX_LINES = 12
"""Invalid rows listed in the review; the file of results lists all of them."""

SAMPLE_SIZE = 3
"""People shown by name in the review."""
MAX_TEXT = 100
"""The part of a line that is shown again, so that all of them fit into a paragraph."""
MAX_HEADING = 60
MAX_CONTEXT = 1_500
REMEDY = "To correct a line, go back: the list is still there. Write it as `Zoe, Lang, zoe@partner.example`."
LOOKS_WRONG = "If a name looks wrong, go back and send the list again, saved as UTF-8 or with a header row."
MAX_MENTIONS = 20


class ReviewContext(Frozen):
    """What the review registers when it is confirmed; its private_metadata."""

    session_id: str = ""
    batch_id: str = ""
    """Empty without a list. With one, its webinar counts."""
    users: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> ReviewContext:
        """The context in the metadata of the review, or in a button of an earlier version: the batch's id."""
        return cls.model_validate_json(text) if text.startswith("{") else cls(batch_id=text)


def review_view(
    webinar: Webinar,
    batch_id: str,
    already: Sequence[ImportRow],
    result: ImportResult,
    users: Sequence[str] = (),
) -> View:
    """What registering the list would do; its private_metadata is a `ReviewContext`.

    `already` are the people of the list who are registered already; `users` are asked in Slack.
    """
    new = len(result.rows) - len(already)
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section(f"*{_counts(new, len(already), result)}*"),
        *(_sample(already, result) if new else []),
        *_details(already, result),
        *_headings(result),
        *_warnings(webinar, new),
    ]
    if not new and not users:
        return modal(NOTHING, TITLE, [*blocks, paragraph("So there is nobody to register.")], close="Back")
    return _confirmable(webinar, batch_id if new else "", new, blocks, users)


def users_review(webinar: Webinar, users: Sequence[str]) -> View:
    """The review without a list: who is asked in Slack."""
    return _confirmable(webinar, "", 0, [section(f"*{plain(webinar.title)}*\n{timing(webinar)}")], users)


def _confirmable(webinar: Webinar, batch_id: str, new: int, blocks: list[Block], users: Sequence[str]) -> View:
    provider = provider_name(webinar.id)
    if new:
        pace = f"It takes {duration(new)}: {provider} registers people one at a time, and only a few a minute. "
        if Ability.BATCH_REGISTER in webinar.abilities:
            pace = f"It takes {duration(new, in_batches=True)}: {provider} registers {MAX_BATCH} people at a time. "
        after = "A direct message shows the progress and lets you stop."
        blocks = [*blocks, section(emails_sentence(webinar, new)), section(pace + after)]
        blocks += [context("The list is kept encrypted: an hour until you confirm it, then until its result is sent.")]
    if users:
        blocks = [*blocks, section(f"*{people(len(users))}* in Slack get a direct message, and register themselves.")]
        blocks += [section(_mentions(users))]
    submit = f"Register {new:,} {'Person' if new == 1 else 'People'}" if new else f"Ask {len(users)} in Slack"
    metadata = ReviewContext(session_id=webinar.id, batch_id=batch_id, users=tuple(users)).model_dump_json()
    return modal(REVIEW, TITLE, blocks, submit=submit, close="Back", private_metadata=metadata)


def _mentions(users: Sequence[str]) -> str:
    more = f" and {len(users) - MAX_MENTIONS:,} more" if len(users) > MAX_MENTIONS else ""
    return ", ".join(f"<@{user}>" for user in users[:MAX_MENTIONS]) + more


def review_message(view: View) -> Message:
    """The review as a DM, with a button in place of the form's: the window of the review was closed, or not shown."""
    metadata = view.get("private_metadata", "")
    label = view.get("submit", {}).get("text", "")
    blocks = view["blocks"] + (actions(button(label, CONFIRM, metadata, style="primary")) if metadata else [])
    return message("Your list is checked.", [section("*Your list is checked.*"), *blocks])


def started_message(webinar: Webinar, new: int, asked: Mapping[str, str] = MappingProxyType({})) -> Message:
    """The message of the review after its people were confirmed. `asked`: the problem of each Slack user, or ""."""
    text = _started(webinar, new) if new else f"Asked for *{plain(webinar.title)}*."
    return message(text, [section(text), *_asked(asked)])


def started_view(webinar: Webinar, new: int, asked: Mapping[str, str] = MappingProxyType({})) -> View:
    """That the batch was started, and where its progress is reported. Closing it closes the forms below."""
    progress = "A direct message from Greenroom says how far it is. You can stop it there, and undo it."
    blocks = [section(f"{_started(webinar, new)}\n{progress}")] if new else [section(f"*{plain(webinar.title)}*")]
    return modal(BEGUN, TITLE, [*blocks, *_asked(asked)], close="Done") | {"clear_on_close": True}


def _asked(asked: Mapping[str, str]) -> list[Block]:
    """Which Slack users were asked, and why others were not."""
    done = [user for user, problem in asked.items() if not problem]
    lines = [f"Asked in a direct message: {_mentions(done)}."] if done else []
    failed = [(user, problem) for user, problem in asked.items() if problem]
    lines += [f"Not asked: <@{user}> · {escape_sentence(problem)}" for user, problem in failed[:MAX_LINES]]
    lines += [f"and {len(failed) - MAX_LINES:,} more were not asked."] if len(failed) > MAX_LINES else []
    return [section(cut("\n".join(lines), MAX_SECTION))] if lines else []


def _started(webinar: Webinar, new: int) -> str:
    return f"*{people(new)}* {'is' if new == 1 else 'are'} being registered for *{plain(webinar.title)}*."


def _counts(new: int, already: int, result: ImportResult) -> str:
    """Every line of the list, counted once: "2 new, 1 already registered, 1 duplicate, 2 not understood"."""
    duplicates = "duplicate" if len(result.repeated) == 1 else "duplicates"
    others = {"already registered": already, duplicates: len(result.repeated), "not understood": len(result.problems)}
    return ", ".join([f"{new:,} new", *(f"{count:,} {words}" for words, count in others.items() if count)])


def _sample(already: Sequence[ImportRow], result: ImportResult) -> list[Block]:
    """The first new people as they were read, so that a wrong encoding or column is noticed in time."""
    known = {row.details.address for row in already}
    first = [row for row in result.rows if row.details.address not in known][:SAMPLE_SIZE]
    people = "\n".join(f"• {_named(row)}, {plain(row.details.email)}" for row in first)
    return [section(f"The first new people:\n{people}"), context(LOOKS_WRONG)]


def _details(already: Sequence[ImportRow], result: ImportResult) -> list[Block]:
    """The first lines that register nobody, by number: who is meant, or what was read and what is wrong with it."""
    lines = [(one.number, f"{one.reason}: “{plain(one.text, MAX_TEXT)}”") for one in result.problems if one.text]
    lines += [(one.number, one.reason) for one in result.problems if not one.text]
    lines += [(row.number, f"{_named(row)} is a duplicate") for row in result.repeated]
    lines += [(row.number, f"{_named(row)} is already registered, and nothing changes for them") for row in already]
    if not lines:
        return []
    text = "\n".join(f"Line {number:,}: {words}" for number, words in sorted(lines)[:MAX_LINES])
    more = f"\nand {len(lines) - MAX_LINES:,} more" if len(lines) > MAX_LINES else ""
    return [section(text + more), *([context(REMEDY)] if result.problems else [])]


def _headings(result: ImportResult) -> list[Block]:
    """What was made of columns whose headings are none of ours."""
    guessed = ", ".join(f"“{plain(heading, MAX_HEADING)}” ({meaning})" for heading, meaning in result.guessed)
    others = ", ".join(plain(heading, MAX_HEADING) for heading in result.others)
    sentences = [
        f"Headings that were not understood, and what their columns seem to be: {guessed}." if guessed else "",
        f"Other columns, kept with each person: {others}." if others else "",
        f"For {people(result.shortened)}, not all of it fits: the rest is left out." if result.shortened else "",
    ]
    text = cut("\n".join(filter(None, sentences)), MAX_CONTEXT)
    return [context(text)] if text else []


def _named(row: ImportRow) -> str:
    return person(f"{row.details.first_name} {row.details.last_name}")


def _warnings(webinar: Webinar, new: int) -> list[Block]:
    """Warnings from the mirror: registration is closed, or the limit is too low."""
    read = webinar.registration
    if read is None or not new:
        return []
    if not accepts_registrations(read):
        return [paragraph("Registration is closed right now, so nobody can be registered before it is open.")]
    if read.limit is not None and read.count + new > read.limit:
        room = read.limit - read.count
        return [paragraph(f"The limit is {people(read.limit)}, so there is room for {room:,} more: it stops there.")]
    return []
