"""What stands in an `externalId`, written and read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.registration.external_id import decode, encode, is_pairs
from tests.support.rows import each_row

texts = st.text() | st.text(alphabet="&=%+;# 4a é😀\n\x00")


@given(pairs=st.lists(st.tuples(texts, texts), min_size=1))
def test_pairs_come_back_as_they_were(pairs: list[tuple[str, str]]) -> None:
    """Any characters, empty ones, repeated keys, and in their order."""
    text = encode(pairs)

    assert is_pairs(text)
    assert decode(text) == pairs
    assert text.isascii()


@given(text=texts)
def test_any_text_can_be_read(text: str) -> None:
    """Other systems write there too: whatever it is, it is pairs or it is not, and reading never fails."""
    pairs = decode(text)

    assert bool(pairs) == is_pairs(text)
    assert decode(encode(pairs)) == pairs


def test_the_guides_own_example() -> None:
    """A lead "123" and an opportunity "4@56"."""
    assert encode([("lid", "123"), ("oid", "4@56")]) == "lid=123&oid=4%4056"
    assert decode("lid=123&oid=4%4056") == [("lid", "123"), ("oid", "4@56")]


@each_row("text", ["", "4711", "a b", "lid=123&4711", "00Q5g00000abc==", "a=b=c", "a=1&&b=2", "&"])
def test_a_plain_id_holds_no_pairs(text: str) -> None:
    """It is shown as it stands."""
    assert (is_pairs(text), decode(text)) == (False, [])


def test_no_pairs_are_no_text() -> None:
    """Nothing is sent then."""
    assert encode([]) == ""


def test_what_is_no_character_becomes_a_question_mark() -> None:
    """JSON can hold half of a surrogate pair, and bytes that are no UTF-8 can be percent-encoded."""
    assert encode([("a", "\ud83d")]) == "a=%3F"
    assert decode("a=%FF") == [("a", "\ufffd")]
