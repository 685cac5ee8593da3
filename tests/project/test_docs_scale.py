"""docs/scale.md calculates with the settings of the code, and has every table."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.db import change_schema, day_count_schema, gate_rows, people_schema, schema, shared_schema, webhook_schema
from bot.db.connection import Store
from bot.db.vault import Vault
from bot.model.retention import keep
from bot.notices.outbox import cleanup
from bot.providers.rate_budget import BUDGETS
from bot.scheduler import HEARTBEAT
from bot.startup import services
from tests.support.databases import KEY

ROOT = Path(__file__).parents[2]
SCALE = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
WORKSPACES = 10_000


def row(name: str) -> list[str]:
    """The cells of the row that begins with this."""
    [line] = [line for line in SCALE.splitlines() if line.startswith(f"| {name}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_table_says_what_it_grows_with() -> None:
    """Once, with what deletes its rows."""
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", SCALE, re.MULTILINE)))

    schemas = (change_schema, day_count_schema, gate_rows, people_schema, schema, shared_schema, webhook_schema)
    assert sorted(named) == sorted({table for one in schemas for table in one.metadata.tables})


def test_wake_ups_are_those_of_the_scheduled_jobs() -> None:
    """All jobs that run more often than daily."""
    jobs = [getattr(services, name) for name in vars(services) if name.endswith("_INTERVAL")]
    per_minute = sum(timedelta(minutes=1) / interval for interval in [HEARTBEAT, *jobs])
    total = round(per_minute * WORKSPACES)

    assert row("scheduler wake-ups")[1:3] == [
        f"{per_minute:.1f} a minute",
        f"{total:,} a minute ({total / 60:,.0f} a second)",
    ]


def test_connections_are_those_of_the_pool() -> None:
    """On PostgreSQL, with one pool for reads and writes."""
    most = Store("postgresql://host/name", Vault(KEY)).engines[0].pool.size()  # type: ignore[attr-defined] # a QueuePool

    assert row("database connections")[1:3] == [f"{most}", f"{most * WORKSPACES:,}"]


@pytest.mark.parametrize("kept", [keep("notices"), keep("lists"), keep("seats")])
def test_rows_are_kept_as_long_as_the_page_says(kept: timedelta) -> None:
    """Ninety days."""
    assert f"{kept.days} days" in " ".join(row("`notices`") + row("`batches`") + row("`invitees`"))


def test_the_gate_has_a_row_for_each_group() -> None:
    """And the largest has RingCentral's published budget."""
    assert row("rows of the gate")[1:3] == [f"{len(BUDGETS)}", f"{len(BUDGETS) * WORKSPACES:,}"]


def test_deletions_and_bursts_are_calculated_from_what_was_measured() -> None:
    """The rate of the measured alerts, applied to more of them."""
    assert f"takes {cleanup.BATCH} rows per transaction" in " ".join(SCALE.split())
    assert round(30 * WORKSPACES / (50_000 / 26.0)) == 156
    assert "156 s on the same machine" in " ".join(SCALE.split())
