"""Tables, charts and containers on the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.block_samples import cell, container, data_table, pie
from tests.sandbox.page_server import Json, PageServer, actions, button, message, plain, section, show

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri"]
NAMES = ["Ana", "Ben", "Chloé", "Dev", "Emi", "Finn", "Gia"]
SEATS = [30, 4, 250, 1_000, 7, 12, 99]


def chart(kind: str, **series: list[float]) -> Json:
    """A chart over five days."""
    lines = [
        {"name": name, "data": [{"label": day, "value": value} for day, value in zip(DAYS, values, strict=True)]}
        for name, values in series.items()
    ]
    axes = {"categories": DAYS, "x_label": "Day", "y_label": "Registrants"}
    data = {"type": kind, "series": lines, "axis_config": axes}
    return {"type": "data_visualization", "block_id": kind, "title": f"Registrants as {kind}", "chart": data}


async def shown(page: Page, acme: PageServer, *blocks: Json) -> None:
    """One message with these blocks."""
    acme.state["messages"]["CLAUNCH"] = [message(60, "UBOT", "fallback", *blocks)]
    await show(page, acme)


async def test_bar_chart_is_drawn_to_scale_with_legend_and_numbers(page: Page, acme: PageServer) -> None:
    """A bar twice as high for twice as many; a screen reader gets the title and a table."""
    await shown(page, acme, chart("bar", Registered=[10, 20, 40, 0, -10], Attended=[5, 10, 20, 0, 0]))
    image = page.get_by_role("img", name="Registrants as bar")
    await expect(image).to_be_visible()
    heights = [float(str(await bar.get_attribute("height"))) for bar in await image.locator("rect.fill-0").all()]
    assert heights[2] == pytest.approx(2 * heights[1])
    assert heights[1] == pytest.approx(2 * heights[0])
    assert heights[4] == pytest.approx(heights[0])
    await expect(image).to_contain_text("Registered, Wed: 40")
    await expect(page.locator(".legend-item")).to_have_text(["Registered", "Attended"])
    table = page.get_by_role("table", name="Registrants as bar")
    await expect(table.get_by_role("row").nth(3)).to_have_text("Wed4020")


async def test_areas_are_stacked_and_lines_are_not(page: Page, acme: PageServer) -> None:
    """The second area begins on the first, so the axis reaches their sum."""
    both = {"One": [10.0, 20, 30, 40, 50], "Two": [10.0, 20, 30, 40, 50]}
    await shown(page, acme, chart("area", **both), chart("line", **both))
    images = [page.get_by_role("img", name=f"as {kind}") for kind in ("area", "line")]
    ticks = [await image.locator(".tick").all_text_contents() for image in images]
    assert (ticks[0][-1], ticks[1][-1]) == ("100", "60")
    await expect(page.get_by_role("img", name="as line").locator("path")).to_have_count(2)
    await expect(page.get_by_role("img", name="as line").locator("circle")).to_have_count(10)


async def test_pie_has_a_slice_for_each_part_and_says_its_share(page: Page, acme: PageServer) -> None:
    """A single part is a whole circle; nothing at all is drawn without a slice."""
    await shown(page, acme, {**pie(3, 1, 0), "block_id": "a"}, {**pie(5), "block_id": "b"}, {**pie(0), "block_id": "c"})
    images = page.get_by_role("img", name="Sources")
    await expect(images.nth(0).locator("path")).to_have_count(3)
    await expect(images.nth(1).locator("circle")).to_have_count(1)
    await expect(page.locator(".legend-item").nth(0)).to_have_text("Part 0: 3 (75%)")
    await expect(page.locator(".legend-item").nth(4)).to_have_text("Part 0: 0 (0%)")


async def test_data_table_is_paged_sorted_and_filtered(page: Page, acme: PageServer) -> None:
    """Five rows a page; numbers sort as numbers; a page has its place."""
    rows = [[cell(name), cell(seats)] for name, seats in zip(NAMES, SEATS, strict=True)]
    await shown(page, acme, data_table([cell("Name"), cell("Seats")], *rows))
    table = page.get_by_role("table", name="Registrants")
    first = table.locator("tbody th")
    await expect(first).to_have_text(NAMES[:5])
    await page.get_by_role("button", name="Next page").click()
    await expect(first).to_have_text(NAMES[5:])
    await expect(page.get_by_text("6–7 of 7")).to_be_visible()
    await table.get_by_role("button", name="Seats").click()
    await expect(first).to_have_text(["Ben", "Emi", "Finn", "Ana", "Gia"])
    await table.get_by_role("button", name="Seats").click()
    await expect(first).to_have_text(["Dev", "Chloé", "Gia", "Ana", "Finn"])
    await expect(table.get_by_role("columnheader", name="Seats")).to_have_attribute("aria-sort", "descending")
    await page.get_by_label("Filter Registrants").fill("chl")
    await expect(first).to_have_text(["Chloé"])
    await expect(page.get_by_role("button", name="Next page")).to_be_hidden()
    await page.get_by_label("Filter Registrants").fill("nobody")
    await expect(page.get_by_text("No rows")).to_be_visible()


async def test_button_in_a_data_table_and_in_a_container_is_posted(page: Page, acme: PageServer) -> None:
    """With the block it is in."""
    go = {"type": "action_cell", "element": button("Open", "open")}
    group = container(section("s", "*Two seats* left"), actions("inside", button("Register", "register")))
    await shown(page, acme, data_table([cell("Name"), cell("")], [cell("Launch"), go]), {**group, "block_id": "group"})
    await page.get_by_role("button", name="Open").click()
    assert (await acme.posted("action"))["block_id"] == "data"
    await page.get_by_role("button", name="Register", exact=True).click()
    assert (await acme.posted("action"))["block_id"] == "inside"


async def test_container_collapses_if_it_can(page: Page, acme: PageServer) -> None:
    """Closed at first if Slack says so; its title and subtitle stay."""
    closed = {"is_collapsible": True, "default_collapsed": True, "subtitle": plain("3 rows")}
    await shown(page, acme, container(section("s", "Inside"), title=plain("Details"), **closed))
    await expect(page.get_by_text("3 rows")).to_be_visible()
    await expect(page.get_by_text("Inside")).to_be_hidden()
    await page.get_by_text("Details").click()
    await expect(page.get_by_text("Inside")).to_be_visible()


async def test_table_has_headings_numbers_and_settings(page: Page, acme: PageServer) -> None:
    """The first row is the heading; raw numbers stand on the right; rich text keeps its style."""
    bold = {"type": "text", "text": "Launch", "style": {"bold": True}}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [bold]}]}
    rows = [[cell("Webinar"), cell("Seats"), cell("State")], [rich, cell(1_500), cell("open")]]
    settings = [{}, {}, {"align": "center"}]
    await shown(page, acme, {"type": "table", "block_id": "t", "rows": rows, "column_settings": settings})
    await expect(page.get_by_role("columnheader")).to_have_text(["Webinar", "Seats", "State"])
    await expect(page.locator("td strong")).to_have_text("Launch")
    await expect(page.get_by_role("cell", name="1,500")).to_have_css("text-align", "right")
    await expect(page.get_by_role("cell", name="open")).to_have_css("text-align", "center")


async def test_header_has_its_level(page: Page, acme: PageServer) -> None:
    """For the eye and for a screen reader."""
    levels = [{"type": "header", "block_id": f"h{n}", "text": plain(f"Level {n}"), "level": n} for n in (1, 2, 3, 4)]
    await shown(page, acme, *levels)
    for level in (1, 2, 3, 4):
        await expect(page.get_by_role("heading", name=f"Level {level}", level=level + 1)).to_be_visible()
    script = "node => parseFloat(getComputedStyle(node).fontSize)"
    sizes = [await page.get_by_text(f"Level {level}").evaluate(script) for level in (1, 2, 3, 4)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4


async def test_cards_show_their_texts_and_buttons(page: Page, acme: PageServer) -> None:
    """Alone and in a row; a small button below a message."""
    texts = {part: {"type": "mrkdwn", "text": f"The *{part}*"} for part in ("title", "subtitle", "body", "subtext")}
    card = {"type": "card", "block_id": "card", **texts, "actions": [button("Open", "open")]}
    row = {"type": "carousel", "block_id": "row", "elements": [{**card, "block_id": f"c{n}"} for n in range(3)]}
    trash = {"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "trash"}
    await shown(page, acme, card, row, {"type": "context_actions", "block_id": "below", "elements": [trash]})
    cards = page.get_by_role("article").filter(has=page.get_by_role("button", name="Open")).locator(".card")
    await expect(cards).to_have_count(4)
    await expect(cards.first).to_contain_text("The titleThe subtitleThe bodyThe subtext")
    await cards.nth(2).get_by_role("button", name="Open").click()
    assert (await acme.posted("action"))["block_id"] == "c1"
    await page.get_by_role("button", name="Delete").click()
    assert (await acme.posted("action"))["action_id"] == "trash"
    await expect(page.locator(".unknown")).to_have_count(0)
