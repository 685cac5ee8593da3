"""What looks empty is empty, and what cannot be seen is removed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model.visible_text import one_line
from tests.support.rows import each_row


@each_row(
    "text",
    [
        *("", " ", "\u200b", "\u00a0", "\u2060\ufeff", "\u00ad", "\u034f", "\u115f", "\u3164", "\uffa0", "\u2800"),
        *(
            "\u180e",
            "\u200d",
            "\u202e",
            "\ufe0f",
            "\U000e0041",
            "\u0301",
            "\u3000\u2003",
            "\n\t",
            "\x7f",
            "\ud800",
            "\u2028",
        ),
    ],
)
def test_invisible_text_is_empty(text: str) -> None:
    """Zero-width characters, fillers, blanks, marks of direction, and accents without a letter."""
    assert one_line(text) == ""


@each_row(
    ("text", "line"),
    [
        (" Ana \u2028 Ruiz\n", "Ana Ruiz"),
        ("A\u200bn\u00ada", "Ana"),
        ("Ze\u0301", "Zé"),
        ("\u202eRuiz", "Ruiz"),
        ("می\u200cنا", "می\u200cنا"),
        ("a\u200cb", "ab"),
        ("O'Brien-Smith", "O'Brien-Smith"),
        (".", "."),
        ("山田\u3000太郎", "山田 太郎"),
    ],
)
def test_visible_text_is_kept_on_one_line(text: str, line: str) -> None:
    """Composed; joiners stay where a script spells with them."""
    assert one_line(text) == line


@given(st.text())
def test_a_line_is_stable(text: str) -> None:
    """Cleaned once, it does not change any more."""
    assert one_line(one_line(text)) == one_line(text)
