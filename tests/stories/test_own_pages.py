"""Register, join and cancel on our own pages: from HTTP to the list of registrants at RingCentral."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.db.people_schema import registration_requests as table
from bot.model.registrant import RegistrantDetails
from bot.model.team import Invitee, Role
from bot.providers.base import UPKEEP
from bot.registration import request_table
from bot.registration.own_pages import queue_table
from bot.registration.request_table import RequestState
from bot.team import table as team_table
from bot.team.diff import Member
from bot.webinars import organizer_table
from bot.webinars import table as webinar_table
from sandbox.ringcentral import RingCentral
from tests.support.own_pages import LENA, PUBLIC_URL, PageVisitor, ShownPage, page_visitor
from tests.support.registration import PERSON, without_waits
from tests.support.webinar_samples import ACCOUNT, NOW
from tests.support.world import World

pytest_plugins = ["tests.support.databases"]

REGISTRANTS = "/webinar/registration/v1/sessions/"
CALENDAR = "?calendar=1"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


def vendor_calls(visitor: PageVisitor) -> list[str]:
    """The methods of the calls to RingCentral about registrants, oldest first."""
    paths = [(call.method, call.path) for call in visitor.world.ringcentral.calls if "/registrants" in call.path]
    return [method for method, path in paths if path.startswith(REGISTRANTS)]


async def registered(visitor: PageVisitor, **changes: str) -> ShownPage:
    """Register a person and return the page with their links."""
    placed = await visitor.sign_up(visitor.url, **changes)
    assert placed.status == 303, placed.words
    await visitor.world.settled()
    return await visitor.get(placed.location)


async def advance_to(visitor: PageVisitor, before: timedelta = timedelta(minutes=15)) -> None:
    """Move the clock to this time before the start."""
    visitor.world.clock.move(visitor.webinar.start - before - visitor.world.clock.now())


async def test_a_visitor_registers_and_gets_personal_links(tmp_path: Path) -> None:
    """With one call to RingCentral. No URL contains personal data."""
    async with page_visitor(tmp_path) as visitor:
        form = await visitor.get(visitor.url)
        assert (form.status, form.heading) == (200, "Register for Launch day")
        assert "email address are shared with RingCentral" in form.words
        calls = len(visitor.world.vendor_calls())

        done = await registered(visitor, first_name="  Lena ", email="Lena@Visitor.example")

        assert vendor_calls(visitor) == ["POST"]
        [one] = visitor.registrants
        assert (one["firstName"], one["lastName"], one["email"]) == ("Lena", "Berger", "lena@visitor.example")
        assert one["source"] == "registration page"
        assert (done.status, done.heading, done.refresh_s) == (200, "You are registered", 0)
        join, calendar, cancel = done.links
        assert join.startswith(f"{PUBLIC_URL}/join/")
        assert cancel.startswith(f"{PUBLIC_URL}/cancel/")
        secrets = [*LENA.values(), one["id"], visitor.webinar.session_id]
        assert [secret for secret in secrets if secret.lower() in f"{done.url}{join}{calendar}{cancel}".lower()] == []
        assert len(visitor.world.vendor_calls()) <= calls + 2  # the registration, and a count by the poller


async def test_the_join_page_shows_the_start_and_then_redirects(tmp_path: Path) -> None:
    """To the personal link. It refreshes every minute in the hour before."""
    async with page_visitor(tmp_path) as visitor:
        join = (await registered(visitor)).links[0]
        [there] = visitor.registrants
        calls = len(vendor_calls(visitor))

        early = await visitor.get(join)
        assert (early.status, early.heading, early.refresh_s) == (200, "This webinar has not started yet", 0)
        assert f'<time datetime="{visitor.webinar.start:%Y-%m-%dT%H:%MZ}">' in early.html
        assert f"{visitor.webinar.start:%I:%M %p} UTC".lstrip("0") in early.words
        assert "45 minutes" in early.words
        assert there["joinUri"] not in early.html
        await advance_to(visitor, timedelta(minutes=15, seconds=1))
        assert (await visitor.get(join)).refresh_s == 60

        await advance_to(visitor)
        redirect = await visitor.get(join)
        assert (redirect.status, redirect.location) == (302, there["joinUri"])
        assert (redirect.headers["Referrer-Policy"], redirect.headers["Cache-Control"]) == ("no-referrer", "no-store")
        visitor.world.ringcentral.begin(visitor.webinar.session_id)
        visitor.world.clock.move(timedelta(minutes=40))
        assert (await visitor.get(join)).location == there["joinUri"]
        assert len(vendor_calls(visitor)) == calls

        visitor.world.clock.move(timedelta(hours=1))
        visitor.world.ringcentral.finish(visitor.webinar.session_id)
        await visitor.world.bot.services.mirror.sweep()
        over = await visitor.get(join)
        assert (over.status, over.heading) == (410, "This webinar is over")


async def test_canceling_asks_first_and_is_idempotent(tmp_path: Path) -> None:
    """A GET changes nothing, two POSTs are one removal, and the join page reports it."""
    async with page_visitor(tmp_path) as visitor:
        join, _, cancel = (await registered(visitor)).links
        for _ in range(2):
            asks = await visitor.get(cancel)
            assert (asks.status, asks.heading) == (200, "Cancel your registration?")
        assert len(visitor.registrants) == 1

        for _ in range(2):
            pressed = await visitor.post(cancel)
            assert (pressed.status, pressed.location) == (303, cancel)
        assert (await visitor.get(cancel)).heading in ("Canceling your registration", "Your registration is canceled")
        await visitor.world.settled()

        assert visitor.registrants == []
        assert vendor_calls(visitor) == ["POST", "DELETE"]
        again = await visitor.post(cancel)
        off = await visitor.get(again.location)
        assert (off.status, off.heading, off.refresh_s) == (200, "Your registration is canceled", 0)
        gone = await visitor.get(join)
        assert (gone.status, gone.heading) == (410, "Your registration is canceled")
        assert vendor_calls(visitor) == ["POST", "DELETE"]


async def test_a_refused_removal_is_reported(tmp_path: Path) -> None:
    """The registrant stays on the list and can try again."""
    async with page_visitor(tmp_path) as visitor:
        cancel = (await registered(visitor)).links[2]
        visitor.world.ringcentral.fail("DELETE", "/registrants/", status=403)
        await visitor.post(cancel)
        await visitor.world.settled()

        asked = await visitor.get(cancel)
        assert (asked.heading, "you are still registered" in asked.words) == ("Cancel your registration?", True)
        assert len(visitor.registrants) == 1
        await visitor.post(cancel)
        await visitor.world.settled()
        assert ((await visitor.get(cancel)).heading, visitor.registrants) == ("Your registration is canceled", [])


async def test_a_person_can_register_again_after_canceling(tmp_path: Path) -> None:
    """With new links; the old ones stay invalid."""
    async with page_visitor(tmp_path) as visitor:
        first = await registered(visitor)
        await visitor.post(first.links[2])
        await visitor.world.settled()
        second = await registered(visitor)
        assert second.heading == "You are registered"
        assert set(first.links).isdisjoint(second.links)
        assert (await visitor.get(first.links[0])).status == 410
        assert len(visitor.registrants) == 1


async def test_one_form_sent_twice_is_one_application(tmp_path: Path) -> None:
    """After a double click, a reload or a step back."""
    async with page_visitor(tmp_path) as visitor:
        fields = {**(await visitor.get(visitor.url)).values, **LENA}
        places = {(await visitor.post(visitor.url, fields)).location for _ in range(2)}
        await visitor.world.settled()
        places.add((await visitor.post(visitor.url, fields)).location)
        await visitor.world.settled()
        shown = [await visitor.get(place) for place in places]
        assert {one.heading for one in shown} == {"You are registered"}
        assert vendor_calls(visitor) == ["POST"]
        async with visitor.world.bot.services.store.read() as db:
            known = await request_table.find_by_address(
                db, visitor.webinar.account, visitor.webinar.session_id, LENA["email"]
            )
        assert len(known) == 1


async def test_one_form_with_another_address_is_another_application(tmp_path: Path) -> None:
    """A person goes back and registers a colleague."""
    async with page_visitor(tmp_path) as visitor:
        fields = {**(await visitor.get(visitor.url)).values, **LENA}
        mine = await visitor.post(visitor.url, fields)
        theirs = await visitor.post(visitor.url, {**fields, "first_name": "Max", "email": "max@visitor.example"})
        await visitor.world.settled()
        links = [(await visitor.get(place.location)).links for place in (mine, theirs)]
        assert set(links[0]).isdisjoint(links[1])
        assert sorted(one["firstName"] for one in visitor.registrants) == ["Lena", "Max"]


async def test_knowing_an_address_is_not_enough_to_get_its_links(tmp_path: Path) -> None:
    """While it is queued and when it is registered: a message without a link, and no way to cancel."""
    async with page_visitor(tmp_path) as visitor:
        visitor.world.ringcentral.fail("POST", "/registrants$", hang=0.2)
        placed = await visitor.sign_up(visitor.url)
        waiting = await visitor.sign_up(visitor.url, email="LENA@visitor.example")
        assert (waiting.status, waiting.links) == (409, [CALENDAR])
        assert "Someone with this address is already in line." in waiting.words
        assert waiting.values["email"] == "LENA@visitor.example"
        await visitor.world.settled()

        stranger = await registered(visitor, first_name="Eve", email="LENA@visitor.example")
        assert (stranger.status, stranger.heading, stranger.links) == (410, "This address is already registered", [])
        pages = visitor.world.bot.services.own_pages
        key = (await pages.status_context(stranger.url.partition("done=")[2])).page_key
        join, cancel = pages.urls.join_url(key, visitor.webinar), pages.urls.cancel_url(key, visitor.webinar)
        await visitor.post(cancel)
        await visitor.world.settled()
        await advance_to(visitor)
        assert ((await visitor.get(join)).status, (await visitor.get(cancel)).status) == (410, 410)
        assert [one["firstName"] for one in visitor.registrants] == ["Lena"]
        assert (await visitor.get(placed.location)).heading == "You are registered"


async def test_concurrent_forms_with_one_address_queue_it_once(tmp_path: Path, database_url: str) -> None:
    """On both databases: one is accepted, the others are refused; also if RingCentral's first response is lost."""
    async with page_visitor(tmp_path, database_url=database_url) as visitor:
        visitor.world.ringcentral.fail("POST", "/registrants$", hang=0.25)
        forms = [(await visitor.get(visitor.url)).values for _ in range(4)]
        sent = await asyncio.gather(*(visitor.post(visitor.url, {**form, **LENA}) for form in forms))
        assert sorted(one.status for one in sent) == [303, 409, 409, 409]
        await visitor.world.settled()
        assert len(visitor.registrants) == 1
        assert (
            await visitor.get(next(one.location for one in sent if one.status == 303))
        ).heading == "You are registered"


