"""Tables of cases that run as one test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., Any])


def each_row(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Test], Test]:
    """Run a test once per row of a table, like `pytest.mark.parametrize`, but as one test case.

    Each row is a subtest: the report names every row that fails. Fixtures are shared by all rows, so this is for tests
    that do not change theirs. A test may have several tables; it runs for every combination of their rows.
    """
    columns = (names,) if isinstance(names, str) else names
    table = [dict(zip(columns, (row,) if isinstance(names, str) else row, strict=True)) for row in rows]
    assert table, "a test without rows cannot fail"

    def decorate(test: Test) -> Test:
        parameters = inspect.signature(test).parameters
        has_inner_table = "subtests" in parameters

        def each(
            subtests: pytest.Subtests, fixtures: dict[str, Any]
        ) -> Iterator[tuple[AbstractContextManager[None], dict[str, Any]]]:
            shared = {**fixtures, "subtests": subtests} if has_inner_table else fixtures
            for row in table:
                yield subtests.test(**row), {**shared, **row}

        @wraps(test)
        def run(subtests: pytest.Subtests, **fixtures: Any) -> None:
            for subtest, arguments in each(subtests, fixtures):
                with subtest:
                    test(**arguments)

        @wraps(test)
        async def run_async(subtests: pytest.Subtests, **fixtures: Any) -> None:
            for subtest, arguments in each(subtests, fixtures):
                with subtest:
                    await test(**arguments)

        wrapper: Any = run_async if inspect.iscoroutinefunction(test) else run
        fixtures = [one for name, one in parameters.items() if name not in (*columns, "subtests")]
        own = inspect.Parameter("subtests", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        wrapper.__signature__ = inspect.Signature([own, *fixtures])
        return wrapper  # type: ignore[no-any-return] # as `wraps` leaves it

    return decorate
