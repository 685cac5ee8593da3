"""Webinars of the RingCentral stand-in: fields, defaults, hosts, policy, status."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ringcentral import Company
from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, LONG_AGO, SERVICE, WEBINARS, api_client
from tests.support.rows import each_row

DEFAULTS: dict[str, Any] = {
    "recordingEnabled": True,
    "autoRecord": False,
    "recordingSharingEnabled": True,
    "recordingDownloadEnabled": True,
    "pastSessionDeletionEnabled": False,
    "panelistWaitingRoom": False,
    "panelistVideoEnabled": True,
    "panelistScreenSharingEnabled": True,
    "panelistMuteControlEnabled": True,
    "panelistAuthentication": "Guest",
    "attendeeAuthentication": "Guest",
    "artifactsAccessAuthentication": "AuthenticatedUser",
    "pstnEnabled": False,
    "qnaEnabled": True,
    "qnaAnonymousEnabled": True,
    "moderatedQnaEnabled": False,
    "pollsEnabled": True,
    "pollsAnonymousEnabled": True,
    "registrationEnabled": False,
    "externalLivestreamEnabled": True,
}
BEN_ID, NOOR_ID, QUEUE_ID, ACCOUNT_ID = "62190102", "62190106", "62190108", "62190000"


def hosted_by(user_id: str, account_id: str = ACCOUNT_ID, domain: str = "pbx") -> dict[str, Any]:
    """A request body with a host."""
    return {
        "title": "For a colleague",
        "host": {"linkedUser": {"userId": user_id, "accountId": account_id, "domain": domain}},
    }


async def test_a_webinar_with_only_a_title_gets_the_published_defaults() -> None:
    """Everything else is filled in, dates in UTC with milliseconds, the caller as host."""
    async with api_client() as at:
        reply = await at.call("POST", WEBINARS, {"title": "Launch day"})
        assert reply.status == 201
        assert reply.body == {
            "id": "510000001",
            "creationTime": "2030-01-01T00:00:00.000Z",
            "lastModifiedTime": "2030-01-01T00:00:00.000Z",
            "title": "Launch day",
            "settings": DEFAULTS,
            "host": {
                "userId": "62190001",
                "accountId": ACCOUNT_ID,
                "linkedUser": {"userId": "62190001", "accountId": ACCOUNT_ID, "domain": "pbx"},
                "entitled": True,
            },
        }
        assert (await at.call("GET", f"{WEBINARS}/510000001")).body == reply.body


async def test_every_writable_setting_is_kept() -> None:
    """The values that were sent come back, in the response and when read."""
    sent: dict[str, Any] = {
        "autoRecord": True,
        "panelistWaitingRoom": True,
        "panelistVideoEnabled": False,
        "panelistScreenSharingEnabled": False,
        "panelistMuteControlEnabled": False,
        "panelistAuthentication": "AuthenticatedUser",
        "attendeeAuthentication": "AuthenticatedCoworker",
        "artifactsAccessAuthentication": "Guest",
        "pstnEnabled": True,
        "password": "s3same",
        "qnaEnabled": False,
        "qnaAnonymousEnabled": False,
        "moderatedQnaEnabled": True,
        "registrationEnabled": True,
        "postWebinarRedirectUri": "https://acme.example/thanks",
    }
    async with api_client() as at:
        made = await at.call("POST", WEBINARS, {"title": "T", "description": "Long", "settings": sent})
        assert made.body["settings"] == {**DEFAULTS, **sent}
        read = await at.call("GET", f"{WEBINARS}/{made.body['id']}")
        assert (read.body["settings"], read.body["description"]) == ({**DEFAULTS, **sent}, "Long")


async def test_read_only_and_unknown_fields_are_passed_over() -> None:
    """They are ignored without an error."""
    async with api_client() as at:
        body = {"title": "T", "id": "7", "creationTime": LONG_AGO, "settings": {"pollsEnabled": False, "glitter": 1}}
        reply = await at.call("POST", WEBINARS, body)
        assert (reply.status, reply.body["id"], reply.body["settings"]) == (201, "510000001", DEFAULTS)


@each_row(
    ("body", "parameters"),
    [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": None}, ["title"]),
        ({"title": 7}, ["title"]),
        ({"title": "x" * 513}, ["title"]),
        ({"title": "T", "description": "x" * 4097}, ["description"]),
        ({"title": "T", "settings": None}, ["settings"]),
        ({"title": "T", "settings": {"autoRecord": "yes"}}, ["settings.autoRecord"]),
        ({"title": "T", "settings": {"panelistAuthentication": "Nobody"}}, ["settings.panelistAuthentication"]),
        ({"title": "T", "settings": {"postWebinarRedirectUri": "thanks"}}, ["settings.postWebinarRedirectUri"]),
        ({"settings": {"password": "x" * 65, "qnaEnabled": 1}}, ["title", "settings.password", "settings.qnaEnabled"]),
        (
            {"title": "T", "host": {"linkedUser": {"userId": BEN_ID}}},
            ["host.linkedUser.accountId", "host.linkedUser.domain"],
        ),
    ],
)
async def test_wrong_fields_are_all_named(body: dict[str, Any], parameters: list[str]) -> None:
    """One CMN-101 for each, and nothing is created."""
    async with api_client() as at:
        reply = await at.call("POST", WEBINARS, body)
        assert (reply.status, reply.parameters) == (400, parameters)
        assert set(reply.codes) == {"CMN-101"}
        assert at.rc.dump() == {}


async def test_longest_texts_are_taken() -> None:
    """512 characters of title, 4,096 of description and 64 of password are allowed."""
    async with api_client() as at:
        body = {"title": "x" * 512, "description": "y" * 4096, "settings": {"password": "z" * 64}}
        assert (await at.call("POST", WEBINARS, body)).status == 201


@pytest.mark.parametrize(("raw", "code"), [("{", "CMN-103"), ("", "CMN-103"), ("[]", "CMN-104")])
async def test_a_body_that_is_no_json_object_is_refused(raw: str, code: str) -> None:
    """Unparsable and unreadable are two codes."""
    async with api_client() as at:
        headers = {"Authorization": f"Bearer {await at.token(SERVICE)}", "Content-Type": "application/json"}
        async with at.http.post(at.rc.url + WEBINARS, data=raw, headers=headers) as response:
            body = await response.json()
        assert (response.status, body["errors"][0]["errorCode"]) == (400, code)


async def test_an_admin_makes_a_webinar_for_a_coworker() -> None:
    """The coworker hosts, finds it in their own list, and the admin may still read and change it."""
    async with api_client() as at:
        made = await at.call("POST", WEBINARS, hosted_by(BEN_ID))
        assert (made.status, made.body["host"]["userId"]) == (201, BEN_ID)
        mine = await at.call("GET", WEBINARS, who=BEN, creationTimeFrom=LONG_AGO)
        assert [one["id"] for one in mine.body["records"]] == [made.body["id"]]
        assert (await at.call("GET", WEBINARS, creationTimeFrom=LONG_AGO)).body["records"] == []
        assert (await at.call("PATCH", f"{WEBINARS}/{made.body['id']}", {"title": "New"})).status == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (hosted_by("1"), 400, "CMN-102"),
        (hosted_by(QUEUE_ID), 400, "CMN-102"),
        (hosted_by(BEN_ID, domain="ilm"), 400, "CMN-102"),
        (hosted_by(BEN_ID, account_id="1"), 403, "CMN-101"),
        (hosted_by(NOOR_ID), 403, "CMN-109"),
    ],
)
async def test_a_host_who_cannot_host_is_refused(body: dict[str, Any], status: int, code: str) -> None:
    """Unknown, a call queue, of another domain or account, or without a Webinar license."""
    async with api_client() as at:
        reply = await at.call("POST", WEBINARS, body)
        assert (reply.status, reply.codes, at.rc.dump()) == (status, [code], {})


async def test_only_an_admin_with_webinar_settings_names_a_host() -> None:
    """A member and an admin without that permission may not, even for themselves."""
    async with api_client() as at:
        for who in (BEN, "igor@acme.example"):
            reply = await at.call("POST", WEBINARS, hosted_by(BEN_ID), who=who)
            assert (reply.status, reply.codes) == (403, ["CMN-408"])


async def test_other_peoples_webinars_are_for_admins_only() -> None:
    """A member is refused another host's webinar; what does not exist is 404 for everybody."""
    async with api_client() as at:
        path = f"{WEBINARS}/{await at.make_webinar(BEN)}"
        assert [(await at.call("GET", path, who=who)).status for who in (BEN, CHLOE, ANA)] == [200, 403, 200]
        assert (await at.call("DELETE", path, who=CHLOE)).status == 403
        missing = await at.call("GET", f"{WEBINARS}/999")
        assert (missing.status, missing.codes, missing.parameters) == (404, ["CMN-102"], ["webinarId"])


