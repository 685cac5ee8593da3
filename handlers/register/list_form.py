"""The form for many people at once, the review of its list, and its progress views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from bot.errors import BadInput
from bot.model.ability import Ability
from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.registration.bulk import csv_import
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    Block,
    Element,
    context,
    modal,
    paragraph,
    plain,
    section,
    warning,
)
from bot.slack.form_elements import checkboxes, file_input, input_block, multi_users_select, option, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import timing
from handlers.register.form import SOURCE

CALLBACK = "enrol.many_form"
WORKING = "enrol.reading"
FAILED = "enrol.list_failed"

USERS, PASTED, FILE, PAGES = "users", "pasted", "file", "own_pages"
OWN_PAGES = "Use Greenroom's own pages to join and to cancel"
MAX_USERS = 100
TOO_MANY_USERS = f"Choose at most {MAX_USERS} people at once."
FILE_TYPES = ["csv", "txt", "tsv"]

NEITHER = "Choose people above, paste them here, or choose a file below."
NEITHER_WITHOUT_FILES = "Choose people above, or paste them here."
NO_FILES = (
    "Greenroom isn't allowed to read files in this workspace. Open the file, copy its lines, and paste them into the "
    "form."
)
BOTH = "Paste people or choose a file, not both: whatever you leave empty is ignored."
TITLE = "Register others"


class BulkInput(Frozen):
    """The submitted values of the list form."""

    session_id: str
    users: tuple[str, ...] = ()
    """The chosen Slack users."""
    pasted: str = Field(default="", repr=False)
    file: Mapping[str, Any] | None = None
    """Slack's file object."""
    source: str = ""
    own_pages: bool = False


def opening_view(webinar: Webinar) -> View:
    """The progress view until the user groups are read."""
    return modal(WORKING, TITLE, [section(f"Looking up who to register for *{plain(webinar.title)}*…")], close="Cancel")


def form_view(
    webinar: Webinar, typed: BulkInput | None = None, *, has_pages: bool, can_upload: bool = True, note: str = ""
) -> View:
    """The form; its private_metadata is the webinar's id. `typed` has the people of the command.

    Without `can_upload` it has no field for a file, because Greenroom could not read it.
    """
    users = multi_users_select(
        action_id=USERS, placeholder="Choose people", initial_users=typed.users if typed else None
    )
    pasted = text_input(
        initial_value=(typed.pasted if typed else "") or None,
        action_id=PASTED,
        multiline=True,
        max_length=MAX_INPUT,
        placeholder="Iris, Moreno, iris@acme.example\nJoan Vidal <joan@acme.example>",
    )
    hint = f"Up to {csv_import.MAX_PEOPLE:,} people, with or without a header row. "
    hint += "Other columns are kept with each person." if Ability.EXTERNAL_ID in webinar.abilities else ""
    source = text_input(action_id=SOURCE, max_length=csv_import.MAX_SOURCE)
    blocks: list[Block] = [
        *([warning(note)] if note else []),
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        _field(USERS, "People in Slack", users, "Greenroom asks them in a direct message; they register themselves"),
        *_list_fields(pasted, hint, can_upload=can_upload),
        _field(SOURCE, "Source", source, "For everyone whose line doesn't name one"),
        *_pages(webinar, has_pages=has_pages),
        context("Nobody is registered until you have checked the list."),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Check List", close="Back", private_metadata=webinar.id)


def read_form(values: form_values.Values, session_id: str) -> BulkInput:
    """Read the submitted values. Raises `BadInput` by field if there is no list, or two."""
    pasted = form_values.text(values, PASTED, "")
    files: Sequence[Mapping[str, Any]] = (form_values.element(values, FILE) or {}).get("files") or ()
    chosen = (form_values.element(values, USERS) or {}).get("selected_users") or ()
    users = tuple(dict.fromkeys(str(user) for user in chosen))
    if len(users) > MAX_USERS:
        raise BadInput(TOO_MANY_USERS, {USERS: TOO_MANY_USERS})
    if not pasted.strip() and not files and not users:
        neither = NEITHER if FILE in values else NEITHER_WITHOUT_FILES
        raise BadInput(neither, {PASTED: neither})
    if pasted.strip() and files:
        raise BadInput(BOTH, {PASTED: BOTH, FILE: BOTH})
    return BulkInput(
        session_id=session_id,
        users=users,
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


def starting_view() -> View:
    """Replaces the review while the batch is started."""
    return modal(WORKING, TITLE, [section("Beginning with the first of them…")], close="Back")


def failed_view(sentence: str) -> View:
    """That nobody was registered, and what to do; the form stays below it."""
    return modal(FAILED, "Nobody registered", [paragraph(sentence)], close="Back")


def _list_fields(pasted: Element, hint: str, *, can_upload: bool) -> list[Block]:
    columns = "First name, last name, email address"
    if not can_upload:
        return [_field(PASTED, "One person per line", pasted, f"{columns}; {hint[:1].lower()}{hint[1:]}")]
    file = file_input(action_id=FILE, filetypes=FILE_TYPES, max_files=1)
    return [_field(PASTED, "One person per line", pasted, columns), _field(FILE, "Or a file", file, hint)]


def _field(block_id: str, label: str, element: Any, hint: str) -> Block:
    return input_block(block_id=block_id, label=label, hint=hint, element=element, optional=True)


def _pages(webinar: Webinar, *, has_pages: bool) -> list[Block]:
    """The checkbox for our own pages, if the event supports them and there are any."""
    if not has_pages or Ability.OWN_LINKS not in webinar.abilities:
        return []
    boxes = checkboxes(action_id=PAGES, options=[option(value=PAGES, text=OWN_PAGES)])
    return [input_block(block_id=PAGES, label="Pages", element=boxes, optional=True)]
