"""The rules for wording, as pure functions: from a message, a modal or a Home tab to its problems in words."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.support.wording_exemptions import EXEMPT
from tests.support.wording_words import own_words, sentences, word_problems

Json = Mapping[str, Any]

MOST_ROWS = 2
"""Rows of buttons about one subject, of up to five buttons each."""
ROW = 5
MOST_SENTENCES = 2
LENGTHS = {"button": 30, "title": 24, "header": 150, "label": 60, "placeholder": 80, "option": 75, "hint": 180}
"""Characters of each kind of text; Slack itself allows more for most of them."""

SMALL = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "but",
    "by",
    "for",
    "from",
    "in",
    "of",
    "off",
    "on",
    "or",
    "per",
    "the",
    "to",
    "with",
}
"""Words that a button may have in lowercase, unless they are first or last."""

COMMON = re.compile(
    r"address(es)?|again|all|approval|attend(ance|ees?)|calendar|campaign|card|changes?|channels?|chart|commands?|date"
    r"|default|description|details|digest|done|emails?|event|figures|file|follow-up|form|guests?|help|hosts?|hours?|invite"
    r"|length|limit|links?|lists?|live|maximum|meeting|members?|messages?|minutes?|more|moved|names?|not(ices?|ifications?)"
    r"|organizers?|page|panelists?|password|people|person|questions?|recordings?|registered|registrants?|registrations?"
    r"|reminders?|reports?|results?|seats?|sent|settings|share|sources?|starts?|team|times?|titles?|upcoming|usual"
    r"|webinars?|windows?|workspace|your"
)
"""Words that are no names, so that a header, a label or a title has them in lowercase after its first word."""

LABELS_AS_NAMES = re.compile(r"\b(?:More Settings|Home tab)\b")
"""Names of our own surfaces, which keep their capitals within a label."""

_RELATIVE_DAY = re.compile(r"<!date\^\d+\^\{\w+_pretty\}")
_BEFORE_RELATIVE_DAY = re.compile(r"(?:^|[·:•→.!?]|\n)[\s*_~“]*$")
"""What may precede "Tomorrow", which Slack writes with a capital: the start of a line, a colon, a bullet."""

_EMOJI = re.compile(r":[a-z0-9_+-]+:|[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50]")
_NO_EMOJI = {"button", "label", "header", "title", "option"}
_SENTENCE_CASE = {"header", "label", "title"}
_PROSE = {"section", "context", "hint", "alert", "error", "confirm text"}


class Piece(NamedTuple):
    """A text of a surface, and what it is there."""

    kind: str
    text: str


def message_wording(text: str, blocks: Sequence[Json]) -> list[str]:
    """Problems of a message."""
    problems = _spoken_problems(text, blocks) if blocks else []
    return _worded([Piece("text", text), *_pieces(blocks)]) + problems + _structure(blocks, "message")


def view_wording(view: Json) -> list[str]:
    """Problems of a modal or a Home tab."""
    kinds = {"title": "title", "submit": "button", "close": "button"}
    frame = [Piece(kind, view[key]["text"]) for key, kind in kinds.items() if view.get(key)]
    problems = _worded([*frame, *_pieces(view["blocks"])]) + _structure(view["blocks"], view["type"])
    primary = [one for one in _elements(view["blocks"]) if one.get("style") == "primary"]
    if view.get("submit") and primary:
        problems.append(f"a primary button beside the submit button: {primary[0]['text']['text']}")
    return problems


def errors_wording(errors: Mapping[str, str]) -> list[str]:
    """Problems of the errors under the fields of a form."""
    return _worded([Piece("error", text) for text in errors.values()])


def not_exempt(problems: Sequence[str]) -> list[str]:
    """The problems for which there is no exemption."""
    allowed = re.compile("|".join(EXEMPT), re.DOTALL)
    return [problem for problem in problems if not allowed.search(problem)]


def title_case(text: str) -> bool:
    """Whether the text of a button is in Title Case; a command, a number and an ellipsis are."""
    words = [word.strip("“”\"'().,…*") for word in text.split()]
    words = [word for word in words if word]
    if text.startswith("/") or not words:
        return True
    edges = (0, len(words) - 1)
    return all(not word[0].islower() or (word in SMALL and at not in edges) for at, word in enumerate(words))


def sentence_case(text: str) -> bool:
    """Whether a header, a label or a title is in sentence case, as far as its words are no names."""
    rest = LABELS_AS_NAMES.sub("", own_words(text.partition(": ")[0])).split()[1:]
    return not any(word[0].isupper() and COMMON.fullmatch(word.lower().strip(",.?")) for word in rest)


def _worded(pieces: Sequence[Piece]) -> list[str]:
    problems = [f"{one.kind} “{one.text[:90]}”: {problem}" for one in pieces for problem in _piece_problems(one)]
    pleas = sum(len(re.findall(r"\bplease\b", one.text, re.IGNORECASE)) for one in pieces if one.kind != "text")
    return problems + (["“please” more than once"] if pleas > 1 else [])


def _piece_problems(piece: Piece) -> Iterator[str]:
    kind, text = piece
    yield from word_problems(text)
    if any(not _BEFORE_RELATIVE_DAY.search(text[: match.start()]) for match in _RELATIVE_DAY.finditer(text)):
        yield "“Tomorrow” within a sentence"
    if kind in _NO_EMOJI and _EMOJI.search(text):
        yield "an emoji"
    if kind == "button" and not title_case(text):
        yield "not in Title Case"
    if kind in _SENTENCE_CASE and not sentence_case(text):
        yield "not in sentence case"
    if kind in {"button", "header", "title"} and text.endswith("."):
        yield "a full stop"
    if len(text) > LENGTHS.get(kind, len(text)):
        yield f"{len(text)} characters, more than {LENGTHS[kind]}"
    if kind in _PROSE:
        yield from _too_long(text)


def _too_long(text: str) -> Iterator[str]:
    for paragraph in text.split("\n"):
        if (count := sentences(paragraph)) > MOST_SENTENCES:
            yield f"{count} sentences in a paragraph"


def _spoken_problems(text: str, blocks: Sequence[Json]) -> list[str]:
    """Problems of the text that notifications show and screen readers read."""
    spoken = html.unescape(text).strip()
    if not spoken:
        return ["no text for screen readers"]
    words = spoken.strip(' *_“"`<').split()
    starts_low = words[0][:1].islower() and not spoken.startswith(("“", "`", *_titles(blocks)))
    if starts_low or len(words) < 3 or spoken[-1] in ",;-–":
        return [f"text “{text[:90]}”: not a sentence"]
    return []


def _titles(blocks: Sequence[Json]) -> Iterator[str]:
    """Titles of webinars in a header, as they were typed."""
    yield from (block["text"]["text"] for block in blocks if block["type"] == "header")


def _structure(blocks: Sequence[Json], surface: str) -> list[str]:
    found = list(_elements(blocks))
    return [
        *_row_problems(blocks),
        *([] if surface == "home" or _count(found, "primary") <= 1 else ["more than one primary button"]),
        *(f"no confirmation of “{one['text']['text']}”" for one in found if _is_unconfirmed(one)),
        *_label_problems(found),
        *(f"alt text “{alt}”" for alt in _alts(blocks) if not re.match(r"\w+ \w+", alt)),
    ]


def _count(elements: Sequence[Json], style: str) -> int:
    return sum(element.get("style") == style for element in elements)


def _is_unconfirmed(element: Json) -> bool:
    return element.get("style") == "danger" and "confirm" not in element


def _row_problems(blocks: Sequence[Json]) -> Iterator[str]:
    """More rows than two about one subject: in a list, each entry is a subject of its own."""
    rows: dict[str, int] = defaultdict(int)
    for block in blocks:
        if block["type"] == "actions":
            values = [element.get("value", "") for element in block["elements"]]
            rows[next(filter(None, values), "")] += -(-len(values) // ROW)
    heads = [one["text"]["text"][:60] for one in blocks if "text" in one]
    found = (f"{count} rows of buttons about one subject" for count in rows.values() if count > MOST_ROWS)
    yield from (f"{problem}: {' '.join(heads[:1])}" for problem in found)


def _label_problems(elements: Sequence[Json]) -> Iterator[str]:
    """Buttons that look the same must sound different."""
    texts = Counter(one["text"]["text"] for one in elements if one["type"] == "button")
    for text in (text for text, times in texts.items() if times > 1):
        same = [one for one in elements if one["type"] == "button" and one["text"]["text"] == text]
        if not all(one.get("accessibility_label") for one in same):
            yield f"{len(same)} buttons “{text}” without a label for screen readers"


def _alts(blocks: Sequence[Json]) -> Iterator[str]:
    for block in blocks:
        images = [block, *block.get("elements", ()), block.get("accessory", {})]
        yield from (str(image.get("alt_text", "")) for image in images if image.get("type") == "image")


def _elements(blocks: Sequence[Json]) -> Iterator[Json]:
    for block in blocks:
        yield from (block[key] for key in ("accessory", "element") if key in block)
        if block["type"] == "actions":
            yield from block["elements"]


def _pieces(blocks: Sequence[Json]) -> Iterator[Piece]:
    for block in blocks:
        yield from _block_pieces(block)
    for element in _elements(blocks):
        yield from _element_pieces(element)


def _block_pieces(block: Json) -> Iterator[Piece]:
    kind = block["type"]
    parts = [(kind, block.get("text")), ("label", block.get("label")), ("hint", block.get("hint"))]
    parts += [("field", one) for one in block.get("fields", ())]
    parts += [("title", block["title"])] if kind == "image" and "title" in block else []
    parts += [(kind, one) for one in block.get("elements", ()) if kind == "context" and one["type"] != "image"]
    yield from (Piece(kind, str(one["text"])) for kind, one in parts if one)
    if kind == "data_visualization":
        yield Piece("header", block["title"])
    if kind == "data_table":
        yield Piece("caption", block["caption"])


def _element_pieces(element: Json) -> Iterator[Piece]:
    if element["type"] == "button":
        yield Piece("button", element["text"]["text"])
    if "placeholder" in element:
        yield Piece("placeholder", element["placeholder"]["text"])
    if "accessibility_label" in element:
        yield Piece("accessibility label", element["accessibility_label"])
    for option in element.get("options", ()):
        yield Piece("button" if element["type"] == "overflow" else "option", option["text"]["text"])
        if "description" in option:
            yield Piece("option", option["description"]["text"])
    kinds = {"title": "header", "text": "confirm text", "confirm": "button", "deny": "button"}
    confirm = element.get("confirm") or {}
    yield from (Piece(kind, confirm[key]["text"]) for key, kind in kinds.items() if key in confirm)
