"""OAuth of the RingCentral stand-in: grants, lifetimes, the limit of sessions, revocation."""

from __future__ import annotations

from tests.sandbox.ringcentral_client import BEN, JWT_GRANT, SERVICE, ApiClient, api_client, basic, read

ME = "/restapi/v1.0/account/~/extension/~"


async def me(at: ApiClient, token: str) -> tuple[int, list[str]]:
    """The status and error codes of a small call with this token."""
    reply = await at.call("GET", ME, token=token)
    return reply.status, [] if reply.status == 200 else reply.codes


async def test_a_jwt_logs_its_person_in() -> None:
    """The service user's JWT gives a bearer token for an hour, without a refresh token."""
    async with api_client() as at:
        reply = await at.oauth("token", grant_type=JWT_GRANT, assertion=at.rc.jwt)
        assert reply.status == 200
        assert {name: reply.body[name] for name in ("token_type", "expires_in", "scope", "owner_id")} == {
            "token_type": "bearer",
            "expires_in": 3600,
            "scope": "ReadAccounts ReadWebinars EditWebinars",
            "owner_id": "62190001",
        }
        assert "refresh_token" not in reply.body
        assert await me(at, reply.body["access_token"]) == (200, [])


async def test_login_with_wrong_client_credentials_is_refused() -> None:
    """No client, an unreadable one and a wrong one each get their own code, in the OAuth shape."""
    async with api_client() as at:
        wrong = basic(at.rc.client_id, "guess")
        codes = {}
        for client in ("", "Basic ???", wrong):
            reply = await at.oauth("token", client=client, grant_type=JWT_GRANT, assertion=at.rc.jwt)
            assert (reply.status, reply.body["error"]) == (401, "invalid_client")
            assert reply.body["error_description"] == reply.body["errors"][0]["message"]
            codes[client] = reply.codes
        assert codes == {"": ["OAU-123"], "Basic ???": ["OAU-134"], wrong: ["OAU-146"]}


async def test_login_with_a_wrong_jwt_is_refused() -> None:
    """An unknown JWT is `invalid_grant`."""
    async with api_client() as at:
        reply = await at.oauth("token", grant_type=JWT_GRANT, assertion="nobody")
        assert (reply.status, reply.body["error"], reply.codes) == (401, "invalid_grant", ["OAU-140"])


async def test_login_with_another_grant_is_refused() -> None:
    """Grants the app may not use and grants that do not exist are told apart."""
    async with api_client() as at:
        password = await at.oauth("token", grant_type="password", username="a", password="b")
        assert (password.status, password.body["error"], password.codes) == (400, "unauthorized_client", ["OAU-251"])
        for form in ({}, {"grant_type": "telepathy"}):
            odd = await at.oauth("token", **form)
            assert (odd.status, odd.body["error"], odd.codes) == (400, "invalid_request", ["OAU-250"])


async def test_a_login_must_be_a_form() -> None:
    """JSON at the token endpoint is an unsupported media type."""
    async with api_client() as at:
        url = f"{at.rc.url}/restapi/oauth/token"
        async with at.http.post(url, json={"grant_type": JWT_GRANT, "assertion": at.rc.jwt}) as response:
            reply = await read(response)
        assert (reply.status, reply.body["error"]) == (415, "invalid_request")


async def test_a_shorter_life_can_be_asked_for() -> None:
    """`access_token_ttl` is taken from 600 s on and refused below."""
    async with api_client() as at:
        assert (await at.login(access_token_ttl="600")).body["expires_in"] == 600
        refused = await at.login(access_token_ttl="599")
        assert (refused.status, refused.parameters) == (400, ["access_token_ttl"])


async def test_a_token_expires_on_machine_time() -> None:
    """Moving the domain clock does not affect a token; after an hour of machine time it ends with OAU-128."""
    async with api_client() as at:
        token = (await at.login()).body["access_token"]
        at.clock.advance(3599)
        assert await me(at, token) == (200, [])
        at.clock.advance(1)
        assert await me(at, token) == (401, ["OAU-128"])


async def test_all_tokens_can_be_made_to_expire() -> None:
    """`logins.expire()` lets a test of the refresh run without waiting."""
    async with api_client() as at:
        token = (await at.login()).body["access_token"]
        at.rc.tokens.expire()
        assert await me(at, token) == (401, ["OAU-128"])


