"""Colors: how they are typed, and which text is readable on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.color import BLACK, MIN_TEXT_CONTRAST, WHITE, contrast, hex_color, text_color_on
from tests.support.rows import each_row

COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@each_row(
    ("typed", "color"),
    [("#12694a", "#12694a"), (" #12694A ", "#12694a"), ("#fc0", "#ffcc00"), ("#000", "#000000")],
)
def test_a_color_is_read_as_people_type_it(typed: str, color: str) -> None:
    """Short or long, in any case."""
    assert hex_color(typed) == color


@pytest.mark.parametrize("typed", ["", "12694a", "green", "#12694", "#12694g", "#12694a80", "rgb(1,2,3)", "#fff;}"])
def test_what_is_no_color_is_refused_with_an_example(typed: str) -> None:
    """Nothing but digits gets into the style of a page."""
    with pytest.raises(ValueError, match="must be a color such as #12694a"):
        hex_color(typed)


@each_row(
    ("first", "second", "ratio"),
    [(WHITE, BLACK, 21.0), (WHITE, WHITE, 1.0), ("#777777", WHITE, 4.48), ("#767676", WHITE, 4.54)],
)
def test_the_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    """In either order."""
    assert round(contrast(first, second), 2) == ratio
    assert contrast(first, second) == contrast(second, first)


@given(COLORS)
def test_text_is_readable_on_any_color(color: str) -> None:
    """White or black, whatever color is set."""
    assert contrast(text_color_on(color), color) >= MIN_TEXT_CONTRAST
