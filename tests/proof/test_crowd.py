"""Two replicas and 200 people on one account for an hour, against the strict limiter: nothing is rejected."""

from __future__ import annotations

import pytest

from tests.proof.crowd import ACTIONS, Hour, local_gates, percentile, shared_gates, simulate_hour

MOST = {"show": 0.0, "refresh": 120.0, "register": 60.0, "open or close": 60.0, "create": 60.0}
"""Seconds, p99. All who refresh share four of the ten calls a minute, so that others need not wait for figures."""


@pytest.mark.parametrize("headers", [True, False], ids=["headers", "no headers"])
def test_two_replicas_and_200_people_cause_no_429(*, headers: bool) -> None:
    """Nobody gives up; who changes something waits for the next free slot, at most a minute (p99)."""
    hour = simulate_hour(shared_gates, headers=headers)

    print(table(hour))
    assert (hour.rejected, hour.penalties, hour.gave_up) == (0, 0, 0)
    assert {name: len(waits) for name, waits in hour.waits.items()} == ACTIONS
    assert {name: percentile(waits, 99) <= MOST[name] for name, waits in hour.waits.items()} == dict.fromkeys(
        MOST, True
    )


def test_two_replicas_with_a_gate_each_would_be_refused() -> None:
    """The same hour shows it, so the proof above can fail."""
    assert simulate_hour(local_gates, headers=False).rejected > 0


def table(hour: Hour) -> str:
    """The figures, as in docs/measured.md."""
    rows = {**hour.waits, "all": hour.all_waits}
    lines = [
        " | ".join([name, str(len(waits)), *(f"{percentile(waits, percent):.1f} s" for percent in (50, 99, 100))])
        for name, waits in rows.items()
    ]
    return "\n".join([*lines, f"{hour.calls} calls, {hour.rejected} rejected, {hour.gave_up} gave up"])