async def test_input_errors_keep_the_input(tmp_path: Path) -> None:
    """Each error is shown under its field and in the summary. Input is escaped."""
    async with page_visitor(tmp_path) as visitor:
        evil = '"><script>alert(1)</script>'
        wrong = await visitor.sign_up(visitor.url, first_name=" ", last_name="x" * 65, email=evil)
        assert wrong.status == 400
        assert wrong.errors == {
            "first_name": "Enter your first name.",
            "last_name": "Enter a last name of at most 64 characters.",
            "email": "Enter a complete email address, for example name@example.com.",
        }
        for name in wrong.errors:
            assert f'aria-invalid="true" aria-describedby="{name}-error"' in wrong.html
        assert wrong.links == ["#first_name", "#last_name", "#email", CALENDAR]
        assert (wrong.values["last_name"], wrong.values["email"]) == ("x" * 65, evil)
        assert wrong.html.count("<script") == 1
        assert (await visitor.sign_up(visitor.url, email=f"{'x' * 250}@visitor.example")).errors == {
            "email": "Enter an email address of at most 256 characters."
        }
        assert (await visitor.sign_up(visitor.url, email="")).errors == {"email": "Enter your email address."}
        assert vendor_calls(visitor) == []


async def test_an_invisible_name_is_no_name(tmp_path: Path) -> None:
    """Zero-width characters and blanks of any kind are removed, alone and within a name."""
    async with page_visitor(tmp_path) as visitor:
        for nothing in ("\u200b", "\u3164", "\u00a0\u2060", "\u0301"):
            refused = await visitor.sign_up(visitor.url, first_name=nothing)
            assert (refused.status, refused.errors) == (400, {"first_name": "Enter your first name."})
        await visitor.sign_up(
            visitor.url, first_name="Le\u200bna\u00ad", last_name="\u202eLang", email="le\u200bna@v.example"
        )
        await visitor.world.settled()
        [one] = visitor.registrants
        assert (one["firstName"], one["lastName"], one["email"]) == ("Lena", "Lang", "lena@v.example")


