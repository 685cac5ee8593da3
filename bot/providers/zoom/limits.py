"""The rate limits of Zoom's API: each operation has a label, which the limits of an account are given for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Label(StrEnum):
    """The label of an operation."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    RESOURCE_INTENSIVE = "resource"


def keys_for(label: Label, *, host: str = "", address: str = "") -> tuple[Any, ...]:
    """The limits that a call of this label counts against, with those of a day of its host or address."""
    days = (("host", host), ("address", address))
    return (label, *(day for day in days if day[1]))
