"""Colors as `#rrggbb`, and which text is readable on them, by WCAG 2. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

WHITE, BLACK = "#ffffff", "#000000"
MIN_TEXT_CONTRAST = 4.5
"""The least contrast of text and its background (WCAG 2.2, 1.4.3)."""
MIN_EDGE_CONTRAST = 3.0
"""The least contrast of a control and what is beside it (1.4.11)."""
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")


def hex_color(text: str) -> str:
    """A color typed as `#rgb` or `#rrggbb`, as `#rrggbb`. Raises `ValueError` for anything else."""
    match = _HEX.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError("must be a color such as #12694a")
    digits = match[1]
    return f"#{digits if len(digits) == 6 else ''.join(digit * 2 for digit in digits)}"


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colors, from 1 to 21."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def text_color_on(background: str) -> str:
    """White or black: the one that is easier to read. One of them has a contrast of at least 4.58 to any color."""
    return max((WHITE, BLACK), key=lambda color: contrast(color, background))


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[begin:end], 16) / 255) for begin, end in pairwise((1, 3, 5, 7)))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