async def test_a_webinar_outlives_its_hosts_place_in_the_company() -> None:
    """Its host is still named by id, without a licence."""
    async with api_client() as at:
        path = f"{WEBINARS}/{await at.make_webinar(BEN)}"
        at.rc.company.people = [one for one in at.rc.company.people if one.email != BEN]
        host = (await at.call("GET", path)).body["host"]
        assert (host["userId"], host["entitled"]) == (BEN_ID, False)


async def test_a_patch_changes_only_what_it_names() -> None:
    """Inside settings too; the time of change follows the domain clock."""
    async with api_client() as at:
        made = await at.call(
            "POST", WEBINARS, {"title": "Old", "description": "Stays", "settings": {"pstnEnabled": True}}
        )
        at.clock.advance(90)
        changed = await at.call(
            "PATCH", f"{WEBINARS}/{made.body['id']}", {"title": "New", "settings": {"autoRecord": True}}
        )
        assert changed.status == 200
        assert changed.body == {
            **made.body,
            "title": "New",
            "lastModifiedTime": "2030-01-01T00:01:30.000Z",
            "settings": {**DEFAULTS, "pstnEnabled": True, "autoRecord": True},
        }


async def test_a_patch_cannot_change_the_host() -> None:
    """`host` in a patch is ignored, including invalid values."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        changed = await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"host": hosted_by(BEN_ID)["host"]})
        assert (changed.status, changed.body["host"]["userId"]) == (200, "62190001")


async def test_a_wrong_patch_changes_nothing() -> None:
    """All or none."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        before = (await at.call("GET", f"{WEBINARS}/{webinar_id}")).body
        reply = await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"title": "New", "description": 5})
        assert (reply.status, reply.parameters) == (400, ["description"])
        assert (await at.call("GET", f"{WEBINARS}/{webinar_id}")).body == before


