"""Find a time zone by its name or by a place: "Europe/Paris", "paris", "Germany", "Pacific time"."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from bot.commands.time_zones import folded, zone_names_by_place
from bot.commands.zone_names import REGIONS, SEASONS

MIN_LENGTH, MAX_LENGTH = 3, 64
"""Characters of a name, by WcsSessionWithLocaleCodeModel."""
MAX_CHARACTERS = 80


def find_zone(text: str) -> str:
    """The name in the zone database of a zone that is written in any case, or of a place; empty if it is not known.

    An abbreviation is the place's time, in summer and in winter: CET and CEST are Berlin's.
    """
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS:
        return ""
    name = text.upper().removesuffix(" TIME")
    place = folded(text.replace("_", " ")).removesuffix(" time")
    return _names().get(place) or zone_names_by_place().get(place) or SEASONS.get(name) or REGIONS.get(name, "")


def nearest_zone(text: str) -> str:
    """The name of the zone that was probably meant; empty if none is written like it."""
    known = {**zone_names_by_place(), **_names()}
    found = get_close_matches(folded(text[:MAX_CHARACTERS].replace("_", " ")), known, n=1, cutoff=0.75)
    return known[found[0]] if found else ""


@cache
def _names() -> dict[str, str]:
    zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return {folded(zone.replace("_", " ")): zone for zone in zones if MIN_LENGTH <= len(zone) <= MAX_LENGTH}
