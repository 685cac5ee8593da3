"""Numbers of hours, minutes and days as people type them: 1.5, 1,5, ½, 1½, 1 1/2, and 1,440 or 1 440."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final
from unicodedata import normalize, numeric

FRACTIONS: Final = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
FRACTION: Final = rf"(?:[{FRACTIONS}]|\d{{1,2}}[/⁄][1-9]\d?)"
"""Less than one, or a part after a whole number."""
AMOUNT: Final = (
    rf"(?:(?:\d{{1,4}} ?)?[{FRACTIONS}]|(?:\d{{1,4}} )?\d{{1,2}}[/⁄][1-9]\d?"
    r"|[1-9]\d{0,2} \d{3}|\d{1,5}(?:[.,]\d{1,3})?)"
)
"""A pattern without groups. Text must have been through `normalized`."""

_EACH_FRACTION = re.compile(f"([{FRACTIONS}])")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[., ]\d{3}")
_WITH_FRACTION = re.compile(rf"(\d*?) ?({FRACTION})")


def normalized(text: str) -> str:
    """NFKC, but with fractions as typed: NFKC makes "11⁄2" of "1½"."""
    return "".join(part if part in FRACTIONS else normalize("NFKC", part) for part in _EACH_FRACTION.split(text))


def value(amount: str) -> float:
    """The number that an `AMOUNT` is. Exactly three digits after a separator are thousands, except in "0.125"."""
    if match := _WITH_FRACTION.fullmatch(amount):
        above, _, below = match[2].replace("⁄", "/").partition("/")
        part = Fraction(int(above), int(below)) if below else Fraction(numeric(above)).limit_denominator(10)
        return float(int(match[1] or 0) + part)
    if _THOUSANDS.fullmatch(amount):
        return float(re.sub(r"\D", "", amount))
    return float(amount.replace(",", "."))
