"""What each command costs in vendor calls, as count_calls by the stand-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import TypeVar

from bench.people import PeopleCommands
from bench.processes import started
from bench.vendors import Vendors, vendors
from sandbox.slack import View

T = TypeVar("T")
USER, CHANNEL = "chloe", "#launch"


async def count_calls() -> dict[str, int]:
    """Calls to the webinar services, by command."""
    async with vendors() as sandbox:
        with TemporaryDirectory() as folder:
            async with started("bot", "run", cwd=folder, settings=sandbox.settings) as bot:
                await bot.line("sync.done")
                sandbox.slack.events_url = f"{bot.url}/slack/events"
                return await _count(sandbox)


async def _count(sandbox: Vendors) -> dict[str, int]:
    counts: dict[str, int] = {}
    last = sandbox.webinar_calls

    def count(what: str) -> None:
        nonlocal last
        counts[what] = sandbox.webinar_calls - last
        last = sandbox.webinar_calls

    await _send_form(sandbox)
    await _wait(sandbox, lambda: sandbox.slack.messages(CHANNEL))
    count("create, until the card stands")
    await _wait(sandbox, lambda: "Register" in sandbox.slack.messages(CHANNEL)[0].buttons)
    await _wait(sandbox, lambda: _view(sandbox).title == "Webinar created")
    count("create, after that")
    await sandbox.slack.close(USER, _view(sandbox), clear=True)
    for verb in ("list", "show Launch day", "count Launch day", "share Launch day"):
        await _ask(sandbox, verb)
        count(verb.split()[0])
    # More calls than RingCentral allows in a minute: they are counted, not timed.
    sandbox.ringcentral.rules.budgets = {"Heavy": 1000}
    [session_id] = [one["session_id"] for one in sandbox.ringcentral.webinars() if one["title"] == "Launch day"]
    counts |= await PeopleCommands(sandbox, session_id).all()
    counts |= await _count_edits(sandbox)
    last = sandbox.webinar_calls
    await sandbox.slack.command(USER, CHANNEL, "/webinar", "move Launch day in 100 hours")
    await sandbox.slack.submit(USER, await _wait(sandbox, lambda: _open(sandbox)))
    await _wait(sandbox, lambda: _view(sandbox).title == "Webinar changed")
    count("move: one read, one write")
    await sandbox.slack.close(USER, _view(sandbox), clear=True)
    await sandbox.slack.command(USER, CHANNEL, "/webinar", "duplicate Launch day")
    await _wait(sandbox, lambda: (form := _open(sandbox)) and form.title == "Create a webinar")
    count("duplicate, until its form is filled")
    await sandbox.slack.close(USER, _view(sandbox), clear=True)
    await sandbox.slack.command(USER, CHANNEL, "/webinar", "cancel Launch day")
    await sandbox.slack.submit(USER, await _wait(sandbox, lambda: _open(sandbox)))
    await _wait(sandbox, lambda: _view(sandbox).title == "Webinar canceled")
    count("cancel")
    return counts


async def _count_edits(sandbox: Vendors) -> dict[str, int]:
    """The form, and saving it: what differs is in the webinar, or in the webinar and its session."""
    halves = {
        "edit, saved: one read, one write": {"Description": "Why we do it"},
        "edit, saved: two reads, two writes": {"Description": "How we do it", "Length": "90 minutes"},
    }
    counts = {}
    for name, values in halves.items():
        before = sandbox.commanded_calls
        await sandbox.slack.command(USER, CHANNEL, "/webinar", "edit Launch day")
        form = await _wait(sandbox, lambda: (form := _open(sandbox)) and form.body.get("submit") and form)
        counts["edit, until its form is filled"] = sandbox.commanded_calls - before
        before = sandbox.commanded_calls
        outcome = await sandbox.slack.submit(USER, form, values)
        assert not outcome.errors, outcome.errors
        await _wait(sandbox, lambda: _view(sandbox).title == "Webinar changed")
        counts[name] = sandbox.commanded_calls - before
        await sandbox.slack.close(USER, _view(sandbox), clear=True)
    return counts


async def _ask(sandbox: Vendors, verb: str) -> None:
    before = len(sandbox.slack.messages(CHANNEL, USER))
    await sandbox.slack.command(USER, CHANNEL, "/webinar", verb)
    await _wait(sandbox, lambda: len(sandbox.slack.messages(CHANNEL, USER)) > before)


async def _send_form(sandbox: Vendors) -> None:
    await sandbox.slack.command(USER, CHANNEL, "/webinar", "create Launch day")
    form = await _wait(sandbox, lambda: _open(sandbox))
    values = {"Starts": sandbox.clock.now() + timedelta(days=3), "Announce in": CHANNEL}
    outcome = await sandbox.slack.submit(USER, form, values)
    assert not outcome.errors, outcome.errors


def _open(sandbox: Vendors) -> View | None:
    stack = sandbox.slack.view_stack(USER)
    return stack[-1] if stack else None


def _view(sandbox: Vendors) -> View:
    return sandbox.slack.view(USER)


async def _wait(sandbox: Vendors, condition: Callable[[], T | None]) -> T:
    found = await sandbox.slack.wait_for(condition, 30)
    assert found is not None
    return found
