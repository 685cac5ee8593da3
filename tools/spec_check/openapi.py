"""Validate responses against an OpenAPI 3.0 document, strictly: an undocumented field is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

BRANCHES = ("allOf", "anyOf", "oneOf")
FORMATS = FormatChecker(formats=["ipv4"])


class OpenApi:
    """An OpenAPI 3.0 document."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Index the operations by `operationId`."""
        self._raw = raw
        self.operations: dict[str, dict[str, Any]] = {
            operation["operationId"]: operation
            for path in raw["paths"].values()
            for operation in path.values()
            if isinstance(operation, dict)
        }

    def response(self, operation: str, status: int) -> dict[str, Any] | None:
        """The documented response; None if the document omits it."""
        found = self.operations[operation]["responses"].get(str(status))
        return None if found is None else self.resolve(found)

    def shared_response(self, name: str) -> dict[str, Any]:
        """A response from `components` that operations share."""
        return self.resolve({"$ref": f"#/components/responses/{name}"})

    def query_parameters(self, operation: str) -> dict[str, bool]:
        """The query parameters of an operation, and whether each is required."""
        found = [self.resolve(one) for one in self.operations[operation].get("parameters", [])]
        return {one["name"]: one.get("required", False) for one in found if one["in"] == "query"}

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow `$ref`."""
        while "$ref" in node:
            target: Any = self._raw
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def response_problems(
        self, response: dict[str, Any], headers: Mapping[str, str], body: Any, *, closed: bool
    ) -> Iterator[str]:
        """Differences between a response and the document; `closed` forbids undocumented fields."""
        for name, header in response.get("headers", {}).items():
            if name not in headers:
                yield f"header {name} is missing"
            else:
                schema = self.resolve(header)["schema"]
                value = headers[name]
                is_number = schema["type"] == "integer" and value.isdecimal()
                yield from self.problems(int(value) if is_number else value, schema, name, closed=closed)
        content = response.get("content", {}).get("application/json")
        if content is not None:
            yield from self.problems(body, content["schema"], "body", closed=closed)
        elif body not in (None, "") and closed:
            yield "unexpected body"

    def problems(self, value: Any, schema: dict[str, Any], where: str, *, closed: bool) -> Iterator[str]:
        """Differences between a value and its schema, each with its location."""
        validator = Draft202012Validator(self._json_schema(schema, closed=closed), format_checker=FORMATS)
        for error in validator.iter_errors(value):
            yield f"{where}{error.json_path.removeprefix('$')}: {error.message}"

    def _json_schema(self, schema: dict[str, Any], *, closed: bool, branch: bool = False) -> dict[str, Any]:
        """The schema in JSON Schema 2020-12, without `$ref`; a branch of `allOf` and the like stays open itself."""
        found = dict(self.resolve(schema))
        for keyword in BRANCHES:
            if keyword in found:
                found[keyword] = [self._json_schema(one, closed=closed, branch=True) for one in found[keyword]]
        if "properties" in found:
            inside = found["properties"].items()
            found["properties"] = {name: self._json_schema(one, closed=closed) for name, one in inside}
        if "items" in found:
            found["items"] = self._json_schema(found["items"], closed=closed)
        if closed and not branch and not found.get("additionalProperties"):
            found["unevaluatedProperties"] = False
        return {"anyOf": [{"type": "null"}, found]} if found.pop("nullable", False) else found


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or ("T" in value and datetime.fromisoformat(value).tzinfo is not None)


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(urlsplit(value).scheme and urlsplit(value).netloc) and not re.search(r"\s", value)


@FORMATS.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None
