"""Our own pages against programs, crowds and garbage: limits with a message, and no input is lost."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.model.registrant import RegistrantDetails
from bot.registration import request_table
from bot.registration.own_pages import queue_table
from bot.registration.own_pages.service import CROWDED, MAX_QUEUED
from bot.web import signup_form
from bot.web.form_limits import (
    MAX_KEYS,
    MAX_OF_NETWORK,
    MAX_OF_PERSON,
    MAX_WHILE_CROWDED,
    WINDOW,
    FormLimit,
    FormLimits,
    FormRefusal,
    client_of,
)
from bot.web.limits import BODY_TIMEOUT
from bot.web.pages import MAX_BYTES
from tests.support.docs_tables import table
from tests.support.own_pages import LENA, PUBLIC_URL, PageVisitor, page_visitor
from tests.support.registration import without_waits
from tests.support.rows import each_row
from tests.support.world import World


async def queued(visitor: PageVisitor) -> int:
    """The number of people queued for the webinar."""
    async with visitor.world.bot.services.store.read() as db:
        return await queue_table.queue_length(db, visitor.webinar.account, visitor.webinar.session_id)


def test_a_network_has_a_limit_that_falls_while_many_are_in_line() -> None:
    """The wait is exact, in seconds. Other networks are not affected, and refused forms do not count."""
    assert 800 < MAX_OF_NETWORK < CROWDED  # a mailing inside a company, and no way to fill the line from one place
    now, numbers = [0.0], count()
    limits = FormLimits(lambda: now[0])

    def sent(network: str, *, is_crowded: bool = False) -> float:
        """The wait of a form with another address."""
        refusal = limits.acquire(network, "s1", f"v{next(numbers)}@visitor.example", is_crowded=is_crowded)
        assert refusal is None or refusal.limit is FormLimit.NETWORK
        return refusal.wait if refusal else 0

    for at in range(MAX_WHILE_CROWDED):
        now[0] = at * 20.0
        assert sent("office", is_crowded=True) == 0
    assert [sent("office", is_crowded=True), sent("office", is_crowded=True)] == [WINDOW - 380, WINDOW - 380]
    assert [sent("home", is_crowded=True), sent("office")] == [0, 0]
    assert sent("office", is_crowded=True) == WINDOW - 360  # the 20 latest count
    now[0] = 380.0
    assert [sent("office") for _ in range(MAX_OF_NETWORK - MAX_WHILE_CROWDED)] == [0] * 979 + [WINDOW - 380]
    now[0] = WINDOW
    assert [sent("office"), sent("office")] == [0, 20]


def test_an_address_has_a_low_limit_for_each_webinar() -> None:
    """From any network. What it refuses does not count for the network either."""
    limits = FormLimits(lambda: 0.0)
    sent = [limits.acquire(f"n{number}", "s1", "lena@v.example") for number in range(MAX_OF_PERSON + 1)]
    assert sent == [None] * MAX_OF_PERSON + [FormRefusal(FormLimit.PERSON, WINDOW)]
    assert limits.acquire("n1", "s2", "lena@v.example") is None
    assert limits.acquire("n1", "s1", "emi@v.example") is None
    for number in range(MAX_WHILE_CROWDED):
        limits.acquire("office", "s1", "lena@v.example", is_crowded=True)
        assert limits.acquire("office", "s1", f"v{number}@v.example", is_crowded=True) is None


def test_what_is_remembered_is_limited() -> None:
    """The most recent networks and people are kept."""
    limits = FormLimits(lambda: 0.0)

    def fill(number: int) -> None:
        for one in range(number):
            limits.acquire(str(one), "s1", f"{one}@v.example")

    for _ in range(MAX_OF_PERSON):
        limits.acquire("first", "s1", "first@v.example")
    fill(MAX_KEYS - 1)
    assert limits.acquire("first", "s1", "first@v.example") is not None  # and it is the most recent one now
    fill(MAX_KEYS)
    assert limits.acquire("first", "s1", "first@v.example") is None


@each_row(
    ("remote", "forwarded_for", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not from a trusted proxy
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "1.2.3.4, 198.51.100.1 ", "198.51.100.1"),  # the client can write the first entry
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_a_proxy_in_a_private_network_is_trusted(remote: str, forwarded_for: str, client: str) -> None:
    """And only its own entry. An IPv6 network of one household is one client."""
    assert client_of(remote, forwarded_for) == client


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["first_name", "last_name", "email"]), st.text(max_size=300)))
def test_any_input_is_valid_or_has_an_error_at_its_field(fields: dict[str, str]) -> None:
    """Valid input is within the vendor's limits and on one line."""
    who = signup_form.registrant_details(fields)
    errors = signup_form.field_errors(who)
    assert list(errors) == [name for name in ("first_name", "last_name", "email") if name in errors]
    if not errors:
        assert 1 <= len(who.first_name) <= 64
        assert 1 <= len(who.last_name) <= 64
        assert "@" in who.email
        assert len(who.email) <= 256
        assert not {"\n", "\r", "\0"} & set(who.first_name + who.last_name + who.email)