async def test_a_call_without_a_known_token_is_refused() -> None:
    """An unknown token is corrupted (OAU-129); no bearer header at all is AGW-401; both repeat the first error."""
    async with api_client() as at:
        reply = await at.call("GET", ME, token="made-up")
        assert (reply.status, reply.codes, reply.body["errorCode"]) == (401, ["OAU-129"], "OAU-129")
        async with at.http.get(at.rc.url + ME) as response:
            bare = await read(response)
        assert (bare.status, bare.codes) == (401, ["AGW-401"])


async def test_a_sixth_session_ends_the_oldest() -> None:
    """Five logins of one user coexist; the sixth ends the first, and no other user's."""
    async with api_client() as at:
        bens = (await at.login(BEN)).body["access_token"]
        tokens = [(await at.login(SERVICE)).body["access_token"] for _ in range(6)]
        answers = [await me(at, token) for token in tokens]
        assert answers == [(401, ["OAU-213"])] + [(200, [])] * 5
        assert await me(at, bens) == (200, [])


async def test_a_refresh_token_gives_new_tokens_once() -> None:
    """A refresh revokes the old access token at once, and the old refresh token ten seconds after the first use."""
    async with api_client() as at:
        at.rc.rules.issue_refresh_tokens = True
        first = (await at.login()).body
        second = (await at.oauth("token", grant_type="refresh_token", refresh_token=first["refresh_token"])).body
        assert await me(at, first["access_token"]) == (401, ["OAU-213"])
        assert await me(at, second["access_token"]) == (200, [])
        at.clock.advance(9)
        again = (await at.oauth("token", grant_type="refresh_token", refresh_token=first["refresh_token"])).body
        assert again["access_token"] == second["access_token"]
        at.clock.advance(1)
        late = await at.oauth("token", grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert (late.status, late.body["error"], late.codes) == (400, "invalid_grant", ["OAU-213"])


async def test_an_unused_refresh_can_be_repeated_for_an_hour() -> None:
    """While the new access token is not used, the spent refresh token gives the same answer for 60 minutes."""
    async with api_client() as at:
        at.rc.rules.issue_refresh_tokens = True
        spent = (await at.login()).body["refresh_token"]
        second = (await at.oauth("token", grant_type="refresh_token", refresh_token=spent)).body
        at.clock.advance(3599)
        again = (await at.oauth("token", grant_type="refresh_token", refresh_token=spent)).body
        assert (again["access_token"], again["expires_in"]) == (second["access_token"], 1)
        at.clock.advance(1)
        assert (await at.oauth("token", grant_type="refresh_token", refresh_token=spent)).status == 400


async def test_revoking_ends_the_whole_session() -> None:
    """A revoked token is gone; revoking it again, or something unknown, is fine; nothing to revoke is not."""
    async with api_client() as at:
        token = (await at.login()).body["access_token"]
        assert (await at.oauth("revoke", token=token)).status == 200
        assert await me(at, token) == (401, ["OAU-213"])
        assert (await at.oauth("revoke", token=token)).status == 200
        nothing = await at.oauth("revoke")
        assert (nothing.status, nothing.body["error"], nothing.parameters) == (400, "invalid_request", ["token"])


async def test_a_token_in_the_query_can_be_revoked() -> None:
    """The reference allows it; the log of calls keeps the path alone."""
    async with api_client() as at:
        token = (await at.login()).body["access_token"]
        assert (await at.oauth(f"revoke?token={token}")).status == 200
        assert at.rc.calls[-1].path == "/restapi/oauth/revoke"
        assert token not in repr(at.rc.calls)


async def test_an_app_without_the_permission_is_refused() -> None:
    """Each operation checks the app's permissions, and the missing one is named."""
    async with api_client() as at:
        at.rc.rules.app_permissions = ["ReadWebinars"]
        reply = await at.call("GET", ME)
        assert (reply.status, reply.codes) == (403, ["CMN-401"])
        assert reply.body["message"] == (
            "In order to call this API endpoint, application needs to have [ReadAccounts] permission"
        )
