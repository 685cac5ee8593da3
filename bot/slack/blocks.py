"""Blocks for messages and modals: escaped text, times in the reader's zone, buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from bot.model.time_text import clock_text, date_and_clock, zone_label
from bot.model.webinar import one_line_title
from bot.slack.message import Message, View

# https://docs.slack.dev/reference/block-kit
MAX_HEADER = 150
MAX_SECTION = 3000
MAX_FIELD = 2000
MAX_ALERT = 200
MAX_LABEL = 75
MAX_URL = 3000
MAX_OPTIONS = 100
MAX_INPUT = 3000

TITLE_IN_LINE = 150
"""Characters of a title within a line of text (titles have up to 512)."""
NAME_IN_LINE = 80
"""Characters of a person's name within a line of text."""

SAME_DAY = timedelta(hours=12)
"""How long a time needs no date."""

Block = dict[str, Any]
Element = dict[str, Any]

# mrkdwn has no escape for its formatting characters: https://docs.slack.dev/messaging/formatting-message-text
LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_OUR_TOKENS = re.compile(r"&lt;(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^&|]*\|[^&|]*)&gt;")


def message(text: str, blocks: Iterable[Block]) -> Message:
    """Return a message of these blocks. The caller keeps Slack's limits; the tests check every view against them."""
    return Message(text, list(blocks))


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "Close",
    private_metadata: str = "",
    notify_on_close: bool = False,
) -> View:
    """Return a modal. The caller keeps Slack's limits; the tests check every view against them."""
    return without_empty(
        blocks=list(blocks),
        callback_id=callback_id,
        close=plain_text(close),
        notify_on_close=notify_on_close,
        private_metadata=private_metadata,
        submit=plain_text(submit),
        title=plain_text(title),
        type="modal",
    )


def home(blocks: Sequence[Block]) -> View:
    """Return a Home tab. The caller keeps Slack's limits; the tests check every view against them."""
    return {"type": "home", "blocks": list(blocks)}


def without_empty(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not empty: Slack rejects an empty text or list.

    Callers name the fields in alphabetical order. The stored fingerprints of cards and scheduled messages depend on it.
    """
    return {name: value for name, value in fields.items() if value is not None and value != "" and value != []}


def cut(text: str, size: int) -> str:
    """Shorten `text` to at most `size` characters, ending in … if something is cut."""
    return text if len(text) <= size else text[: size - 1].rstrip() + "…"


def plain(text: str, size: int = TITLE_IN_LINE) -> str:
    """Escape user text for mrkdwn: one line, at most `size` characters after escaping.

    It can mention no one, link nothing and format nothing: & < > are escaped, and formatting characters become
    lookalikes, because Slack has no escape for them.
    """
    neutral = _LOOSE_UNDERSCORE.sub("ˍ", one_line_title(text).translate(LOOKALIKES))
    pieces = [_ESCAPES.get(char, char) for char in neutral]
    ends = list(accumulate(map(len, pieces)))
    if ends[-1] <= size:
        return "".join(pieces)
    return "".join(piece for piece, end in zip(pieces, ends, strict=True) if end < size).rstrip() + "…"


def person(name: str) -> str:
    """Escape a person's name for mrkdwn. Not a mention, so Slack does not notify them. Empty for an empty name."""
    return plain(name, NAME_IN_LINE) if name.strip() else ""


def escape_sentence(sentence: str) -> str:
    """Escape a sentence of ours for mrkdwn, except for mentions of a person or a channel, and times."""
    escaped = "".join(_ESCAPES.get(char, char) for char in sentence)
    return _OUR_TOKENS.sub(lambda token: f"<{token[1]}>", escaped)


def when(moment: datetime, zone: str = "UTC") -> str:
    """Return a time that Slack shows in the reader's zone; emails and old clients show it in `zone` and in UTC.

    It fits in the middle of a sentence. `relative_time` does not: Slack writes "Tomorrow" with a capital.
    """
    return f"<!date^{int(moment.timestamp())}^{{date_short}} at {{time}}|{clock_time(moment, zone)}>"


def relative_time(moment: datetime, zone: str = "UTC") -> str:
    """Return the same with "Today" or "Tomorrow" for a day near: for the start of a line, after a colon or a "·"."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{clock_time(moment, zone)}>"


def day_and_time(moment: datetime, zone: str = "UTC") -> str:
    """Return a time with its weekday, which Slack shows in the reader's zone."""
    return f"<!date^{int(moment.timestamp())}^{{date_long}} at {{time}}|{clock_time(moment, zone)}>"


def web_link(text: str, url: str) -> str:
    """Return a link (mrkdwn); empty without a usable URL."""
    if (
        not url.startswith(("http://", "https://"))
        or len(url) > MAX_URL
        or set(url) & set("<>|")
        or len(url.split()) > 1
    ):
        return ""
    return f"<{url}|{text}>"


def time_of_day(moment: datetime) -> str:
    """Return a time without its day, which Slack shows in the reader's zone; elsewhere it is in UTC."""
    utc = moment.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{time}}|{clock_text(utc)} UTC>"


