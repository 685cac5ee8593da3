"""Validate responses against an OpenAPI document, strictly: a field that the document omits is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
ANNOTATIONS = {"description", "example", "default", "title", "readOnly", "writeOnly", "deprecated"}
KEYWORDS = {
    *("$ref", "type", "nullable", "enum", "properties", "required", "additionalProperties", "items", "minItems"),
    *("maxItems", "minLength", "maxLength", "minimum", "maximum", "format", "allOf", "anyOf", "oneOf"),
}
UNCHECKED_FORMATS = {"int32", "int64", "password", "byte", "ipv4"}


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
        schema = self.resolve(schema)
        unknown = {keyword for keyword in schema if not keyword.startswith("x-")} - ANNOTATIONS - KEYWORDS
        if unknown:
            yield f"{where}: unsupported keywords {sorted(unknown)}"
        if value is None:
            if not schema.get("nullable"):
                yield f"{where}: null"
            return
        if "type" in schema and not _is(value, schema["type"]):
            yield f"{where}: {type(value).__name__} instead of {schema['type']}"
            return
        yield from _plain_problems(value, schema, where)
        if isinstance(value, dict):
            yield from self._object_problems(value, schema, where, closed=closed)
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self.problems(item, schema.get("items", {}), f"{where}[{number}]", closed=closed)
        yield from self._branch_problems(value, schema, where)

    def _object_problems(
        self, value: dict[str, Any], schema: dict[str, Any], where: str, *, closed: bool
    ) -> Iterator[str]:
        known = self._properties(schema)
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, inner in value.items():
            if name in known:
                yield from self.problems(inner, known[name], f"{where}.{name}", closed=closed)
            elif (closed and not schema.get("additionalProperties")) or schema.get("additionalProperties") is False:
                yield f"{where}.{name} is not documented"

    def _branch_problems(self, value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
        """Validate `allOf`, `anyOf` and `oneOf`: open, because each branch omits the fields of the others."""
        for part in schema.get("allOf", []):
            yield from self.problems(value, part, where, closed=False)
        for keyword in ("anyOf", "oneOf"):
            branches = schema.get(keyword, [])
            matching = [one for one in branches if not list(self.problems(value, one, where, closed=False))]
            if branches and (not matching or (keyword == "oneOf" and len(matching) > 1)):
                yield f"{where}: {len(matching)} branches of {keyword} match"

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        known = dict(schema.get("properties", {}))
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, []):
                known = {**self._properties(self.resolve(part)), **known}
        return known


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, TYPES[kind])


def _plain_problems(value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is not in the enum"
    size = len(value) if isinstance(value, str | list) else None
    low, high = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
    if size is not None and not schema.get(low, 0) <= size <= schema.get(high, size):
        yield f"{where}: length {size}"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where}: {value} is out of range"
    if isinstance(value, str) and not _has_format(value, schema.get("format", "")):
        yield f"{where}: not a valid {schema['format']}"


def _has_format(value: str, name: str) -> bool:
    if name == "date-time":
        try:
            return datetime.fromisoformat(value).tzinfo is not None and "T" in value
        except ValueError:
            return False
    if name == "uri":
        return bool(urlsplit(value).scheme and urlsplit(value).netloc) and not re.search(r"\s", value)
    if name == "email":
        return re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None
    return name == "" or name in UNCHECKED_FORMATS
