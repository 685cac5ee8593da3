"""docs/notices.md matches the code: each kind of notice, its feature, its expiry, its delivery and its figures."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from bot.notices.events import FILLING_PERCENTS
from bot.notices.model import FEATURE_BY_KIND, ONLY_FOR_ORGANIZER, TIMED, NoticeKind
from bot.notices.quiet_hours import ChannelHours
from bot.notices.rules import EXPIRY
from bot.notices.schedule import POST_INTERVAL, SCHEDULE_AHEAD, ChannelActivity, postponed_until
from bot.notices.subscriptions.model import DEFAULT_FEATURES
from bot.notices.texts.compose import MAX_WEBINARS
from bot.webinars.texts.facts import time_before
from tests.support.docs_tables import ROOT, table
from tests.support.notice_samples import notice
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NOW

PAGE = "notices.md"
KINDS = table(PAGE, "notice")
TEXT = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
QUIET_ALL_DAY = ChannelHours(
    workspace=ACCOUNT.workspace, channel_id="C1", quiet_from=0, quiet_to=24 * 60 - 1, set_by="U1", set_at=NOW
)


def until(kind: NoticeKind) -> str:
    """The expiry of a kind, as the page writes it."""
    expiry = EXPIRY[kind]
    return f"{time_before(expiry.extra)} after {expiry.basis}" if expiry.extra else str(expiry.basis)


def waits(kind: NoticeKind, now: datetime) -> bool:
    """Whether a notice of this kind waits in a channel that is quiet all day."""
    return postponed_until(notice(kind), now, ChannelActivity(hours=QUIET_ALL_DAY)) is not None


def test_every_kind_is_on_the_page_once_in_both_tables() -> None:
    """In the order of `NoticeKind`."""
    delivery = re.findall(r"^\| (\w+) \| (?:scheduled|posted) \|", TEXT, re.MULTILINE)
    assert [row[0] for row in KINDS] == delivery == [str(kind) for kind in NoticeKind]


def test_each_kind_belongs_to_the_feature_on_the_page() -> None:
    """Kinds without a feature, and those that no channel gets, have a description of the recipient."""
    features = {kind: re.match(r"`(\w+)`", who) for kind, who, *_ in KINDS}
    of_channels = {kind: feature for kind, feature in FEATURE_BY_KIND.items() if kind not in ONLY_FOR_ORGANIZER}
    assert {kind: found[1] for kind, found in features.items() if found} == of_channels


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row[0])
def test_each_kind_expires_as_the_page_says(row: list[str]) -> None:
    """And is replaced by what the last column names."""
    kind, _, _, until_when, afterwards = row
    assert (until_when, afterwards) == (until(NoticeKind(kind)), EXPIRY[NoticeKind(kind)].replacement)


@each_row("kind", NoticeKind)
def test_each_kind_goes_out_as_the_page_says(kind: NoticeKind) -> None:
    """Scheduled at Slack or posted, and whether it waits for quiet hours to end."""
    way = "scheduled" if kind in TIMED else "posted"
    noon = NOW.replace(hour=12)
    assert f"| {kind} | {way} | {'yes' if waits(kind, noon) else 'no'} |\n" in TEXT


def test_figures_in_the_text_are_those_of_the_code() -> None:
    """Figures outside the tables."""
    assert f"gets it {SCHEDULE_AHEAD // timedelta(minutes=1)} minutes before it is due" in TEXT
    assert POST_INTERVAL // timedelta(minutes=1) == 1
    assert f"One message names {MAX_WEBINARS} webinars at most" in TEXT
    assert "at {} and at {} percent".format(*sorted(FILLING_PERCENTS)) in TEXT
    shared = re.search(r"card is shared gets (`.*?) about", TEXT)
    assert shared is not None
    assert set(re.findall(r"`(\w+)`", shared[1])) == DEFAULT_FEATURES
