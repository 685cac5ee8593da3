"""Loaded by schemathesis in its own process: gives generated requests the ids of things that exist."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import schemathesis

KNOWN: list[dict[str, str]] = json.loads(Path(os.environ["KNOWN_IDS"]).read_text(encoding="utf-8"))  # noqa: TID251 - this process is schemathesis, not the bot
USE_KNOWN = 0.8  # of all requests with ids; the others keep the generated ones
MOST_PER_PAGE = 1000
CHOICE = random.Random(0)  # noqa: S311 - chooses test data


def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Replace all ids of a path by known ones that belong together, unless wrong ids are what is tested."""
    names = set(case.path_parameters or {})
    if not names or CHOICE.random() > USE_KNOWN or _is_wrong_on_purpose(case):
        return
    fitting = [one for one in KNOWN if names <= set(one)]
    if fitting:
        chosen = CHOICE.choice(fitting)
        for name in names:
            case.path_parameters[name] = chosen[name]


def filter_failure(_context: Any, failure: Any, case: Any, _response: Any) -> bool:
    """Keep a failure, except for a large `perPage` that was accepted.

    The text of the webinar services reduces it to the maximum, the schema has a maximum.
    """
    size = str((case.query or {}).get("perPage", ""))
    reduced = case.path.startswith("/webinar/") and size.isdecimal() and int(size) > MOST_PER_PAGE
    return not (reduced and type(failure).__name__ == "AcceptedNegativeData")


def _is_wrong_on_purpose(case: Any) -> bool:
    meta = case.meta
    return meta is not None and any(
        str(getattr(place, "value", place)).startswith("path") and component.mode.is_negative
        for place, component in meta.components.items()
    )


schemathesis.hook(before_call)
schemathesis.hook(filter_failure)