async def test_an_office_behind_one_address_is_registered(tmp_path: Path) -> None:
    """200 people send the form within minutes: all get a place, and all are registered, once each."""
    async with page_visitor(tmp_path, prepare=_with_a_large_share) as visitor:
        office, url, places = {"X-Forwarded-For": "203.0.113.9"}, visitor.url, list[str]()
        addresses = [f"v{number}@office.example" for number in range(200)]
        for first in range(0, len(addresses), 25):
            people = [{**LENA, "email": address} for address in addresses[first : first + 25]]
            placed = await asyncio.gather(*(visitor.post(url, person, headers=office) for person in people))
            assert {one.status for one in placed} == {303}
            places.append(placed[-1].location)
            await visitor.world.settled()
        assert sorted(one["email"] for one in visitor.registrants) == sorted(addresses)
        assert {(await visitor.get(place)).heading for place in places} == {"You are registered"}


async def test_one_form_too_many_of_an_address_is_429_and_keeps_the_input(tmp_path: Path) -> None:
    """With the seconds for programs and the minutes for people. Invalid forms do not count."""
    async with page_visitor(tmp_path) as visitor:
        form = (await visitor.get(visitor.url)).values
        for _ in range(MAX_OF_PERSON + 1):
            assert (await visitor.post(visitor.url, {**form, **LENA, "first_name": ""})).status == 400
        for number in range(MAX_OF_PERSON):
            somewhere = {"X-Forwarded-For": f"203.0.113.{number}"}
            assert (await visitor.post(visitor.url, {**form, **LENA}, headers=somewhere)).status == 303

        late = await visitor.post(visitor.url, {**form, **LENA, "email": LENA["email"].upper()})

        assert late.status == 429
        assert 590 <= int(late.headers["Retry-After"]) <= 600
        assert "This email address was sent too often. Press Register again in 10 minutes." in late.words
        assert {name: late.values[name] for name in ("first_name", "form")} == {
            "first_name": "Lena",
            "form": form["form"],
        }
        assert (await visitor.post(visitor.url, {**form, **LENA, "email": "max@visitor.example"})).status == 303


async def test_no_network_fills_the_line_alone(tmp_path: Path) -> None:
    """While the line is long, a network may send few forms, other networks still can, and a full line is 503."""
    async with page_visitor(tmp_path, prepare=_with_a_queue_that_waits) as visitor:
        await visitor.world.settled()
        await _fill_queue(visitor, CROWDED)
        home, cafe = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
        by_client = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.9")]
        for number in range(MAX_WHILE_CROWDED):
            fields = {**LENA, "email": f"home{number}@visitor.example"}
            assert (await visitor.post(visitor.url, fields, headers=home)).status == 303
        for headers in (home, by_client):
            late = await visitor.post(visitor.url, LENA, headers=headers)
            assert late.status == 429
            assert (
                "Too many people have registered from your network. Press Register again in 10 minutes." in late.words
            )
            assert {name: late.values[name] for name in LENA} == LENA
        assert (await visitor.post(visitor.url, LENA, headers=cafe)).status == 303

        await _fill_queue(visitor, MAX_QUEUED - await queued(visitor), "late")
        full = await visitor.post(visitor.url, {**LENA, "email": "full@visitor.example"}, headers=cafe)
        assert (full.status, full.headers["Retry-After"]) == (503, "600")
        assert "Very many people are registering right now." in full.words
        assert full.values["email"] == "full@visitor.example"
        assert await queued(visitor) == MAX_QUEUED


