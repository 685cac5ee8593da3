"""`python -m bot doctor` with Zoom: each part of its setup broken in turn, against the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.doctor.examine import examine
from bot.doctor.zoom_scopes import NEEDED, WITHOUT
from bot.providers.zoom.scopes import SCOPES
from tests.support.sqlite_file import TEST_FILE, migrated
from tests.support.webhooks import free_port
from tests.support.world import World

CLASSIC = ("user:read:admin", "meeting:read:admin", "meeting:write:admin")


@pytest_asyncio.fixture
async def setup(tmp_path: Path) -> AsyncIterator[World]:
    """Slack, Zoom and a migrated database, without a bot; Zoom alone is connected."""
    url = f"http://127.0.0.1:{free_port()}"
    world = World(await migrated(tmp_path / TEST_FILE), public_url=url)
    world.has_zoom, world.has_ringcentral = True, False
    await world.slack.start()
    await world.zoom.start()
    yield world
    await world.slack.stop()
    await world.zoom.stop()


async def zoom_lines(world: World, **changes: Any) -> list[str]:
    """The lines about Zoom, with these changes of the settings."""
    text, _ = await examine(lambda: world.settings.model_copy(update=changes))
    return [line for line in text.splitlines() if line[2:].startswith("Zoom ")]


async def test_a_correct_setup_of_zoom_has_nothing_wrong(setup: World) -> None:
    """Three calls: the login, the users, and the end of the login. The webhook's address answers the doctor's check."""
    text, is_healthy = await examine(lambda: setup.settings)

    assert is_healthy
    assert [line for line in text.splitlines() if "Zoom " in line and line.startswith("✓")] == [
        "✓ Zoom login: the account and the app are accepted",
        "✓ Zoom scopes: all that Greenroom uses",
        "✓ Zoom users: 2 licensed, who can host meetings with registration",
        "✓ Zoom webhooks: /zoom/webhook answers a check; that the secret is right, only Validate in the Zoom app shows",
    ]
    assert "✓ Clock: agrees with the clocks of Slack and Zoom" in text
    assert text.splitlines()[-1].endswith("Calls: 1 to Slack, 3 to Zoom.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zoom_client_secret": SecretStr("wrong")}, "ZOOM_CLIENT_SECRET"),
        ({"zoom_client_id": "wrong"}, "ZOOM_CLIENT_ID"),
        ({"zoom_account_id": "wrong"}, "ZOOM_ACCOUNT_ID"),
        ({"zoom_oauth_url": "http://127.0.0.1:9/oauth"}, "can't be reached"),
    ],
    ids=["secret", "id", "account", "server"],
)
async def test_a_login_that_zoom_refuses(setup: World, changes: dict[str, Any], words: str) -> None:
    """One line with the setting to check, and no further call."""
    [login, webhooks] = await zoom_lines(setup, **changes)
    assert login.startswith("✗ Zoom login: ")
    assert words in login
    assert webhooks.startswith("✓ Zoom webhooks: ")
    assert [call for call in setup.zoom.calls if call.path.startswith("/v2")] == []


async def test_missing_scopes_are_named_with_what_stops_working(setup: World) -> None:
    """Granular names, or the classic ones that include them; wrong only if nothing useful works without it."""
    assert set(WITHOUT) == {one.granular for one in SCOPES.values()}
    assert set(WITHOUT) >= NEEDED

    lost = {"meeting:write:registrant:admin", "webinar:write:panelist:admin"}
    setup.zoom.world.rules.scopes = tuple(name for name in WITHOUT if name not in lost)
    assert [line for line in await zoom_lines(setup) if "scopes" in line] == [
        "✗ Zoom scopes: meeting:write:registrant:admin is missing: nobody can be registered for a meeting",
        "! Zoom scopes: webinar:write:panelist:admin is missing: no panelists can be invited",
    ]

    setup.zoom.world.rules.scopes = CLASSIC
    found = [line for line in await zoom_lines(setup) if "scopes" in line]
    assert found
    assert not [line for line in found if "meeting:" in line or "user:" in line or line.startswith("✗")]


async def test_an_account_without_licensed_users(setup: World) -> None:
    """Nobody can host what has registration."""
    for user in setup.zoom.world.users:
        user.is_licensed = False
    assert "✗ Zoom users: nobody in the account has a license" in await zoom_lines(setup)


async def test_webhooks_that_are_off_or_lead_elsewhere(setup: World) -> None:
    """Without a secret or an address; or answered by something that has another secret."""
    off = await zoom_lines(setup, zoom_webhook_secret=SecretStr(""))
    assert "! Zoom webhooks: off: ZOOM_WEBHOOK_SECRET not set" in off
    off = await zoom_lines(setup, zoom_webhook_secret=SecretStr(""), public_url="")
    assert "! Zoom webhooks: off: PUBLIC_URL and ZOOM_WEBHOOK_SECRET not set" in off
    elsewhere = await zoom_lines(setup, public_url=setup.slack.url)
    assert [line for line in elsewhere if line.startswith("✗ Zoom webhooks: /zoom/webhook does not answer")]

    await setup.start_bot(ready=False)
    other = await zoom_lines(setup, zoom_webhook_secret=SecretStr("another"))
    assert "✗ Zoom webhooks: /zoom/webhook does not answer a check (status 401)" in other
    assert [line for line in await zoom_lines(setup) if line.startswith("✓ Zoom webhooks")]
    await setup.stop_bot()


async def test_without_zoom_there_is_no_line_about_it(setup: World) -> None:
    """It is not missed."""
    setup.has_zoom, setup.has_ringcentral = False, True
    await setup.ringcentral.start()
    assert await zoom_lines(setup) == []
    await setup.ringcentral.stop()
