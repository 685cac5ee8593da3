"""What each command costs at RingCentral, as the stand-in counts the calls that come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import TypeVar

from bench.people import People
from bench.processes import started
from bench.vendors import Vendors, vendors
from sandbox.slack import View

T = TypeVar("T")
WHO, WHERE = "chloe", "#launch"


async def counted() -> dict[str, int]:
    """Calls to the webinar services, by what was done."""
    async with vendors() as both:
        with TemporaryDirectory() as folder:
            async with started("bot", "run", cwd=folder, settings=both.settings) as bot:
                await bot.line("sync.done")
                both.slack.events_url = f"{bot.url}/slack/events"
                return await _told(both)


async def _told(both: Vendors) -> dict[str, int]:
    counts: dict[str, int] = {}
    last = both.webinar_calls

    def count(what: str) -> None:
        nonlocal last
        counts[what] = both.webinar_calls - last
        last = both.webinar_calls

    await _send_form(both)
    await _wait(both, lambda: both.slack.messages(WHERE))
    count("create, until the card stands")
    await _wait(both, lambda: "Register" in both.slack.messages(WHERE)[0].buttons)
    await _wait(both, lambda: _view(both).title == "Webinar created")
    count("create, after that")
    await both.slack.close(WHO, _view(both), clear=True)
    for verb in ("list", "show Launch day", "count Launch day", "share Launch day"):
        await _ask(both, verb)
        count(verb.split()[0])
    # All of this takes more calls than RingCentral allows in a minute, and it is counted here, not timed.
    both.ringcentral.rules.budgets = {"Heavy": 1000}
    [session_id] = [one["session_id"] for one in both.ringcentral.webinars() if one["title"] == "Launch day"]
    counts |= await People(both, session_id).all()
    last = both.webinar_calls
    await both.slack.command(WHO, WHERE, "/webinar", "cancel Launch day")
    await both.slack.submit(WHO, await _wait(both, lambda: _open(both)))
    await _wait(both, lambda: _view(both).title == "Webinar cancelled")
    count("cancel")
    return counts


async def _ask(both: Vendors, verb: str) -> None:
    before = len(both.slack.messages(WHERE, WHO))
    await both.slack.command(WHO, WHERE, "/webinar", verb)
    await _wait(both, lambda: len(both.slack.messages(WHERE, WHO)) > before)


async def _send_form(both: Vendors) -> None:
    await both.slack.command(WHO, WHERE, "/webinar", "create Launch day")
    form = await _wait(both, lambda: _open(both))
    values = {"Starts": both.clock.now() + timedelta(days=3), "Announce in": WHERE}
    outcome = await both.slack.submit(WHO, form, values)
    assert not outcome.errors, outcome.errors


def _open(both: Vendors) -> View | None:
    stack = both.slack.view_stack(WHO)
    return stack[-1] if stack else None


def _view(both: Vendors) -> View:
    return both.slack.view(WHO)


async def _wait(both: Vendors, condition: Callable[[], T | None]) -> T:
    found = await both.slack.wait_for(condition, 30)
    assert found is not None
    return found
