"""Wire format: dates, URIs and field names as the vendor writes them, and base class of writable models."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
)
from pydantic.alias_generators import to_camel

from sandbox.ringcentral.responses import invalid_fields

INT32_MAX = 2**31 - 1
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"]+")


def parse_datetime(value: object) -> datetime:
    """Parse an RFC 3339 date-time to aware UTC; ValueError for anything else, including dates and numbers."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if not isinstance(value, str) or not DATE_TIME.fullmatch(value):
        raise ValueError("not a date-time")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a date-time") from error
    if moment.year == MAXYEAR:  # leaves room for a duration
        raise ValueError("not a date-time")
    return moment


def iso(moment: datetime) -> str:
    """A datetime as the vendor formats it: UTC, milliseconds, Z."""
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
    """Fields a caller can write: camelCase, no conversion; unknown and read-only fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_null(cls, given: object) -> object:
        if given is None:  # a field can be left out; none of those that can be written is nullable
            raise ValueError("null")
        return given

    def wire(self) -> dict[str, Any]:
        """As JSON, without blank fields."""
        return _without_blanks(self.model_dump(mode="json", by_alias=True))


def _without_blanks(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_blanks(value) if isinstance(value, dict) else value
        for name, value in given.items()
        if value not in (None, "")
    }


Model = TypeVar("Model", bound=Wire)


def validate(model: type[Model], sent: dict[str, Any]) -> Model:
    """Validate `sent` as `model`, or raise ApiError 400 that names every invalid field."""
    try:
        return model.model_validate(sent)
    except ValidationError as problem:
        raise invalid_fields(problem) from problem


def merge(current: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Apply a partial update, also inside objects."""
    merged = dict(current)
    for name, value in sent.items():
        inner = merged.get(name)
        merged[name] = merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
