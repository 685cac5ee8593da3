"""`GET /metrics`: what Prometheus reads while people use the bot."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.providers.base import UPKEEP, Lane
from bot.providers.ringcentral.client import RingCentral
from bot.web.metrics import TYPES, AckTimes
from tests.support.creation import without_waits
from tests.support.docs_tables import table
from tests.support.gate import SharedRows, call, caller, rate, shared_gate, simulate
from tests.support.metrics import MetricsPage, scrape
from tests.support.webhooks import quiet, webhook_world
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from bot.providers.gate import Gate
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

MINUTE = timedelta(minutes=1)
VALUES = {
    "type": r"[a-z]+",
    "kind": r"[a-z_]+",
    "part": r"database|scheduler|slack",
    "group": r"light|medium|heavy|auth",
    "lane": "|".join(Lane),
    "operation": r"(GET|POST|PUT|PATCH|DELETE) /[\w/~.-]*(\{(webinar|session|registrant)_id\}[\w/]*)*",
    "status": r"\d{3}|none",
    "result": r"[a-z_]+",
    "le": r"[\d.]+|\+Inf",
}
"""What the value of each label looks like: all come from fixed sets."""


async def test_acknowledgments_are_counted_by_type_of_request(world: World) -> None:
    """A command, a form and a click, each with the time it took."""
    await world.create(fields={"Announce in": "#launch"})
    [card] = world.slack.messages("#launch")
    await world.click("ana", card, "Details")

    page = await scrape(world)

    counts = page.values("greenroom_ack_seconds_count", "type")
    assert {name: count for name, count in counts.items() if count} == {"command": 1, "submission": 1, "action": 1}
    seconds = page.value("greenroom_ack_seconds_sum", type="command")
    assert seconds is not None
    assert 0 < seconds < 2
    assert page.value("greenroom_ack_seconds_bucket", type="command", le="+Inf") == 1


async def test_acknowledgments_over_socket_mode_are_counted(tmp_path: Path) -> None:
    """In the same place as those over HTTP."""
    async with running_world(tmp_path, socket_mode=True) as world:
        await world.command("chloe", "#launch", "help")

        assert (await scrape(world)).value("greenroom_ack_seconds_count", type="command") == 1


async def test_counting_an_acknowledgment_takes_microseconds() -> None:
    """The fastest of some rounds, because the machine has other work."""
    acks = AckTimes()
    bodies = [{"command": "/webinar"}, *({"type": name} for name in TYPES), {"type": "new"}, {}]

    def round_seconds() -> float:
        began = perf_counter()
        for body in bodies:
            acks.add(body, 0.002)
        return (perf_counter() - began) / len(bodies)

    assert min(round_seconds() for _ in range(200)) < 20e-6


async def test_errors_are_counted_by_kind(world: World) -> None:
    """What a user entered, and a refusal by Slack."""
    await world.command("chloe", "#launch", "create")
    wrong = {"Title": "Launch day", "Starts": world.clock.now() + timedelta(days=1), "Length": "never"}
    await world.slack.submit("chloe", world.slack.view("chloe"), wrong)
    await world.settled()
    before = (await scrape(world)).values("greenroom_errors_total", "kind")
    assert before == {"bad_input": 1, "job": 0, "task": 0}

    world.slack.fail("users.info", error="user_not_found")
    await world.command("dev", "#launch", "list")

    assert (await scrape(world)).values("greenroom_errors_total", "kind") == {**before, "slack_refused": 1}


async def test_failed_jobs_and_tasks_are_errors(world: World) -> None:
    """Of the scheduler, and of the background."""

    async def fail() -> None:
        raise ValueError

    world.bot.services.background.start(fail(), "failing")
    await world.settled()

    assert (await scrape(world)).value("greenroom_errors_total", kind="task") == 1


async def test_the_budget_falls_with_each_call_and_calls_are_counted_by_operation(world: World) -> None:
    """A sweep is one call, a creation two and a read; ids are not part of the operation."""
    before = await scrape(world)
    await world.create()
    await world.until(lambda: len(world.vendor_calls()) == 4)
    after = await scrape(world)

    assert before.value("greenroom_gate_budget_left", group="heavy") == 9
    assert after.value("greenroom_gate_budget_left", group="heavy") == 6
    calls = after.values("greenroom_provider_calls_total", "operation")
    assert {name: count for name, count in calls.items() if name.startswith(("POST /webinar", "GET /webinar"))} == {
        "GET /webinar/configuration/v1/company/sessions": 1,
        "POST /webinar/configuration/v1/webinars": 1,
        "POST /webinar/configuration/v1/webinars/{webinar_id}/sessions": 1,
        "GET /webinar/registration/v1/sessions/{session_id}": 1,
    }
    status = "GET /webinar/configuration/v1/company/sessions"
    assert after.value("greenroom_provider_calls_total", operation=status, status="200") == 1


async def test_calls_without_an_answer_are_counted_as_such(tmp_path: Path) -> None:
    """A cut connection, repeated once."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        world.ringcentral.fail("GET", "/company/sessions", cut=True)
        await world.bot.services.mirror.sweep()

        page = await scrape(world)

    operation = "GET /webinar/configuration/v1/company/sessions"
    assert page.value("greenroom_provider_calls_total", operation=operation, status="none") == 1
    assert page.value("greenroom_provider_calls_total", operation=operation, status="200") == 2


