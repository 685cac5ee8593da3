"""A newcomer's three steps: ticked by what the stand-ins saw, and kept."""

from __future__ import annotations

from datetime import timedelta

from sandbox.clock import SandboxClock
from sandbox.first_steps import FirstSteps
from sandbox.ringcentral import RingCentral, Rules
from sandbox.slack import Slack, schedule


def done(steps: FirstSteps) -> list[str]:
    """The steps that are done."""
    state = steps.state()
    assert state
    return [str(one["id"]) for one in state["steps"] if one["done"]]


def test_steps_are_ticked_by_what_happened_and_stay_ticked() -> None:
    """Not by people from outside, nor by a reminder to one person; the path ends with the third step."""
    clock = SandboxClock()
    slack, ringcentral = Slack(clock), RingCentral(clock, rules=Rules(registration_delay=0))
    steps = FirstSteps(slack, ringcentral)
    assert done(steps) == []

    session = ringcentral.create("Launch day", clock.now() + timedelta(days=2), settings={"registrationEnabled": True})
    assert done(steps) == ["created"]
    found = ringcentral.world.find_webinar(session).session
    assert found
    ringcentral.register(found.id)
    assert done(steps) == ["created"]
    found.registrants[0].email = "EMI@acme.example"
    assert done(steps) == ["created", "registered"]
    ringcentral.cancel(session)
    assert done(steps) == ["created", "registered"]

    kept = FirstSteps(slack, ringcentral)
    kept.load(steps.dump())
    assert done(kept) == ["created", "registered"]

    at = int(slack.world.now()) + 60
    for channel in (slack.world.dm("U0EMI"), slack.world.channels["C0LAUNCH"]):
        assert done(steps) == ["created", "registered"]
        schedule.add(slack.world, channel, at, {"text": "It starts soon"})
        clock.move(timedelta(seconds=120))
        schedule.post_due(slack.world)
        at += 120
    assert steps.state() is not None
    assert steps.state() is None


def test_a_dismissed_path_stays_away() -> None:
    """Also after the next start with KEEP=1."""
    clock = SandboxClock()
    slack, ringcentral = Slack(clock), RingCentral(clock)
    steps, kept = FirstSteps(slack, ringcentral), FirstSteps(slack, ringcentral)
    steps.dismiss()
    kept.load(steps.dump())
    assert (steps.state(), kept.state()) == (None, None)
