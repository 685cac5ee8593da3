"""What a message about a webinar offers: the readers' buttons, the organizer's, or a line in their place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.model.webinar import Audience, Status
from bot.notices.model import EndReason, NoticeEnd, NoticeFacts, NoticeKind
from bot.notices.texts.compose import compose
from bot.notices.texts.controls import AFTER_THE_END, next_change
from bot.notices.texts.phrases import KIND_ORDER, NoticeContext
from bot.slack.message import Message
from tests.support.block_kit import buttons, check_message
from tests.support.notice_samples import ALL_FACTS, HOUR_BEFORE, notice_context
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW, START, registration, webinar

SHARED = "https://join.example/shared"
ABOUT_WEBINARS = sorted(KIND_ORDER)


def compose_one(*contexts: NoticeContext, at: datetime = HOUR_BEFORE, **more: Any) -> Message:
    """The message of these notices, checked against Slack's limits."""
    message = compose(contexts, at=at, **more)
    check_message(message.text, message.blocks)
    return message


def beside(message: Message) -> list[str]:
    """The buttons beside the lines of a message."""
    return [block["accessory"]["text"]["text"] for block in message.blocks if "accessory" in block]


ORGANIZER = {
    NoticeKind.FULL: ["Raise Limit"],
    NoticeKind.FILLING: ["Raise Limit"],
    NoticeKind.CLOSED: ["Open Registration"],
    NoticeKind.FREED: ["Open Registration"],
    NoticeKind.RESULTS: ["Report"],
}


@each_row("kind", ORGANIZER)
def test_buttons_of_organizers_come_by_direct_message(kind: NoticeKind) -> None:
    """A channel has the readers' buttons, and everything else behind Details."""
    full = webinar(registration=registration(count=5, limit=5))
    personal = compose_one(notice_context(full, kind, facts=ALL_FACTS, channel_id="U1"))
    assert list(buttons(personal.blocks)) == [*ORGANIZER[kind], "Details"]
    public = compose_one(notice_context(full, kind, facts=ALL_FACTS))
    first = [] if kind in (NoticeKind.RESULTS, NoticeKind.FREED) else ["Tell Me When It Opens"]
    assert list(buttons(public.blocks)) == [*first, "Details"]


def test_reminder_offers_what_is_possible_at_its_time() -> None:
    """Whether people can register is known when it is scheduled; it joins from the start on."""

    def offered(kind: NoticeKind, at: datetime, **changes: Any) -> list[str]:
        return list(buttons(compose_one(notice_context(webinar(**changes), kind), at=at).blocks))

    full, closed = registration(count=5, limit=5), registration(is_open=False)
    for read in (full, closed):
        assert offered(NoticeKind.REMINDER, HOUR_BEFORE, registration=read)[0] == "Tell Me When It Opens"
    assert offered(NoticeKind.STARTING, START, registration=full) == ["Join Now", "Details"]
    practicing = offered(NoticeKind.REMINDER, HOUR_BEFORE, registration=registration(), status=Status.ACTIVE)
    assert practicing == ["Register", "Remind Me", "Mute Here", "Details"]


RETIRED = [
    (EndReason.LIMIT, 80, "Ana Lima", "Limit raised to 80 by Ana Lima · 3:20 PM"),
    (EndReason.LIMIT, None, "Ana Lima", "Limit removed by Ana Lima · 3:20 PM"),
    (EndReason.OPENED, None, "", "Opened · 3:20 PM"),
    (EndReason.CLOSED, 80, "Ana Lima", "Closed by Ana Lima · 3:20 PM"),
    (EndReason.FULL, 80, "", "Full · 3:20 PM"),
    (EndReason.CANCELED, None, "*Ana*", "Canceled by ∗Ana∗ · 3:20 PM"),
    (EndReason.ENDED, None, "", "Ended · 3:20 PM"),
]


@pytest.mark.parametrize(("reason", "limit", "name", "expected"), RETIRED)
def test_notice_without_a_point_has_a_line_instead_of_buttons(
    reason: EndReason, limit: int | None, name: str, expected: str
) -> None:
    """The text stays; the line names the person without mentioning them. A later day has its date."""
    end = NoticeEnd(reason=reason, by="U1", at=NOW, limit=limit)
    given = notice_context(webinar(), NoticeKind.FULL, facts=NoticeFacts(count=5, limit=5, end=end))
    message = compose_one(replace(given, ended_by=name), at=NOW)
    text = message.blocks[-1]["elements"][0]["text"]
    assert re.sub(r"<!date\^\d+\^\{time\}\|(.*) UTC>", r"\1", text) == expected
    assert (message.text, buttons(message.blocks)) == ("Launch day is full: 5 registered, closed by the limit of 5", {})
    earlier = compose_one(replace(given, ended_by=name), at=NOW - timedelta(days=1)).blocks[-1]["elements"][0]["text"]
    assert "{date_short_pretty}" in earlier


@pytest.mark.parametrize("status", [Status.FINISHED, Status.CANCELED])
@pytest.mark.parametrize("kind", ABOUT_WEBINARS)
def test_nothing_is_offered_after_the_end(kind: NoticeKind, status: Status) -> None:
    """No join, no registration, no reminder; only what is about the end itself keeps Details."""
    over = notice_context(webinar(status=status, audience=Audience.ANYONE, attendee_link=SHARED), kind)
    message = compose_one(over, now=START + timedelta(hours=2))
    is_last = kind in AFTER_THE_END
    assert list(buttons(message.blocks)) == (["Details"] if is_last else [])
    lines = {Status.FINISHED: "This webinar has ended.", Status.CANCELED: "This webinar was canceled."}
    assert (message.blocks[-1]["type"] == "context") is not is_last
    assert is_last or message.blocks[-1]["elements"][0]["text"] == lines[status]
    both = compose_one(over, notice_context(webinar(session_id="s2"), kind), now=START + timedelta(hours=2))
    assert beside(both) == (["Details"] * 2 if is_last else [])


def test_message_is_looked_at_again_when_its_webinar_ends() -> None:
    """At the first end to come of one that has not been started; the end of others is a change that is noticed."""
    first, last, live = (
        notice_context(webinar(session_id="s1")),
        notice_context(webinar(session_id="s2", start=START + timedelta(hours=5))),
        notice_context(webinar(session_id="s3", status=Status.ACTIVE)),
    )
    ends = START + timedelta(minutes=45)
    assert next_change([last, first, live], HOUR_BEFORE) == ends
    assert next_change([first, last], ends) == ends + timedelta(hours=5)
    assert next_change([live], HOUR_BEFORE) is None
    assert next_change([notice_context(webinar(), NoticeKind.CANCELED)], HOUR_BEFORE) is None
