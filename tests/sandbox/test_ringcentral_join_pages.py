"""The pages behind personal links, and the host's questions on the registration page."""

from __future__ import annotations

import re
from typing import Any

from tests.sandbox.ringcentral_client import WEBINARS, ApiClient, api_client
from tests.sandbox.test_ringcentral_registration_page import fill, has_form, notes, page_of, visit

LENA = {"firstName": "Lena", "lastName": "Berger", "email": "lena@visitor.example"}


async def signed_up(at: ApiClient, session_id: str) -> dict[str, Any]:
    """Register Lena by API."""
    reply = await at.call("POST", f"/webinar/registration/v1/sessions/{session_id}/registrants", LENA)
    assert reply.status == 201
    return dict(reply.body)


async def test_an_invitees_link_says_whose_it_is() -> None:
    """With the role, as text; a removed person's link is invalid."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        path = f"{WEBINARS}/{webinar_id}/sessions/{session_id}/invitees"
        ben = {"linkedUser": {"userId": "62190102", "accountId": "62190000", "domain": "pbx"}, "role": "CoHost"}
        evil = {**LENA, "firstName": "<b>Lena", "role": "Panelist"}
        cohost, panelist = (await at.call("PATCH", path, {"addedInvitees": [ben, evil]})).body["addedInvitees"]
        assert notes(await visit(at, cohost["joinUri"])) == [
            "This link belongs to Ben Okafor, a co-host.",
            "It has not started yet.",
        ]
        page = await visit(at, panelist["joinUri"])
        assert notes(page)[0] == "This link belongs to &lt;b&gt;Lena Berger, a panelist."
        await at.call("DELETE", f"{path}/{panelist['id']}")
        assert (await visit(at, panelist["joinUri"])).status == 404
        assert (await visit(at, f"{at.rc.url}/w/p/join/x")).status == 404


async def test_a_cancellation_link_asks_first() -> None:
    """Opening the page changes nothing; the button deletes, and both links are invalid afterwards."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        made = await signed_up(at, session_id)
        asked = await visit(at, made["cancellationUri"])
        assert (asked.status, notes(asked), has_form(asked)) == (200, ["Lena Berger is registered."], True)
        assert "Do you want to cancel this registration?" in asked.body
        assert at.rc.webinars()[0]["registrants"] == 1
        heard: list[int] = []
        at.rc.on_change.append(lambda: heard.append(at.rc.webinars()[0]["registrants"]))
        done = await fill(at, made["cancellationUri"])
        assert (done.status, notes(done), has_form(done)) == (200, ["The registration is canceled."], False)
        assert (heard, [one.kind for one in at.rc.mails]) == ([0], ["confirmation", "cancellation"])
        for gone in (made["joinUri"], made["cancellationUri"]):
            assert (await visit(at, gone)).status == 404
        assert (await fill(at, made["cancellationUri"])).status == 404


async def test_nothing_is_canceled_when_it_is_over() -> None:
    """Neither offered nor done; while the session runs it is possible."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        made = await signed_up(at, session_id)
        at.rc.begin(session_id)
        assert has_form(await visit(at, made["cancellationUri"]))
        at.rc.finish(session_id)
        over = "This webinar has ended: there is nothing left to cancel."
        page, late = await visit(at, made["cancellationUri"]), await fill(at, made["cancellationUri"])
        assert [(page.status, notes(page)), (late.status, notes(late))] == [(200, [over]), (403, [over])]
        assert (has_form(page), at.rc.webinars()[0]["registrants"]) == (False, 1)


async def test_the_page_asks_what_the_host_wants_to_know() -> None:
    """A field for each question, all required; the answers are stored."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        at.rc.rules.required_questions = 2
        url = await page_of(at, session_id)
        fields = re.findall(r'<input id="(\w+)"', (await visit(at, url)).body)
        assert fields == ["firstName", "lastName", "email", "question1", "question2"]
        partly = await fill(at, url, **LENA, question1="Yes")
        assert (partly.status, re.findall(r'id="(\w+)-wrong"', partly.body)) == (400, ["question2"])
        assert (await fill(at, url, **LENA, question1="Yes", question2="No")).status == 200
        assert at.rc.registrants(session_id)[0]["questionnaire"] == [
            {"questionId": "question1", "answerText": "Yes"},
            {"questionId": "question2", "answerText": "No"},
        ]


async def test_the_page_wants_an_address_at_work_where_it_is_required() -> None:
    """With a message under the field."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        at.rc.edit(session_id, registration={"settings": {"workEmailRequired": True}})
        url = await page_of(at, session_id)
        private = await fill(at, url, **{**LENA, "email": "lena@freemail.example"})
        assert (private.status, "Please register with the address you have at work." in private.body) == (400, True)
        assert (await fill(at, url, **LENA)).status == 200


async def test_people_register_on_the_page_after_the_end() -> None:
    """If the host allows it."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        at.rc.edit(session_id, registration={"settings": {"autoOpenPostWebinarRegistration": True}})
        at.rc.begin(session_id)
        at.rc.finish(session_id)
        url = await page_of(at, session_id)
        assert has_form(await visit(at, url))
        assert (await fill(at, url, **LENA)).status == 200
        assert at.rc.registrants(session_id)[0]["registeredPostWebinar"] is True