def _with_a_brand(world: World) -> None:
    without_waits(world)
    world.more_settings = {
        "page_name": "Acme",
        "page_color": "#fc0",
        "page_logo_url": "https://cdn.acme.example/logo.png",
    }


async def test_the_registration_page_announces_the_webinar(tmp_path: Path) -> None:
    """Its description as it was written, its host, its start, and a calendar file without a name or a personal link."""
    async with page_visitor(tmp_path) as visitor:
        description = "What is new this spring:\n- less <b>work</b>\n- more time"
        await _describe(visitor, description)
        await _add_speaker(visitor, "Iris & Co")
        url = visitor.url  # each is another one
        shown = await visitor.get(url)
        assert f'<p class="description">{html.escape(description)}</p>' in shown.html
        assert "Hosted by Chloé Martin, with Iris & Co" in shown.words
        start = visitor.webinar.start
        assert f'<time datetime="{start:%Y-%m-%dT%H:%MZ}">{start:%A, %B} {start.day}, {start.year}, ' in shown.html
        [calendar] = shown.links

        event = (await visitor.get(urljoin(url, calendar))).calendar
        assert (event["summary"], event["dtstart"], event["dtend"]) == ("Launch day", start, visitor.webinar.end)
        assert event["description"] == f"Register: {url}\n\n{description}"
        assert ("url" in event, "location" in event) == (False, False)

        done = await registered(visitor)
        join, personal, _ = done.links
        own = await visitor.get(personal)
        assert "filename*=UTF-8''Launch%20day.ics" in own.headers["Content-Disposition"]
        assert (own.calendar["uid"], own.calendar["sequence"]) == (event["uid"], event["sequence"])
        assert own.calendar["dtstamp"] >= event["dtstamp"]  # so that it replaces the other one
        assert (await visitor.get(own.calendar["url"])).heading == (await visitor.get(join)).heading
        await visitor.post(done.links[2])
        await visitor.world.settled()
        assert (await visitor.get(personal)).heading == "Your registration is canceled"


