"""The result of a webinar in one sentence: how many registered, how many came, and when most were there."""

from __future__ import annotations

from bot.notices.model import NoticeFacts
from bot.slack.blocks import number, time_of_day
from bot.webinars.totals import percent_of


def results_text(facts: NoticeFacts) -> str:
    """The figures, without names: "212 registered, 131 came (62%), most at 15:10: 118 people"."""
    came = facts.attended or 0
    if facts.count is None:
        return _joined(_people_came(came), _peak(facts, came))
    others = number(facts.without_registrant, "person", "people") if facts.without_registrant else ""
    without = f"{others} came without registering" if others else ""
    if facts.count == 0:
        return _joined("nobody registered", without)
    if facts.count == 1:
        return "one person registered and came" if came else _joined("one person registered", without or "nobody came")
    if came == 0:
        return _joined(f"{facts.count:,} registered", f"none of them came, {without}" if without else "nobody came")
    share = f"{came:,} came ({percent_of(came, facts.count)}%)"
    return _joined(f"{facts.count:,} registered", share, _peak(facts, came))


def _people_came(came: int) -> str:
    return "nobody came" if came == 0 else f"{number(came, 'person', 'people')} came"


def _peak(facts: NoticeFacts, came: int) -> str:
    """When most were there; of one person, there is nothing to say."""
    if facts.peak_at is None or not facts.peak or facts.peak == 1 or came <= 1:
        return ""
    return f"most at {time_of_day(facts.peak_at)}: {number(facts.peak, 'person', 'people')}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
