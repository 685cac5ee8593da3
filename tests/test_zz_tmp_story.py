"""x"""
from playwright.async_api import expect
from tests.browser import opened
from tests.world import World
async def test_story(world: World) -> None:
    """y"""
    async with opened() as page:
        await page.goto(world.slack.url)
        c = page.get_by_test_id("composer")
        await c.fill("/webinar create Launch day tomorrow 3pm for 45m")
        await c.press("Enter")
        form = page.get_by_role("dialog", name="Create a webinar")
        await form.get_by_label("Announce in").select_option("#launch")
        await form.get_by_role("button", name="Create Webinar").click()
        await expect(page.get_by_role("dialog", name="Webinar created")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("message").filter(has_text="Launch day")).to_be_visible()