async def test_a_calendar_file_is_for_a_webinar_that_comes_and_a_person_who_has_a_place(tmp_path: Path) -> None:
    """Others get the page that says why."""
    async with page_visitor(tmp_path) as visitor:
        await visitor.queue_person()
        waiting = visitor.world.bot.services.own_pages.urls.join_url("page-1", visitor.webinar)
        assert (await visitor.get(f"{waiting}?calendar=1")).heading == "You are in line"
        visitor.world.clock.move(timedelta(days=4))
        for url in (visitor.url, waiting):
            assert (await visitor.get(f"{url}?calendar=1")).heading == "This webinar is over"


async def _add_speaker(visitor: PageVisitor, name: str) -> None:
    services, speaker = visitor.world.bot.services, Invitee(invitee_id="i-1", role=Role.PANELIST, name=name)
    async with services.store.write() as db:
        account, session_id = visitor.webinar.account, visitor.webinar.session_id
        await team_table.save(db, account, session_id, Member(invitee=speaker), visitor.world.clock.now())


async def _describe(visitor: PageVisitor, description: str) -> None:
    services = visitor.world.bot.services
    async with services.store.write() as db:
        await webinar_table.save(db, visitor.webinar.model_copy(update={"description": description}))


async def test_every_page_has_the_security_headers(tmp_path: Path) -> None:
    """Not stored, not indexed, not framed, nothing loaded but the picture; style and script are allowed by hash."""
    async with page_visitor(tmp_path, prepare=_with_a_brand) as visitor:
        done = await registered(visitor)
        shown = [await visitor.get(url) for url in (visitor.url, *done.links, f"{PUBLIC_URL}/join/x")]
        shown += [done, await visitor.sign_up(visitor.url, email=""), await visitor.post(done.links[2])]
        for one in shown:
            for name, value in SECURITY_HEADERS.items():
                assert value in one.headers[name]
            assert "unsafe" not in one.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in one.headers["Content-Security-Policy"]
            if one.headers.get("Content-Type", "").startswith("text/html"):
                assert '<html lang="en">' in one.html
                assert '<meta name="robots" content="noindex,nofollow">' in one.html
                assert one.html.count("<script>") == 1
                assert "img-src https://cdn.acme.example/logo.png;" in one.headers["Content-Security-Policy"]
                assert '<img src="https://cdn.acme.example/logo.png" alt="Acme">' in one.html
                assert "--brand:#ffcc00;--on-brand:#000000" in one.html


