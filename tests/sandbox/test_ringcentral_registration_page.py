"""The public pages: registration, and the pages behind join links."""

from __future__ import annotations

import re

from tests.sandbox.ringcentral_client import WEBINARS, ApiClient, Reply, api_client, read

PERSON = {"firstName": "Lena", "lastName": "Berger", "email": "lena@visitor.example"}


async def visit(at: ApiClient, url: str) -> Reply:
    """Open a page."""
    async with at.http.get(url) as response:
        return await read(response)


async def fill(at: ApiClient, url: str, **form: str) -> Reply:
    """Submit the form of a page."""
    async with at.http.post(url, data=form) as response:
        return await read(response)


async def page_of(at: ApiClient, session_id: str) -> str:
    """URL of the registration page of this session."""
    registration = await at.call("GET", f"/webinar/registration/v1/sessions/{session_id}")
    return str(registration.body["registrationPageUri"])


def notes(reply: Reply) -> list[str]:
    """The highlighted messages."""
    return re.findall(r'class="note" role="status">([^<]*)<', reply.body)


def has_form(reply: Reply) -> bool:
    """Whether the page has a form."""
    return "<form" in reply.body


async def test_the_page_tells_what_where_and_when() -> None:
    """Title, time in the webinar's zone, host, and three fields."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        reply = await visit(at, await page_of(at, session_id))
        assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "<h1>Launch day</h1>" in reply.body
        assert "Tuesday 4 March 2031, 16:00–17:00 (Europe/Madrid)<br>Hosted by Greenroom Service" in reply.body
        assert re.findall(r'<input id="(\w+)"', reply.body) == ["firstName", "lastName", "email"]


async def test_registering_shows_the_persons_own_link() -> None:
    """The link opens a page with its owner's name; the registration service counts the registrant."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        url = await page_of(at, session_id)
        done = await fill(at, url, **PERSON)
        assert (done.status, notes(done)) == (200, ["You’re registered, Lena."])
        (link,) = re.findall(r'href="([^"]+)"', done.body)
        assert notes(await visit(at, link)) == ["This link belongs to Lena Berger.", "It has not started yet."]
        counted = await at.call("GET", f"/webinar/registration/v1/sessions/{session_id}")
        assert (counted.body["registrantCount"], counted.body["hasRealRegistrants"]) == (1, True)


async def test_registering_twice_does_not_show_the_link_again() -> None:
    """A user who knows another's address must not get their link, in any spelling of the address."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        url = await page_of(at, session_id)
        await fill(at, url, **PERSON)
        again = await fill(at, url, **{**PERSON, "email": "LENA@visitor.example"})
        assert (again.status, notes(again)) == (
            409,
            ["This address is already registered. Its join link was shown when it registered."],
        )
        assert re.findall(r'href="([^"]+)"', again.body) == []
        assert at.rc.webinars()[0]["registrants"] == 1


async def test_a_form_with_mistakes_comes_back_filled() -> None:
    """With a message under each invalid field, and nobody registered."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        reply = await fill(at, await page_of(at, session_id), firstName=" ", lastName="x" * 65, email="lena")
        assert reply.status == 400
        assert re.findall(r'class="wrong" id="(\w+)-wrong">([^<]*)<', reply.body) == [
            ("firstName", "First name is missing."),
            ("lastName", "Last name is longer than 64 characters."),
            ("email", "This is not an email address."),
        ]
        assert 'value="lena"' in reply.body
        assert at.rc.webinars()[0]["registrants"] == 0


async def test_a_closed_a_full_and_an_ended_webinar_say_so() -> None:
    """With a message and no form; a form that is sent anyway changes nothing."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        url = await page_of(at, session_id)
        at.rc.edit(session_id, registration={"registrationStatus": "Closed"})
        said = [notes(await visit(at, url))]
        at.rc.edit(session_id, registration={"registrationStatus": "Open", "settings": {"autoCloseLimit": 1}})
        at.rc.register(session_id)
        said.append(notes(await visit(at, url)))
        at.rc.begin(session_id)
        at.rc.finish(session_id)
        ended = await visit(at, url)
        late = await fill(at, url, **PERSON)
        assert [*said, notes(ended), notes(late)] == [
            ["Registration for this webinar is closed."],
            ["This webinar is full: no more registrations are taken."],
            ["This webinar has ended."],
            ["This webinar has ended."],
        ]
        assert (has_form(ended), late.status, at.rc.webinars()[0]["registrants"]) == (False, 403, 1)


async def test_people_may_register_while_it_runs() -> None:
    """As the guide describes for a webinar in progress."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        url = await page_of(at, session_id)
        at.rc.begin(session_id)
        assert (await fill(at, url, **PERSON)).status == 200


async def test_pages_that_are_not_there_say_so() -> None:
    """Unknown, canceled, and of a webinar whose registration was switched off."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        url = await page_of(at, session_id)
        await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"settings": {"registrationEnabled": False}})
        urls = [f"{at.rc.url}/w/nothing/register", f"{at.rc.url}/w/join/x", f"{at.rc.url}/w/a/join/x", url]
        missing = [await visit(at, one) for one in urls] + [await fill(at, url, **PERSON)]
        assert [one.status for one in missing] == [404] * 5
        assert {tuple(notes(one)) for one in missing} == {
            ("There is no such page. The webinar may have been canceled.",)
        }


async def test_join_links_say_whose_they_are_and_how_it_stands() -> None:
    """The host's own link and the shared one, before, during and after."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        session_id = await at.make_session(webinar_id)
        session = (await at.call("GET", f"{WEBINARS}/{webinar_id}/sessions/{session_id}")).body
        host = "This is the host’s own link: opening it starts the webinar."
        everybody = "This is the link for everybody who attends."
        assert notes(await visit(at, session["hostJoinUri"])) == [host, "It has not started yet."]
        at.rc.begin(webinar_id)
        assert notes(await visit(at, session["attendeeJoinUri"])) == [everybody, "It is live now."]
        at.rc.finish(webinar_id)
        assert notes(await visit(at, session["attendeeJoinUri"])) == [everybody, "This webinar has ended."]


async def test_what_people_typed_is_never_markup() -> None:
    """Titles, descriptions and names are shown as text."""
    async with api_client() as at:
        evil = '<script>alert("1")</script>'
        webinar_id, session_id = await at.make_registrable()
        at.rc.edit(webinar_id, title=evil, description=f"</p>{evil}")
        url = await page_of(at, session_id)
        done = await fill(at, url, firstName=evil, lastName='"><b>', email="a@b.example")
        (link,) = re.findall(r'href="([^"]+)"', done.body)
        wrong = await fill(at, url, firstName=evil, lastName='"><b>', email="")
        for reply in (await visit(at, url), done, wrong, await visit(at, link)):
            assert ("<script" in reply.body, "<b>" in reply.body) == (False, False)
            assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in reply.body
            assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_pages_load_nothing() -> None:
    """No network: no script, no image, no link to a style."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        reply = await visit(at, await page_of(at, session_id))
        assert re.findall(r"<(?:script|img|link|iframe)|url\(|@import|https?://", reply.body) == []


async def test_visits_are_no_api_calls() -> None:
    """Page views are neither logged nor counted as API calls."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        url = await page_of(at, session_id)
        before = len(at.rc.calls)
        await fill(at, url, **PERSON)
        assert len(at.rc.calls) == before
