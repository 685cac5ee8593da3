"""The lists of sessions (own and company) and of webinars: filters and pages."""

from __future__ import annotations

import pytest

from tests.sandbox.ringcentral_client import (
    ANA,
    BEN,
    CHLOE,
    CONFIGURATION,
    LONG_AGO,
    SERVICE,
    WEBINARS,
    ApiClient,
    Reply,
    api_client,
)

OWN, COMPANY = f"{CONFIGURATION}/sessions", f"{CONFIGURATION}/company/sessions"
BEN_ID, CHLOE_ID = "62190102", "62190103"


async def listed(at: ApiClient, path: str = OWN, who: str = SERVICE, **query: str) -> list[str]:
    """Ids of the listed sessions."""
    reply = await at.call("GET", path, who=who, **{"endTimeFrom": LONG_AGO, **query})
    assert reply.status == 200
    return [one["id"] for one in reply.body["records"]]


async def make(at: ApiClient, who: str = SERVICE, start: str = "2031-03-04T15:00:00Z") -> str:
    """Create a webinar with a session."""
    return await at.make_session(await at.make_webinar(who), who, scheduledStartTime=start)


async def test_an_entry_names_its_webinar_and_host() -> None:
    """A list entry has less than a read: no shared link, no bridge, no settings."""
    async with api_client() as at:
        webinar_id = await at.make_webinar(password="s3same")
        session_id = await at.make_session(webinar_id)
        single = (await at.call("GET", f"{CONFIGURATION}/webinars/{webinar_id}/sessions/{session_id}")).body
        reply = await at.call("GET", OWN, endTimeFrom=LONG_AGO)
        kept = {
            name: value
            for name, value in single.items()
            if name not in ("attendeeJoinUri", "videoBridgeId", "videoBridgePassword", "hasUnsentInvites")
        }
        host = {"linkedUser": {"userId": "62190001", "accountId": "62190000", "domain": "pbx"}}
        assert reply.body == {
            "records": [{**kept, "webinar": {"id": webinar_id, "title": "Launch day", "host": host}}],
            "paging": {"pageToken": "1", "perPage": 100},
        }


async def test_the_own_list_holds_what_the_caller_hosts() -> None:
    """An admin's own list is theirs alone, too."""
    async with api_client() as at:
        bens = await make(at, BEN)
        service = await make(at)
        assert (await listed(at, who=BEN), await listed(at), await listed(at, who=CHLOE)) == ([bens], [service], [])


async def test_the_company_list_needs_webinar_settings() -> None:
    """All sessions for users with that permission; a member, and an admin without it, get 403 CMN-408."""
    async with api_client() as at:
        bens, chloes = await make(at, BEN), await make(at, CHLOE)
        assert await listed(at, COMPANY, ANA) == [bens, chloes]
        for who in (BEN, "igor@acme.example"):
            refused = await at.call("GET", COMPANY, who=who, endTimeFrom=LONG_AGO)
            assert (refused.status, refused.codes) == (403, ["CMN-408"])


async def test_the_company_list_can_be_of_some_hosts() -> None:
    """Up to ten ids, joined with commas or repeated; eleven are refused."""
    async with api_client() as at:
        bens, chloes = await make(at, BEN), await make(at, CHLOE)
        await make(at)
        assert await listed(at, COMPANY, hostUserId=BEN_ID) == [bens]
        assert await listed(at, COMPANY, hostUserId=f"{BEN_ID},{CHLOE_ID}") == [bens, chloes]
        assert await listed(at, f"{COMPANY}?hostUserId={BEN_ID}&hostUserId={CHLOE_ID}") == [bens, chloes]
        refused = await at.call("GET", COMPANY, endTimeFrom=LONG_AGO, hostUserId=",".join("12345678901"))
        assert (refused.status, refused.parameters) == (400, ["hostUserId"])


@pytest.mark.parametrize("path", [OWN, COMPANY])
async def test_the_lists_need_an_end_time(path: str) -> None:
    """`endTimeFrom` missing or not a date-time is a 400 that names it."""
    async with api_client() as at:
        for query in ({}, {"endTimeFrom": "yesterday"}):
            reply = await at.call("GET", path, **query)
            assert (reply.status, reply.codes, reply.parameters) == (400, ["CMN-101"], ["endTimeFrom"])


async def test_end_time_is_start_plus_duration() -> None:
    """A session belongs to the list up to the moment it is scheduled to end."""
    async with api_client() as at:
        session_id = await make(at, start="2031-03-04T15:00:00Z")
        assert await listed(at, endTimeFrom="2031-03-04T16:00:00Z") == [session_id]
        assert await listed(at, endTimeFrom="2031-03-04T16:00:00.001Z") == []