def _with_a_queue_that_waits(world: World) -> None:
    without_waits(world)
    world.ringcentral.fail("POST", "/registrants$", status=401, times=99)


def _with_a_large_share(world: World) -> None:
    without_waits(world)
    world.more_settings = {"page_share": 70}


async def _fill_queue(visitor: PageVisitor, number: int, name: str = "v") -> None:
    """Put so many people in line."""
    people = [
        RegistrantDetails(first_name="Visitor", last_name=str(one), email=f"{name}{one}@visitor.example")
        for one in range(number)
    ]
    crowd = [(0, one, f"key-{one.address}") for one in people]
    account, session_id = visitor.webinar.account, visitor.webinar.session_id
    async with visitor.world.bot.services.store.write() as db:
        await request_table.add(db, account, session_id, crowd, batch_id="", now=visitor.world.clock.now())


async def test_a_filled_honeypot_is_refused_and_keeps_the_input(tmp_path: Path) -> None:
    """A person whose browser has filled it in presses Register again."""
    async with page_visitor(tmp_path) as visitor:
        caught = await visitor.sign_up(visitor.url, website="https://spam.example")
        assert caught.status == 400
        assert "If you are a person, press Register once more." in caught.words
        assert caught.values == {**LENA, "form": caught.values["form"], "website": ""}
        assert await queued(visitor) == 0
        assert (await visitor.post(visitor.url, caught.values)).status == 303