@pytest.mark.parametrize("keeps", [True, False], ids=["as the guide says", "as the specification says"])
async def test_canceling_works_whether_ringcentral_keeps_our_page_or_not(tmp_path: Path, *, keeps: bool) -> None:
    """The registration contains our cancel page; RingCentral may store or ignore it."""
    async with page_visitor(tmp_path) as visitor:
        visitor.world.ringcentral.rules.keep_own_links = keeps
        *_, cancel = (await registered(visitor)).links
        [there] = visitor.registrants
        assert there["cancellationUri"].startswith(f"{PUBLIC_URL}/cancel/") is keeps
        # Each token is different, and all of them lead to the same page.
        link = there["cancellationUri"] if keeps else cancel
        assert (await visitor.get(link)).heading == "Cancel your registration?"
        await visitor.post(link)
        await visitor.world.settled()
        assert visitor.registrants == []
        assert (await visitor.get(cancel)).heading == "Your registration is canceled"


@pytest.mark.parametrize("keeps", [True, False], ids=["as the guide says", "as the specification says"])
async def test_joining_works_whether_ringcentral_would_keep_our_page_or_not(tmp_path: Path, *, keeps: bool) -> None:
    """It does not get our join page, so it reports its own link, to which our page redirects."""
    async with page_visitor(tmp_path) as visitor:
        visitor.world.ringcentral.rules.keep_own_links = keeps
        join = (await registered(visitor)).links[0]
        await advance_to(visitor)
        [there] = visitor.registrants
        assert there["joinUri"].startswith(visitor.world.ringcentral.url)
        assert (await visitor.get(join)).location == there["joinUri"]


async def test_a_join_page_never_redirects_to_itself(tmp_path: Path) -> None:
    """If RingCentral reports no link but our page, the visitor learns whom to ask."""
    async with page_visitor(tmp_path) as visitor:
        join = (await registered(visitor)).links[0]
        await store_link(visitor, join)
        await advance_to(visitor)
        unknown = await visitor.get(join)
        assert (unknown.status, unknown.heading) == (404, "Your own link is not known here")
        await store_link(visitor, "javascript:alert(1)")
        assert (await visitor.get(join)).status == 404


async def store_link(visitor: PageVisitor, link: str) -> None:
    """Store this as the personal link, or none if it is empty."""
    store = visitor.world.bot.services.store
    async with store.write() as db:
        await db.execute(update(table).values(links=None))
        if link:
            [one] = await request_table.find_by_address(
                db, visitor.webinar.account, visitor.webinar.session_id, LENA["email"]
            )
            await queue_table.save_join_link(db, one, SecretStr(link))


async def test_a_missing_link_is_read_once(tmp_path: Path) -> None:
    """With one call. If RingCentral is unavailable, the page says so and refreshes itself."""
    async with page_visitor(tmp_path) as visitor:
        join = (await registered(visitor)).links[0]
        [there] = visitor.registrants
        await store_link(visitor, "")
        await advance_to(visitor)
        visitor.world.ringcentral.fail("GET", "/registrants/", status=503, times=9)
        away = await visitor.get(join)
        assert (away.status, away.headers["Retry-After"], away.refresh_s) == (503, "60", 60)
        assert away.heading == "RingCentral can’t be reached just now"
        still = await visitor.get(f"{join}?still=1")
        assert ("Stop Refreshing" in away.words, "Refresh Now" in still.words, still.refresh_s) == (True, True, 0)

        visitor.world.ringcentral.faults.clear()
        calls = len(vendor_calls(visitor))
        for _ in range(3):
            assert (await visitor.get(join)).location == there["joinUri"]
        assert vendor_calls(visitor)[calls:] == ["GET"]


