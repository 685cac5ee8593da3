"""User text never pings, links or formats; times name their zone; only the block modules write blocks."""

from __future__ import annotations

import ast
import html
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.webinar import one_line_title
from bot.slack.blocks import (
    actions,
    as_of,
    button,
    clock_time,
    confirm_dialog,
    escape_sentence,
    heading,
    link_button,
    message,
    number,
    parse_option,
    plain,
    relative_time,
    section,
    warning,
    when,
)
from bot.slack.buttons import more
from bot.slack.message import Message
from tests.support.block_kit import check_message
from tests.support.processes import ROOT
from tests.support.rows import each_row
from tests.support.webinar_samples import NASTY, NOW

TYPES = {
    *("modal", "home", "plain_text", "mrkdwn", "header", "section", "divider", "context", "actions", "alert", "image"),
    *("input", "button", "overflow", "plain_text_input", "number_input", "checkboxes", "radio_buttons"),
    *("data_table", "data_visualization"),
    *("static_select", "multi_static_select", "users_select", "multi_users_select", "conversations_select"),
}
"""Types of views, texts, blocks and elements: https://docs.slack.dev/reference/block-kit"""


def test_title_that_pings_and_formats_reads_as_typed() -> None:
    """Tokens are escaped and formatting characters become lookalikes; underscores within names stay."""
    assert plain("<!channel> *Q&A* ~now~ `x` _soon_ snake_case") == (
        "&lt;!channel&gt; ∗Q&amp;A∗ ∼now∼ ˋxˋ ˍsoonˍ snake_case"
    )


def test_title_of_several_lines_becomes_one() -> None:
    """A line break could start a quote or a list."""
    assert plain("  Launch\n> day \t now ") == "Launch &gt; day now"


@pytest.mark.parametrize("title", ["", " \n "])
def test_blank_title_gets_a_placeholder(title: str) -> None:
    """A blank title gets a placeholder."""
    assert plain(title) == "Untitled webinar"


def test_title_that_grows_when_escaped_is_cut_to_what_is_sent() -> None:
    """Slack counts the escaped text; no escape sequence is split."""
    assert plain("&" * 512, 20) == "&amp;&amp;&amp;…"


@settings(deadline=None)
@given(st.text(max_size=600), st.integers(12, 200))
def test_words_of_any_kind_are_harmless(text: str, size: int) -> None:
    """No bare < or >, no formatting character at a word's edge, within the size, complete escapes only."""
    shown = plain(text, size)
    assert len(shown) <= max(size, len("Untitled webinar"))
    assert not set(shown) & set("<>*~`\n")
    assert html.escape(html.unescape(shown), quote=False) == shown


@settings(deadline=None)
@given(st.text("a_ .", max_size=30))
def test_underscore_stays_only_inside_a_word(text: str) -> None:
    """At a word's edge, Slack reads it as italics."""
    shown = f" {plain(text)} "
    inside = [shown[at - 1].isalnum() and shown[at + 1].isalnum() for at, char in enumerate(shown) if char == "_"]
    assert all(inside)


def test_sentence_of_ours_mentions_a_person_a_channel_and_a_time_but_no_crowd() -> None:
    """Quoted user text cannot ping a channel."""
    sentence = "Only <@U12> can, in <#C34>, at <!date^1^{time}|noon>; not <!channel> & <!here|here> <https://x|y>"
    assert escape_sentence(sentence) == (
        "Only <@U12> can, in <#C34>, at <!date^1^{time}|noon>; "
        "not &lt;!channel&gt; &amp; &lt;!here|here&gt; &lt;https://x|y&gt;"
    )


def test_time_is_shown_in_each_readers_zone_with_a_fallback() -> None:
    """Slack uses the reader's zone; an email shows the zone of the webinar and UTC."""
    fallback = "Sat, Nov 21, 2026 at 4:20 PM CET (3:20 PM UTC)"
    assert when(NOW, "Europe/Madrid") == f"<!date^1795274400^{{date_short}} at {{time}}|{fallback}>"
    at_the_start = relative_time(NOW, "Europe/Madrid")
    assert at_the_start == f"<!date^1795274400^{{date_short_pretty}} at {{time}}|{fallback}>"


def test_time_in_utc_is_shown_once() -> None:
    """UTC is not repeated in parentheses."""
    assert clock_time(NOW, "UTC") == "Sat, Nov 21, 2026 at 3:20 PM UTC"


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Europe", "\0"])
def test_time_in_a_zone_that_does_not_exist_is_shown_in_utc(zone: str) -> None:
    """Webinars created elsewhere may have any zone name."""
    assert clock_time(NOW, zone) == "Sat, Nov 21, 2026 at 3:20 PM UTC"


