"""What our own pages do with programs, crowds and garbage: limits that say so, and nothing that was typed is lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.own_pages import MOST_IN_LINE
from bot.registrants import Applicant
from bot.store import applications, line
from bot.web import sayings, sign_up, turnstile
from bot.web.pages import MOST_BYTES, PATIENCE
from bot.web.turnstile import MOST, WINDOW, Turnstile, visitor
from tests.own_pages_story import LENA, SITE, Site, a_site
from tests.pages import table


async def in_line(site: Site) -> int:
    """How many wait to be registered for the webinar."""
    async with site.world.bot.services.store.read() as db:
        return await line.length(db, site.webinar.account, site.webinar.session_id)


def test_an_address_passes_as_often_as_the_line_takes_people() -> None:
    """Then it is told how long to wait, to the second; others are not concerned, and refusals are not counted."""
    assert MOST == sayings.A_MINUTE * WINDOW / 60
    now = [0.0]
    gate = Turnstile(lambda: now[0])
    for at in range(MOST):
        now[0] = at * 20.0
        assert gate.admit("a") == 0
    assert [gate.admit("a"), gate.admit("a"), gate.admit("b")] == [WINDOW - 380, WINDOW - 380, 0]
    now[0] = WINDOW
    assert [gate.admit("a"), gate.admit("a")] == [0, 20]


def test_only_so_many_addresses_are_remembered() -> None:
    """A flood of addresses takes no memory; who came last is known."""
    gate = Turnstile(lambda: 0.0)
    for number in range(turnstile.PEERS + 50):
        gate.admit(str(number))
    assert len(gate._came) == turnstile.PEERS
    assert "0" not in gate._came
    assert str(turnstile.PEERS + 49) in gate._came


@pytest.mark.parametrize(
    ("remote", "forwarded_for", "whose"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # whoever likes to can write that
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "1.2.3.4, 198.51.100.1 ", "198.51.100.1"),  # the first is what the visitor says
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_a_proxy_is_believed_only_from_beside_us(remote: str, forwarded_for: str, whose: str) -> None:
    """And only what it has written itself; people at home count as one, however many addresses they have."""
    assert visitor(remote, forwarded_for) == whose


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["first_name", "last_name", "email"]), st.text(max_size=300)))
def test_whatever_is_typed_is_an_applicant_or_has_a_sentence_at_its_field(fields: dict[str, str]) -> None:
    """What passes is within the vendor's limits, on one line, and no more than what was typed."""
    who = sign_up.applicant(fields)
    wrong = sign_up.wrong(who)
    assert list(wrong) == [name for name in ("first_name", "last_name", "email") if name in wrong]
    if not wrong:
        assert 1 <= len(who.first_name) <= 64
        assert 1 <= len(who.last_name) <= 64
        assert "@" in who.email
        assert len(who.email) <= 256
        assert not {"\n", "\r", "\0"} & set(who.first_name + who.last_name + who.email)


async def test_one_form_too_many_from_one_network_waits_with_all_that_was_typed(tmp_path: Path) -> None:
    """429 with the seconds for programs and the minutes for people; the next network is free."""
    async with a_site(tmp_path) as site:
        home, cafe = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
        form = (await site.get(site.url)).values
        for number in range(MOST):
            fields = {**form, **LENA, "email": f"v{number}@visitor.example", "form": ""}
            assert (await site.post(site.url, fields, headers=home)).status == 303

        late = await site.post(site.url, {**form, **LENA}, headers=home)

        assert late.status == 429
        assert 590 <= int(late.headers["Retry-After"]) <= 600
        assert "Too many people have registered from your network. Press Register again in 10 minutes." in late.words
        assert {name: late.values[name] for name in LENA} == LENA
        assert late.values["form"] == form["form"]
        both = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.9")]  # the first by the visitor
        assert (await site.post(site.url, {**form, **LENA}, headers=both)).status == 429
        assert (await site.post(site.url, {**form, **LENA}, headers=cafe)).status == 303


