"""docs/zoom.md matches the code."""

from __future__ import annotations

from bot.providers.zoom.abilities import abilities_table
from tests.support.docs_tables import table


def test_the_table_of_abilities_is_that_of_the_code() -> None:
    """RingCentral beside a meeting and a webinar of Zoom, in the order of the code."""
    assert [tuple(row) for row in table("zoom.md", "ability")] == [
        (f"`{ability}`", *cells) for ability, *cells in abilities_table()
    ]