async def test_a_removal_in_ringcentral_is_reported(tmp_path: Path) -> None:
    """If the link must be read; a stored link leads to RingCentral's own message."""
    async with page_visitor(tmp_path) as visitor:
        join, _, cancel = (await registered(visitor)).links
        await store_link(visitor, "")
        visitor.world.ringcentral.world.with_session()[0][1].registrants.clear()
        await advance_to(visitor)
        gone = await visitor.get(join)
        assert (gone.status, gone.heading) == (410, "Your registration is canceled")
        await visitor.post(cancel)
        await visitor.world.settled()
        assert (await visitor.get(cancel)).heading == "Your registration is canceled"


async def test_closed_full_and_canceled_webinars_show_the_reason_instead_of_the_form(tmp_path: Path) -> None:
    """On GET, and on POST of a form that was opened earlier, without a vendor call."""
    async with page_visitor(tmp_path) as visitor:
        url = visitor.url
        fields = {**(await visitor.get(url)).values, **LENA}
        rc, mirror = visitor.world.ringcentral, visitor.world.bot.services.mirror

        async def says(words: str, status: int, late: int) -> None:
            await mirror.refresh(visitor.webinar.session_id, PERSON)
            for shown, expected in ((await visitor.get(url), status), (await visitor.post(url, fields), late)):
                assert (shown.status, "<form" in shown.html) == (expected, False)
                assert words in shown.words

        rc.edit(visitor.webinar.session_id, registration={"registrationStatus": "Closed"})
        await says("Registration for this webinar is closed.", 200, 403)
        rc.edit(
            visitor.webinar.session_id, registration={"registrationStatus": "Open", "settings": {"autoCloseLimit": 1}}
        )
        rc.register(visitor.webinar.session_id)
        await says("This webinar is full", 200, 403)
        rc.world.with_session()[0][1].registrants.clear()
        await says("Registration for this webinar is closed.", 200, 403)  # a seat is free, and nobody can take it
        assert vendor_calls(visitor) == []
        await visitor.world.bot.services.cancellation.cancel(visitor.webinar, PERSON, "U0CHLOE")
        for shown in (await visitor.get(url), await visitor.post(url, fields)):
            assert (shown.status, shown.heading) == (410, "This webinar is canceled")


def edit(ringcentral: RingCentral, registration: dict[str, Any]) -> None:
    """Change the registration in RingCentral's own app."""
    [one] = ringcentral.webinars()
    ringcentral.edit(one["session_id"], registration=registration)


@pytest.mark.parametrize(
    ("prepare", "words", "link"),
    [
        (lambda rc: setattr(rc.rules, "required_questions", 1), "has questions that can be answered only", True),
        (lambda rc: edit(rc, {"registrationStatus": "Closed"}), "closed", False),
        (lambda rc: edit(rc, {"settings": {"workEmailRequired": True}}), "accept only work addresses", False),
    ],
    ids=["questions", "closed meanwhile", "work address"],
)
async def test_a_refusal_by_ringcentral_is_shown_on_the_status_page(
    tmp_path: Path, prepare: Callable[[RingCentral], None], words: str, *, link: bool
) -> None:
    """With a link to RingCentral's page if it requires answers."""
    async with page_visitor(tmp_path) as visitor:
        prepare(visitor.world.ringcentral)
        refused = await registered(visitor, email="lena@freemail.example")
        assert (refused.status, refused.heading) == (410, "You are not registered")
        assert words in refused.words
        page = visitor.webinar.registration.page_uri if visitor.webinar.registration else ""
        assert refused.links == ([page] if link else ["?"])
        assert visitor.registrants == []


async def test_a_registration_link_stays_valid_when_the_webinar_is_moved(tmp_path: Path) -> None:
    """By a month: after the original end, the page still shows the form."""
    async with page_visitor(tmp_path) as visitor:
        url, clock = visitor.url, visitor.world.clock
        later = visitor.webinar.start + timedelta(days=30)
        visitor.world.ringcentral.edit(visitor.webinar.session_id, scheduledStartTime=later.isoformat())
        await visitor.world.bot.services.mirror.sweep()
        clock.move(timedelta(days=5))

        placed = await visitor.sign_up(url)
        await visitor.world.settled()

        assert (await visitor.get(placed.location)).heading == "You are registered"
        assert [one["email"] for one in visitor.registrants] == [LENA["email"]]