async def test_waiting_calls_are_counted_by_lane(world: World) -> None:
    """Upkeep has four tenths of the budget: of five calls, one waits with the sweep's."""
    ringcentral = cast("RingCentral", world.bot.provider.primary)
    gate = ringcentral._gate
    waiting = [asyncio.ensure_future(gate.enter("heavy", UPKEEP)) for _ in range(5)]
    await world.until(lambda: sum(one.done() for one in waiting) == 3)

    page = await scrape(world)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert page.value("greenroom_gate_waiting", lane="upkeep") == 2
    assert page.value("greenroom_gate_waiting", lane="manage") == 0
    assert (await scrape(world)).value("greenroom_gate_waiting", lane="upkeep") == 0


def test_a_penalty_leaves_no_calls() -> None:
    """After a 429 nothing may be sent for a minute, also where slots are free."""

    async def story(gate: Gate) -> list[int]:
        left = [(await gate.snapshot()).left["heavy"]]
        await call(gate, caller(), rate(remaining=9))
        left.append((await gate.snapshot()).left["heavy"])
        await call(gate, caller(), rate(Retry_After="60"), status=429)
        left.append((await gate.snapshot()).left["heavy"])
        await asyncio.sleep(61)
        return [*left, (await gate.snapshot()).left["heavy"]]

    assert simulate(story) == [10, 9, 0, 10]


def test_an_idle_replica_shows_what_another_one_has_used() -> None:
    """Read with each scrape; while the rows do not answer, what was last seen."""

    async def story(_: Gate) -> list[int]:
        rows = SharedRows()
        busy, idle = shared_gate(rows), shared_gate(rows)
        left = [(await idle.snapshot()).left["heavy"]]
        for _user in range(3):
            await call(busy, caller())
        left.append((await idle.snapshot()).left["heavy"])
        rows.error = OSError()
        left.append((await busy.snapshot()).left["heavy"])
        rows.error = None
        await asyncio.sleep(61)
        return [*left, (await idle.snapshot()).left["heavy"]]

    assert simulate(story) == [10, 7, 7, 10]


