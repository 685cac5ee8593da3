"""What the RingCentral client logs, and how it reads unusual answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.errors import OutcomeUnknown, ProviderDown, ProviderError
from bot.model.people import Coworker
from bot.model.webinar import Access, FixedOptions, Options
from tests.support.ringcentral import (
    PERSON,
    START,
    TOKEN,
    WEBINARS,
    Pair,
    fixed_response,
    ringcentral_pair,
    webinar_form,
)

ANA = Coworker(user_id="62190101", account_id="62190000", name="Ana Ruiz", email="ana@acme.example")
PASSWORD = "open-sesame"
USUAL = FixedOptions(
    recording=True,
    recording_sharing=True,
    recording_download=True,
    past_session_deletion=False,
    polls=True,
    polls_anonymous=True,
    external_livestream=True,
)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


async def test_no_secret_is_logged_or_raised(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, with every kind of failure: no credential, token, link, address or password appears."""
    caplog.set_level(logging.DEBUG)
    client, errors = pair.client(timeout=0.3), []
    form = webinar_form(options=Options(password=SecretStr(PASSWORD)))
    webinar = await client.create_webinar(form, ANA, PERSON)
    session = await client.create_session(webinar.webinar_id, form, PERSON)
    people = await client.coworkers(PERSON)
    token = client._login._token
    assert token is not None
    for fault in ({"status": 500}, {"status": 400}, {"status": 429, "retry_after": 999}, {"cut": True}, {"hang": 30}):
        pair.vendor.fail("POST", "/webinars$", **fault)
        with pytest.raises(ProviderError) as failure:
            await client.create_webinar(form, ANA, replace(PERSON, patience=1.0))
        errors.append(repr(failure.getrepr(showlocals=False, chain=True)) + repr(failure.value) + str(failure.value))
        client = pair.client(timeout=0.3)
        await client.service_user(PERSON)
    await client.close()

    shown = "\n".join([*errors, *(str(record.__dict__) for record in caplog.records), repr(vars(client)), repr(people)])
    secrets = {
        "client secret": pair.vendor.client_secret,
        "jwt": pair.vendor.jwt,
        "token": token.access.get_secret_value(),
        "host link": session.host_link.get_secret_value(),
        "password": PASSWORD,
        "address": ANA.email,
    }
    assert [name for name, secret in secrets.items() if secret in shown] == []


async def test_each_request_logs_one_line(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """Method, path template, status and milliseconds; no id, no query."""
    caplog.set_level(logging.DEBUG, logger="bot.providers.ringcentral.transport")
    await pair.client().delete_webinar("12345", PERSON)

    lines = [record.__dict__ for record in caplog.records if record.message == "ringcentral.request"]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", TOKEN, 200),
        ("DELETE", f"{WEBINARS}/{{webinar_id}}", 404),
    ]
    assert all(0 <= line["ms"] < 5000 for line in lines)


async def test_a_webinar_is_parsed_tolerantly() -> None:
    """Unknown keys, nulls, missing settings, enum values in another case or unknown, numbers as ids."""
    body = {
        "id": 7,
        "title": "Launch day",
        "creationTime": "2026-03-02T12:00:00Z",
        "mood": "new in this version",
        "host": {"userId": 5, "linkedUser": None},
        "settings": {
            "registrationEnabled": True,
            "panelistAuthentication": "GUEST",
            "attendeeAuthentication": "AuthenticatedByIris",
            "qnaEnabled": None,
        },
    }
    async with fixed_response(200, json.dumps(body)) as (client, requests):
        webinar = await client.webinar("7", PERSON)

        assert requests[0].headers["User-Agent"] == "Greenroom/1.2.3"
    assert (webinar.webinar_id, webinar.host_user_id, webinar.fixed) == ("7", "5", USUAL)
    assert webinar.options == Options(attendee_access=Access.COWORKER)


@pytest.mark.parametrize("body", ["", "<html>maintenance</html>", "[]", '{"id": "7"}', '{"errors": "many"}'])
async def test_an_invalid_success_is_an_unknown_outcome(body: str, caplog: pytest.LogCaptureFixture) -> None:
    """`ProviderDown` for a read. Only the names of the invalid fields are logged."""
    async with fixed_response(200, body) as (client, requests):
        with pytest.raises(ProviderDown):
            await client.webinar("7", PERSON)
        with pytest.raises(OutcomeUnknown):
            await client.create_webinar(webinar_form(), None, PERSON)

        assert [request.method for request in requests] == ["GET", "POST"]
    assert {record.message for record in caplog.records} == {"ringcentral.invalid_answer"}


async def test_a_redirect_is_not_followed() -> None:
    """The token is sent to the configured server only."""
    async with fixed_response(302, "", Location="http://127.0.0.1:1/elsewhere") as (client, requests):
        with pytest.raises(ProviderDown):
            await client.webinar("7", PERSON)

        assert len(requests) == 1


async def test_a_canceled_request_does_not_block_the_next(pair: Pair) -> None:
    """It counts in the budget."""
    client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)
    arrived = asyncio.Event()
    pair.vendor.fail("GET", "/webinars/", effect=True, hang=30)
    await client.service_user(PERSON)
    pair.vendor.on_change.append(arrived.set)
    asking = asyncio.ensure_future(client.webinar(webinar_id, PERSON))
    await arrived.wait()

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    webinar = await client.webinar(webinar_id, PERSON)

    assert webinar.webinar_id == webinar_id
