"""The result of a webinar in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.notices.model import NoticeFacts
from bot.notices.texts.results import results_text
from bot.reports.results_notice import results_facts
from tests.support.report_samples import report
from tests.support.rows import each_row

AT = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
PEAK = {"peak": 118, "peak_at": AT}
MOST = f"most at <!date^{int(AT.timestamp())}^{{time}}|3:10 PM UTC>: 118 people"


@each_row(
    ("facts", "text"),
    [
        ({"count": 212, "attended": 131, **PEAK}, f"212 registered, 131 came (62%), {MOST}"),
        ({"count": 2120, "attended": 1310, **PEAK}, f"2,120 registered, 1,310 came (62%), {MOST}"),
        ({"count": 3, "attended": 3, "peak": 1, "peak_at": AT}, "3 registered, 3 came (100%)"),
        ({"count": 1000, "attended": 999}, "1,000 registered, 999 came (99%)"),
        ({"count": 5, "attended": 0}, "5 registered, nobody came"),
        (
            {"count": 5, "attended": 0, "without_registrant": 2},
            "5 registered, none of them came, 2 people came without registering",
        ),
        ({"count": 1, "attended": 1, "peak": 1, "peak_at": AT}, "one person registered and came"),
        ({"count": 1, "attended": 0}, "one person registered, nobody came"),
        ({"count": 0, "attended": 0}, "nobody registered"),
        ({"count": 0, "without_registrant": 1}, "nobody registered, 1 person came without registering"),
        ({"attended": 131, **PEAK}, f"131 people came, {MOST}"),
        ({"attended": 1, "peak": 1, "peak_at": AT}, "1 person came"),
        ({"attended": 0}, "nobody came"),
    ],
)
def test_result_is_one_sentence(facts: dict[str, Any], text: str) -> None:
    """With sensible words for nobody, one person, and a webinar without registration."""
    assert results_text(NoticeFacts(**facts)) == text


def test_facts_are_those_of_the_report() -> None:
    """Without registration, there is no number of registrants."""
    one = report()
    assert results_text(results_facts(one)).startswith("212 registered, 131 came (62%), most at ")
    assert results_facts(report(has_registration=False)).count is None
