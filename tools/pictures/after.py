"""The surfaces of a webinar that starts, runs and is over: reminder, live card, report, follow-up, own page."""

from __future__ import annotations

import re
from datetime import timedelta

from tools.pictures.before import TITLE
from tools.pictures.camera import Camera
from tools.pictures.stage import Stage


async def show_start(stage: Stage, camera: Camera) -> None:
    """A reminder in the channel, one by direct message, and the card while the webinar is live."""
    start = stage.start_of(TITLE)
    await stage.become("ana")
    async with camera.step("reminder"):
        await stage.move_to(start - timedelta(minutes=59))
        await camera.take("reminder", await stage.message("starts in 1 hour"))
    async with camera.step("subscriptions"):
        await stage.answer(f"/webinar subscribe live for {TITLE}")
        await camera.take("subscriptions", await stage.answer("/webinar subscriptions"))
    async with camera.step("live card"):
        await stage.move_to(start)
        stage.launcher.ringcentral.begin(stage.session_of(TITLE))
        stage.launcher.ringcentral.room.send_crowd(stage.session_of(TITLE), 38, 600)
        await stage.move_on(minutes=2)
        card = stage.posted.filter(has_text=TITLE).first
        await card.get_by_text(re.compile("live", re.IGNORECASE)).first.wait_for()
        await camera.take("card-live", card)
    async with camera.step("live notice"):
        notice = stage.posted.filter(has_text=re.compile("is live now|starts now")).last
        await stage.pass_until(notice)
        await camera.take("live-notice", notice)
    async with camera.step("reminder by direct message"):
        await stage.become("chloe", "dm")
        await camera.take("reminder-message", await stage.message("starts in"))


async def show_report(stage: Stage, camera: Camera) -> None:
    """The report, the follow-up before it is sent, and the card of a webinar that is over."""
    await stage.become("ana")
    async with camera.step("card that is over"):
        await stage.move_on(minutes=44)
        stage.launcher.ringcentral.finish(stage.session_of(TITLE))
        await stage.move_on(minutes=10)
        card = stage.posted.filter(has_text=TITLE).first
        await card.get_by_text("over").first.wait_for()
        await camera.take("card-over", card)
    async with camera.step("report"):
        await stage.say(f"/webinar report {TITLE}")
        await camera.take("report", await stage.message("stayed to the end"))
    async with camera.step("follow-up"):
        await stage.say(f"/webinar followup {TITLE}")
        form = await stage.window("Follow-up")
        await camera.take("followup-form", form)
        await form.get_by_test_id("modal-submit").click()
        await form.get_by_text("Send").first.wait_for()
        await camera.take("followup-review", form)


async def show_own_page(stage: Stage, camera: Camera) -> None:
    """The registration page for people outside Slack."""
    async with camera.step("own page"):
        await stage.become("ana")
        link = await stage.answer(f"/webinar link {TITLE}")
        address = await link.locator("a[href*='/register/']").first.get_attribute("href")
        await stage.page.goto(str(address))
        await camera.take("own-page", stage.page.locator("main"))
