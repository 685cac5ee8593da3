"""The Zoom account of the demo: its ready-made meetings, and the tools of the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.clock import SandboxClock
from sandbox.zoom_demo import CHANGES, FAULTS, ZoomDemo
from tests.sandbox.zoom_receiver import zoom_receiver


@pytest.fixture
async def demo() -> AsyncIterator[ZoomDemo]:
    """A running one."""
    made = ZoomDemo(SandboxClock())
    await made.zoom.start()
    yield made
    await made.zoom.stop()


def row(demo: ZoomDemo, topic: str) -> dict[str, Any]:
    """A meeting as the page shows it."""
    [found] = [one for one in demo.state()["meetings"] if one["topic"] == topic]
    return dict(found)


def test_there_is_a_meeting_of_each_kind() -> None:
    """With registration, in the days ahead; without a call."""
    demo = ZoomDemo(SandboxClock())
    state = demo.state()
    shown = [(one["topic"], one["kind"], one["approval"], len(one["occurrences"])) for one in state["meetings"]]
    assert shown == [
        ("Product tour", "meeting", "automatic", 0),
        ("Customer council", "meeting", "manual", 0),
        ("Your first month", "meeting", "automatic", 0),
        ("Office hours", "meeting", "automatic", 4),
        ("Spring news", "webinar", "automatic", 0),
    ]
    assert (row(demo, "Product tour")["approved"], row(demo, "Customer council")["pending"]) == (2, 2)
    asked = [
        len(one.questions.questions) + len(one.questions.custom_questions) for one in demo.zoom.world.events.values()
    ]
    assert asked == [0, 0, 5, 0, 0]
    assert all(one["start"] > demo.zoom.clock.now().timestamp() and one["registration"] for one in state["meetings"])
    assert (state["count"], state["limits"]["hosts"]) == (0, {})


async def test_every_tool_works_and_says_what_zoom_does_not_allow(demo: ZoomDemo) -> None:
    """On one meeting, from its planning to its recording, and on the one with several dates."""
    council = row(demo, "Customer council")
    first, second = (one["id"] for one in council["registrants"])
    done: set[str] = set()

    async def act(topic: str, name: str, **given: Any) -> None:
        await demo.change(row(demo, topic)["id"], name, given)
        done.add(name)

    await act("Customer council", "approve", registrant=first)
    await act("Customer council", "deny", registrant=second)
    await act("Customer council", "register", count=3)
    await act("Customer council", "automatic")
    await act("Customer council", "register", count=1)
    assert [row(demo, "Customer council")[name] for name in ("approved", "pending", "denied")] == [2, 3, 1]
    await act("Customer council", "manual")
    await act("Customer council", "cancel", registrant=first)
    await act("Customer council", "rename", title="Council")
    await act("Council", "move", seconds=3600)
    assert row(demo, "Council")["start"] == council["start"] + 3600
    await act("Council", "begin")
    await act("Council", "come", count=3)
    await act("Council", "stranger")
    await act("Council", "record")
    with pytest.raises(LookupError, match="Nobody else"):
        await act("Council", "come", count=3)
    await act("Council", "leave", count=1)
    assert (row(demo, "Council")["participants"], row(demo, "Council")["present"]) == (3, 2)
    await act("Council", "finish")
    await act("Council", "publish")
    assert row(demo, "Council")["recording"] == "available"
    await act("Product tour", "convert")
    assert row(demo, "Product tour")["kind"] == "webinar"
    await act("Office hours", "skip")
    assert [one["status"] for one in row(demo, "Office hours")["occurrences"]] == ["deleted", *["available"] * 3]
    await act("Office hours", "delete")
    assert "Office hours" not in [one["topic"] for one in demo.state()["meetings"]]
    assert done == set(CHANGES)
    with pytest.raises(LookupError, match=r"Zoom does not allow this: .*does not exist"):
        await demo.change("1", "begin", {})


async def test_each_fault_meets_the_next_call_and_calls_are_shown(demo: ZoomDemo) -> None:
    """Once."""
    for kind in FAULTS:
        demo.fail(kind)
    assert [one.limit for one in demo.zoom.faults] == ["second", "day", "address", None, None, None]
    async with zoom_receiver("another") as wrong:
        await demo.listen(wrong.url)
        assert demo.state()["webhooks"] is False
    async with zoom_receiver(demo.zoom.webhook_secret) as right:
        await demo.listen(right.url)
        assert demo.state()["webhooks"] is True
