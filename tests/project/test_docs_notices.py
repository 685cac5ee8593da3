"""The page about notices says what the code does: each kind, who hears it, how long it is worth saying, what waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from bot.notices.events import FILLING_AT
from bot.notices.model import TIMED, NoticeKind
from bot.notices.quiet_hours import ChannelHours
from bot.notices.rules import EXPIRY
from bot.notices.schedule import BETWEEN_POSTS, HAND_OVER_BEFORE, ChannelActivity, wait_until
from bot.notices.subscriptions.model import FEATURE_OF, SHARED
from bot.notices.texts.compose import MOST
from bot.webinars.texts.facts import ahead
from tests.support.docs_tables import ROOT, table
from tests.support.notice_samples import notice
from tests.support.webinar_samples import ACCOUNT, NOW

PAGE = "notices.md"
KINDS = table(PAGE, "notice")
TEXT = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
QUIET_ALL_DAY = ChannelHours(
    workspace=ACCOUNT.workspace, channel_id="C1", quiet_from=0, quiet_to=24 * 60 - 1, set_by="U1", set_at=NOW
)


def until(kind: NoticeKind) -> str:
    """How the page says until when a kind is worth saying."""
    worth = EXPIRY[kind]
    return f"{ahead(worth.longer)} after {worth.since}" if worth.longer else str(worth.since)


def waits(kind: NoticeKind, now: datetime) -> bool:
    """Whether a channel that is quiet all day has not heard of it yet."""
    return wait_until(notice(kind), now, ChannelActivity(hours=QUIET_ALL_DAY)) is not None


def test_every_kind_is_on_the_page_once_in_both_tables() -> None:
    """In the order in which the code names them."""
    delivery = re.findall(r"^\| (\w+) \| (?:held by Slack|posted) \|", TEXT, re.MULTILINE)
    assert [row[0] for row in KINDS] == delivery == [str(kind) for kind in NoticeKind]


def test_each_kind_belongs_to_the_feature_that_the_page_says() -> None:
    """Those without a feature go to whoever they are addressed to, in words."""
    features = {kind: re.match(r"`(\w+)`", who) for kind, who, *_ in KINDS}
    assert {kind: found[1] for kind, found in features.items() if found} == FEATURE_OF


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row[0])
def test_each_kind_is_worth_saying_as_long_as_the_page_says(row: list[str]) -> None:
    """And is replaced by what the page says."""
    kind, _, _, worth, instead = row
    assert (worth, instead) == (until(NoticeKind(kind)), EXPIRY[NoticeKind(kind)].instead)


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_goes_out_as_the_page_says(kind: NoticeKind) -> None:
    """Held or posted, and whether quiet hours hold it up."""
    way = "held by Slack" if kind in TIMED else "posted"
    noon = NOW.replace(hour=12)
    assert f"| {kind} | {way} | {'yes' if waits(kind, noon) else 'no'} |\n" in TEXT


def test_figures_in_the_text_are_those_of_the_code() -> None:
    """The page names them in passing."""
    assert f"gets it {HAND_OVER_BEFORE // timedelta(minutes=1)} minutes before it is due" in TEXT
    assert BETWEEN_POSTS // timedelta(minutes=1) == 1
    assert f"One message names {MOST} webinars at most" in TEXT
    assert "at {} and at {} percent".format(*sorted(FILLING_AT)) in TEXT
    hears = re.search(r"card is shared hears (`.*?) about", TEXT)
    assert hears is not None
    assert set(re.findall(r"`(\w+)`", hears[1])) == SHARED