async def test_bodies_that_are_not_our_form_are_refused(tmp_path: Path) -> None:
    """Too large, with or without a length; another content type; too many fields; invalid encoding."""
    async with page_visitor(tmp_path) as visitor:

        async def dripping() -> object:
            for _ in range(MAX_BYTES // 1000 + 2):
                yield b"x" * 1000

        plain = {"Content-Type": "application/x-www-form-urlencoded"}
        url = visitor.url.replace(PUBLIC_URL, visitor.world.bot.url)

        async def status(body: object, headers: dict[str, str]) -> int:
            async with visitor.http.post(url, data=body, headers=headers) as response:
                assert response.headers["Cache-Control"] == "no-store"
                return response.status

        assert await status(b"email=" + b"x" * MAX_BYTES, plain) == 413
        assert await status(dripping(), plain) == 413
        assert await status(b"{}", {"Content-Type": "application/json"}) == 415
        assert await status(b"&".join(b"f%d=1" % one for one in range(50)), plain) == 400
        assert await status(b"email=%ff%00&first_name=\xff", plain) == 400
        assert await queued(visitor) == 0


@pytest.mark.parametrize("kind", ["join", "cancel", "register"])
async def test_an_invalid_token_is_404(tmp_path: Path, kind: str) -> None:
    """With a page, and without a vendor call; a token of another kind is invalid, too."""
    async with page_visitor(tmp_path) as visitor:
        pages, calls = visitor.world.bot.services.own_pages, len(visitor.world.vendor_calls())
        others = [pages.urls.join_url("k", visitor.webinar), pages.urls.cancel_url("k", visitor.webinar), visitor.url]
        tokens = [url.rpartition("/")[2] for url in others if f"/{kind}/" not in url]
        for token in [*tokens, "x", "%00", "%F0%9F%8C%B1", "a" * 2000, "..%2f..%2fetc", "<b>"]:
            shown = await visitor.get(f"{PUBLIC_URL}/{kind}/{token}")
            assert (shown.status, shown.heading) == (404, "There is no such page")
        assert len(visitor.world.vendor_calls()) == calls
        if kind != "join":
            assert (await visitor.post(f"{PUBLIC_URL}/{kind}/x", LENA)).status == 404


async def test_no_personal_data_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No name, no address, no token: after a success, an error and an invalid token."""
    caplog.set_level(logging.DEBUG)
    async with page_visitor(tmp_path) as visitor:
        url = visitor.url
        await visitor.sign_up(url, email="lena")
        placed = await visitor.sign_up(url)
        await visitor.get(placed.location)
        await visitor.get(f"{PUBLIC_URL}/join/{url.rpartition('/')[2]}")
        await visitor.world.settled()
        token, place = url.rpartition("/")[2], placed.location.partition("done=")[2]
    # The database driver logs its parameters at debug level. We never enable that.
    lines = [f"{one.getMessage()} {vars(one)}" for one in caplog.records if not one.name.startswith("aiosqlite")]
    secrets = [token, place, *LENA.values()]
    assert [secret for secret in secrets if any(secret in one for one in lines)] == []
    assert len(place) > 50


def test_the_limits_are_documented() -> None:
    """Each in its row."""
    figures = [figure for _, figure, _ in table("own-pages.md", "limit")]
    minutes = f"in {WINDOW / 60:.0f} minutes"
    assert figures[:5] == [
        f"{MAX_OF_NETWORK:,} {minutes}",
        f"{MAX_WHILE_CROWDED} {minutes}",
        f"{MAX_OF_PERSON} {minutes}",
        f"{MAX_QUEUED:,}",
        f"{MAX_BYTES // 1024} KB, {signup_form.MAX_FIELDS} fields, {BODY_TIMEOUT:.0f} seconds to arrive",
    ]


async def test_an_unexpected_error_has_a_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The visitor can report it, and the admin finds it in the log, which contains no personal data."""
    async with page_visitor(tmp_path) as visitor:
        token = visitor.world.bot.services.own_pages.urls.join_url("page-key-of-lena", visitor.webinar).rpartition("/")[
            2
        ]
        async with visitor.world.bot.services.store.write() as db:
            await db.execute(text("drop table applications"))
        broken = await visitor.get(f"{PUBLIC_URL}/join/{token}")
        assert (broken.status, broken.heading) == (500, "This did not work")
        [unexpected] = [one for one in caplog.records if one.name == "bot.web.pages"]
        assert broken.words.endswith(f"pass on the reference {vars(unexpected)['reference']}.")
        logged = f"{unexpected.getMessage()} {unexpected.exc_text} {vars(unexpected)}"
        assert [secret for secret in (token, "page-key-of-lena") if secret in logged] == []


async def test_without_public_url_the_pages_are_off(tmp_path: Path) -> None:
    """All of them are 404, no button leads to one, and an older button says what is missing."""
    async with page_visitor(tmp_path) as visitor:
        url = visitor.url
        await visitor.world.command("chloe", "#launch", "show launch")
        offered = visitor.world.last("#launch", "chloe")
        await visitor.world.stop_bot()
        visitor.world.public_url = ""
        await visitor.world.start_bot()

        for kind in ("join", "cancel", "register"):
            assert (await visitor.get(url.replace("/register/", f"/{kind}/"))).status == 404
            assert (await visitor.post(url.replace("/register/", f"/{kind}/"))).status == 404
        assert not visitor.world.bot.services.own_pages.urls.is_on
        await visitor.world.command("chloe", "#launch", "show launch")
        assert "page.link" not in str(visitor.world.last("#launch", "chloe").blocks)
        await visitor.world.click("chloe", offered, "page.link")
        assert "setting PUBLIC_URL" in visitor.world.last("#launch", "chloe").words


async def test_a_token_expires_90_days_after_the_webinar(tmp_path: Path) -> None:
    """By the clock of the app. Until then the registration page says that the webinar is over."""
    async with page_visitor(tmp_path) as visitor:
        pages, clock = visitor.world.bot.services.own_pages, visitor.world.clock
        register, join = visitor.url, pages.urls.join_url("k", visitor.webinar)
        clock.move(visitor.webinar.end - clock.now())
        shown = await visitor.get(register)
        assert (shown.status, shown.heading) == (410, "This webinar is over")
        assert (await visitor.post(register, LENA)).status == 410
        assert (await visitor.get(join)).status == 404  # valid, but of no registration
        clock.move(timedelta(days=90))
        for url in (register, join):
            expired = await visitor.get(url)
            assert (expired.status, expired.heading) == (410, "This link has expired")
        assert (await visitor.post(register, LENA)).status == 410
