"""Files on the page: those from the app, and those a user chooses for a form."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.sandbox.page_server import PageServer, field, file, message, show, show_modal

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def on_disk(name: str, content: bytes = b"a,b") -> FilePayload:
    """A file on the user's machine."""
    return FilePayload(name=name, mimeType="text/csv", buffer=content)


async def test_picture_is_shown_with_its_alt_text_and_other_files_as_links(page: Page, acme: PageServer) -> None:
    """Each with name and size, also in a message without text; a deleted one leaves a placeholder."""
    acme.files["F1"] = DOT
    chart = file("F1", "chart.png", title="Seats", picture=True, alt="Half of the seats are taken", size=12_345)
    invitation = file("F2", "launch.ics", title="Launch day", size=1_234)
    gone = file("F3", "old.csv", deleted=True)
    acme.state["messages"]["DBOT"].append(message(5, "UBOT", "Your seat.", files=[chart, invitation]))
    acme.state["messages"]["DBOT"].append(message(4, "UBOT", "", files=[gone]))
    await show(page, acme, channel="DBOT")
    picture = page.get_by_role("img", name="Half of the seats are taken")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1
    await expect(page.get_by_role("link", name="chart.png, 12 kB")).to_have_attribute("download", "chart.png")
    shown = page.get_by_test_id("file").nth(1)
    await expect(shown).to_contain_text("Launch day")
    await expect(shown).to_contain_text("1.2 kB")
    link = shown.get_by_role("link", name="launch.ics")
    await expect(link).to_have_attribute("href", f"{acme.url}/workspace/files/F2?as=UANA")
    await expect(page.get_by_text("This file was deleted.")).to_be_visible()


async def test_picture_block_of_a_workspace_file_is_drawn(page: Page, acme: PageServer) -> None:
    """By its id or its private address."""
    acme.files |= {"F1": DOT, "F2": DOT}
    url = "http://127.0.0.1:9/files-pri/T1-F2/chart.png"
    pictures = [
        {"type": "image", "block_id": name, "alt_text": name, "slack_file": source}
        for name, source in (("by id", {"id": "F1"}), ("by url", {"url": url}))
    ]
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "card", *pictures))
    await show(page, acme)
    for name in ("by id", "by url"):
        drawn = page.get_by_role("img", name=name)
        assert await drawn.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1


async def test_file_is_chosen_for_a_form_and_sent_with_it(page: Page, acme: PageServer) -> None:
    """It is uploaded at once, listed with its size, can be removed, and is sent with the form."""
    element = {"type": "file_input", "filetypes": ["csv"], "max_files": 2}
    modal = await show_modal(
        page, acme, field("list", "People", element), field("note", "Note", {"type": "url_text_input"}, optional=True)
    )
    picker = modal.get_by_label("People", exact=True)
    await expect(picker).to_be_focused()
    await modal.get_by_role("button", name="Create Webinar").click()
    await expect(picker).to_have_accessible_description("Please complete this required field.")
    await picker.set_input_files([on_disk("one.csv"), on_disk("two.csv", b"a,b,c")])
    assert await acme.posted("upload") == {"as": "UANA", "name": "one.csv", "content": b"a,b"}
    files = modal.get_by_role("list", name="Chosen files").get_by_role("listitem")
    await expect(files).to_have_text(["one.csv, 3 bytes×", "two.csv, 5 bytes×"])
    await expect(modal.get_by_text("Please complete this required field.")).to_be_hidden()
    await modal.get_by_role("button", name="Remove one.csv").click()
    await expect(picker).to_be_focused()
    acme.changed()
    await expect(files).to_have_count(1)
    await modal.get_by_role("button", name="Create Webinar").click()
    chosen = {"id": "F5", "name": "two.csv", "size": 5}
    assert (await acme.posted("submit"))["values"]["list"] == {"list": {"type": "file_input", "files": [chosen]}}


async def test_file_a_form_cannot_take_is_told_under_the_field(page: Page, acme: PageServer) -> None:
    """Of the wrong type, one too many, or refused by the sandbox; earlier choices stay."""
    element = {"type": "file_input", "filetypes": ["csv"], "max_files": 1}
    modal = await show_modal(page, acme, field("list", "People", element))
    picker, told = modal.get_by_label("People", exact=True), modal.get_by_role("status")
    await picker.set_input_files(on_disk("photo.png"))
    await expect(told).to_have_text("photo.png cannot be taken here: choose a file of type csv.")
    acme.answers["upload"] = {"ok": False, "text": "The disk is full."}
    await picker.set_input_files(on_disk("one.csv"))
    await expect(told).to_have_text("The disk is full.")
    acme.answers.clear()
    await picker.set_input_files(on_disk("one.csv"))
    await expect(modal.get_by_role("button", name="Remove one.csv")).to_be_visible()
    await expect(told).to_have_text("")
    await picker.set_input_files(on_disk("two.csv"))
    await expect(told).to_have_text("Choose at most 1 file.")
    await expect(modal.get_by_role("listitem")).to_have_text(["one.csv, 3 bytes×"])