async def test_the_lag_is_the_time_since_the_oldest_due_notice(world: World) -> None:
    """Reminders that are due while nothing is delivered; none once they are posted."""
    await world.create(fields={"Announce in": "#launch"})
    world.bot.services.scheduler.pause()
    assert (await scrape(world)).value("greenroom_outbox_due") == 0
    world.clock.move(timedelta(days=2) + 3 * MINUTE)  # a day before the start, and three minutes

    late = await _fresh(world)
    assert late.value("greenroom_outbox_due") == 1
    assert late.value("greenroom_outbox_lag_seconds") == pytest.approx(180, abs=30)

    await world.bot.services.scheduler.deliver()
    assert (await _fresh(world)).value("greenroom_outbox_due") == 0
    assert (await _fresh(world)).value("greenroom_outbox_lag_seconds") == 0


async def test_a_post_that_slack_has_not_accepted_is_due(world: World) -> None:
    """Its message was being sent when Slack became silent."""
    await world.create(fields={"Announce in": "#launch"})
    world.bot.services.scheduler.pause()
    [webinar] = world.ringcentral.webinars()
    world.ringcentral.edit(webinar["session_id"], title="Grand launch")
    await world.bot.services.mirror.sweep()
    world.slack.fail("chat.postMessage", status=503)
    await world.bot.services.scheduler.deliver()

    assert (await _fresh(world)).value("greenroom_outbox_due") == 1


async def test_ages_grow_until_the_next_read(world: World) -> None:
    """Of the list of sessions, and of the oldest count of an upcoming webinar."""
    await world.create()
    await world.until(lambda: len(world.vendor_calls()) == 4)
    world.bot.services.scheduler.pause()
    world.clock.move(10 * MINUTE)
    page = await _fresh(world)
    assert page.value("greenroom_sweep_age_seconds") == pytest.approx(600, abs=30)
    assert page.value("greenroom_oldest_count_age_seconds") == pytest.approx(600, abs=30)

    await world.bot.services.mirror.sweep()
    page = await _fresh(world)
    assert page.value("greenroom_sweep_age_seconds") == pytest.approx(0, abs=30)
    assert page.value("greenroom_oldest_count_age_seconds") == pytest.approx(600, abs=30)
    assert page.value("greenroom_webhook_age_seconds") is None  # there was no delivery


async def test_deliveries_of_webhooks_are_counted_by_result(world: World) -> None:
    """Stored ones, refused ones, those to be sent again, and the check of the address; no other request."""

    async def answer(request: web.Request) -> web.Response:
        is_handshake = request.query_string == "handshake"
        headers = {"Validation-Token": "t"} if is_handshake else {}
        return web.Response(status=200 if is_handshake else int(request.query_string), headers=headers)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    world.bot.metrics.watch_webhooks(app)
    async with TestClient(TestServer(app)) as client:
        for sent in ("200", "200", "401", "404", "503", "handshake"):
            await client.post(f"/ringcentral/webhook/secret?{sent}")
        await client.post("/register/token?200")
    world.clock.move(10 * MINUTE)

    page = await scrape(world)
    deliveries = page.values("greenroom_webhook_deliveries_total", "result")
    assert deliveries == {"accepted": 2, "refused": 2, "failed": 1, "handshake": 1}
    assert page.value("greenroom_webhook_age_seconds") == pytest.approx(600, abs=30)


async def test_ringcentrals_own_deliveries_are_counted(tmp_path: Path) -> None:
    """The check of the address when the bot subscribes, and each registration."""
    async with webhook_world(tmp_path) as world:
        await world.create(fields={"Announce in": "#launch"})
        await quiet(world)
        before = (await scrape(world)).values("greenroom_webhook_deliveries_total", "result")
        [webinar] = world.ringcentral.webinars()
        world.ringcentral.register(webinar["session_id"], 1)
        await world.until(lambda: "1 registered" in world.slack.messages("#launch")[0].words)
        page = await scrape(world)

    after = page.values("greenroom_webhook_deliveries_total", "result")
    assert before["handshake"] >= 1
    assert after["accepted"] > before["accepted"]
    assert page.value("greenroom_webhook_age_seconds") is not None