def clock_time(moment: datetime, zone: str) -> str:
    """Return a time in `zone` (and in UTC if that differs) for plain text."""
    utc, local = moment.astimezone(UTC), moment.astimezone(zone_info(zone))
    local_text = f"{local:%a}, {date_and_clock(local)} {zone_label(local)}"
    return local_text if local.utcoffset() == timedelta() else f"{local_text} ({clock_text(utc)} UTC)"


def zone_info(name: str) -> ZoneInfo:
    """Return the zone of this name; UTC if there is none: webinars created elsewhere may have any name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def as_of(then: datetime, now: datetime) -> str:
    """Return "as of 3:42 PM" in the reader's zone, with the date if that is not about today.

    A message stays, so it shows a time: an age would be wrong a minute later.
    """
    return f"as of {time_of_day(then) if now - then < SAME_DAY else when(then)}"


def number(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 person", "1,187 people"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def heading(title: str) -> Block:
    """A title at the top of a message, complete even if it exceeds the limit of a header."""
    line = one_line_title(title)
    return header(line) if len(line) <= MAX_HEADER else verbatim(line)


def header(text: str) -> Block:
    """A line in large type."""
    return {"text": plain_text(text), "type": "header"}


def divider() -> Block:
    """A horizontal line."""
    return {"type": "divider"}


def verbatim(text: str) -> Block:
    """User text exactly as typed: plain text neither formats nor mentions."""
    return {"text": plain_text(cut(text, MAX_SECTION)), "type": "section"}


def section(text: str, accessory: Element | None = None, block_id: str | None = None) -> Block:
    """A paragraph of mrkdwn, with an optional button or picker beside it."""
    return without_empty(accessory=accessory or None, block_id=block_id, text=mrkdwn(text), type="section")


def paragraph(sentence: str) -> Block:
    """A sentence of ours as a paragraph, cut to Slack's limit."""
    return section(cut(escape_sentence(sentence), MAX_SECTION))


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Names and values (mrkdwn) in two columns."""
    return {"fields": [mrkdwn(f"*{name}*\n{value}") for name, value in pairs], "type": "section"}


def context(*lines: str) -> Block:
    """Small gray text (mrkdwn)."""
    return {"elements": [mrkdwn(line) for line in lines], "type": "context"}


def mrkdwn(text: str) -> Element:
    """Formatted text without automatic links and mentions."""
    return {"text": text, "type": "mrkdwn", "verbatim": True}


def plain_text(text: str | None) -> Element | None:
    """Plain text in which `:tada:` is an emoji; None for empty text."""
    return {"emoji": True, "text": text, "type": "plain_text"} if text else None


def warning(sentence: str) -> Block:
    """An error about a whole form, for the top of a modal: an alert if the sentence fits in one."""
    text = escape_sentence(sentence)
    if len(text) > MAX_ALERT:
        return paragraph(sentence)
    return {"level": "error", "text": mrkdwn(text), "type": "alert"}


def actions(*elements: Element | None, block_id: str | None = None) -> list[Block]:
    """A row of the elements that are not None or empty; no row if all are."""
    present = [element for element in elements if element]
    return [without_empty(block_id=block_id, elements=present, type="actions")] if present else []


def button(
    text: str,
    action_id: str,
    value: str,
    *,
    style: str | None = None,
    label: str = "",
    confirm: Element | None = None,
) -> Element:
    """A button; `label` is for screen readers if `text` alone is vague, `confirm` is a dialog shown first."""
    return without_empty(
        accessibility_label=cut(label, MAX_LABEL),
        action_id=action_id,
        confirm=confirm,
        style=style,
        text=plain_text(text),
        type="button",
        value=value,
    )


def overflow(action_id: str, elements: Sequence[Element]) -> Element:
    """A menu of these buttons: each becomes an option with its text, whose value is its action id and its value.

    Raises ValueError for a button with a confirmation: a menu has one for all of its options.
    """
    if any("confirm" in element for element in elements):
        raise ValueError("A button with a confirmation cannot be an option of a menu.")
    return {"action_id": action_id, "options": [_menu_option(element) for element in elements], "type": "overflow"}


def parse_option(value: str) -> tuple[str, str]:
    """Split the value of an option of an `overflow` menu into the action id and the value of its button."""
    action_id, _, button_value = value.partition(" ")
    return action_id, button_value


def _menu_option(element: Element) -> Element:
    value = f"{element['action_id']} {element.get('value', '')}".rstrip()
    return without_empty(text=element["text"], url=element.get("url"), value=value)


def link_button(text: str, action_id: str, url: str, *, style: str | None = None, label: str = "") -> Element | None:
    """A button that opens a web page; None without a usable URL. Slack reports its clicks too."""
    if not url.startswith(("http://", "https://")) or len(url) > MAX_URL:
        return None
    return without_empty(
        accessibility_label=cut(label, MAX_LABEL),
        action_id=action_id,
        style=style,
        text=plain_text(text),
        type="button",
        url=url,
    )


def confirm_dialog(*, title: str, text: str, confirm: str, deny: str, style: str = "") -> Element:
    """A confirmation dialog of a button. Without a style, Slack shows its button as primary."""
    dialog = {
        "title": plain_text(title),
        "text": {"text": text, "type": "mrkdwn"},
        "confirm": plain_text(confirm),
        "deny": plain_text(deny),
    }
    return dialog | ({"style": style} if style else {})
