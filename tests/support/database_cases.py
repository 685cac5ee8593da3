"""Cases of a test that need SQLite, with some of them on PostgreSQL as well."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest


def each_on_sqlite(cases: Mapping[str, tuple[Any, ...]], *, on_postgresql: Collection[str]) -> list[Any]:
    """The values of these cases after the one for the fixture `server`, which is `indirect`.

    All are run on SQLite, and those named in `on_postgresql` on both: where cases differ in what a vendor answers, or
    in the step at which a process ends, the others send PostgreSQL the same statements once more.
    """
    assert set(on_postgresql) <= set(cases)
    both = [("sqlite", name) for name in cases] + [("postgresql", name) for name in on_postgresql]
    return [pytest.param(server, *cases[name], id=f"{server}-{name}") for server, name in both]