async def test_labels_hold_nothing_about_people_or_workspaces(world: World) -> None:
    """After creating, inviting and registering: every label has a value of a fixed set."""
    await world.create("chloe", "Board: layoffs", fields={"Announce in": "#launch"})
    await world.command("dev", "#launch", "register board")
    await world.command("chloe", "#launch", "show nothing like it")

    page = await scrape(world)

    odd = [(label, value) for label, value in page.label_values if not re.fullmatch(VALUES[label], value)]
    assert odd == []


async def test_names_follow_the_conventions_of_prometheus(world: World) -> None:
    """One prefix, base units, `_total` for counters alone, and a text for each."""
    page = await scrape(world)

    names = {family.name: family for family in page.families}
    assert len(names) == len(page.families)
    ours = [name for name in names if not name.startswith("process_")]
    assert [name for name in ours if not re.fullmatch(r"greenroom_[a-z_]+", name)] == []
    assert [name for name, family in names.items() if not family.documentation] == []
    assert [name for name in ours if re.search(r"milli|minutes|hours|_ms", name)] == []
    counters = {sample.name for family in page.families if family.type == "counter" for sample in family.samples}
    assert {name for name in counters if not name.endswith("_total")} == set()
    assert page.value("process_resident_memory_bytes")


async def test_the_documentation_lists_every_metric(world: World) -> None:
    """With its type and labels, and no other; those of the process have a row together."""
    page = await scrape(world)

    documented = {name.strip("`"): kind for name, kind, *_ in table("operations.md", "metric") if "…" not in name}
    shown = {f"{one.name}_total" if one.type == "counter" else one.name: one for one in page.families}
    ours = {name: family for name, family in shown.items() if not name.startswith("process_")}
    assert ours.keys() - documented.keys() == set()
    absent = {"greenroom_webhook_age_seconds", "greenroom_oldest_count_age_seconds"}  # no delivery, no webinar
    assert documented.keys() - ours.keys() == absent
    for name, family in ours.items():
        labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
        kind = f"{family.type} by {', '.join(f'`{label}`' for label in labels)}" if labels else family.type
        assert documented[name] == kind or not family.samples


async def test_two_bots_in_one_process_share_no_figures(tmp_path: Path) -> None:
    """Each has a registry of its own."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    async with running_world(folders[0]) as one, running_world(folders[1]) as other:
        await one.command("chloe", "#launch", "help")

        assert (await scrape(one)).value("greenroom_ack_seconds_count", type="command") == 1
        assert (await scrape(other)).value("greenroom_ack_seconds_count", type="command") == 0


async def test_without_a_database_the_other_figures_remain(postgres: Postgres, tmp_path: Path) -> None:
    """The page says which part is down, and comes back with all figures."""
    url = await postgres.migrated()
    async with running_world(tmp_path, database_url=url, prepare=without_waits) as world:
        assert (await scrape(world)).value("greenroom_outbox_due") == 0
        await postgres.crash()
        down = await _fresh(world)
        await postgres.start()
        up = await _fresh(world)

    assert down.values("greenroom_part_up", "part") == {"database": 0, "scheduler": 1, "slack": 1}
    assert (down.value("greenroom_outbox_due"), up.value("greenroom_outbox_due")) == (None, 0)
    assert up.value("greenroom_part_up", part="database") == 1


async def test_figures_of_the_database_are_read_once_in_five_seconds(world: World) -> None:
    """A public scraper cannot make the database work."""
    await scrape(world)
    await world.create(fields={"Announce in": "#launch"})
    world.bot.services.scheduler.pause()
    world.clock.move(timedelta(days=2) + 3 * MINUTE)

    assert (await scrape(world)).value("greenroom_outbox_due") == 0


async def _fresh(world: World) -> MetricsPage:
    """A scrape that reads the database."""
    world.bot.metrics.read_every = 0.0
    return await scrape(world)
