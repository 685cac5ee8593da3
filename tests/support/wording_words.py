"""What no text in Slack says: identifiers of APIs, British spellings, and phrases that docs/wording.md replaces."""

from __future__ import annotations

import re

_IDENTIFIERS = {
    r"[a-z]+[A-Z]\w*": "an identifier in camelCase",
    r"[A-Z][a-z]+(?:[A-Z][a-z]+)+": "an identifier in PascalCase",
    r"[a-z0-9]+(?:_[a-z0-9]+)+": "an identifier in snake_case",
    r"slack:[CGD]\w*": "the source of a registrant as it is stored",
    r"Known as \d+": "the id of a webinar",
    r"\d{7,}": "a long number, which is an id",
}
NAMES = {
    "RingCentral",
    "McDonald",
    "PostgreSQL",
    "iOS",
    "macOS",
    "OAuth",
    "GitHub",
    "YouTube",
    "LinkedIn",
    "JavaScript",
}
"""Names that look like identifiers."""

_BRITISH = {
    r"organis\w+": "organiz…",
    r"recognis\w+": "recogniz…",
    r"cancell(?:ed|ing)": "canceled, canceling",
    r"e-mail\w*": "email",
    r"colour\w*": "color",
    r"favour\w*": "favor",
    r"behaviour\w*": "behavior",
    r"licence\w*": "license",
    r"centre\w*": "center",
    r"whilst": "while",
    r"any more(?= ?[.,:;)!?…]|$| and\b| or\b| just\b)": "no longer, or anymore",
    r"(?:closed|full|possible|registering|stopping|open) just now": "right now",
}
_PRIVATE = {
    r"(?:is|are|was|were) (?:told|said)": "gets a message, is notified",
    r"said here": "posted here",
    r"whoever": "the person who",
    r"hears?": "gets",
    r"steers?": "manage",
    r"anew": "again",
    r"quote is no \w+": "I don't understand …",
    r"stands? (?:further up|there|in|below|under)": "is",
    r"further up": "above",
    r"(?:yours|theirs) alone": "personal",
    r"(?:not|don't) pass \w+ on": "don't share",
    r"has less said|has more said": "posts less, posts more",
    r"what (?:became|becomes|came) of": "the result of",
    r"to come (?:is|are)": "upcoming",
    r"gives? (?:it|them) back": "return",
    r"given up": "canceled",
    r"\d+ min ago|(?:read|checked)(?: with| from)?(?: \w+)? just now": "as of a time: an age is wrong later",
}
_TONE = {
    r"sorry|apolog\w+|unfortunately|oops|whoops": "an apology",
    r"you (?:failed|forgot|did not|didn't) \w+": "blame",
    r"illegal|invalid|bad input|wrong input": "blame",
    r"successfully": "a filler",
    r"simply|kindly": "a filler",
}


def _compiled(table: dict[str, str], instead: str) -> list[tuple[re.Pattern[str], str]]:
    whole = {form: re.compile(rf"(?<![\w.@/-])(?:{form})(?![\w@])", re.IGNORECASE) for form in table}
    return [(whole[form], f"{instead}{why}") for form, why in table.items()]


_WORDS = [
    *((re.compile(rf"(?<![\w.@/#-])(?:{form})(?![\w@])"), why) for form, why in _IDENTIFIERS.items()),
    *_compiled(_BRITISH, "American: "),
    *_compiled(_PRIVATE, "instead: "),
    *_compiled(_TONE, ""),
]
_QUOTED = re.compile(r"```.*?```|`[^`]*`|“[^”]*”|<(?:@|#|!)[^>]*>|https?://\S+|\S+@\S+", re.DOTALL)
_LINK = re.compile(r"<[^|>]+\|([^>]*)>")

_SENTENCE_END = re.compile(r"[.!?…][”\")*_]*\s+(?=[A-Z“*<`\"(])")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|vs|U\.S|a\.m|p\.m|No)\.")


def own_words(text: str) -> str:
    """The text without what people typed (in quotes or as code), mentions, addresses and targets of links."""
    return _QUOTED.sub("quote", _LINK.sub(r"\1", text))


def word_problems(text: str) -> list[str]:
    """Words and phrases that no text has, each with its reason."""
    words = own_words(text)
    found = [(match[0], why) for pattern, why in _WORDS for match in pattern.finditer(words)]
    return [f"“{word}” ({why})" for word, why in found if word not in NAMES]


def sentences(paragraph: str) -> int:
    """How many different sentences there are in a paragraph."""
    text = _ABBREVIATION.sub("abbreviation", own_words(paragraph)).strip()
    return len({piece for piece in _SENTENCE_END.split(text) if piece.strip()})
