"""The animation of the README: a card, a seat, a reminder and an alert, in less than twenty seconds."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Locator

from tools.pictures.encode import Frame
from tools.pictures.stage import Stage

SIZE = {"width": 760, "height": 560}
"""The width of a README."""
TITLE = "Launch day"
FILM = """
.rail, .side, .composer, .message-area > .newer, .beginning { display: none !important }
.workspace { grid-template: minmax(0, 1fr) / minmax(0, 1fr) !important; padding: 0 !important }
.main { border-radius: 0 !important; padding-bottom: 46px }
.overlay { padding: 16px 16px 62px !important }
.pressed { outline: 3px solid #d9a72c !important; outline-offset: 2px !important }
.caption { position: fixed; inset: auto 0 0 0; height: 46px; z-index: 9; display: grid; place-items: center;
  background: #0b2f26; color: #fff; font-weight: 600; font-size: 17px }
"""
"""The conversation alone, with a line below it that says what happens."""
CAPTION = """text => {
  const old = document.querySelector('.caption');
  const line = old ?? Object.assign(document.createElement('div'), {className: 'caption'});
  line.textContent = text;
  (document.querySelector('dialog:modal') ?? document.body).append(line);
}"""


class Film:
    """The frames of the animation, in order."""

    def __init__(self, stage: Stage) -> None:
        """Start without frames."""
        self._stage = stage
        self.frames: list[Frame] = []

    async def show(self, caption: str, seconds: float) -> None:
        """Take what is on the screen, with this line below it."""
        page = self._stage.page
        await page.mouse.move(0, 0)
        await page.evaluate("() => document.activeElement?.blur()")
        await page.evaluate(CAPTION, caption)
        self.frames.append(Frame(await page.screenshot(), round(seconds * 1000)))

    async def press(self, button: Locator, caption: str) -> None:
        """Mark a button for a moment, and press it."""
        await button.evaluate("node => node.classList.add('pressed')")
        await self.show(caption, 1.2)
        await button.evaluate("node => node.classList.remove('pressed')")
        await button.click()


async def take_film(stage: Stage) -> list[Frame]:
    """Play the story: Ana announces, Chloé registers, the channel is reminded and alerted."""
    film = Film(stage)
    await _announce(stage)
    await stage.page.set_viewport_size(SIZE)  # type: ignore[arg-type] # a width and a height
    await stage.become("chloe")
    await stage.page.add_style_tag(content=FILM)
    await _register(stage, film)
    await _remind(stage, film)
    return film.frames


async def _announce(stage: Stage) -> None:
    await stage.become("ana")
    await stage.say(f"/webinar create {TITLE} on Thursday 3pm for 45m")
    form = await stage.window("Create a webinar")
    await form.get_by_label("Description").fill("What we launch in June, and how to show it to customers.")
    await form.get_by_label("Announce in").select_option("#launch")
    await stage.press(form, "Create Webinar")
    await stage.window("Webinar created")
    await stage.close_windows()
    await stage.answer(f"/webinar limit {TITLE} 50")
    stage.launcher.ringcentral.register(stage.session_of(TITLE), 40)
    await stage.pass_until(stage.posted.filter(has_text=TITLE).filter(has_text="10 of 50").first)


async def _register(stage: Stage, film: Film) -> None:
    card = stage.posted.filter(has_text=TITLE).first
    await film.show("Ana's webinar is announced in #launch", 2.6)
    await film.press(stage.button(card, "Register"), "Chloé presses Register")
    asked, form = stage.page.get_by_role("alertdialog"), stage.page.get_by_test_id("modal")
    await asked.or_(form.get_by_test_id("modal-submit")).first.wait_for()
    yes = asked.get_by_role("button").last if await asked.count() else form.get_by_test_id("modal-submit")
    await film.press(yes, "Slack provides her name and address")
    await stage.window("Your seat")
    await film.show("Her seat, with a personal link to join", 2.6)
    await stage.close_windows()
    await stage.pass_until(card.filter(has_text="9 of 50"))
    await film.show("The card shows how many seats are left", 1.8)


async def _remind(stage: Stage, film: Film) -> None:
    await stage.move_to(stage.start_of(TITLE) - timedelta(minutes=59))
    await (await stage.message("starts in 1 hour")).scroll_into_view_if_needed()
    await film.show("An hour before, the channel is reminded", 3.2)
    stage.launcher.ringcentral.register(stage.session_of(TITLE), 9)
    await stage.pass_until(stage.messages.filter(has_text="is full").last)
    await (await stage.message("is full")).scroll_into_view_if_needed()
    await film.show("And alerted when every seat is taken", 3.6)