async def test_mistakes_are_free(tmp_path: Path) -> None:
    """However often somebody sends a form that cannot be used, the one that can is taken."""
    async with a_site(tmp_path) as site:
        for _ in range(MOST + 1):
            assert (await site.sign_up(site.url, email="lena")).status == 400
        assert (await site.sign_up(site.url)).status == 303


async def test_a_line_that_is_full_takes_nobody_and_says_when_to_come_back(tmp_path: Path) -> None:
    """503 with Retry-After, for this webinar."""
    async with a_site(tmp_path) as site:
        await site.world.settled()
        crowd = [
            (0, Applicant(first_name="Visitor", last_name=str(one), email=f"v{one}@visitor.example"), f"key-{one}")
            for one in range(MOST_IN_LINE)
        ]
        account, session_id = site.webinar.account, site.webinar.session_id
        async with site.world.bot.services.store.write() as db:
            await applications.add(db, account, session_id, crowd, batch_id="", now=site.world.clock.now())

        full = await site.sign_up(site.url)

        assert (full.status, full.headers["Retry-After"]) == (503, "600")
        assert "Very many people are registering just now." in full.words
        assert {name: full.values[name] for name in LENA} == LENA
        assert await in_line(site) <= MOST_IN_LINE


async def test_a_field_that_nobody_sees_catches_programs_and_loses_nothing_of_people(tmp_path: Path) -> None:
    """A person whose browser has filled it in presses Register once more."""
    async with a_site(tmp_path) as site:
        caught = await site.sign_up(site.url, website="https://spam.example")
        assert caught.status == 400
        assert "If you are a person, press Register once more." in caught.words
        assert caught.values == {**LENA, "form": caught.values["form"], "website": ""}
        assert await in_line(site) == 0
        assert (await site.post(site.url, caught.values)).status == 303


