"""How things travel: moments, addresses and names as the vendor writes them, and what a caller may write at all."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic.alias_generators import to_camel

from sandbox.ringcentral.responses import invalid_fields

INT32_MAX = 2**31 - 1
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"]+")


def parse_datetime(value: object) -> datetime:
    """An RFC 3339 date-time as aware UTC; ValueError for everything else, dates without a time and numbers too."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if not isinstance(value, str) or not DATE_TIME.fullmatch(value):
        raise ValueError("not a date-time")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a date-time") from error
    if moment.year == MAXYEAR:  # no room for a duration
        raise ValueError("not a date-time")
    return moment


def iso(moment: datetime) -> str:
    """A moment as the vendor prints it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _zone_name(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("not an IANA time zone") from error


def _uri(value: str) -> str:
    if not URI.fullmatch(value):
        raise ValueError("not a URI")
    return value


Timestamp = Annotated[datetime, BeforeValidator(parse_datetime), PlainSerializer(iso)]
Zone = Annotated[str, Field(min_length=3, max_length=64), AfterValidator(_zone_name)]
Uri = Annotated[str, AfterValidator(_uri)]
Title = Annotated[str, Field(min_length=1, max_length=512)]
Description = Annotated[str, Field(max_length=4096)]
Count = Annotated[int, Field(ge=0, le=INT32_MAX)]


class Wire(BaseModel):
    """What a caller may write: camelCase, nothing converted; unknown and read-only fields are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel)

    def wire(self) -> dict[str, Any]:
        """As it is sent; what was left blank is left out."""
        return _without_blanks(self.model_dump(mode="json", by_alias=True))


def _without_blanks(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_blanks(value) if isinstance(value, dict) else value
        for name, value in given.items()
        if value not in (None, "")
    }


Model = TypeVar("Model", bound=Wire)


def validate(model: type[Model], sent: dict[str, Any]) -> Model:
    """`sent` as that model, or the 400 that names every field in which it is wrong."""
    try:
        return model.model_validate(sent)
    except ValidationError as problem:
        raise invalid_fields(problem) from problem


def merge(current: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A partial update: what was sent laid over what is there, inside objects too."""
    merged = dict(current)
    for name, value in sent.items():
        inner = merged.get(name)
        merged[name] = merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
