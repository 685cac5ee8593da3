"""The arguments of `link`: which words are the webinar, and which the campaign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.commands.link_args import RegistrationLink, parse_link_args
from bot.commands.parser import parse
from bot.commands.slack_text import strip_quotes
from bot.model.webinar import Status, Webinar
from tests.support.docs_tables import table
from tests.support.rows import each_row
from tests.support.webinar_samples import webinar

NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


def documented() -> list[Webinar]:
    """The webinars of docs/commands.md."""
    return [
        webinar(session_id=key, title=title, start=datetime.fromisoformat(f"{start}+00:00"), status=Status(status))
        for key, title, start, status in table("commands.md", "id")
    ]


@each_row(("typed", "which", "campaign"), table("commands.md", "typed after `link`"))
def test_documented_links_have_their_campaign(typed: str, which: str, campaign: str) -> None:
    """Each example of docs/commands.md."""
    args = parse_link_args(typed, documented(), NOW)
    assert (args.which.text, args.campaign) == (strip_quotes(which), campaign)


def test_documentation_has_its_table() -> None:
    """The table above exists, so that the test that reads it is not empty."""
    assert len(table("commands.md", "typed after `link`")) == 8


@each_row(
    ("typed", "which", "campaign"),
    [
        ("launch day 🎉 party 🎉", "launch day", "🎉 party 🎉"),
        ("launch day :tada: mail", "launch day", ":tada: mail"),
        ("launch day for", "launch day", "for"),
        ("launch day — newsletter", "launch day", "newsletter"),
        ("launch day called Formula 1", "launch day", "Formula 1"),
        ("launch day formula", "launch day", "formula"),
        ("garden newsletter", "garden newsletter", ""),
        ("", "", ""),
    ],
)
def test_campaign_is_what_is_left(typed: str, which: str, campaign: str) -> None:
    """Without the word that introduces it; nothing else is lost."""
    args = parse_link_args(typed, documented(), NOW)
    assert (args.which.text, args.campaign) == (which, campaign)


def test_title_that_begins_another_is_preferred_only_if_it_is_longer() -> None:
    """The longest complete title names the webinar, also if a longer text matches words of another title."""
    webinars = [webinar(session_id="a", title="Launch"), webinar(session_id="b", title="Launch newsletter review")]
    assert parse_link_args("launch newsletter", webinars, NOW - timedelta(days=1)).campaign == "newsletter"


def test_verb_is_parsed_in_slacks_encoding() -> None:
    """The campaign is what the user saw."""
    assert parse("link launch R&amp;D mail") == RegistrationLink("launch R&D mail")
