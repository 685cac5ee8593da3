"""One API request: caller, parameters and body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping

from sandbox.ringcentral.company import Person
from sandbox.ringcentral.query import is_number
from sandbox.ringcentral.responses import ApiError, invalid
from sandbox.ringcentral.wire import INT32_MAX, parse_datetime
from sandbox.ringcentral.world import World

MAX_PER_PAGE = 1000
MAX_DIGITS = 18
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class ApiRequest:
    """A request with its body. `caller` is set before an operation that needs a token."""

    world: World
    path: Mapping[str, str]
    query: MultiMapping[str]
    authorization: str
    content_type: str
    raw: bytes
    caller: Person = field(init=False)

    @classmethod
    async def read(cls, world: World, request: web.Request) -> ApiRequest:
        """Read the request and its body."""
        return cls(
            world,
            request.match_info,
            request.query,
            request.headers.get("Authorization", ""),
            request.content_type,
            await request.read(),
        )

    @property
    def form(self) -> dict[str, str]:
        """The body as a form; empty if it is something else."""
        return dict(parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; ApiError 400 if it is none, or is sent as another type.

        Only the token operation describes 415, so another type is 400 here.
        """
        if self.content_type != JSON:
            raise wrong_content_type(400)
        try:
            body = json.loads(self.raw.decode("utf-8"), parse_constant=_refuse_constant)
            json.dumps(body, ensure_ascii=False).encode("utf-8")  # a lone surrogate is no text
        except (ValueError, RecursionError) as error:
            raise ApiError(400, "CMN-103", "JSON can't be parsed.") from error
        if not isinstance(body, dict):
            raise ApiError(400, "CMN-104", "Cannot parse request")
        return body

    def datetime_param(self, name: str) -> datetime:
        """A required date-time parameter."""
        try:
            return parse_datetime(self.query.get(name))
        except ValueError as error:
            raise invalid(name) from error

    def list_param(self, name: str) -> list[str]:
        """All values of a query parameter, repeated or separated by commas (the reference has both)."""
        return [one for value in self.query.getall(name, []) for one in value.split(",") if one]

    def int_param(self, name: str, usual: int, most: int) -> int:
        """An integer from 1; more than `most` is reduced to `most`, as the reference says of perPage."""
        given = self.query.get(name, str(usual))
        if not is_number(given):
            raise invalid(name)
        return min(int(given), most)


def wrong_content_type(status: int, *, oauth: str = "") -> ApiError:
    """The error for a body of another type than the operation takes."""
    return ApiError(status, "CMN-407", "Parameter in header is invalid", "Content-Type", oauth=oauth)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def paginate(request: ApiRequest, records: list[dict[str, Any]]) -> dict[str, Any]:
    """The page selected by `pageToken` and `perPage`, with the `paging` of the webinar services."""
    size = request.int_param("perPage", 100, MAX_PER_PAGE)
    number = request.int_param("pageToken", 1, INT32_MAX)
    last = max(1, -(-len(records) // size))
    if number > last:
        raise invalid("pageToken")
    paging: dict[str, Any] = {"pageToken": str(number), "perPage": size}
    if number < last:
        paging["nextPageToken"] = str(number + 1)
    if number > 1:
        paging["previousPageToken"] = str(number - 1)
    return {"records": records[(number - 1) * size : number * size], "paging": paging}


def paginate_numbered(records: list[dict[str, Any]], number: int, size: int) -> dict[str, Any]:
    """A page with the `paging` of the older platform services: numbered, with totals; empty past the end."""
    shown = records[(number - 1) * size : number * size]
    paging = {"perPage": size, "totalPages": -(-len(records) // size), "totalElements": len(records)}
    if shown:
        start = (number - 1) * size
        paging |= {"page": number, "pageStart": start, "pageEnd": start + len(shown) - 1}
    return {"records": shown, "paging": paging}
