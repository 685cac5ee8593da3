"""The details keep everything about a webinar within reach, in at most two rows of buttons."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.model.webinar import Status, Webinar
from bot.slack import buttons as ids
from handlers.browse.texts import count, details
from tests.support.block_kit import buttons, check_message
from tests.support.webinar_samples import NOW, registration, webinar

HOST_LINK = SecretStr("https://join.example/host")

BEFORE = {
    *(ids.START, ids.REGISTER, ids.SHARE_HERE, ids.SHARE_IN, ids.REFRESH_DETAILS, ids.EDIT, ids.MOVE, ids.INVITE),
    *(ids.TEAM, ids.REGISTRANTS, ids.PAGE_LINK, ids.REGISTRATION_MENU, ids.DUPLICATE, ids.CANCEL),
}
AFTER = {
    *(ids.RECORDING, ids.REPORT, ids.FOLLOW_UP, ids.REGISTRANTS, ids.REGISTRATION_MENU, ids.DUPLICATE),
    ids.REFRESH_DETAILS,
}
ELSEWHERE = {ids.CLOSE, ids.REOPEN, ids.RAISE_LIMIT}
"""In the registration form, and on the reply to `count`."""


def test_everything_about_a_webinar_is_within_reach_of_its_details() -> None:
    """In at most two rows with one primary button; what they leave out is where a button leads, or on the count."""
    one, over = (webinar(status=status, registration=registration()) for status in (Status.SCHEDULED, Status.FINISHED))
    every: list[tuple[Webinar, dict[str, Any]]] = [
        (one, {"host_link": link, "here": here}) for link in (None, HOST_LINK) for here in (True, False)
    ]
    found: dict[Status, set[str]] = {Status.SCHEDULED: set(), Status.FINISHED: set()}
    for shown, more in [*every, (over, {"host_link": None})]:
        message = details(shown, now=NOW, can_manage=True, has_pages=True, **more)
        check_message(message.text, message.blocks)
        rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
        assert (len(rows) <= 2, all(len(row) <= 5 for row in rows)) == (True, True)
        assert sum(element.get("style") == "primary" for row in rows for element in row) <= 1
        found[shown.status] |= {button["action_id"] for button in buttons(message.blocks).values()}
        found[shown.status] |= {element["action_id"] for row in rows for element in row if "options" not in element}
    assert found == {Status.SCHEDULED: BEFORE, Status.FINISHED: AFTER}
    shut = webinar(registration=registration(is_open=False))
    counted = [count(shown, now=NOW, can_manage=True).blocks for shown in (one, shut)]
    assert {button["action_id"] for blocks in counted for button in buttons(blocks).values()} >= ELSEWHERE


def test_details_of_a_cohost_have_what_they_may_do() -> None:
    """Before the end, and after it."""
    before, after = (
        details(
            webinar(status=status, registration=registration()), now=NOW, host_link=None, can_manage=False, can_run=True
        )
        for status in (Status.SCHEDULED, Status.FINISHED)
    )
    first = ["Register", "Registrants", "Close Registration", "Set Limit"]
    assert list(buttons(before.blocks)) == [*first, "Share Here", "Refresh"]
    assert list(buttons(after.blocks)) == ["Report", "Recording", "Registrants", "Refresh"]
