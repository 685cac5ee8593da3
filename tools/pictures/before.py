"""The surfaces of a webinar that is ahead: Home, forms, card, seat, team, registration."""

from __future__ import annotations

import re

from playwright.async_api import Locator

from tools.pictures.camera import Camera
from tools.pictures.stage import Stage

TITLE = "Launch day"
LIMIT = 50
OTHER = "Office hours"


async def show_first_use(stage: Stage, camera: Camera) -> None:
    """Home before anything was created, help, and a mistyped command."""
    async with camera.step("home on the first opening"):
        await camera.take("home-first", await stage.home("ana"))
    await stage.become("ana")
    async with camera.step("help"):
        await camera.take("help", await stage.answer("/webinar help"))
    async with camera.step("error reply"):
        await camera.take("error", await stage.answer(f"/webinar remnid {TITLE}"))
    async with camera.step("settings"):
        await camera.take("settings", await stage.answer("/webinar settings"))


async def show_creation(stage: Stage, camera: Camera) -> None:
    """The form, its result, the card, and the form that edits."""
    await stage.become("ana")
    async with camera.step("create form"):
        form = await _filled_form(stage, TITLE, "Thursday 3pm for 45m")
        await camera.take("create-form", form)
        await stage.press(form, "Create Webinar")
        await camera.take("create-result", await stage.window("Webinar created"))
    async with camera.step("open card"):
        await camera.take("card-open", await stage.message(TITLE))
    async with camera.step("edit form"):
        await stage.say(f"/webinar edit {TITLE}")
        form = await stage.window("Edit webinar")
        await form.get_by_label("Title").wait_for()
        await camera.take("edit-form", form)


async def _filled_form(stage: Stage, title: str, when: str) -> Locator:
    await stage.say(f"/webinar create {title} on {when}")
    form = await stage.window("Create a webinar")
    await form.get_by_label("Description").fill("What we launch in June, and how to show it to customers.")
    await form.get_by_label("Announce in").select_option("#launch")
    return form


async def show_team(stage: Stage, camera: Camera) -> None:
    """The team's form, and the team."""
    await stage.become("ana")
    async with camera.step("team"):
        await stage.say(f"/webinar invite {TITLE} @ben as cohost")
        form = await stage.window("Invite to the team")
        await camera.take("invite-form", form)
        await stage.press(form, "Save Team")
        await (await stage.window("Team saved")).get_by_text("Ben Okafor").wait_for()
        await stage.close_windows()
        await camera.take("team", await stage.answer(f"/webinar team {TITLE}"))


async def show_seat(stage: Stage, camera: Camera) -> None:
    """A colleague takes a seat: what is asked, the seat, and its direct message."""
    await stage.become("chloe")
    async with camera.step("register"):
        await stage.press(stage.posted.filter(has_text=TITLE).first, "Register")
        asked, form = stage.page.get_by_role("alertdialog"), stage.page.get_by_test_id("modal")
        await asked.or_(form.get_by_test_id("modal-submit")).first.wait_for()
        await camera.take("register", asked if await asked.count() else form)
        if await asked.count():
            await stage.confirm()
        else:
            await form.get_by_test_id("modal-submit").click()
        await camera.take("seat", await stage.window("Your seat"))
    async with camera.step("message with the seat"):
        await stage.become("chloe", "dm")
        await stage.message(".ics")  # comes last
        await camera.take("seat-message", stage.messages.filter(has_text=TITLE).first)
    async with camera.step("home of a colleague with a seat"):
        await camera.take("home-seat", await stage.home("chloe"))


async def show_registration(stage: Stage, camera: Camera) -> None:
    """Registrants, the menu of registration, and the card as it fills up."""
    register = stage.launcher.ringcentral.register
    session = stage.session_of(TITLE)
    await stage.become("ana")
    async with camera.step("details"):
        register(session, 11)
        await stage.answer(f"/webinar limit {TITLE} {LIMIT}")
        await camera.take("details", await stage.answer(f"/webinar show {TITLE}"))
    async with camera.step("registration menu"):
        await stage.press(stage.messages.last, "Registration")
        await camera.take("registration-menu", await stage.window("Registration"))
    async with camera.step("registrants"):
        await camera.take("registrants", await stage.answer(f"/webinar registrants {TITLE}"))
    async with camera.step("list"):
        await camera.take("list", await stage.answer("/webinar list"))
    async with camera.step("home of an organizer"):
        await camera.take("home-organizer", await stage.home("ana"))


async def show_filling(stage: Stage, camera: Camera) -> None:
    """The card and the alerts as it fills up, and a canceled webinar."""
    register, session = stage.launcher.ringcentral.register, stage.session_of(TITLE)
    await stage.become("ana")
    card = stage.posted.filter(has_text=TITLE).first
    for surface, count, words in (("card-nearly-full", 34, r"46 of|4 of 50 seats"), ("card-full", 4, "full")):
        async with camera.step(surface):
            register(session, count)
            await stage.pass_until(card.filter(has_text=re.compile(words, re.IGNORECASE)))
            await camera.take(surface, card)
    async with camera.step("alert"):
        await camera.take("alert", await stage.message("is full"))
    async with camera.step("alert by direct message"):
        await stage.become("ana", "dm")
        await camera.take("alert-message", await stage.message("is full"))
        await stage.become("ana")
    async with camera.step("canceled card"):
        await show_canceled(stage, camera)


async def show_canceled(stage: Stage, camera: Camera) -> None:
    """Announce another webinar, cancel it, and show what its card has become."""
    await stage.press(await _filled_form(stage, OTHER, "Friday 11am for 30m"), "Create Webinar")
    await stage.window("Webinar created")
    await stage.close_windows()
    card = stage.posted.filter(has_text=OTHER).first
    await stage.say(f"/webinar cancel {OTHER}")
    asked = await stage.window("Cancel")
    await camera.take("cancel-form", asked)
    await asked.get_by_test_id("modal-submit").click()
    await card.get_by_text("canceled").first.wait_for()
    await stage.close_windows()
    await camera.take("card-canceled", card)
