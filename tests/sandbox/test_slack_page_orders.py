"""The page's commands to the sandbox: clock, outside people, faults."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import Browser, Json


async def test_orders_go_to_what_is_attached(slack: Slack, browser: Browser) -> None:
    """The clock, registrants, faults; an error if nothing is attached."""
    for what, body in (
        ("clock", {"seconds": 1}),
        ("register", {"session_id": "1"}),
        ("webinar", {"session_id": "1", "act": "begin"}),
        ("zoom", {"id": "1", "act": "begin"}),
        ("faults", {"target": "ringcentral", "kind": "429"}),
    ):
        said = await browser.post(what, **body)
        assert (said["ok"], said["error"]) == (False, "not_attached")
    done: list[Any] = []

    async def move(seconds: float) -> None:
        done.append(round(seconds))
        slack.clock.move(timedelta(seconds=seconds))

    async def register(session_id: str, count: int) -> int:
        done.append((session_id, count))
        return count - 1

    async def change(session_id: str, act: str, given: Json) -> None:
        done.append((session_id, act, given["title"]))

    async def change_zoom(event_id: str, act: str, given: Json) -> None:
        done.append((event_id, act, given["count"]))

    async def fault(target: str, kind: str) -> None:
        done.append((target, kind))

    slack.move_clock, slack.register_outsiders, slack.set_fault = move, register, fault
    slack.change_webinar, slack.change_zoom = change, change_zoom
    said = await browser.post("clock", seconds=3600)
    assert (said["ok"], said["now"] > slack.clock.machine().timestamp() + 3000) == (True, True)
    await browser.post("clock", to=slack.clock.now().timestamp() + 600)
    assert await browser.post("register", session_id="s1", count=3) == {"ok": True, "registered": 2}
    assert await browser.post("webinar", session_id="s1", act="rename", title="New") == {"ok": True}
    assert await browser.post("zoom", id="84", act="register", count=3) == {"ok": True}
    await browser.post("faults", target="ringcentral", kind="500")
    assert done == [
        3600,
        600,
        ("s1", 3),
        ("s1", "rename", "New"),
        ("84", "register", 3),
        ("ringcentral", "500"),
    ]
    backwards = await browser.post("clock", seconds=-5)
    assert (backwards["ok"], backwards["text"]) == (False, "The sandbox clock only goes forward.")


async def test_slack_faults_from_the_page_meet_the_next_call(
    slack: Slack, web: AsyncWebClient, browser: Browser
) -> None:
    """Any method."""
    for kind, status in (("429", 429), ("500", 500)):
        assert await browser.post("faults", target="slack", kind=kind) == {"ok": True}
        with pytest.raises(SlackApiError) as caught:
            await web.auth_test()
        assert caught.value.response.status_code == status
    assert (await web.auth_test())["ok"]
    assert (await browser.post("faults", target="slack", kind="flood"))["ok"] is False
