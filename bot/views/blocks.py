"""The pieces of every message and modal: safe text, times that each reader sees in their own zone, buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    AlertBlock,
    Block,
    BlockElement,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View as SlackView

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
"""How much of a title stands in a line of text (titles go up to 512)."""

UNTITLED = "Untitled webinar"

NAME_IN_LINE = 80
"""How much of a person's name stands in a line of text."""

View = dict[str, Any]
"""A modal as the Web API takes it."""

# mrkdwn has no escape for its marks: https://docs.slack.dev/messaging/formatting-message-text
LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_OUR_TOKENS = re.compile(r"&lt;(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^&|]*\|[^&|]*)&gt;")


@dataclass(frozen=True)
class Message:
    """A message: `text` for notifications and screen readers, `blocks` for the eye."""

    text: str
    blocks: list[dict[str, Any]]


def message(text: str, blocks: Iterable[Block]) -> Message:
    """A message, its blocks checked against Slack's limits as far as slack_sdk knows them."""
    return Message(text, [block.to_dict() for block in blocks])


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
    """A modal, checked against Slack's limits as far as slack_sdk knows them."""
    view = SlackView(
        type="modal",
        callback_id=callback_id,
        title=title,
        blocks=blocks,
        submit=submit,
        close=close,
        private_metadata=private_metadata,
        notify_on_close=notify_on_close,
    )
    return dict(view.to_dict())


def cut(text: str, size: int) -> str:
    """`text` with at most `size` characters, ending in … where something was left out."""
    return text if len(text) <= size else text[: size - 1].rstrip() + "…"


def one_line(title: str) -> str:
    """A title as one line; a blank one says that there is none."""
    return " ".join(title.split()) or UNTITLED


def plain(text: str, size: int = TITLE_IN_LINE) -> str:
    """Someone's words for a place in mrkdwn: one line, at most `size` characters as sent.

    Nobody is mentioned by them, nothing is linked or formatted: & < > are escaped, and the marks of mrkdwn become
    lookalikes, because Slack offers no escape for those.
    """
    neutral = _LOOSE_UNDERSCORE.sub("ˍ", one_line(text).translate(LOOKALIKES))
    pieces = [_ESCAPES.get(char, char) for char in neutral]
    ends = list(accumulate(map(len, pieces)))
    if ends[-1] <= size:
        return "".join(pieces)
    return "".join(piece for piece, end in zip(pieces, ends, strict=True) if end < size).rstrip() + "…"


def person(name: str) -> str:
    """What somebody is called, for mrkdwn that others read: no mention, so that Slack does not notify them of it.

    Empty where it is not known.
    """
    return plain(name, NAME_IN_LINE) if name.strip() else ""


def said(sentence: str) -> str:
    """One of our sentences for mrkdwn: escaped, but for mentions of one person, one channel or a time."""
    escaped = "".join(_ESCAPES.get(char, char) for char in sentence)
    return _OUR_TOKENS.sub(lambda token: f"<{token[1]}>", escaped)


def when(moment: datetime, zone: str = "UTC") -> str:
    """A time that Slack shows in each reader's own zone; e-mails and old clients show it in `zone` and in UTC."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{clock_time(moment, zone)}>"


def clock_time(moment: datetime, zone: str) -> str:
    """A time spelled out in `zone` (and in UTC where that differs), for places where Slack shows plain text."""
    utc, local = moment.astimezone(UTC), moment.astimezone(_zone(zone))
    spelled = f"{local:%a}, {local:%b} {local.day}, {local.year} at {local:%H:%M} {local.tzname()}"
    return spelled if local.utcoffset() == timedelta() else f"{spelled} ({utc:%H:%M} UTC)"


def _zone(name: str) -> ZoneInfo:
    # Webinars made elsewhere carry whatever zone name was typed there.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in words: "just now", "2 min ago", "3 hours ago", "5 days ago"."""
    minutes = int((now - then) / timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{number(hours, 'hour')} ago" if hours < 48 else f"{number(hours // 24, 'day')} ago"


def number(count: int, one: str, many: str = "") -> str:
    """A figure with its word: "1 person", "1,187 people"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def heading(title: str) -> Block:
    """A title on top of a message, whole even where it is longer than a header may be."""
    line = one_line(title)
    return HeaderBlock(text=line) if len(line) <= MAX_HEADER else verbatim(line)


def verbatim(text: str) -> SectionBlock:
    """Someone's words exactly as typed: plain text neither formats nor mentions."""
    return SectionBlock(text=PlainTextObject(text=cut(text, MAX_SECTION), emoji=True))


def section(text: str, accessory: BlockElement | None = None, block_id: str | None = None) -> SectionBlock:
    """A paragraph of mrkdwn, with a button or picker beside it if given."""
    return SectionBlock(text=mrkdwn(text), accessory=accessory, block_id=block_id)


def paragraph(sentence: str) -> SectionBlock:
    """One of our sentences as a paragraph, cut where it is longer than Slack allows."""
    return section(cut(said(sentence), MAX_SECTION))


def fields(pairs: Sequence[tuple[str, str]]) -> SectionBlock:
    """Facts in two columns: each a name and what it is (mrkdwn)."""
    return SectionBlock(fields=[mrkdwn(f"*{name}*\n{value}") for name, value in pairs])


def context(*lines: str) -> ContextBlock:
    """Small grey text (mrkdwn)."""
    return ContextBlock(elements=[mrkdwn(line) for line in lines])


def mrkdwn(text: str) -> MarkdownTextObject:
    """Formatted text in which Slack links and mentions only what we wrote out as such."""
    return MarkdownTextObject(text=text, verbatim=True)


def warning(sentence: str) -> Block:
    """What is wrong with a form as a whole, on top of a modal; an alert where it is short enough for one."""
    text = said(sentence)
    return AlertBlock(text=mrkdwn(text), level="error") if len(text) <= MAX_ALERT else paragraph(sentence)


def actions(*elements: InteractiveElement | None, block_id: str | None = None) -> list[Block]:
    """A row of the buttons and pickers that are not None; no row where there is none."""
    present = [element for element in elements if element is not None]
    return [ActionsBlock(elements=present, block_id=block_id)] if present else []


def button(text: str, action_id: str, value: str, *, style: str | None = None, label: str = "") -> ButtonElement:
    """A button; `label` says more to screen readers where `text` alone is vague."""
    return ButtonElement(
        text=text, action_id=action_id, value=value, style=style, accessibility_label=cut(label, MAX_LABEL) or None
    )


def link_button(
    text: str, action_id: str, url: str, *, style: str | None = None, label: str = ""
) -> ButtonElement | None:
    """A button that opens a web page; nothing where there is no usable address. Slack reports its clicks too."""
    if not url.startswith(("http://", "https://")) or len(url) > MAX_URL:
        return None
    return ButtonElement(
        text=text, action_id=action_id, url=url, style=style, accessibility_label=cut(label, MAX_LABEL) or None
    )
