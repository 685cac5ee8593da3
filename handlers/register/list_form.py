"""The form for many people at once, the review of its list, and its progress views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import BadInput
from bot.model.lifecycle import accepts_registrations
from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.providers.base import DISPLAY_NAME
from bot.registration.bulk import csv_import
from bot.registration.bulk.csv_import import ImportResult, ImportRow
from bot.registration.bulk.texts import CONFIRM, duration
from bot.registration.texts.preferences import emails_sentence
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    Block,
    actions,
    button,
    context,
    cut,
    message,
    modal,
    paragraph,
    person,
    plain,
    section,
)
from bot.slack.form_elements import file_input, input_block, text_input
from bot.slack.message import Message, View
from bot.webinars.texts.facts import people, timing
from handlers.register.form import PAGES, SOURCE, pages_field

CALLBACK = "enrol.many_form"
WORKING = "enrol.reading"
REVIEW = "enrol.review"
NOTHING = "enrol.nothing"
BEGUN = "enrol.begun"
FAILED = "enrol.list_failed"

PASTED, FILE = "pasted", "file"
FILE_TYPES = ["csv", "txt", "tsv"]
MAX_LINES = 12
"""Invalid rows listed in the review; the file of results lists all of them."""

SAMPLE_SIZE = 3
"""People shown by name in the review."""
MAX_TEXT = 100
"""The part of a line that is shown again, so that all of them fit into a paragraph."""
MAX_HEADING = 60
MAX_CONTEXT = 1_500
REMEDY = "To correct a line, go back: the list is still there. Write it as `Zoe, Lang, zoe@partner.example`."
LOOKS_WRONG = "If a name looks wrong, go back, save the list as UTF-8 or give its columns headings, and send it again."

NEITHER = "Paste the people here, or choose a file below."
BOTH = "Paste people or choose a file, not both: whatever you leave empty is ignored."
TITLE = "Register many"


class BulkInput(Frozen):
    """The submitted values of the list form."""

    session_id: str
    pasted: str = ""
    file: Mapping[str, Any] | None = None
    """Slack's file object."""
    source: str = ""
    own_pages: bool = False


def form_view(webinar: Webinar, *, has_pages: bool) -> View:
    """The form; its private_metadata is the webinar's id."""
    pasted = text_input(
        action_id=PASTED,
        multiline=True,
        max_length=MAX_INPUT,
        placeholder="Iris, Moreno, iris@acme.example\nJoan Vidal <joan@acme.example>",
    )
    file = file_input(action_id=FILE, filetypes=FILE_TYPES, max_files=1)
    hint = f"Up to {csv_import.MAX_PEOPLE:,} people, with or without a line of headings. "
    hint += "Other columns are kept as externalId."
    source = text_input(action_id=SOURCE, max_length=csv_import.MAX_SOURCE)
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        _field(PASTED, "One person a line", pasted, "First name, last name, e-mail address"),
        _field(FILE, "Or a file", file, hint),
        _field(SOURCE, "Source", source, "For those whose line does not say its own"),
        *([pages_field("Use Greenroom's own pages to join and to cancel")] if has_pages else []),
        context("Nobody is registered before you have seen what is in the list."),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Check List", close="Back", private_metadata=webinar.id)


def read_form(values: form_values.Values, session_id: str) -> BulkInput:
    """Read the submitted values. Raises `BadInput` by field if there is no list, or two."""
    pasted = form_values.text(values, PASTED, "")
    files: Sequence[Mapping[str, Any]] = (form_values.element(values, FILE) or {}).get("files") or ()
    if not pasted.strip() and not files:
        raise BadInput(NEITHER, {PASTED: NEITHER})
    if pasted.strip() and files:
        raise BadInput(BOTH, {PASTED: BOTH, FILE: BOTH})
    return BulkInput(
        session_id=session_id,
        pasted=pasted,
        file=files[0] if files else None,
        source=" ".join(form_values.text(values, SOURCE, "").split()),
        own_pages=PAGES in form_values.choices(values, PAGES, frozenset()),
    )


def working_view(webinar: Webinar, name: str = "", *, note: str = "") -> View:
    """The progress view above the form while the list is checked. `note` says why it takes longer than usual.

    `name` is the view's external id, which identifies it until its id is read.
    """
    blocks: list[Block] = [section(f"Comparing the list with who has registered for *{plain(webinar.title)}*…")]
    view = modal(WORKING, TITLE, [*blocks, *([paragraph(note)] if note else [])], close="Back")
    return view | {"external_id": name} if name else view