@pytest.mark.parametrize("status", [404, 400])
async def test_one_unresolved_registration_does_not_block_the_queue(tmp_path: Path, status: int) -> None:
    """The outcome of one call is unknown and the list is refused: the next person is registered."""
    async with page_visitor(tmp_path) as visitor:
        place = await visitor.queue_person("otto@visitor.example", key="page-otto")
        async with visitor.world.bot.services.store.write() as db:
            await db.execute(update(table).values(state=RequestState.REGISTERING))
        visitor.world.ringcentral.fail("GET", "/registrants$", status=status)

        placed = await visitor.sign_up(visitor.url)
        await visitor.world.settled()

        assert (await visitor.get(placed.location)).heading == "You are registered"
        otto = await visitor.get(place)
        assert otto.heading == ("You are not registered" if status == 404 else "You are in line")


async def test_the_pages_survive_a_restart_and_work_in_socket_mode(tmp_path: Path) -> None:
    """Existing links stay valid."""
    async with page_visitor(tmp_path) as visitor:
        join = (await registered(visitor)).links[0]
        register = visitor.url
        await visitor.world.stop_bot()
        visitor.world.socket_mode = True
        await visitor.world.start_bot()
        assert (await visitor.get(join)).heading == "This webinar has not started yet"
        assert (await visitor.get(register)).status == 200


def _slowly(world: World) -> None:
    without_waits(world)
    world.more_settings = {"page_share": 10}


async def test_people_in_line_see_their_place_and_lose_nothing_in_a_crash(tmp_path: Path) -> None:
    """A closed browser is registered all the same. The page refreshes without a call to RingCentral."""
    async with page_visitor(tmp_path, prepare=_slowly) as visitor:
        world, pages = visitor.world, visitor.world.bot.services.own_pages
        per_minute = pages.per_minute(visitor.webinar)
        assert per_minute == 100  # of the 1,000 calls that RingCentral allows here
        places = [await visitor.queue_person(f"v{number}@visitor.example", f"key-{number}") for number in range(101)]
        calls = len(world.vendor_calls())
        shown = [await visitor.get(places[number]) for number in (0, 36, 100)]
        assert ["number 1 in" in shown[0].words, "number 37 in" in shown[1].words] == [True, True]
        assert "You are number 101 in line. Your wait is about 2 minutes." in shown[2].words
        assert "RingCentral will email you your link" in shown[2].words
        assert [one.refresh_s for one in shown] == [20, 20, 20]
        assert len(world.vendor_calls()) == calls

        world.bot.services.page_queue.wake()
        await world.until(lambda: len(visitor.registrants) >= 20)
        await world.crash_bot()
        await world.start_bot()
        world.bot.services.page_queue.wake()
        await world.settled()

        emails = [one["email"] for one in visitor.registrants]
        assert sorted(emails) == sorted(f"v{number}@visitor.example" for number in range(101))
        assert {(await visitor.get(places[number])).heading for number in (0, 36, 100)} == {"You are registered"}


async def test_the_line_ends_when_the_webinar_is_full(tmp_path: Path) -> None:
    """With one refusal for everybody, whose data is deleted at once. The next form says why."""
    async with page_visitor(tmp_path) as visitor:
        places = [await visitor.queue_person(f"v{number}@visitor.example", f"key-{number}") for number in range(20)]
        for command, words in {
            "cancel launch": "its team and 20 in line. Their links stop working, and nobody else can register.",
            'move "Launch day" tomorrow 3pm': "• 20 in line: nothing changes for them but the time.\n• Its team",
        }.items():
            await visitor.world.command("chloe", "#launch", command)
            shown = visitor.world.slack.view("chloe").words
            assert (words in shown, "Nobody" in shown) == (True, False), shown
            await visitor.world.slack.close("chloe", visitor.world.slack.view("chloe"))
        edit(visitor.world.ringcentral, {"registrationStatus": "Open", "settings": {"autoCloseLimit": 3}})
        visitor.world.bot.services.page_queue.wake()
        await visitor.world.settled()
        await visitor.world.bot.services.mirror.refresh(visitor.webinar.session_id, UPKEEP, force=True)

        assert vendor_calls(visitor) == ["POST"] * 4
        assert [one["email"] for one in visitor.registrants] == [f"v{number}@visitor.example" for number in range(3)]
        for place in (places[3], places[19]):
            ended = await visitor.get(place)
            assert (ended.status, ended.heading) == (410, "You are not registered")
            assert "This webinar filled up before your turn." in ended.words
            form = urlsplit(ended.url)._replace(query="").geturl()
            assert (ended.links[0], (await visitor.get(form)).words.count("This webinar is full.")) == ("?", 1)
        async with visitor.world.bot.services.store.read() as db:
            kept = await db.execute(select(table.c.id).where(table.c.content.is_not(None)))
            assert kept.all() == []