async def test_an_empty_password_clears_it() -> None:
    """On a patch; without a policy the webinar then has none."""
    async with api_client() as at:
        webinar_id = await at.make_webinar(password="s3same")
        changed = await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"settings": {"password": ""}})
        assert changed.body["settings"] == DEFAULTS


async def test_a_company_that_demands_passwords_makes_one() -> None:
    """If none is sent, and again when it is cleared; a given password stays."""
    async with api_client(Company(password_required=True)) as at:
        made = await at.call("POST", WEBINARS, {"title": "T"})
        first = made.body["settings"]["password"]
        path = f"{WEBINARS}/{made.body['id']}"
        kept = await at.call("PATCH", path, {"title": "U"})
        cleared = await at.call("PATCH", path, {"settings": {"password": ""}})
        assert kept.body["settings"]["password"] == first
        assert cleared.body["settings"]["password"] not in ("", first)
        own = await at.call("POST", WEBINARS, {"title": "T", "settings": {"password": "mine"}})
        assert own.body["settings"]["password"] == "mine"


async def test_what_the_account_locks_wins_in_silence() -> None:
    """A locked setting differs from what was sent, so an app must read it back."""
    locked = {"registrationEnabled": False, "pollsEnabled": False}
    async with api_client(Company(locked_settings=locked)) as at:
        made = await at.call("POST", WEBINARS, {"title": "T", "settings": {"registrationEnabled": True}})
        assert (made.status, made.body["settings"]) == (201, {**DEFAULTS, "pollsEnabled": False})


async def test_deleting_a_webinar_takes_its_session_along() -> None:
    """204 without a body, then 404 for both."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        gone = await at.call("DELETE", f"{WEBINARS}/{webinar_id}")
        assert (gone.status, gone.body) == (204, "")
        assert (await at.call("DELETE", f"{WEBINARS}/{webinar_id}")).status == 404
        assert (await at.call("GET", f"/webinar/registration/v1/sessions/{session_id}")).status == 404


async def test_a_webinar_that_has_started_cannot_be_deleted() -> None:
    """Neither while Active nor when Finished; its title may still be changed."""
    async with api_client() as at:
        webinar_id, _ = await at.make_registrable()
        for move in (at.rc.begin, at.rc.finish):
            move(webinar_id)
            refused = await at.call("DELETE", f"{WEBINARS}/{webinar_id}")
            assert (refused.status, refused.codes) == (403, ["CMN-101"])
        assert (await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"title": "Afterwards"})).status == 200
