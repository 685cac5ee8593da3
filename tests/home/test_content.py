"""What a person sees at a glance: which webinars, in which part, and how they are written."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.home.content import MOST, HomeContent, HomeScope, OwnWebinar, home_content
from bot.home.texts import home_blocks, home_message, home_view
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Audience, Status, Webinar
from bot.reports.open_items_table import ItemKind
from tests.support.block_kit import check_message, check_view
from tests.support.webinar_samples import MOMENTS, NOW, START, WEBINARS, registration, webinar

HOUR = timedelta(hours=1)
MOST_BLOCKS = 100
"""Of a Home tab: https://docs.slack.dev/reference/views/home-tab-views"""


def named(session_id: str, **changes: object) -> Webinar:
    """A webinar with this id as its title."""
    return webinar(session_id=session_id, title=session_id, registration=registration(), **changes)


def shown_buttons(content: HomeContent) -> list[str]:
    """The texts of the buttons of the webinars, without those at the top."""
    _, *blocks = home_blocks(content, now=NOW)
    elements = [one for block in blocks for one in [block.get("accessory"), *block.get("elements", [])] if one]
    return [one["text"]["text"] for one in elements if one["type"] == "button"]


def test_each_webinar_is_in_its_part() -> None:
    """Live, own seats, what one runs, what is open about a past one, and the rest; none that is over or canceled."""
    visible = [
        named("next"),
        named("seat", start=START + HOUR),
        named("mine", start=START + 2 * HOUR),
        named("live", status=Status.ACTIVE, start=NOW - HOUR),
        named("over", status=Status.FINISHED, start=NOW - 24 * HOUR),
        named("to do", status=Status.FINISHED, start=NOW - 24 * HOUR),
        named("missed", start=NOW - 2 * HOUR),  # never started: its time has passed
        named("canceled", status=Status.CANCELED),
    ]
    part = HomeScope({"seat", "over"}, {"mine", "over", "to do"}, {"to do": [ItemKind.RECORDING]})

    content = home_content(visible, part, can_create=True, now=NOW)

    assert [one.id for one in content.live] == ["live"]
    assert [one.id for one in content.seats] == ["seat"]
    assert [(own.webinar.id, own.open_items) for own in content.own] == [
        ("to do", (ItemKind.RECORDING,)),
        ("mine", ()),
    ]
    assert [one.id for one in content.coming] == ["next"]
    assert content.more == 0


def test_each_part_is_short_and_the_rest_is_counted() -> None:
    """The soonest five of each; nothing that is left out of one part disappears."""
    visible = [named(f"w{number:02}", start=START + number * HOUR) for number in range(20)]
    part = HomeScope({one.id for one in visible[:8]}, {one.id for one in visible[8:15]})

    content = home_content(visible[::-1], part, can_create=False, now=NOW)

    assert [len(content.seats), len(content.own), len(content.coming)] == [MOST, MOST, MOST]
    assert [one.id for one in content.seats] == [f"w{number:02}" for number in range(MOST)]
    assert [one.id for one in content.coming] == ["w05", "w06", "w07", "w13", "w14"]
    assert content.more == 5


def test_nobody_is_offered_what_they_may_not_do() -> None:
    """Guests cannot create webinars: neither a button nor an example."""
    shown = home_message(HomeContent(can_create=False), now=NOW)
    assert "Create Webinar" not in str(shown.blocks)
    assert "/webinar create" not in str(shown.blocks)
    assert "/webinar register" in str(shown.blocks)


def test_an_empty_page_teaches_by_example() -> None:
    """Three sentences with an example each, and the button to create the first webinar."""
    shown = home_message(HomeContent(can_create=True), now=NOW)
    for example in ("/webinar create Launch day", "/webinar register Launch day", "/webinar subscribe"):
        assert example in str(shown.blocks)
    assert "Create Webinar" in str(shown.blocks)


def test_what_is_open_has_its_button() -> None:
    """After a webinar: the recording and the follow-up, in words and as buttons."""
    own = OwnWebinar(named("over", status=Status.FINISHED), (ItemKind.RECORDING, ItemKind.FOLLOWUP))
    shown = home_message(HomeContent(own=(own,)), now=NOW)
    assert "To do: its recording is not shared yet, and nobody has followed up yet." in str(shown.blocks)
    assert '"Recording"' in str(shown.blocks).replace("'", '"')
    assert '"Follow Up"' in str(shown.blocks).replace("'", '"')
    assert "registered" not in str(shown.blocks)