def review_view(webinar: Webinar, batch_id: str, already: Sequence[ImportRow], result: ImportResult) -> View:
    """What registering the list would do; its private_metadata is the batch's id.

    `already` are the people of the list who are registered already.
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
    if not new:
        return modal(NOTHING, TITLE, [*blocks, paragraph("So there is nobody to register.")], close="Back")
    pace = f"It takes {duration(new)}: {DISPLAY_NAME} takes one person a call, and only a few calls a minute. "
    after = "A direct message says how far it is, with a button to stop it."
    submit = f"Register {new:,} {'Person' if new == 1 else 'People'}"
    closing = context("The list is kept encrypted: an hour until you confirm it, then until its result is sent.")
    return modal(
        REVIEW,
        TITLE,
        [*blocks, section(emails_sentence(webinar, new)), section(pace + after), closing],
        submit=submit,
        close="Back",
        private_metadata=batch_id,
    )


def review_message(view: View) -> Message:
    """The review as a DM, with a button in place of the form's: the window of the review was closed, or not shown."""
    batch_id = view.get("private_metadata", "")
    label = view.get("submit", {}).get("text", "")
    blocks = view["blocks"] + (actions(button(label, CONFIRM, batch_id, style="primary")) if batch_id else [])
    return message("Your list is checked.", [section("*Your list is checked.*"), *blocks])


def started_message(webinar: Webinar, new: int) -> Message:
    """The message of the review after its people were confirmed."""
    text = _started(webinar, new)
    return message(text, [section(text)])


def starting_view() -> View:
    """Replaces the review while the batch is started."""
    return modal(WORKING, TITLE, [section("Beginning with the first of them…")], close="Back")


def started_view(webinar: Webinar, new: int) -> View:
    """That the batch was started, and where its progress is reported. Closing it closes the forms below."""
    text = _started(webinar, new)
    progress = "A direct message from Greenroom says how far it is. You can stop it there, and undo it."
    return modal(BEGUN, TITLE, [section(f"{text}\n{progress}")], close="Done") | {"clear_on_close": True}


def failed_view(sentence: str) -> View:
    """That nobody was registered, and what to do; the form stays below it."""
    return modal(FAILED, "Nobody registered", [paragraph(sentence)], close="Back")


def _started(webinar: Webinar, new: int) -> str:
    return f"*{people(new)}* {'is' if new == 1 else 'are'} being registered for *{plain(webinar.title)}*."


def _counts(new: int, already: int, result: ImportResult) -> str:
    """Every line of the list, counted once: "2 new, 1 already registered, 1 repeated, 2 not understood"."""
    others = {"already registered": already, "repeated": len(result.repeated), "not understood": len(result.problems)}
    return ", ".join([f"{new:,} new", *(f"{count:,} {words}" for words, count in others.items() if count)])


def _sample(already: Sequence[ImportRow], result: ImportResult) -> list[Block]:
    """The first new people as they were read, so that a wrong encoding or column is noticed in time."""
    known = {row.details.address for row in already}
    first = [row for row in result.rows if row.details.address not in known][:SAMPLE_SIZE]
    people = "\n".join(f"• {_named(row)}, {plain(row.details.email)}" for row in first)
    return [section(f"The first of them, as they were read:\n{people}"), context(LOOKS_WRONG)]


def _details(already: Sequence[ImportRow], result: ImportResult) -> list[Block]:
    """The first lines that register nobody, by number: who is meant, or what was read and what is wrong with it."""
    lines = [(one.number, f"{one.reason}: “{plain(one.text, MAX_TEXT)}”") for one in result.problems if one.text]
    lines += [(one.number, one.reason) for one in result.problems if not one.text]
    lines += [(row.number, f"{_named(row)} is further up in the list") for row in result.repeated]
    lines += [(row.number, f"{_named(row)} is registered already: nothing happens to them") for row in already]
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
        f"Other columns, kept as externalId: {others}." if others else "",
        f"For {people(result.shortened)}, not all of it fits: the rest is left out." if result.shortened else "",
    ]
    text = cut(" ".join(filter(None, sentences)), MAX_CONTEXT)
    return [context(text)] if text else []


def _named(row: ImportRow) -> str:
    return person(f"{row.details.first_name} {row.details.last_name}")


def _warnings(webinar: Webinar, new: int) -> list[Block]:
    """Warnings from the mirror: registration is closed, or the limit is too low."""
    read = webinar.registration
    if read is None or not new:
        return []
    if not accepts_registrations(read):
        return [paragraph("Registration is closed just now, so nobody can be registered before it is open.")]
    if read.limit is not None and read.count + new > read.limit:
        room = read.limit - read.count
        return [paragraph(f"The limit is {people(read.limit)}, so there is room for {room:,} more: it stops there.")]
    return []


def _field(block_id: str, label: str, element: Any, hint: str) -> Block:
    return input_block(block_id=block_id, label=label, hint=hint, element=element, optional=True)
