"""Ids of events: which provider they belong to, and what the provider calls them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.event_ref import MAX_LENGTH, EventRef, provider_name
from tests.support.rows import each_row

LARGEST = str(2**63 - 1)


@each_row(
    ("text", "ref", "name"),
    [
        ("4711", EventRef("", "4711"), "RingCentral"),
        (LARGEST, EventRef("", LARGEST), "RingCentral"),
        ("zoom-85746065", EventRef("zoom", "85746065"), "Zoom"),
        (f"zoom-{LARGEST}", EventRef("zoom", LARGEST), "Zoom"),
        ("zoom-85746065-1648194360000", EventRef("zoom", "85746065", "1648194360000"), "Zoom"),
        # Whatever else a forged request or an old row contains is an id that RingCentral does not know.
        ("", EventRef("", ""), "RingCentral"),
        ("zoom", EventRef("", "zoom"), "RingCentral"),
        ("zoom-", EventRef("", "zoom-"), "RingCentral"),
        ("-4711", EventRef("", "-4711"), "RingCentral"),
        ("Zoom-4711", EventRef("", "Zoom-4711"), "RingCentral"),
        ("teams-4711", EventRef("", "teams-4711"), "RingCentral"),
        ("next", EventRef("", "next"), "RingCentral"),
    ],
)
def test_the_provider_of_an_event_is_part_of_its_id(text: str, ref: EventRef, name: str) -> None:
    """RingCentral's ids are as they always were."""
    assert EventRef.parse(text) == ref
    assert str(ref) == text
    assert provider_name(text) == name


IDS = st.integers(1, 2**63 - 1).map(str)


@given(IDS, IDS)
def test_ids_of_two_providers_are_never_equal(ours: str, theirs: str) -> None:
    """Not even if both count from the same number."""
    assert str(EventRef("zoom", ours)) != str(EventRef("", theirs))


def test_an_id_that_no_column_could_hold_is_refused() -> None:
    """Before it could be cut off, and name another event."""
    longest = EventRef("zoom", "1" * 13, "2" * (MAX_LENGTH - 5 - 14))
    assert len(str(longest)) == MAX_LENGTH
    with pytest.raises(ValueError, match="too long"):
        str(EventRef("zoom", "1" * 14, longest.occurrence))
