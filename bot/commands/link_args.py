"""Parse the arguments of `link` into a webinar and a campaign: "launch day spring newsletter"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bot.commands.slack_text import EDGE_MARKS, split_quoted, strip_quotes
from bot.commands.webinar_ref import WebinarRef, find_webinars, has_title, ref_from_text
from bot.model.lifecycle import ListedWebinar

_LEAD = re.compile(r"(?:(?:for|as|called|named|campaign|source)\b|[=\-–—]|:(?=\s))\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RegistrationLink:
    """Show the registration link of a webinar. `words` are the webinar and the campaign, unchanged."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class LinkArgs:
    """The parsed arguments. `campaign` is as typed, or empty."""

    which: WebinarRef
    campaign: str = ""


def parse_link_args(words: str, webinars: Sequence[ListedWebinar], now: datetime) -> LinkArgs:
    """The longest beginning that matches one of `webinars` names it; the rest is the campaign.

    A complete title, an id or `next` at the beginning is preferred to words of a title. Quotation marks decide.
    """
    if quoted := split_quoted(words):
        return LinkArgs(ref_from_text(quoted[0]), _campaign(quoted[1]))
    beginnings = [words[: match.end()] for match in re.finditer(r"\S+", words)][::-1]
    ids = {webinar.id for webinar in webinars}
    complete = (text for text in beginnings if any(has_title(webinar, text) for webinar in webinars))
    first = (text for text in beginnings[-1:] if WebinarRef(text).is_next or text.strip(EDGE_MARKS) in ids)
    found = (text for text in beginnings if find_webinars(ref_from_text(text), webinars, now))
    name = next(chain(complete, first, found), words)
    return LinkArgs(ref_from_text(name), _campaign(words[len(name) :]))


def _campaign(text: str) -> str:
    """The campaign without a word that introduces it, unless nothing else is left, and without quotation marks."""
    typed = text.strip()
    lead = _LEAD.match(typed)
    return strip_quotes(typed[lead.end() if lead else 0 :] or typed)