async def test_bodies_that_are_no_form_of_ours_are_refused(tmp_path: Path) -> None:
    """Too large, with its length or without; of another kind; with more fields than any form of ours; not readable."""
    async with a_site(tmp_path) as site:

        async def dripping() -> object:
            for _ in range(MOST_BYTES // 1000 + 2):
                yield b"x" * 1000

        plain = {"Content-Type": "application/x-www-form-urlencoded"}
        url = site.url.replace(SITE, site.world.bot.url)

        async def status(body: object, headers: dict[str, str]) -> int:
            async with site.http.post(url, data=body, headers=headers) as response:
                assert response.headers["Cache-Control"] == "no-store"
                return response.status

        assert await status(b"email=" + b"x" * MOST_BYTES, plain) == 413
        assert await status(dripping(), plain) == 413
        assert await status(b"{}", {"Content-Type": "application/json"}) == 415
        assert await status(b"&".join(b"f%d=1" % one for one in range(50)), plain) == 400
        assert await status(b"email=%ff%00&first_name=\xff", plain) == 400
        assert await in_line(site) == 0


@pytest.mark.parametrize("kind", ["join", "cancel", "register"])
async def test_garbage_in_an_address_is_a_page_that_says_so(tmp_path: Path, kind: str) -> None:
    """404, in words; a token of another kind is garbage, too, and asked about nothing at RingCentral."""
    async with a_site(tmp_path) as site:
        pages, calls = site.world.bot.services.own_pages, len(site.world.vendor_calls())
        others = [pages.urls.join_url("k", site.webinar), pages.urls.cancel_url("k", site.webinar), site.url]
        tokens = [url.rpartition("/")[2] for url in others if f"/{kind}/" not in url]
        for token in [*tokens, "x", "%00", "%F0%9F%8C%B1", "a" * 2000, "..%2f..%2fetc", "<b>"]:
            shown = await site.get(f"{SITE}/{kind}/{token}")
            assert (shown.status, shown.heading) == (404, "There is no such page")
        assert len(site.world.vendor_calls()) == calls
        if kind != "join":
            assert (await site.post(f"{SITE}/{kind}/x", LENA)).status == 404


async def test_nothing_of_a_visitor_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No name, no address, no token: whether it goes well, badly, or RingCentral is away."""
    caplog.set_level(logging.DEBUG)
    async with a_site(tmp_path) as site:
        url = site.url
        await site.sign_up(url, email="lena")
        placed = await site.sign_up(url)
        await site.get(placed.onward)
        await site.get(f"{SITE}/join/{url.rpartition('/')[2]}")
        await site.world.settled()
        token, place = url.rpartition("/")[2], placed.onward.partition("done=")[2]
    # Debug lines of the database's driver hold what it is given, and are never written by us.
    lines = [f"{one.getMessage()} {vars(one)}" for one in caplog.records if not one.name.startswith("aiosqlite")]
    secrets = [token, place, *LENA.values()]
    assert [secret for secret in secrets if any(secret in one for one in lines)] == []
    assert len(place) > 50


def test_the_documents_tell_of_these_limits() -> None:
    """Each in its row."""
    figures = [figure for _, figure, _ in table("own-pages.md", "limit")]
    assert figures[:3] == [f"{MOST} in {WINDOW / 60:.0f} minutes", f"{MOST_IN_LINE}", figures[2]]
    assert figures[2] == f"{MOST_BYTES // 1024} KB, {sign_up.MAX_FIELDS} fields, {PATIENCE:.0f} seconds to arrive"


async def test_what_nobody_expected_gets_a_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The visitor can pass it on, and the admin finds it in the log, without what the visitor brought."""
    async with a_site(tmp_path) as site:
        token = site.world.bot.services.own_pages.urls.join_url("page-key-of-lena", site.webinar).rpartition("/")[2]
        async with site.world.bot.services.store.write() as db:
            await db.execute(text("drop table applications"))
        broken = await site.get(f"{SITE}/join/{token}")
        assert (broken.status, broken.heading) == (500, "This did not work")
        [unexpected] = [one for one in caplog.records if one.name == "bot.web.pages"]
        assert broken.words.endswith(f"pass on the reference {vars(unexpected)['reference']}.")
        logged = f"{unexpected.getMessage()} {unexpected.exc_text} {vars(unexpected)}"
        assert [secret for secret in (token, "page-key-of-lena") if secret in logged] == []


async def test_without_a_public_address_there_are_no_pages(tmp_path: Path) -> None:
    """All of them are 404, nobody is offered a link to one, and an older offer says what is missing."""
    async with a_site(tmp_path) as site:
        url = site.url
        await site.world.command("chloe", "#launch", "show launch")
        offered = site.world.last("#launch", "chloe")
        await site.world.stop_bot()
        site.world.public_url = ""
        await site.world.start_bot()

        for kind in ("join", "cancel", "register"):
            assert (await site.get(url.replace("/register/", f"/{kind}/"))).status == 404
            assert (await site.post(url.replace("/register/", f"/{kind}/"))).status == 404
        assert not site.world.bot.services.own_pages.urls.is_on
        await site.world.command("chloe", "#launch", "show launch")
        assert "page.link" not in str(site.world.last("#launch", "chloe").blocks)
        await site.world.click("chloe", offered, "page.link")
        assert "setting PUBLIC_URL" in site.world.last("#launch", "chloe").words


async def test_a_token_expires_by_the_clock_that_webinars_live_by(tmp_path: Path) -> None:
    """Ninety days after the webinar; until then a registration page says that it is over."""
    async with a_site(tmp_path) as site:
        pages, clock = site.world.bot.services.own_pages, site.world.clock
        register, join = site.url, pages.urls.join_url("k", site.webinar)
        clock.move(site.webinar.end - clock.now())
        shown = await site.get(register)
        assert (shown.status, shown.heading) == (410, "This webinar is over")
        assert (await site.post(register, LENA)).status == 410
        assert (await site.get(join)).status == 404  # good still, but nobody's
        clock.move(timedelta(days=90))
        for url in (register, join):
            expired = await site.get(url)
            assert (expired.status, expired.heading) == (410, "This link has expired")
        assert (await site.post(register, LENA)).status == 410