def test_the_progress_of_an_own_webinar_is_in_its_row() -> None:
    """How many of how many, whether more can register, and who waits for approval; with the way to go on."""
    for read, progress in (
        (registration(count=38, limit=50), "38 of 50 registered · registration open"),
        (registration(count=1200), "1,200 registered · registration open"),
        (registration(count=50, limit=50, is_open=False), "50 of 50 registered · registration full"),
        (registration(count=3, is_open=False), "3 registered · registration closed"),
    ):
        one = named("w").model_copy(update={"registration": read})
        shown = str(home_message(HomeContent(own=(OwnWebinar(one, waiting=2),)), now=NOW).blocks)
        assert progress in shown
        assert "To do: 2 people wait for approval." in shown
        assert "Registrants" in shown


def test_a_row_of_an_own_seat_has_no_count() -> None:
    """A count that is older than the seat would say that nobody has registered."""
    before, live = named("before"), named("live", status=Status.ACTIVE, start=NOW - HOUR)
    links = {"live": SecretStr("https://join.example/own")}
    shown = str(home_message(HomeContent(live=(live,), links=links, seats=(before,)), now=NOW).blocks)
    assert "*before*" in shown
    assert "*live*" in shown
    assert "registered" not in shown
    others = str(home_message(HomeContent(live=(live,), coming=(before,)), now=NOW).blocks)
    assert others.count("3 registered") == 2


def test_a_member_of_the_team_has_their_link_before_the_start() -> None:
    """Beside what is to do, in one row; nobody without a link of their own, and none after the end."""
    for own, shown in (
        (OwnWebinar(named("w"), has_link=True), ["My Link", "Details"]),
        (OwnWebinar(named("w"), has_link=True, waiting=1), ["My Link", "Registrants", "Details"]),
        (OwnWebinar(named("w"), has_link=False), ["Details"]),
        (
            OwnWebinar(named("w", status=Status.FINISHED), (ItemKind.RECORDING,), has_link=True),
            ["Details", "Recording"],
        ),
    ):
        assert shown_buttons(HomeContent(own=(own,))) == shown


def test_links_of_the_team_are_in_the_part_of_own_webinars() -> None:
    """A host without a link of their own has none there."""
    part = HomeScope(runs={"speaks", "hosts"}, has_team_link={"speaks"})
    content = home_content([named("speaks"), named("hosts")], part, can_create=True, now=NOW)
    assert {own.webinar.id: own.has_link for own in content.own} == {"speaks": True, "hosts": False}


def test_those_who_cannot_register_yet_can_ask_to_be_told_when_they_can() -> None:
    """Full or closed; nobody who takes part, and nobody who can register or need not, or whose count is unknown."""
    full, closed = registration(count=50, limit=50, is_open=False), registration(is_open=False)
    for read, takes_part, shown in (
        (full, False, ["Tell Me When It Opens", "Details"]),
        (registration(count=50, limit=50, is_open=True), False, ["Tell Me When It Opens", "Details"]),
        (closed, False, ["Tell Me When It Opens", "Details"]),
        (closed, True, ["Details"]),
        (registration(), False, ["Details"]),
        (None, False, ["Details"]),
    ):
        one = named("w").model_copy(update={"registration": read})
        content = HomeContent(coming=(one,), takes_part={"w"} if takes_part else ())
        assert shown_buttons(content) == shown
    anyone = named("w").model_copy(update={"registration": closed, "audience": Audience.ANYONE})
    assert shown_buttons(HomeContent(coming=(anyone,))) == ["Details"]


def test_those_who_have_a_link_join_by_their_own() -> None:
    """While it is live; everybody else by the button of the card."""
    live = named("live", status=Status.ACTIVE, start=NOW - HOUR)
    links = {"live": SecretStr("https://join.example/own")}
    [own] = [one for one in home_blocks(HomeContent(live=(live,), links=links), now=NOW) if "accessory" in one]
    assert (own["accessory"]["url"], own["accessory"].get("style")) == ("https://join.example/own", None)
    [other] = [one for one in home_blocks(HomeContent(live=(live,)), now=NOW) if "accessory" in one]
    assert "url" not in other["accessory"]


@settings(deadline=None, max_examples=25)
@given(st.lists(WEBINARS, max_size=8), MOMENTS, st.booleans())
def test_any_page_keeps_slacks_limits(webinars: list[Webinar], now: datetime, can_create: bool) -> None:
    """As a message and as a Home tab, with one primary button; what is over is in no part that asks to take part."""
    different = [one.model_copy(update={"session_id": f"s{number}"}) for number, one in enumerate(webinars)]
    part = HomeScope({one.id for one in different[::2]}, {one.id for one in different[::3]})
    content = home_content(different, part, can_create=can_create, now=now)
    assert len(home_blocks(content, now=now, is_first=True)) < MOST_BLOCKS
    shown = home_message(content, now=now)
    view = home_view(home_blocks(content, now=now, is_first=can_create), now=now)
    check_message(shown.text, shown.blocks)
    check_view(view)
    assert str(view).count("'primary'") == int(can_create)
    assert all(is_coming_or_live(one, now) for one in [*content.live, *content.seats, *content.coming])
