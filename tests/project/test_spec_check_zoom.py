"""`tools.spec_check.zoom` calls every operation of the Zoom stand-in, and reports exactly what differs."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from sandbox.zoom.operations import OPERATIONS
from tools.spec_check.zoom import check, main, report

ANYTHING = {"content": {"application/json": {"schema": {"type": "object", "additionalProperties": True}}}}
STATUSES = ("200", "201", "204", "400", "401", "404")


def document() -> dict[str, Any]:
    """A document that allows every answer, except that no list of registrants is right, and 404 is unknown for one."""
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        empty = ("200", "204") if one.name == "webinarStatus" else ("204",)
        responses: dict[str, Any] = {status: {} if status in empty else ANYTHING for status in STATUSES}
        paths.setdefault(one.path, {})[one.method.lower()] = {"operationId": one.name, "responses": responses}
    total = {"type": "object", "properties": {"total_records": {"type": "string"}}, "additionalProperties": True}
    responses = paths["/v2/meetings/{meetingId}/registrants"]["get"]["responses"]
    responses["200"] = {"content": {"application/json": {"schema": total}}}
    del paths["/v2/webinars/{webinarId}"]["get"]["responses"]["404"]
    del paths["/v2/users"]
    event = {"type": "object", "required": ["version"], "additionalProperties": True}
    return {"paths": paths, "x-webhooks": {"meeting.started": event}}


async def test_every_operation_is_called_and_each_difference_reported() -> None:
    """Of an answer, of an event, and a status that is not documented; nothing else."""
    result = await check(document())

    assert result.missing == []
    assert {what for what, found in result.wrong.items() if found} == {
        "meetingRegistrants 200",
        "meeting.started",
        "webinar",
    }
    printed = report(result)
    assert "meeting.started: body: 'version' is a required property" in printed
    assert "webinar: 404 is not in the document" in printed
    assert printed.endswith(f"of {len(OPERATIONS) - 1} operations compared, not in the document: users, 3 differences")


def test_the_command_needs_a_document(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so."""
    monkeypatch.setattr(sys, "argv", ["zoom"])
    assert main() == 2
    assert "Usage: python -m tools.spec_check.zoom PATH" in capsys.readouterr().out
