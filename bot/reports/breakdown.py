"""Break a report down by source and by external id: pure rules, with the names that people see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from bot.model.registration_source import NOT_NAMED, OTHERS, source_name
from bot.reports.model import Group, GroupKind

MAX_NAME: Final = 80
NO_EXTERNAL_ID: Final = "No detail"
PLAIN_EXTERNAL_ID: Final = "A value without a name"
_UNNAMED: Final = {OTHERS: 1, PLAIN_EXTERNAL_ID: 2, NO_EXTERNAL_ID: 3, NOT_NAMED: 3}
"""What is listed last, in this order."""


class NamedGroup(NamedTuple):
    """A part of the registrants by the name that people see."""

    name: str
    registered: int
    attended: int


def source_parts(groups: Iterable[Group], channels: Mapping[str, str]) -> list[NamedGroup]:
    """The sources by name, in their order. `channels` maps the ids of public channels to their names."""
    names = {GroupKind.NONE: NOT_NAMED, GroupKind.OTHERS: OTHERS}
    return _added(
        NamedGroup(names.get(one.kind) or source_name(one.name, channels, MAX_NAME), one.registered, one.attended)
        for one in groups
    )


def external_id_parts(groups: Iterable[Group]) -> list[NamedGroup]:
    """The keys of external ids, in their order; none if no registrant has one."""
    names = {GroupKind.NONE: NO_EXTERNAL_ID, GroupKind.OTHERS: OTHERS, GroupKind.PLAIN: PLAIN_EXTERNAL_ID}
    shown = list(groups)
    if all(one.kind is GroupKind.NONE for one in shown):
        return []
    return _added(NamedGroup(names.get(one.kind) or _key(one.name), one.registered, one.attended) for one in shown)


def _key(name: str) -> str:
    """The key of an external id; what may be an address is not shown."""
    return OTHERS if "@" in name else name


def _added(parts: Iterable[NamedGroup]) -> list[NamedGroup]:
    """The parts with those of one name, such as private channels, as one; largest first, those without a name last."""
    found: dict[str, NamedGroup] = {}
    for part in parts:
        known = found.get(part.name, NamedGroup(part.name, 0, 0))
        found[part.name] = NamedGroup(part.name, known.registered + part.registered, known.attended + part.attended)
    return sorted(found.values(), key=lambda part: (_UNNAMED.get(part.name, 0), -part.registered))
