"""A bot is killed while it applies edits: each is applied as a whole or not at all, and its user gets one result."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.proof.edit_kills import edit_kills

pytest_plugins = ["tests.support.databases"]

SEED = 20261130
KILLS = 3
APPLIED = ("after", "after", "changed")
NOT_BEGUN = ("before", "before", "edit.form")
"""Slack says that the app did not respond; the form is still open, with what was typed."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One seed per run of the option `--edit-kills`."""
    metafunc.parametrize("seed", range(SEED, SEED + metafunc.config.getoption("--edit-kills")))


async def test_kill_9_during_edits(database_url: str, tmp_path: Path, seed: int) -> None:
    """At random points, each during the edit of another webinar, while the next bot completes the earlier ones."""
    rng = random.Random(seed)  # noqa: S311 - the same points each time
    async with edit_kills(database_url, tmp_path, KILLS) as kills:
        for number in range(KILLS):
            print(f"seed {seed}, kill {number + 1}: {await kills.edit_and_kill(number, rng)}")
        await kills.finish()

        outcomes = kills.outcomes()
        print(f"seed {seed}: {dict(outcomes)}")
        assert set(outcomes) <= {APPLIED, NOT_BEGUN}
        assert outcomes[APPLIED]
