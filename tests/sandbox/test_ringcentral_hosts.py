"""Actions of hosts and outside people at RingCentral, from the page's tools."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox import hosts
from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral


@pytest.fixture
def ringcentral() -> RingCentral:
    """A stand-in without calls, with a webinar in one hour."""
    clock = SandboxClock()
    ringcentral = RingCentral(clock)
    settings = {"registrationEnabled": True}
    ringcentral.create("Launch day", clock.now() + timedelta(hours=1), settings=settings)
    return ringcentral


def shown(ringcentral: RingCentral) -> dict[str, Any]:
    """The webinar in the tools panel."""
    (webinar,) = ringcentral.webinars()
    return webinar


async def test_people_who_come_in_the_first_second_are_let_in(ringcentral: RingCentral) -> None:
    """The registration of a new webinar appears a moment later, and the request waits for it."""
    ringcentral.rules.registration_delay = 0.2
    assert await hosts.register(ringcentral, shown(ringcentral)["session_id"], 3) == 3
    assert shown(ringcentral)["registrants"] == 3


async def test_people_are_let_in_as_long_as_there_is_room(ringcentral: RingCentral) -> None:
    """Then it is closed, and later requests are refused."""
    ringcentral.rules.registration_delay = 0
    session = shown(ringcentral)["session_id"]
    hosts.change(ringcentral, session, "limit", {"limit": 2})
    assert await hosts.register(ringcentral, session, 3) == 2
    assert (shown(ringcentral)["open"], shown(ringcentral)["limit"]) == (False, 2)
    assert await hosts.register(ringcentral, session, 3) == 0


async def test_nobody_registers_where_there_is_no_registration(ringcentral: RingCentral) -> None:
    """After a short wait, with a message."""
    with pytest.raises(LookupError, match="Registration is not possible for this webinar"):
        await hosts.register(ringcentral, "1", 3, patience=0.1)


def test_every_act_of_a_host_is_done(ringcentral: RingCentral) -> None:
    """One after another, each visible in the panel."""
    ringcentral.rules.registration_delay = 0
    before = shown(ringcentral)
    session = before["session_id"]

    acts = {"cancel"}

    def done(act: str, **given: Any) -> dict[str, Any]:
        acts.add(act)
        hosts.change(ringcentral, session, act, given)
        return shown(ringcentral)

    assert done("rename", title="Launching day")["title"] == "Launching day"
    assert done("move", seconds=-600)["start"] == before["start"] - 600
    assert done("limit", limit=50)["limit"] == 50
    assert done("limit", limit=0)["limit"] is None
    assert done("close")["open"] is False
    assert done("open")["open"] is True
    assert done("practice")["runtime"] == "Practice"
    assert done("going_live")["runtime"] == "GoingLive"
    assert done("live")["runtime"] == "Live"
    assert (done("come", count=3)["present"], shown(ringcentral)["registrants"]) == (4, 3)
    assert done("leave", count=2)["present"] == 2
    assert (done("return", count=1)["present"], shown(ringcentral)["participants"]) == (3, 4)
    assert done("record")["recording"]["status"] == "Processing"
    assert done("break")["runtime"] == "Break"
    assert (done("debrief")["runtime"], shown(ringcentral)["present"]) == ("Debrief", 1)
    assert done("finish")["status"] == "Finished"
    assert done("share")["recording"]["shared"] is True
    assert done("unshare")["recording"]["shared"] is False
    assert done("fail")["recording"]["status"] == "Failed"
    ringcentral.reset()
    session = ringcentral.create("Another", ringcentral.clock.now() + timedelta(hours=1))
    hosts.change(ringcentral, session, "begin", {})
    acts.add("begin")
    assert shown(ringcentral)["runtime"] == "Live"
    ringcentral.reset()
    session = ringcentral.create("Another", ringcentral.clock.now() + timedelta(hours=1))
    hosts.change(ringcentral, session, "cancel", {})
    assert ringcentral.webinars() == []
    assert acts == set(hosts.CHANGES)


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("finish", {}),
        ("rename", {"title": ""}),
        ("limit", {"limit": -1}),
        ("dance", {}),
        ("move", {}),
        ("break", {}),
        ("leave", {"count": 1}),
        ("return", {"count": 1}),
        ("record", {}),
        ("share", {}),
    ],
)
def test_what_ringcentral_does_not_allow_changes_nothing(
    ringcentral: RingCentral, act: str, given: dict[str, Any]
) -> None:
    """With a message for the page."""
    before = shown(ringcentral)
    with pytest.raises(LookupError):
        hosts.change(ringcentral, before["session_id"], act, given)
    assert shown(ringcentral) == before


def test_nobody_comes_where_nobody_is_left(ringcentral: RingCentral) -> None:
    """With a message for the page."""
    session = shown(ringcentral)["session_id"]
    ringcentral.rules.registration_delay = 0
    hosts.change(ringcentral, session, "begin", {})
    hosts.change(ringcentral, session, "limit", {"limit": 2})
    hosts.change(ringcentral, session, "come", {"count": 30, "seconds": 60})
    assert shown(ringcentral)["registrants"] == 2
    with pytest.raises(LookupError, match="Nobody else is registered, and registration is closed"):
        hosts.change(ringcentral, session, "come", {"count": 3})
