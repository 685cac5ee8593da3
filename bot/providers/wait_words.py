"""A wait for a rate limit, as users read it."""

from __future__ import annotations

import math

MIN_REPORTED_WAIT = 1.0
"""Seconds; shorter waits are not reported to the user."""


def wait_text(seconds: float) -> str:
    """A wait as users read it: "in 20 seconds"."""
    if seconds <= MIN_REPORTED_WAIT:
        return "in a moment"
    return f"in {math.ceil(seconds)} seconds" if seconds <= 90 else f"in {math.ceil(seconds / 60)} minutes"
