"""docs/zoom-setup.md has what the Zoom app needs."""

from __future__ import annotations

from bot.doctor.zoom_scopes import WITHOUT
from bot.providers.zoom.deliveries import EVENTS
from bot.providers.zoom.scopes import SCOPES
from bot.web.zoom_webhooks import PATH
from tests.support.docs_tables import ROOT, table


def test_the_page_lists_the_events_to_subscribe_to() -> None:
    """Exactly those that matter."""
    assert sorted(row[0].strip("`") for row in table("zoom-setup.md", "event")) == sorted(EVENTS)


def test_the_page_lists_the_scopes_with_what_they_are_for() -> None:
    """Exactly those of the operations that the adapter calls, in the words of the doctor."""
    classic = {scope.granular: scope.classic for scope in SCOPES.values()}
    rows = [(row[0].strip("`"), row[1].strip("`"), row[2]) for row in table("zoom-setup.md", "scope")]
    assert rows == [(name, classic[name], text) for name, text in WITHOUT.items()]
    assert {name for name, _, _ in rows} == set(classic)


def test_the_page_has_the_address() -> None:
    """The route that the bot serves."""
    assert f"`PUBLIC_URL{PATH}`" in (ROOT / "docs" / "zoom-setup.md").read_text(encoding="utf-8")
