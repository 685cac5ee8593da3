"""`tools.spec_check`: the validator, and the command with and without a difference."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

from sandbox.ringcentral.operations import OPERATIONS
from tests.support.processes import ROOT
from tests.support.rows import each_row
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


@each_row(
    ("value", "schema", "problems"),
    [
        ({"name": "Ada"}, PERSON, []),
        ({"name": "Ada", "age": 3}, PERSON, ["x: Unevaluated properties are not allowed ('age' was unexpected)"]),
        ({"name": "Ada", "age": 3}, {**PERSON, "additionalProperties": True}, []),
        ({}, PERSON, ["x: 'name' is a required property"]),
        ({"name": "A"}, PERSON, ["x.name: 'A' is too short"]),
        ({"name": "Adam"}, PERSON, ["x.name: 'Adam' is too long"]),
        ({"name": 5}, PERSON, ["x.name: 5 is not of type 'string'"]),
        ({"name": None}, PERSON, ["x.name: None is not of type 'string'"]),
        ({"name": "Ada", "born": "2031-01-01T00:00:00"}, PERSON,
         ["x.born: '2031-01-01T00:00:00' is not a 'date-time'"]),
        ({"name": "Ada", "born": "2031-01-01T00:00:00Z"}, PERSON, []),
        (None, {"type": "string", "nullable": True}, []),
        (True, {"type": "integer"}, ["x: True is not of type 'integer'"]),
        (11, {"type": "integer", "minimum": 1, "maximum": 10}, ["x: 11 is greater than the maximum of 10"]),
        ("C", {"type": "string", "enum": ["A", "B"]}, ["x: 'C' is not one of ['A', 'B']"]),
        ([1, "2"], {"type": "array", "items": {"type": "integer"}}, ["x[1]: '2' is not of type 'integer'"]),
        ([], {"type": "array", "minItems": 1}, ["x: [] should be non-empty"]),
        ("/here", {"type": "string", "format": "uri"}, ["x: '/here' is not a 'uri'"]),
        ("nobody", {"type": "string", "format": "email"}, ["x: 'nobody' is not a 'email'"]),
        ("192.0.2", {"type": "string", "format": "ipv4"}, ["x: '192.0.2' is not a 'ipv4'"]),
        ("x", {"type": "string", "pattern": "y"}, ["x: 'x' does not match 'y'"]),
        ({"name": "Adam"}, {"$ref": "#/components/schemas/Person"}, ["x.name: 'Adam' is too long"]),
        ({"name": "Ada", "id": 1}, {"allOf": [PERSON, {"properties": {"id": {"type": "string"}}}]},
         ["x.id: 1 is not of type 'string'", "x: Unevaluated properties are not allowed ('id' was unexpected)"]),
        ({"name": "Ada", "age": 3}, {"allOf": [PERSON]},
         ["x: Unevaluated properties are not allowed ('age' was unexpected)"]),
        ([{"who": {"name": "Ada", "age": 3}}], {"items": {"anyOf": [{"properties": {"who": PERSON}}]}},
         ["x[0]: {'who': {'name': 'Ada', 'age': 3}} is not valid under any of the given schemas",
          "x[0]: Unevaluated properties are not allowed ('who' was unexpected)"]),
        (None, {"$ref": "#/components/schemas/Person"}, ["x: None is not of type 'object'"]),
        (5, {"oneOf": [{"type": "integer"}, {"type": "string"}]}, []),
        (5, {"oneOf": [{"type": "integer"}, {"type": "number"}]},
         ["x: 5 is valid under each of {'type': 'number'}, {'type': 'integer'}"]),
        (True, {"anyOf": [{"type": "integer"}, {"type": "string"}]},
         ["x: True is not valid under any of the given schemas"]),
    ],
)  # fmt: skip
def test_a_value_that_differs_is_reported(value: Any, schema: dict[str, Any], problems: list[str]) -> None:
    """Every keyword that the RingCentral document uses, alone and inside branches."""
    assert list(document(Person=PERSON).problems(value, schema, "x", closed=True)) == problems


def test_undocumented_headers_and_bodies_are_reported() -> None:
    """A missing header, a header of the wrong type, and an unexpected body."""
    response = {"headers": {"X-Left": {"schema": {"type": "integer"}}, "X-Name": {"schema": {"type": "string"}}}}
    problems = document().response_problems(response, {"X-Left": "many"}, {"a": 1}, closed=True)
    assert list(problems) == [
        "X-Left: 'many' is not of type 'integer'",
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
    total = rf"{len(OPERATIONS)} operations, \d+ responses, 0 differences from the spec"
    assert re.fullmatch(total, said.splitlines()[-1])
    registration = raw["paths"]["/webinar/registration/v1/sessions/{sessionId}"]["get"]
    registration["responses"]["200"]["content"]["application/json"]["schema"] = {**ANYTHING, "required": ["moon"]}
    path.write_text(json.dumps(raw))
    code, said = await run_check(path)
    assert code == 1
    assert [line.strip() for line in said.splitlines() if "moon" in line] == [
        "200: body: 'moon' is a required property"
    ] * 3
    assert [line.split()[:2] for line in said.splitlines() if line.startswith("WRONG")] == [
        ["WRONG", "rcwRegGetSession"]
    ]
