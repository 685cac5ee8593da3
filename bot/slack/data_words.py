"""Charts and tables in words: for screen readers, and in their place where Slack does not show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bot.slack.blocks import MAX_SECTION, Block, cut, plain, section
from bot.slack.message import Message

CHART: Final = "data_visualization"
TABLE: Final = "data_table"
EMPTY_CELL: Final = "–"
"""In place of an empty cell, which Slack refuses."""
MAX_TEXT: Final = 4000
"""Characters of a message's text: docs.slack.dev/reference/methods/chat.postMessage"""
MAX_LINE: Final = 500
MAX_SECTIONS: Final = 4
"""Sections in place of one block: the figures of a chart always fit, of a long table the first rows."""
REFUSED_BLOCKS: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_arguments", "msg_blocks_too_long", "response_url_400"}
)
"""Codes with which Slack refuses a message for its blocks: docs.slack.dev/reference/methods/chat.postMessage

A response_url answers with a status alone.
"""


def data_message(text: str, blocks: Iterable[Block]) -> Message:
    """A message with charts or tables. Their figures follow `text` (mrkdwn), because screen readers read only that."""
    shown = list(blocks)
    figures = [plain(line, MAX_LINE) for block in shown for line in _lines(block)]
    return Message(cut("\n".join([text, *figures]), MAX_TEXT), shown)


def in_words(message: Message) -> Message | None:
    """The message with its charts and tables as text; None if it has none."""
    if not any(block["type"] in (CHART, TABLE) for block in message.blocks):
        return None
    blocks = [part for block in message.blocks for part in (_sections(_lines(block)) or [block])]
    return Message(message.text, blocks)


def chart_lines(block: Block) -> list[str]:
    """The figures of a chart as lines of plain text: its title, then a line for each label."""
    series = block["chart"]["series"]
    is_single = len(series) == 1
    lines = [block["title"]]
    for index, point in enumerate(series[0]["data"]):
        values = [_value(one["data"][index]["value"]) for one in series]
        named = [f"{one['name']} {value}" for one, value in zip(series, values, strict=True)]
        lines.append(f"{point['label']}: {values[0] if is_single else ', '.join(named)}")
    return lines


def table_lines(block: Block) -> list[str]:
    """The rows of a table as lines of plain text: its caption, then a line for each row."""
    header, *rows = [[cell["text"] for cell in row] for row in block["rows"]]
    lines = [block["caption"]]
    for first, *others in rows:
        named = [f"{name}: {text}" for name, text in zip(header[1:], others, strict=True) if text != EMPTY_CELL]
        lines.append(" · ".join([first, *named]))
    return lines


def _lines(block: Block) -> Sequence[str]:
    """The figures of a chart or a table; nothing for any other block."""
    if block["type"] == CHART:
        return chart_lines(block)
    return table_lines(block) if block["type"] == TABLE else ()


def _sections(lines: Sequence[str]) -> list[Block]:
    """The lines as paragraphs, the first one in bold; at the end, how many do not fit."""
    if not lines:
        return []
    texts, left = [f"*{plain(lines[0], MAX_LINE)}*"], len(lines) - 1
    for line in lines[1:]:
        row = f"• {plain(line, MAX_LINE)}"
        if len(texts[-1]) + len(row) + 1 <= MAX_SECTION:
            texts[-1] += f"\n{row}"
        elif len(texts) < MAX_SECTIONS:
            texts.append(row)
        else:
            break
        left -= 1
    more = [f"… and {left:,} more"] if left else []
    return [section(text) for text in [*texts, *more]]


def _value(value: float) -> str:
    return f"{value:,.12g}"
