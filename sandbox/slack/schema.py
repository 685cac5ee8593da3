"""Combinators for Block Kit's rules: each rule checks a value and reports its problems."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from sandbox.slack.model import Json

Problems = list[str]
Rule = Callable[[Any, str, Problems], None]  # value, JSON pointer, list to add problems to


def report(problems: Problems, text: str, at: str) -> None:
    """Add a problem in Slack's format: the sentence, then the JSON pointer."""
    problems.append(f"{text} [json-pointer:{at or '/'}]")


def string(most: int | None = None, least: int = 1, pattern: str = "") -> Rule:
    """A string of `least` to `most` characters (None: no documented limit) that matches `pattern`, if given."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            report(problems, "must be a string", at)
        elif most is not None and len(value) > most:
            report(problems, f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            report(problems, f"must be more than {least - 1} characters", at)
        elif pattern and not re.fullmatch(pattern, value):
            report(problems, f"must match pattern: {pattern}", at)

    return check


def boolean(value: Any, at: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report(problems, "must be a boolean", at)


def integer(least: int, most: int | None = None) -> Rule:
    """An integer from `least` to `most` (None: no limit)."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report(problems, "must be an integer", at)
        elif value < least:
            report(problems, f"must be greater than or equal to {least}", at)
        elif most is not None and value > most:
            report(problems, f"must be less than or equal to {most}", at)

    return check


def number(least: float | None = None) -> Rule:
    """A finite number of at least `least` (None: no limit)."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            report(problems, "must be a number", at)
        elif least is not None and value < least:
            report(problems, f"must be greater than or equal to {least:g}", at)

    return check


def one_of(*allowed: str) -> Rule:
    """One of these strings."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if value not in allowed:
            report(problems, f"must be a valid enum value: {', '.join(allowed)}", at)

    return check


def array(of: Rule, most: int | None = None, least: int = 1) -> Rule:
    """A list of `least` to `most` items (None: no documented limit)."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, list):
            report(problems, "must be an array", at)
            return
        if most is not None and len(value) > most:
            report(problems, f"no more than {most} items allowed", at)
        if len(value) < least:
            report(problems, f"no fewer than {least} items allowed", at)
        for index, item in enumerate(value):
            of(item, f"{at}/{index}", problems)

    return check


def object_of(required: dict[str, Rule], optional: dict[str, Rule] | None = None, *also: Rule) -> Rule:
    """An object with these fields (and `type`) and no others; if they are valid, `also` checks the whole."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, "must be an object", at)
            return
        before = len(problems)
        for key in required:
            if value.get(key) is None:
                report(problems, f"missing required field: {key}", at)
        for key, inner in value.items():
            if key in known and inner is not None:
                known[key](inner, f"{at}/{key}", problems)
            elif key not in known and key != "type":
                report(problems, f"invalid additional property: {key}", at)
        for rule in also if len(problems) == before else ():
            rule(value, at, problems)

    return check


def by_type(kinds: dict[str, Rule]) -> Rule:
    """An object whose `type` selects the rule."""

    def check(value: Any, at: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            report(problems, "missing required field: type", at)
        elif kind not in kinds:
            report(problems, f"unsupported type: {kind}", f"{at}/type")
        else:
            kinds[kind](value, at, problems)

    return check


def exactly_one(*keys: str) -> Rule:
    """Exactly one of these fields is required."""

    def check(value: Json, at: str, problems: Problems) -> None:
        if sum(value.get(key) is not None for key in keys) != 1:
            report(problems, f"must define exactly one of {', '.join(keys)}", at)

    return check


def at_least_one(*keys: str) -> Rule:
    """At least one of these fields is required."""

    def check(value: Json, at: str, problems: Problems) -> None:
        if all(value.get(key) is None for key in keys):
            report(problems, f"must define at least one of {', '.join(keys)}", at)

    return check


def plain(most: int) -> Rule:
    """A plain_text object."""
    return by_type({"plain_text": object_of({"text": string(most)}, {"emoji": boolean})})


def mrkdwn(most: int) -> Rule:
    """A mrkdwn object."""
    return by_type({"mrkdwn": object_of({"text": string(most)}, {"verbatim": boolean})})


def text(most: int) -> Rule:
    """A plain_text or mrkdwn object."""
    return by_type(
        {
            "plain_text": object_of({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": object_of({"text": string(most)}, {"verbatim": boolean}),
        }
    )
