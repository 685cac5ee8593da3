"""The token of a server-to-server app: how it is had, how long it is valid, and what it may do."""

from __future__ import annotations

import signal

import aiohttp

from tests.sandbox.zoom_client import ANA, ZoomClient
from tests.support.processes import ROOT, program

MEETINGS = f"/users/{ANA}/meetings"


async def test_credentials_get_a_token_of_an_hour(zoom: ZoomClient) -> None:
    """Several may live at once; wrong credentials, accounts and grants are refused."""
    first = await zoom.log_in()
    assert (first["token_type"], first["expires_in"]) == ("bearer", 3600)
    assert "meeting:write:registrant:admin" in first["scope"].split()
    second = await zoom.log_in()
    for token in (first["access_token"], second["access_token"]):
        zoom.token = token
        await zoom.call("GET", MEETINGS, 200)

    assert (await zoom.log_in(401, secret="wrong"))["error"] == "invalid_client"
    assert (await zoom.log_in(400, account_id="other"))["error"] == "invalid_request"
    assert (await zoom.log_in(400, grant_type="password"))["error"] == "unsupported_grant_type"


async def test_an_expired_revoked_or_invented_token_is_refused(zoom: ZoomClient) -> None:
    """With code 124."""
    await zoom.log_in()
    zoom.zoom.world.tokens.expire()
    assert (await zoom.call("GET", MEETINGS, 401))["code"] == 124

    token = (await zoom.log_in())["access_token"]
    zoom.zoom.world.tokens.revoke(token)
    assert (await zoom.call("GET", MEETINGS, 401))["message"] == "Invalid access token."
    zoom.token = "invented"
    assert (await zoom.call("GET", MEETINGS, 401))["code"] == 124


async def test_a_token_can_be_revoked(zoom: ZoomClient) -> None:
    """It ends at once; another app cannot do it, and an unknown token is accepted."""
    token = (await zoom.log_in())["access_token"]
    for secret, status in (("wrong", 401), (zoom.zoom.client_secret, 200), (zoom.zoom.client_secret, 200)):
        async with zoom.http.post(
            f"{zoom.zoom.url}/oauth/revoke", data={"token": token}, headers=zoom.basic(secret)
        ) as answer:
            assert answer.status == status
    await zoom.call("GET", MEETINGS, 401)


async def test_a_scope_that_is_missing_is_named(zoom: ZoomClient) -> None:
    """A classic scope covers its operations."""
    zoom.zoom.rules.scopes = ("meeting:read:admin",)
    await zoom.call("GET", MEETINGS, 200)

    refused = await zoom.call("POST", MEETINGS, 400, {})

    assert refused["code"] == 4711
    assert "meeting:write:meeting:admin" in refused["message"]


async def test_an_unknown_path_is_refused_and_recorded(zoom: ZoomClient) -> None:
    """As an endpoint that Zoom does not recognize; a wrong method, too."""
    assert (await zoom.call("GET", "/nowhere", 404))["code"] == 2300
    assert (await zoom.call("DELETE", MEETINGS, 405))["code"] == 2300
    assert [(one.path, one.status) for one in zoom.zoom.calls][-2:] == [("/v2/nowhere", 404), (f"/v2{MEETINGS}", 405)]


async def test_the_stand_in_runs_alone() -> None:
    """It prints the settings of an app, answers, and ends on TERM."""
    async with program("--port", "0", cwd=ROOT, module="sandbox.zoom") as running:
        await running.line("Ctrl-C ends it")
        printed = dict(line.strip().split("=", 1) for line in running.printed if "=" in line)
        async with aiohttp.ClientSession() as http, http.get(f"{printed['ZOOM_API_URL']}{MEETINGS}") as answer:
            assert answer.status == 401
        assert await running.end(signal.SIGTERM) == 0
    names = ("API_URL", "OAUTH_URL", "ACCOUNT_ID", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")
    assert set(printed) == {f"ZOOM_{name}" for name in names}


async def test_users_are_listed_and_read(zoom: ZoomClient) -> None:
    """With their license; in pages; the classic scope suffices."""
    zoom.zoom.rules.scopes = ("user:read:admin",)
    first = await zoom.call("GET", "/users", 200, page_size="2")
    rest = await zoom.call("GET", "/users", 200, page_size="2", next_page_token=first["next_page_token"])
    shown = [(one["email"].partition("@")[0], one["type"]) for one in [*first["users"], *rest["users"]]]
    assert shown == [("ana", 2), ("ben", 2), ("emi", 1)]
    emi = await zoom.call("GET", "/users/emi@acme.example", 200)
    assert (emi["display_name"], emi["account_id"]) == ("Emi Sato", zoom.zoom.account_id)
    assert (await zoom.call("GET", f"/users/{emi['id']}", 200))["email"] == "emi@acme.example"
    assert (await zoom.call("GET", "/users/me", 404))["code"] == 1001
