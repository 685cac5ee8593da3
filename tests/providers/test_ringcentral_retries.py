"""The RingCentral client repeats what is safe, and distinguishes failures from unknown outcomes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import OutcomeUnknown, ProviderDown, ProviderForbidden, ProviderRefused
from bot.model.people import Coworker
from tests.support.ringcentral import PERSON, START, WEBINARS, Pair, ringcentral_pair, webinar_form

ANA = Coworker(user_id="62190101", account_id="62190000", name="Ana Ruiz", email="ana@acme.example")


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


async def test_a_webinar_created_without_an_answer_is_found(pair: Pair) -> None:
    """After a timeout the request is not repeated, the outcome is unknown, and a search finds the webinar."""
    client, before = pair.client(timeout=0.3), pair.vendor.clock.now()
    await client.service_user(PERSON)
    pair.vendor.fail("POST", "/webinars$", status=None, effect=True, hang=30)

    with pytest.raises(OutcomeUnknown):
        await client.create_webinar(webinar_form(), None, PERSON)
    found = await client.find_webinar("Launch day", before, frozenset(), PERSON)

    assert pair.titles() == ["Launch day"]
    assert found is not None
    assert found.webinar_id in pair.vendor.dump()["webinars"]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502}, {"status": None, "cut": True}, {"hang": 30}])
async def test_an_error_before_the_effect_is_an_unknown_outcome_too(pair: Pair, fault: dict[str, Any]) -> None:
    """It cannot be distinguished from one after the effect: sent once, and a search finds nothing."""
    client, before = pair.client(timeout=0.3), pair.vendor.clock.now()
    await client.service_user(PERSON)
    pair.vendor.fail("POST", "/webinars$", **fault)

    with pytest.raises(OutcomeUnknown):
        await client.create_webinar(webinar_form(), None, PERSON)

    assert await client.find_webinar("Launch day", before, frozenset(), PERSON) is None
    assert len(pair.asked("POST", WEBINARS)) == 1


async def test_a_read_is_repeated_three_times(pair: Pair) -> None:
    """After 2, 4 and 8 seconds, as the vendor advises."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("GET", "/webinars/", status=500)
    pair.vendor.fail("GET", "/webinars/", status=None, cut=True)
    pair.vendor.fail("GET", "/webinars/", status=503, retry_after=7)

    webinar = await pair.client().webinar(webinar_id, PERSON)

    assert webinar.title == "Launch day"
    assert pair.pauses == [2.0, 4.0, 8.0]
    assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [500, None, 503, 200]


async def test_a_read_fails_after_four_tries(pair: Pair) -> None:
    """With `ProviderDown`; `Retry-After` is respected."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("GET", "/webinars/", status=503, times=9, retry_after=5)

    with pytest.raises(ProviderDown) as trouble:
        await pair.client().webinar(webinar_id, PERSON)

    assert (trouble.value.status, pair.pauses) == (503, [5.0, 5.0, 8.0])
    assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [503] * 4


async def test_repeats_end_with_the_callers_patience(pair: Pair) -> None:
    """With three seconds of patience there is no pause of four."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("GET", "/webinars/", status=500, times=9)

    with pytest.raises(ProviderDown):
        await pair.client().webinar(webinar_id, replace(PERSON, patience=3.0))

    assert pair.pauses == [2.0]


async def test_a_deletion_without_an_answer_is_repeated(pair: Pair) -> None:
    """The second try finds nothing to delete, which is a success."""
    client = pair.client(timeout=0.3)
    webinar_id = pair.vendor.create("Launch day", START)
    await client.service_user(PERSON)
    pair.vendor.fail("DELETE", "/webinars/", status=None, effect=True, hang=30)

    await client.delete_webinar(webinar_id, PERSON)

    assert pair.titles() == []


async def test_a_deletion_without_any_answer_is_an_unknown_outcome(pair: Pair) -> None:
    """After all tries failed."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("DELETE", "/webinars/", status=500, times=9)

    with pytest.raises(OutcomeUnknown):
        await pair.client().delete_webinar(webinar_id, PERSON)


async def test_a_refused_connection_means_nothing_changed(pair: Pair) -> None:
    """For changes too, because they were not sent."""
    client = pair.client()
    await client.service_user(PERSON)
    await pair.vendor.stop()
    with pytest.raises(ProviderDown):
        await client.service_user(PERSON)  # detects that the pooled connection is closed
    with pytest.raises(ProviderDown):
        await client.create_webinar(webinar_form(), None, PERSON)
    with pytest.raises(ProviderDown):
        await client.delete_webinar("1", PERSON)


async def test_a_missing_permission_is_named(pair: Pair) -> None:
    """The app's permission, or the host's license."""
    client = pair.client()
    noor = ANA.model_copy(update={"user_id": "62190106"})
    with pytest.raises(ProviderForbidden, match="Webinar license"):
        await client.create_webinar(webinar_form(), noor, PERSON)
    pair.vendor.rules.app_permissions = ["ReadAccounts", "ReadWebinars"]
    with pytest.raises(ProviderForbidden, match="lacks the permission Edit Webinars"):
        await client.create_webinar(webinar_form(), None, PERSON)
    pair.vendor.rules.app_permissions = []
    with pytest.raises(ProviderForbidden, match="lacks the permission Read Webinars"):
        await client.webinar("1", PERSON)
    with pytest.raises(ProviderForbidden, match="lacks the permission Read Accounts"):
        await client.coworkers(PERSON)


async def test_a_refused_field_is_named(pair: Pair) -> None:
    """In the form's words in the sentence, and by the vendor's name in the error."""
    client = pair.client()
    webinar = await client.create_webinar(webinar_form(), None, PERSON)

    with pytest.raises(ProviderRefused) as refusal:
        await client.create_session(webinar.webinar_id, webinar_form(time_zone="Mars/Olympus"), PERSON)

    assert (refusal.value.status, refusal.value.code, refusal.value.parameter) == (400, "CMN-101", "timeZone")
    assert refusal.value.sentence.startswith("RingCentral doesn't accept the time zone,")
