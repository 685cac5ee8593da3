"""Menu, help, list, show and count: all from the mirror, without vendor calls."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.block_kit import check_message
from tests.support.world import World


@pytest.mark.parametrize(
    "words", ["", "help", "help create", "list", "list mine", "list past", "show next", "count next"]
)
async def test_browsing_makes_no_vendor_call_and_keeps_slacks_limits(world: World, words: str) -> None:
    """Every reply comes from the mirror, is ephemeral, and is valid Block Kit."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    before = len(world.vendor_calls())

    await world.command("chloe", "#launch", words)

    answer = world.last("#launch", "chloe")
    assert answer.ephemeral_to == world.slack.user_id("chloe")
    check_message(answer.text, answer.blocks)
    assert world.vendor_calls()[before:] == []


async def test_a_mistyped_verb_offers_the_guess_which_runs_with_all_its_words(world: World) -> None:
    """One line; the button does what was meant, as if it was typed. The groups of the help open in the same place."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "shwo launch")
    guess = world.last("#launch", "chloe")
    assert guess.words.startswith("There is no command “shwo”. Did you mean `/webinar show launch`?")
    assert guess.buttons == ["/webinar show", "Help"]

    await world.click("chloe", guess, "/webinar show")
    assert "Launch day" in world.last("#launch", "chloe").words
    await world.click("chloe", guess, "Help")
    await world.click("chloe", world.last("#launch", "chloe"), "Registration")
    assert "`/webinar limit" in world.last("#launch", "chloe").words
    await world.command("chloe", "#launch", "help regster")
    await world.click("chloe", world.last("#launch", "chloe"), "/webinar help")
    assert "For example: `/webinar register Launch day`" in world.last("#launch", "chloe").words


async def test_list_pages_beyond_ten_in_the_same_place(world: World) -> None:
    """Ten per page; Next replaces the page."""
    for number in range(12):
        world.ringcentral.create(f"Talk {number:02}", world.clock.now() + timedelta(days=number + 1))
    await world.bot.services.mirror.sweep()
    await world.command("ana", "#launch", "list")
    first = world.last("#launch", "ana")
    assert "12 webinars" in first.words
    assert "Talk 10" not in first.words

    await world.click("ana", first, "Next")

    messages = world.slack.messages("#launch", "ana")
    assert len(messages) == 1
    assert "Talk 10" in messages[0].words
    assert "Talk 09" not in messages[0].words


@pytest.mark.parametrize(
    ("typed", "title", "shown"),
    [
        ("today", "Today", ["Lunch talk"]),
        ("tomorrow", "Tomorrow", ["Morning talk"]),
        ("this week", "This week", ["Lunch talk", "Morning talk"]),
        ("This Week lunch", "This week, matching “lunch”", ["Lunch talk"]),
        ("next week", "Next week", ["Later talk"]),
        ("upcoming", "Coming up", ["Lunch talk", "Morning talk", "Later talk"]),
        ("upcoming later", "Matching “later”", ["Later talk"]),
    ],
)
async def test_list_of_a_day_or_week_has_its_webinars(world: World, typed: str, title: str, shown: list[str]) -> None:
    """In the user's time zone, soonest first, without those of other days."""
    now = world.clock.now().astimezone(ZoneInfo("Europe/Madrid"))
    monday = now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=7 - now.weekday())
    await world.move(monday - now)
    for name, ahead in (("Lunch", 4), ("Morning", 24), ("Later", 8 * 24)):
        world.ringcentral.create(f"{name} talk", world.clock.now() + timedelta(hours=ahead))
    await world.bot.services.mirror.sweep()

    await world.command("ana", "#launch", f"list {typed}")

    answer = world.last("#launch", "ana")
    check_message(answer.text, answer.blocks)
    assert answer.text.startswith(f"{title}: {len(shown)} webinar")
    assert [line.strip("*") for line in answer.words.splitlines() if line.endswith(" talk*")] == shown


async def test_list_of_an_empty_day_says_so_and_refresh_keeps_the_day(world: World) -> None:
    """The button of the reply reads the same list again."""
    await world.command("ana", "#launch", "list tomorrow")
    answer = world.last("#launch", "ana")
    assert answer.words.startswith("No webinar starts tomorrow. See what is coming with `/webinar list`\n")
    world.ringcentral.create("Morning talk", world.clock.now() + timedelta(days=1))

    world.clock.move(timedelta(seconds=15))  # the list is read again only then
    await world.click("ana", answer, "Refresh")

    assert world.last("#launch", "ana").text.startswith("Tomorrow: 1 webinar")


async def test_count_never_read_says_so_and_refresh_reads_once(world: World) -> None:
    """A count that was never read is "not read yet", not 0; Refresh reads it with one call."""
    session = _session(
        world,
        world.ringcentral.create(
            "Elsewhere", world.clock.now() + timedelta(days=2), settings={"registrationEnabled": True}
        ),
    )
    await world.bot.services.mirror.sweep()
    await world.command("ana", "#launch", "count elsewhere")
    answer = world.last("#launch", "ana")
    assert "not read yet" in answer.words
    world.ringcentral.register(session, 3)
    before = len(world.vendor_calls())

    await world.click("ana", answer, "Refresh")

    assert "3" in world.last("#launch", "ana").words
    assert "not read yet" not in world.last("#launch", "ana").words
    assert world.vendor_calls()[before:] == [f"GET /webinar/registration/v1/sessions/{session}"]


async def test_show_gives_the_hosts_link_to_the_creator_alone(world: World) -> None:
    """The creator can start as host from `show`; a colleague, even an admin, cannot."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "show launch")
    await world.command("ana", "#launch", "show launch")

    assert "Start as Host" in world.last("#launch", "chloe").buttons
    assert "Start as Host" not in world.last("#launch", "ana").buttons


async def test_several_matches_give_a_picker_and_none_offers_the_list(world: World) -> None:
    """Words that match several webinars give a picker, words that match none the list."""
    for title in ("Launch east", "Launch west"):
        world.ringcentral.create(title, world.clock.now() + timedelta(days=1))
    await world.bot.services.mirror.sweep()

    await world.command("ana", "#launch", "show launch")
    picker = world.last("#launch", "ana")
    assert picker.buttons == ["Show", "Show"]
    await world.click("ana", picker, "Show")
    assert "Launch east" in world.last("#launch", "ana").words

    await world.command("ana", "#launch", "show nothing like it")
    assert "List Webinars" in world.last("#launch", "ana").buttons


async def test_refresh_on_a_card_edits_it_for_everyone(world: World) -> None:
    """Any user may press Refresh: one read, and the card shows the new figure."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#launch"})
    (card,) = world.slack.messages("#launch")
    world.ringcentral.register(world.ringcentral.webinars()[0]["session_id"], 3)
    world.clock.move(timedelta(seconds=16))

    await world.click("gia", card, "Refresh")

    (edited,) = world.slack.messages("#launch")
    assert edited.ts == card.ts
    assert "3 registered" in edited.words


async def test_show_details_from_the_result_opens_on_top_of_it(world: World) -> None:
    """From a modal, the reply is a modal."""
    result = await world.create("chloe", "Launch day")

    await world.click("chloe", result, "Show Details")

    stack = world.slack.view_stack("chloe")
    assert len(stack) == 2
    assert "45 minutes · Scheduled" in stack[-1].words
    assert "Share Here" not in stack[-1].buttons


def _session(world: World, webinar_id: str) -> str:
    (found,) = [
        webinar["session_id"] for webinar in world.ringcentral.webinars() if webinar["webinar_id"] == webinar_id
    ]
    return str(found)