async def test_a_problem_of_the_account_keeps_people_in_line(tmp_path: Path) -> None:
    """They are registered when an admin has solved it: a login that is refused, or a permission that is missing."""
    async with page_visitor(tmp_path) as visitor:
        queue = visitor.world.bot.services.page_queue
        queue.leases.retry = timedelta()
        for number, (status, times) in enumerate([(401, 2), (403, 1)]):
            visitor.world.ringcentral.fail("POST", "/registrants$", status=status, times=times)
            placed = await visitor.sign_up(visitor.url, email=f"v{number}@visitor.example")
            await visitor.world.settled()
            assert (await visitor.get(placed.location)).heading == "You are in line"
            queue.wake()
            await visitor.world.settled()
            assert (await visitor.get(placed.location)).heading == "You are registered"


async def test_pages_of_another_workspace_are_404(tmp_path: Path) -> None:
    """With the same key and database."""
    async with page_visitor(tmp_path) as visitor:
        other = visitor.webinar.model_copy(update={"account": ACCOUNT})
        async with visitor.world.bot.services.store.write() as db:
            one = RegistrantDetails(first_name="Lena", last_name="Berger", email="lena@visitor.example")
            await request_table.add(db, ACCOUNT, other.session_id, [(0, one, "theirs")], batch_id="", now=NOW)
        pages = visitor.world.bot.services.own_pages
        for url in (
            pages.urls.register_url(other),
            pages.urls.join_url("theirs", other),
            pages.urls.cancel_url("theirs", other),
        ):
            assert (await visitor.get(url)).status == 404


async def test_an_organizer_gets_the_registration_link(tmp_path: Path) -> None:
    """From the details, as an ephemeral message, while registration is possible."""
    async with page_visitor(tmp_path) as visitor:
        await visitor.world.command("chloe", "#launch", "show launch")
        await visitor.world.click("chloe", visitor.world.last("#launch", "chloe"), "page.link")
        told = visitor.world.last("#launch", "chloe")
        [url] = [word.strip("`") for word in told.words.split() if word.startswith("```")]
        assert (await visitor.get(url)).heading == "Register for Launch day"
        assert told.ephemeral_to == "U0CHLOE"

        await visitor.world.command("chloe", "#launch", "show launch")
        details = visitor.world.last("#launch", "chloe")
        visitor.world.clock.move(timedelta(days=4))
        await visitor.world.click("chloe", details, "page.link")
        assert "This webinar is over" in visitor.world.last("#launch", "chloe").words


async def test_the_registration_link_requires_permission_at_the_click(tmp_path: Path) -> None:
    """Others do not see the button; a former organizer is refused."""
    async with page_visitor(tmp_path) as visitor:
        services = visitor.world.bot.services

        async def organised_by(*people: str) -> str:
            async with services.store.write() as db:
                await organizer_table.save(db, services.account.workspace, people, "U0BEN", visitor.world.clock.now())
            await visitor.world.command("dev", "#launch", "show launch")
            return str(visitor.world.last("#launch", "dev").blocks)

        assert "page.link" not in await organised_by()
        assert "page.link" in await organised_by("U0DEV")
        offered = visitor.world.last("#launch", "dev")
        await organised_by("U0EMI")
        await visitor.world.click("dev", offered, "page.link")
        refused = visitor.world.last("#launch", "dev").words
        assert "You can't take a registration link for this webinar" in refused
        assert PUBLIC_URL not in refused
