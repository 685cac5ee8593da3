"""`tools.spec_check`: the validator, and the command with and without a difference."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.ringcentral.operations import OPERATIONS
from tests.programs import ROOT
from tools.spec_check.openapi import OpenApi

ANYTHING = {"additionalProperties": True}
PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 3},
        "born": {"type": "string", "format": "date-time"},
    },
}


def document(**schemas: Any) -> OpenApi:
    """A document without operations."""
    return OpenApi({"paths": {}, "components": {"schemas": schemas}})


@pytest.mark.parametrize(
    ("value", "schema", "problems"),
    [
        ({"name": "Ada"}, PERSON, []),
        ({"name": "Ada", "age": 3}, PERSON, ["x.age is not documented"]),
        ({"name": "Ada", "age": 3}, {**PERSON, "additionalProperties": True}, []),
        ({}, PERSON, ["x.name is missing"]),
        ({"name": "A"}, PERSON, ["x.name: length 1"]),
        ({"name": "Adam"}, PERSON, ["x.name: length 4"]),
        ({"name": 5}, PERSON, ["x.name: int instead of string"]),
        ({"name": None}, PERSON, ["x.name: null"]),
        ({"name": "Ada", "born": "2031-01-01T00:00:00"}, PERSON, ["x.born: not a valid date-time"]),
        ({"name": "Ada", "born": "2031-01-01T00:00:00Z"}, PERSON, []),
        (None, {"type": "string", "nullable": True}, []),
        (True, {"type": "integer"}, ["x: bool instead of integer"]),
        (11, {"type": "integer", "minimum": 1, "maximum": 10}, ["x: 11 is out of range"]),
        ("C", {"type": "string", "enum": ["A", "B"]}, ["x: 'C' is not in the enum"]),
        ([1, "2"], {"type": "array", "items": {"type": "integer"}}, ["x[1]: str instead of integer"]),
        ([], {"type": "array", "minItems": 1}, ["x: length 0"]),
        ("/here", {"type": "string", "format": "uri"}, ["x: not a valid uri"]),
        ("nobody", {"type": "string", "format": "email"}, ["x: not a valid email"]),
        ("x", {"type": "string", "format": "colour"}, ["x: not a valid colour"]),
        ("x", {"type": "string", "pattern": "y"}, ["x: unsupported keywords ['pattern']"]),
        ({"name": "Adam"}, {"$ref": "#/components/schemas/Person"}, ["x.name: length 4"]),
        ({"name": "Ada", "id": 1}, {"allOf": [PERSON, {"properties": {"id": {"type": "string"}}}]},
         ["x.id: int instead of string", "x.id: int instead of string"]),
        (5, {"oneOf": [{"type": "integer"}, {"type": "string"}]}, []),
        (5, {"oneOf": [{"type": "integer"}, {"type": "number"}]}, ["x: 2 branches of oneOf match"]),
        (True, {"anyOf": [{"type": "integer"}, {"type": "string"}]}, ["x: 0 branches of anyOf match"]),
    ],
)  # fmt: skip
def test_a_value_that_differs_is_reported(value: Any, schema: dict[str, Any], problems: list[str]) -> None:
    """Every supported keyword, and one that is not supported."""
    assert list(document(Person=PERSON).problems(value, schema, "x", closed=True)) == problems


def test_undocumented_headers_and_bodies_are_reported() -> None:
    """A missing header, a header of the wrong type, and an unexpected body."""
    response = {"headers": {"X-Left": {"schema": {"type": "integer"}}, "X-Name": {"schema": {"type": "string"}}}}
    problems = document().response_problems(response, {"X-Left": "many"}, {"a": 1}, closed=True)
    assert list(problems) == [
        "X-Left: str instead of integer",
        "header X-Name is missing",
        "unexpected body",
    ]


def permissive_document() -> dict[str, Any]:
    """A document that allows every response of every operation."""
    statuses = ("200", "201", "204", "400", "401", "403", "404", "409", "415", "429", "500", "503")
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        responses = {status: {"content": {"application/json": {"schema": ANYTHING}}} for status in statuses}
        paths.setdefault(one.path, {})[one.method.lower()] = {"operationId": one.name, "responses": responses}
    return {"paths": paths}


async def run_check(path: Path) -> tuple[int | None, str]:
    """Run the command and return its exit code and its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "tools.spec_check", str(path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_command_fails_on_a_difference(tmp_path: Path) -> None:
    """One more required field in one response: exit code 1, and the report names the location."""
    raw = permissive_document()
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(raw))
    code, said = await run_check(path)
    assert code == 0
    assert re.fullmatch(r"28 operations, \d+ responses, 0 differences from the spec", said.splitlines()[-1])
    registration = raw["paths"]["/webinar/registration/v1/sessions/{sessionId}"]["get"]
    registration["responses"]["200"]["content"]["application/json"]["schema"] = {**ANYTHING, "required": ["moon"]}
    path.write_text(json.dumps(raw))
    code, said = await run_check(path)
    assert code == 1
    assert [line.strip() for line in said.splitlines() if "moon" in line] == ["200: body.moon is missing"] * 3
    assert [line.split()[:2] for line in said.splitlines() if line.startswith("WRONG")] == [
        ["WRONG", "rcwRegGetSession"]
    ]