async def test_sessions_come_soonest_first() -> None:
    """Whatever the order they were made in."""
    async with api_client() as at:
        late, soon = await make(at, start="2031-03-05T15:00:00Z"), await make(at, start="2031-03-04T15:00:00Z")
        assert await listed(at) == [soon, late]


async def test_a_webinar_without_a_session_is_in_no_list() -> None:
    """This is why an incomplete webinar must be deleted by the app that created it."""
    async with api_client() as at:
        await at.make_webinar()
        assert (await listed(at), await listed(at, COMPANY)) == ([], [])


async def test_the_lists_can_be_of_one_state() -> None:
    """One or several states; an unknown one is refused."""
    async with api_client() as at:
        scheduled, active = await make(at), await make(at)
        at.rc.begin(active)
        assert await listed(at, status="Active") == [active]
        assert await listed(at, COMPANY, status="Scheduled") == [scheduled]
        assert await listed(at, f"{OWN}?status=Active&status=Scheduled") == [scheduled, active]
        refused = await at.call("GET", OWN, endTimeFrom=LONG_AGO, status="Cancelled")
        assert (refused.status, refused.parameters) == (400, ["status"])


async def test_the_own_list_can_be_searched_by_name() -> None:
    """Part of the webinar's or the session's title, however it is spelt."""
    async with api_client() as at:
        by_webinar = await make(at)
        by_session = await at.make_session(await at.make_webinar(), title="All-hands")
        assert await listed(at, nameFragment="LAUNCH") == [by_webinar, by_session]
        assert await listed(at, nameFragment="hands") == [by_session]


async def test_pages_lead_on_to_the_last() -> None:
    """The next token is absent on the last page, the previous one on the first."""
    async with api_client() as at:
        ids = [await make(at) for _ in range(5)]
        seen: list[str] = []
        pages: list[Reply] = []
        token = "1"
        while token:
            pages.append(await at.call("GET", OWN, endTimeFrom=LONG_AGO, perPage="2", pageToken=token))
            seen += [one["id"] for one in pages[-1].body["records"]]
            token = pages[-1].body["paging"].get("nextPageToken", "")
        assert seen == ids
        assert [page.body["paging"] for page in pages] == [
            {"pageToken": "1", "perPage": 2, "nextPageToken": "2"},
            {"pageToken": "2", "perPage": 2, "nextPageToken": "3", "previousPageToken": "1"},
            {"pageToken": "3", "perPage": 2, "previousPageToken": "2"},
        ]


async def test_a_page_is_cut_to_a_thousand() -> None:
    """More is not an error: "the maximum value is applied"."""
    async with api_client() as at:
        for _ in range(1001):
            at.rc.create("Many", "2031-03-04T15:00:00Z")
        reply = await at.call("GET", OWN, endTimeFrom=LONG_AGO, perPage="5000")
        assert len(reply.body["records"]) == 1000
        assert reply.body["paging"] == {"pageToken": "1", "perPage": 1000, "nextPageToken": "2"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"perPage": "0"}, "perPage"),
        ({"perPage": "many"}, "perPage"),
        ({"perPage": "9" * 5000}, "perPage"),
        ({"pageToken": "2"}, "pageToken"),
        ({"pageToken": "nonsense"}, "pageToken"),
    ],
)
async def test_wrong_paging_is_refused(query: dict[str, str], parameter: str) -> None:
    """A page that does not exist, and invalid sizes."""
    async with api_client() as at:
        reply = await at.call("GET", OWN, **{"endTimeFrom": LONG_AGO, **query})
        assert (reply.status, reply.parameters) == (400, [parameter])


async def test_the_list_needs_a_date_to_start_from() -> None:
    """`creationTimeFrom` missing or not a date-time is a 400 that names it."""
    async with api_client() as at:
        for query in ({}, {"creationTimeFrom": "2026-01-01"}, {"creationTimeFrom": "1767225600"}):
            reply = await at.call("GET", WEBINARS, **query)
            assert (reply.status, reply.parameters) == (400, ["creationTimeFrom"])


async def test_the_list_holds_what_was_made_since() -> None:
    """Dates with an offset are accepted; the bound is inclusive."""
    async with api_client() as at:
        await at.make_webinar()
        at.clock.advance(60)
        second = await at.make_webinar()
        reply = await at.call("GET", WEBINARS, creationTimeFrom="2030-01-01T02:01:00+02:00")
        assert [one["id"] for one in reply.body["records"]] == [second]
        assert reply.body["paging"] == {"pageToken": "1", "perPage": 100}