@each_row(
    ("age", "shown"),
    [
        (timedelta(seconds=-5), "{time}|3:20 PM UTC"),
        (timedelta(minutes=2), "{time}|3:18 PM UTC"),
        (timedelta(hours=11), "{time}|4:20 AM UTC"),
        (timedelta(hours=13), "{date_short} at {time}|Sat, Nov 21, 2026 at 2:20 AM UTC"),
        (timedelta(days=400), "{date_short} at {time}|Fri, Oct 17, 2025 at 3:20 PM UTC"),
    ],
)
def test_reading_shows_its_time_and_no_age(age: timedelta, shown: str) -> None:
    """A message stays, and an age would be wrong a minute later; an older time has its date."""
    then = NOW - age
    assert as_of(then, NOW) == f"as of <!date^{int(then.timestamp())}^{shown}>"


def test_count_agrees_with_its_noun() -> None:
    """Singular for one, plural for 0 and for thousands."""
    assert [number(n, "person", "people") for n in (0, 1, 1187)] == ["0 people", "1 person", "1,187 people"]


@pytest.mark.parametrize(("title", "kind"), [("x" * 150, "header"), ("x" * 151, "section")])
def test_heading_is_complete_at_any_length(title: str, kind: str) -> None:
    """A title too long for a header becomes a section in plain text."""
    block = heading(title)
    assert (block["type"], block["text"]["type"], block["text"]["text"]) == (kind, "plain_text", title)


def test_heading_of_a_title_at_its_longest_is_not_read_as_markup() -> None:
    """Plain text neither pings nor formats."""
    assert len(NASTY) == 512
    assert heading(NASTY)["text"] == {"type": "plain_text", "text": one_line_title(NASTY), "emoji": True}


@pytest.mark.parametrize(("sentence", "kind"), [("x" * 200, "alert"), ("x" * 201, "section"), ("<" * 999, "section")])
def test_warning_is_an_alert_as_long_as_one_may_be(sentence: str, kind: str) -> None:
    """A longer sentence becomes a paragraph, uncut."""
    assert warning(sentence)["type"] == kind


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://x/" + "y" * 3000])
def test_button_without_a_usable_address_is_left_out(url: str) -> None:
    """A row without buttons is omitted, too."""
    assert actions(link_button("Join", "open.webinar", url)) == []


def test_menu_of_buttons_has_an_option_for_each() -> None:
    """With its text, its action and its value; a link opens its page; what is not offered is left out."""
    page = link_button("Registration Page", "open.registration", "https://events.example/1")
    made = more([button("Edit", "webinar.edit", "s1"), None, {}, page])
    assert made["options"] == [
        {"text": {"type": "plain_text", "text": "Edit", "emoji": True}, "value": "webinar.edit s1"},
        {
            "text": {"type": "plain_text", "text": "Registration Page", "emoji": True},
            "url": "https://events.example/1",
            "value": "open.registration",
        },
    ]
    assert [parse_option(option["value"]) for option in made["options"]] == [
        ("webinar.edit", "s1"),
        ("open.registration", ""),
    ]
    check_message("Hello", actions(made))


def test_menu_of_one_button_is_that_button() -> None:
    """And of none it is nothing, which a row leaves out."""
    edit = button("Edit", "webinar.edit", "s1")
    assert more([None, edit]) == edit
    assert actions(more([None, {}])) == []


def test_menu_takes_no_button_that_asks_for_confirmation() -> None:
    """The menu would ask for all of its options, or for none."""
    confirm = confirm_dialog(title="Mute?", text="No more reminders.", confirm="Mute", deny="Back", style="danger")
    with pytest.raises(ValueError, match="confirmation"):
        more([button("Mute", "notice.mute", "s1", confirm=confirm), button("Edit", "webinar.edit", "s1")])


def test_message_is_data() -> None:
    """Blocks are the dictionaries to send."""
    made = message("Hello", [section("*Hello*")])
    text = {"type": "mrkdwn", "text": "*Hello*", "verbatim": True}
    assert made == Message("Hello", [{"type": "section", "text": text}])
    check_message(made.text, made.blocks)


def test_time_is_rounded_down_to_the_second() -> None:
    """Slack accepts whole seconds only."""
    assert when(datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)).startswith("<!date^1767225600^")


def test_only_the_block_modules_write_blocks() -> None:
    """No other module of the bot or its handlers contains the dictionary of a block, an element, a text or a view."""
    writers = {ROOT / "bot/slack/blocks.py", ROOT / "bot/slack/form_elements.py"}
    sources = [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]
    found = {path for path in sources if _spells_out_blocks(path)}
    assert found - writers == set()
    assert ROOT / "bot/slack/blocks.py" in found


def _spells_out_blocks(path: Path) -> bool:
    entries = [
        (key, value)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    ]
    return any(key.value == "type" and value.value in TYPES for key, value in entries)
