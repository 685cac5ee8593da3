"""Refusals of a value as problems of the field in which it was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import BadInput


@contextmanager
def problem_of(field: str) -> Iterator[None]:
    """Show the sentence of a `BadInput` that is raised inside under this field."""
    try:
        yield
    except BadInput as refused:
        raise BadInput(refused.sentence, {field: refused.sentence}) from refused
