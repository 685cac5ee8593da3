"""docs/pictures has every surface at both widths, its page shows them all, and the animation is short and small."""

from __future__ import annotations

import re

from tests.support.docs_tables import ROOT
from tests.support.gif import read_gif

FOLDER = ROOT / "docs" / "pictures"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
SHOWN = set(re.findall(r"!\[[^\]]+\]\(([\w-]+\.png)\)", PAGE))
SURFACES = (
    *("card-open", "card-nearly-full", "card-full", "card-live", "card-canceled", "home-first", "home-organizer"),
    *("home-seat", "help", "list", "details", "create-form", "edit-form", "registration-menu", "register", "seat"),
    *("seat-message", "reminder", "alert", "team", "registrants", "report", "followup-review", "own-page"),
    *("settings", "error"),
)
"""What a reader must find, each at both widths."""
MAX_BYTES, MAX_FILM_BYTES = 6_000_000, 3_000_000
SHORTEST_MS, LONGEST_MS = 15_000, 20_000


def test_the_page_shows_every_picture_with_a_text_and_no_other() -> None:
    """Each surface on a desktop and on a phone."""
    files = {path.name for path in FOLDER.glob("*.png")}
    assert files == SHOWN
    assert {name.replace("-desktop", "-phone") for name in files if "-desktop" in name} == {
        name for name in files if "-phone" in name
    }
    assert [one for one in SURFACES if f"{one}-desktop.png" not in files] == []


def test_the_animation_takes_15_to_20_seconds() -> None:
    """At the width of a README, and with time to read each frame."""
    film = read_gif((FOLDER / "greenroom.gif").read_bytes())
    assert SHORTEST_MS <= sum(film.durations_ms) <= LONGEST_MS
    assert len(film.durations_ms) >= 6
    assert min(film.durations_ms) >= 1000
    assert 700 <= film.width <= 900


def test_the_pictures_are_small() -> None:
    """A clone stays quick."""
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes["greenroom.gif"] <= MAX_FILM_BYTES
    assert sum(sizes.values()) <= MAX_BYTES
