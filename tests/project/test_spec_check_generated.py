"""`tools.spec_check.generated`: the stand-in that it prepares, and the command with and without a contradiction."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.ringcentral.operations import OPERATIONS
from sandbox.zoom.operations import OPERATIONS as ZOOM_OPERATIONS
from tests.support.processes import ROOT
from tools.spec_check.prepared import prepared_stand_in
from tools.spec_check.prepared_zoom import prepared_zoom

SESSION = "/webinar/history/v1/webinars/{webinarId}/sessions/{sessionId}"
needs_schemathesis = pytest.mark.skipif(find_spec("schemathesis") is None, reason="needs the extra `schemathesis`")


async def test_ids_are_known_for_every_path() -> None:
    """Of webinars in each state; the ids of one entry belong together."""
    async with prepared_stand_in() as prepared:
        for one in OPERATIONS:
            names = set(re.findall(r"\{(\w+)\}", one.path))
            assert any(names <= set(ids) for ids in prepared.ids), one.name
        states = {one["session_id"]: one["status"] for one in prepared.rc.webinars()}
        assert {states[ids["sessionId"]] for ids in prepared.ids if "recordingId" in ids} == {"Finished"}
        assert set(states.values()) == {"Scheduled", "Active", "Finished"}
        assert len(prepared.rc.world.state.subscriptions) == len(
            [one for one in prepared.ids if "subscriptionId" in one]
        )


async def test_ids_of_zoom_are_known_for_every_path() -> None:
    """But those of the login, to which nothing is sent; of meetings and webinars in each state."""
    async with prepared_zoom() as target:
        for one in ZOOM_OPERATIONS:
            names = set(re.findall(r"\{(\w+)\}", one.path))
            assert re.search(target.skipped, one.path) or any(names <= set(ids) for ids in target.ids), one.name
        headers = {"Authorization": f"Bearer {target.token}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for kind in ("meeting", "webinar"):
                ids = next(one for one in target.ids if f"{kind}Id" in one)
                path = f"{target.url}/{kind}s/{ids[f'{kind}Id']}/registrants/{ids['registrantId']}"
                async with http.get(path) as answer:
                    assert answer.status == 200
        assert [one.status for one in target.calls] == [200, 200]


def document(**described: Any) -> dict[str, Any]:
    """A document of one operation with a response of this schema."""
    ids = [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 20}}
           for name in ("webinarId", "sessionId")]  # fmt: skip
    errors = {status: {"description": "No"} for status in ("401", "403", "404")}
    ok = {"description": "OK", "content": {"application/json": {"schema": {"type": "object", **described}}}}
    operation = {"parameters": ids, "responses": {"200": ok, **errors}, "security": [{"bearer": []}]}
    return {
        "openapi": "3.0.3",
        "info": {"title": "One operation", "version": "1"},
        "paths": {SESSION: {"get": operation}},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


async def run_generated(path: Path) -> tuple[int | None, str]:
    """Run the command and return its exit code and its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tools.spec_check.generated", str(path), "--examples", "12", "--phases", "fuzzing"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


@needs_schemathesis
async def test_command_fails_on_a_contradiction(tmp_path: Path) -> None:
    """One more required field: exit code 1, and the report names it. Most requests find something."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document()))
    code, output = await run_generated(path)
    assert code == 0, output
    figures = re.search(r"^(\d+) requests: (\d+) × 200", output, re.MULTILINE)
    assert figures is not None, output
    assert int(figures[2]) > 0
    path.write_text(json.dumps(document(required=["moon"])))
    code, output = await run_generated(path)
    assert code == 1
    assert "moon" in output
