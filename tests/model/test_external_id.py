"""Encode and decode `externalId`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model.external_id import decode, encode, is_pairs
from tests.support.rows import each_row

texts = st.text() | st.text(alphabet="&=%+;# 4a é😀\n\x00")


@given(pairs=st.lists(st.tuples(texts, texts), min_size=1))
def test_pairs_round_trip(pairs: list[tuple[str, str]]) -> None:
    """Any characters, empty values and repeated keys, in their order."""
    text = encode(pairs)

    assert is_pairs(text)
    assert decode(text) == pairs
    assert text.isascii()


@given(text=texts)
def test_decoding_never_fails(text: str) -> None:
    """Other systems write to this field too: any string is either pairs or not."""
    pairs = decode(text)

    assert bool(pairs) == is_pairs(text)
    assert decode(encode(pairs)) == pairs


def test_the_guides_own_example() -> None:
    """A lead "123" and an opportunity "4@56"."""
    assert encode([("lid", "123"), ("oid", "4@56")]) == "lid=123&oid=4%4056"
    assert decode("lid=123&oid=4%4056") == [("lid", "123"), ("oid", "4@56")]


@each_row("text", ["", "4711", "a b", "lid=123&4711", "00Q5g00000abc==", "a=b=c", "a=1&&b=2", "&"])
def test_a_plain_id_has_no_pairs(text: str) -> None:
    """It is shown unchanged."""
    assert (is_pairs(text), decode(text)) == (False, [])


def test_no_pairs_encode_to_an_empty_string() -> None:
    """Nothing is sent then."""
    assert encode([]) == ""


def test_invalid_characters_become_question_marks() -> None:
    """JSON can contain half a surrogate pair, and percent-encoded bytes may not be UTF-8."""
    assert encode([("a", "\ud83d")]) == "a=%3F"
    assert decode("a=%FF") == [("a", "\ufffd")]
