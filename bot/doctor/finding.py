"""What a check found: a mark, a sentence, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """The result of a check."""

    OK = "✓"
    WRONG = "✗"
    """It does not work, or will not."""
    NOTE = "!"
    """It works, but look at it; or it could not be checked."""


@dataclass(frozen=True)
class Finding:
    """One line of the report. Its texts contain no secret, name or address."""

    mark: Mark
    part: str
    text: str
    remedy: str = ""


def ok(part: str, text: str) -> Finding:
    """A part that is correct."""
    return Finding(Mark.OK, part, text)


def wrong(part: str, text: str, remedy: str = "") -> Finding:
    """A part that does not work, and what to do."""
    return Finding(Mark.WRONG, part, text, remedy)


def note(part: str, text: str, remedy: str = "") -> Finding:
    """A part to look at, or that could not be checked."""
    return Finding(Mark.NOTE, part, text, remedy)


def report(findings: Iterable[Finding], calls: Mapping[str, int]) -> str:
    """The report as text: a line for each finding, and a summary with the calls that were made."""
    listed = list(findings)
    lines = []
    for one in listed:
        lines.append(f"{one.mark} {one.part}: {one.text}")
        lines += [f"    → {one.remedy}"] if one.remedy else []
    count = {mark: sum(one.mark is mark for one in listed) for mark in Mark}
    made = ", ".join(f"{number} to {server}" for server, number in calls.items())
    summary = f"{count[Mark.WRONG]} wrong, {count[Mark.NOTE]} to look at, {count[Mark.OK]} correct. Calls: {made}."
    return "\n".join([*lines, "", summary])


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong."""
    return all(one.mark is not Mark.WRONG for one in findings)
