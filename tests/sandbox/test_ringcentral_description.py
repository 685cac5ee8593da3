"""The check of the stand-in RingCentral against an API description has teeth."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.openapi import Description
from sandbox.ringcentral.operations import OPERATIONS

ANYTHING = {"additionalProperties": True}
PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 3},
        "born": {"type": "string", "format": "date-time"},
    },
}


def document(**schemas: Any) -> Description:
    """A description without operations."""
    return Description({"paths": {}, "components": {"schemas": schemas}})


@pytest.mark.parametrize(
    ("value", "schema", "problems"),
    [
        ({"name": "Ada"}, PERSON, []),
        ({"name": "Ada", "age": 3}, PERSON, ["x.age is not described"]),
        ({"name": "Ada", "age": 3}, {**PERSON, "additionalProperties": True}, []),
        ({}, PERSON, ["x.name is missing"]),
        ({"name": "A"}, PERSON, ["x.name: 1 long"]),
        ({"name": "Adam"}, PERSON, ["x.name: 4 long"]),
        ({"name": 5}, PERSON, ["x.name: int instead of string"]),
        ({"name": None}, PERSON, ["x.name: null"]),
        ({"name": "Ada", "born": "2031-01-01T00:00:00"}, PERSON, ["x.born: no date-time"]),
        ({"name": "Ada", "born": "2031-01-01T00:00:00Z"}, PERSON, []),
        (None, {"type": "string", "nullable": True}, []),
        (True, {"type": "integer"}, ["x: bool instead of integer"]),
        (11, {"type": "integer", "minimum": 1, "maximum": 10}, ["x: 11 is out of range"]),
        ("C", {"type": "string", "enum": ["A", "B"]}, ["x: 'C' is not in the enum"]),
        ([1, "2"], {"type": "array", "items": {"type": "integer"}}, ["x[1]: str instead of integer"]),
        ([], {"type": "array", "minItems": 1}, ["x: 0 long"]),
        ("/here", {"type": "string", "format": "uri"}, ["x: no uri"]),
        ("nobody", {"type": "string", "format": "email"}, ["x: no email"]),
        ("x", {"type": "string", "format": "colour"}, ["x: no colour"]),
        ("x", {"type": "string", "pattern": "y"}, ["x: this check does not know ['pattern']"]),
        ({"name": "Adam"}, {"$ref": "#/components/schemas/Person"}, ["x.name: 4 long"]),
        ({"name": "Ada", "id": 1}, {"allOf": [PERSON, {"properties": {"id": {"type": "string"}}}]},
         ["x.id: int instead of string", "x.id: int instead of string"]),
        (5, {"oneOf": [{"type": "integer"}, {"type": "string"}]}, []),
        (5, {"oneOf": [{"type": "integer"}, {"type": "number"}]}, ["x: 2 branches of oneOf fit"]),
        (True, {"anyOf": [{"type": "integer"}, {"type": "string"}]}, ["x: 0 branches of anyOf fit"]),
    ],
)  # fmt: skip
def test_a_value_that_differs_is_reported(value: Any, schema: dict[str, Any], problems: list[str]) -> None:
    """Each word of a schema that the check knows, and that it says so of words it does not."""
    assert list(document(Person=PERSON).problems(value, schema, "x", closed=True)) == problems


def test_headers_and_bodies_that_are_not_described_are_reported() -> None:
    """A missing header, one of the wrong kind, and a body where there should be none."""
    response = {"headers": {"X-Left": {"schema": {"type": "integer"}}, "X-Name": {"schema": {"type": "string"}}}}
    problems = document().answer_problems(response, {"X-Left": "many"}, {"a": 1}, closed=True)
    assert list(problems) == [
        "X-Left: str instead of integer",
        "header X-Name is missing",
        "a body where none is described",
    ]


def open_description() -> dict[str, Any]:
    """A description that allows every answer of every operation."""
    statuses = ("200", "201", "204", "400", "401", "403", "404", "409", "415", "429", "500", "503")
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        responses = {status: {"content": {"application/json": {"schema": ANYTHING}}} for status in statuses}
        paths.setdefault(one.path, {})[one.method.lower()] = {"operationId": one.name, "responses": responses}
    return {"paths": paths}


async def run_check(path: Path) -> tuple[int | None, str]:
    """The command as a developer types it: its exit code and what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "sandbox.check_against_spec", str(path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_the_command_succeeds_only_where_nothing_differs(tmp_path: Path) -> None:
    """One more required field in one answer, and it fails with the place."""
    raw = open_description()
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(raw))
    code, said = await run_check(path)
    assert code == 0
    assert re.fullmatch(r"28 operations, \d+ answers, 0 differences from the description", said.splitlines()[-1])
    registration = raw["paths"]["/webinar/registration/v1/sessions/{sessionId}"]["get"]
    registration["responses"]["200"]["content"]["application/json"]["schema"] = {**ANYTHING, "required": ["moon"]}
    path.write_text(json.dumps(raw))
    code, said = await run_check(path)
    assert code == 1
    assert [line.strip() for line in said.splitlines() if "moon" in line] == ["200: body.moon is missing"] * 3
    assert [line.split()[:2] for line in said.splitlines() if line.startswith("WRONG")] == [
        ["WRONG", "rcwRegGetSession"]
    ]
