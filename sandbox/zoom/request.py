"""One API request: its parameters, its body, and pages of a list."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from sandbox.zoom.models import Event, EventKind
from sandbox.zoom.responses import ApiError, invalid, invalid_fields
from sandbox.zoom.world import World

PAGE_SIZE, MOST_PER_PAGE = 30, 300
T = TypeVar("T", bound=BaseModel)


@dataclass
class ApiRequest:
    """A request with its body."""

    world: World
    path: Mapping[str, str]
    path_text: str
    query: MultiMapping[str]
    authorization: str
    content_type: str
    raw: bytes

    @classmethod
    async def read(cls, world: World, request: web.Request) -> ApiRequest:
        """Read the request and its body."""
        authorization = request.headers.get("Authorization", "")
        raw = await request.read()
        return cls(world, request.match_info, request.path, request.query, authorization, request.content_type, raw)

    @property
    def kind(self) -> EventKind:
        """Whether the operation is about meetings or webinars, by its path."""
        return "webinar" if "webinar" in self.path_text else "meeting"

    def event(self) -> Event:
        """The meeting or webinar of the path. Raises 404."""
        return self.world.event(self.kind, self.path[f"{self.kind}Id"])

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, with the query: the guide sends the parameters of a token either way."""
        return {**self.query, **dict(parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True))}

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises 400."""
        try:
            body = json.loads(self.raw.decode("utf-8"))
            json.dumps(body, ensure_ascii=False).encode("utf-8")  # a lone surrogate is no text
        except (ValueError, RecursionError):
            body = None
        if self.content_type != "application/json" or not isinstance(body, dict):
            raise ApiError(400, 300, "Request Body should be a valid JSON object.")
        return body

    def body(self, form: type[T]) -> T:
        """The body as one of the forms of `sandbox.zoom.fields`. Raises 400 for each invalid field."""
        try:
            return form.model_validate(self.json())
        except ValidationError as problem:
            raise invalid_fields(problem) from problem

    def choice(self, name: str, *values: str) -> str:
        """A query parameter with fixed values, the first of which is the default."""
        given = self.query.get(name, values[0])
        if given not in values:
            raise invalid(name)
        return given

    def page(self, name: str, records: list[dict[str, Any]]) -> dict[str, Any]:
        """The page selected by `page_size` and `next_page_token`, which is valid for some minutes."""
        size = self._number("page_size", PAGE_SIZE, MOST_PER_PAGE)
        start = self._start() or (self._number("page_number", 1, 10_000) - 1) * size
        end = start + size
        pages = -(-len(records) // size)
        page = {"page_count": pages, "page_number": start // size + 1, "page_size": size, "total_records": len(records)}
        token = self._token(end) if end < len(records) else ""
        return {**page, "next_page_token": token, name: records[start:end]}

    def _number(self, name: str, usual: int, most: int) -> int:
        given = self.query.get(name, str(usual))
        if not (given.isascii() and given.isdigit() and int(given) > 0):
            raise invalid(name)
        return min(int(given), most)

    def _token(self, start: int) -> str:
        until = self.world.clock.monotonic() + self.world.rules.page_token_seconds
        return base64.urlsafe_b64encode(f"{start} {until}".encode()).decode()

    def _start(self) -> int:
        token = self.query.get("next_page_token", "")
        if not token:
            return 0
        try:
            start, until = base64.urlsafe_b64decode(token).decode().split()
            is_valid = float(until) >= self.world.clock.monotonic()
        except (binascii.Error, ValueError):
            is_valid = False
        if not is_valid:
            raise ApiError(400, 300, "The next page token is invalid or expired.")
        return int(start)
