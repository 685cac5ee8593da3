"""The names of campaigns, as people type them, and what makes two of them the same."""

from __future__ import annotations

import hashlib
from unicodedata import normalize

from bot.errors import BadInput
from bot.model.registration_source import CHANNEL_PREFIX, COMMAND_SOURCE
from bot.model.visible_text import one_line

MAX_NAME = 64
GENERAL = "registration page"
"""The source of people who register on the page without a campaign."""
NO_NAME = "Name the campaign, for example: `/webinar link next spring newsletter`"
RESERVED = "Greenroom uses this name for another source. Choose another one, for example: spring newsletter"


def campaign_name(typed: str) -> str:
    """The name on one line, without invisible characters. Raises `BadInput` with the remedy."""
    name = one_line(typed)
    if not name:
        raise BadInput(NO_NAME)
    if len(name) > MAX_NAME:
        raise BadInput(f"“{name[:MAX_NAME]}…” is too long: a campaign has up to {MAX_NAME} characters.")
    if name.casefold() in {GENERAL, COMMAND_SOURCE} or name.casefold().startswith(CHANNEL_PREFIX):
        raise BadInput(RESERVED)
    return name


def campaign_id(name: str) -> str:
    """Equal for names that differ only in case, width or spaces."""
    same = " ".join(normalize("NFKC", name).casefold().split())
    return hashlib.sha256(same.encode()).hexdigest()[:32]
