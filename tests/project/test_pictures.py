"""docs/pictures has every surface at both widths, its page shows them all, and the animation is short and small."""

from __future__ import annotations

from tests.support.docs_tables import ROOT
from tests.support.gif import read_gif
from tools.pictures.page import NAMES, page_text

FOLDER = ROOT / "docs" / "pictures"
MAX_BYTES, MAX_FILM_BYTES = 6_000_000, 3_000_000
SHORTEST_MS, LONGEST_MS = 15_000, 20_000


def test_the_page_shows_every_surface_at_both_widths() -> None:
    """As the tool writes it, and no picture is missing or left over."""
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == page_text()
    wanted = {f"{name}-{device}.png" for name in NAMES for device in ("desktop", "phone")}
    assert {path.name for path in FOLDER.glob("*.png")} == wanted


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
