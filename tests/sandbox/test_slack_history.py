"""conversations.history, and the metadata of messages."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import refusal

MARK = {"event_type": "greenroom_notice", "event_payload": {"id": "n1", "parts": [{"of": 2}], "late": False}}


@pytest.fixture
def web(slack: Slack, web: AsyncWebClient) -> AsyncWebClient:
    """A client with the history scopes."""
    slack.scopes |= {"channels:history", "groups:history", "im:history"}
    return web


async def texts(web: AsyncWebClient, **wanted: Any) -> list[str]:
    """The texts of the history, newest first."""
    answer = await web.api_call("conversations.history", params={"channel": "C0LAUNCH", **wanted})
    return [message["text"] for message in answer["messages"]]


async def test_history_is_read_back_newest_first(slack: Slack, web: AsyncWebClient) -> None:
    """The app's messages and users' messages; not ephemeral ones, deleted ones, or replies."""
    await web.chat_postMessage(channel="C0LAUNCH", text="ours")
    await slack.say("ana", "#launch", "hers")
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="whispered")
    gone = (await web.chat_postMessage(channel="C0LAUNCH", text="gone"))["ts"]
    await web.chat_delete(channel="C0LAUNCH", ts=gone)
    await web.chat_postMessage(channel="C0LAUNCH", text="a reply", thread_ts=slack.messages("#launch")[0].ts)
    answer = await web.conversations_history(channel="C0LAUNCH")
    assert [(m["text"], m["user"], m.get("bot_id")) for m in answer["messages"]] == [
        ("hers", "U0ANA", None),
        ("ours", "U0GREENROOM", "B0GREENROOM"),
    ]
    assert (answer["has_more"], "response_metadata" in answer) == (False, False)


async def test_history_keeps_to_the_time_asked_for(web: AsyncWebClient) -> None:
    """The bounds are exclusive unless `inclusive` is set."""
    stamps = [(await web.chat_postMessage(channel="C0LAUNCH", text=str(n)))["ts"] for n in range(5)]
    assert await texts(web, oldest=stamps[1]) == ["4", "3", "2"]
    assert await texts(web, latest=stamps[3]) == ["2", "1", "0"]
    assert await texts(web, oldest=stamps[1], latest=stamps[3]) == ["2"]
    assert await texts(web, oldest=stamps[1], latest=stamps[3], inclusive="true") == ["3", "2", "1"]
    assert await texts(web, oldest="0", latest=stamps[0], inclusive="true") == ["0"]
    for name in ("oldest", "latest"):
        for nonsense in ("yesterday", "nan"):
            wrong = web.api_call("conversations.history", params={"channel": "C0LAUNCH", name: nonsense})
            assert await refusal(wrong) == f"invalid_ts_{name}"


async def test_history_pages_by_cursor(slack: Slack, web: AsyncWebClient) -> None:
    """One page at a time; a thousand at once is refused; an app outside the Marketplace gets 15, once a minute."""
    slack.limits.messages_per_second = None
    for number in range(20):
        await web.chat_postMessage(channel="C0LAUNCH", text=str(number))
    first = await web.conversations_history(channel="C0LAUNCH", limit=12)
    cursor = first["response_metadata"]["next_cursor"]
    second = await web.conversations_history(channel="C0LAUNCH", limit=12, cursor=cursor)
    seen = [m["text"] for answer in (first, second) for m in answer["messages"]]
    assert (seen, first["has_more"], second["has_more"]) == ([str(n) for n in reversed(range(20))], True, False)
    assert await refusal(web.conversations_history(channel="C0LAUNCH", limit=1000)) == "invalid_limit"
    assert await refusal(web.conversations_history(channel="C0LAUNCH", cursor="nonsense")) == "invalid_cursor"
    slack.limits.history_objects, slack.limits.history_per_minute = 15, 1
    assert len(await texts(web, limit=100)) == 15
    with pytest.raises(SlackApiError) as caught:
        await web.conversations_history(channel="C0LAUNCH")
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60
    assert (await web.auth_test())["ok"]


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C0RANDOM", "not_in_channel"), ("C0BOARD", "channel_not_found"), ("C0NOWHERE", "channel_not_found")],
)
async def test_history_is_for_members_only(slack: Slack, web: AsyncWebClient, channel: str, code: str) -> None:
    """chat:write.public lets the app post there, but read nothing; a removed member cannot read any more."""
    assert await refusal(web.conversations_history(channel=channel)) == code
    assert await texts(web) == []
    await slack.kick("#launch")
    assert await refusal(web.conversations_history(channel="C0LAUNCH")) == "not_in_channel"
    assert (await web.conversations_history(channel="D0ANA"))["messages"] == []


async def test_metadata_is_kept_and_its_payload_shown_when_asked_for(slack: Slack, web: AsyncWebClient) -> None:
    """As it was sent; the response to the post has all of it."""
    posted = await web.chat_postMessage(channel="C0LAUNCH", text="marked", metadata=MARK)
    await web.chat_postMessage(channel="C0LAUNCH", text="plain")
    assert (posted["message"]["metadata"], slack.messages("#launch")[0].metadata) == (MARK, MARK)

    async def seen(**more: Any) -> list[Any]:
        answer = await web.conversations_history(channel="C0LAUNCH", **more)
        return [message.get("metadata") for message in answer["messages"]]

    assert await seen() == [None, {"event_type": "greenroom_notice"}]
    assert await seen(include_all_metadata=True) == [None, MARK]


async def test_metadata_stays_until_it_is_replaced_or_taken_away(slack: Slack, web: AsyncWebClient) -> None:
    """By chat.update, like blocks."""
    ts = (await web.chat_postMessage(channel="C0LAUNCH", text="a", metadata=MARK))["ts"]
    other = {"event_type": "other", "event_payload": {}}
    for metadata, left in ((None, MARK), (other, other), ({}, None)):
        body: dict[str, Any] = {"channel": "C0LAUNCH", "ts": ts, "text": "b"}
        await web.api_call("chat.update", json=body if metadata is None else {**body, "metadata": metadata})
        assert slack.messages("#launch")[0].metadata == left


@pytest.mark.parametrize(
    "metadata",
    [
        "not json",
        ["a", "list"],
        {"event_type": "only"},
        {"event_payload": {}},
        {"event_type": "", "event_payload": {}},
        {"event_type": 5, "event_payload": {}},
        {"event_type": "x", "event_payload": "text"},
        {"event_type": "x", "event_payload": None},
    ],
)
@pytest.mark.parametrize("content", [{"text": "x"}, {"markdown_text": "x"}])
async def test_metadata_that_is_none_is_refused(
    slack: Slack, web: AsyncWebClient, metadata: Any, content: dict[str, str]
) -> None:
    """Nothing is posted."""
    body = {"channel": "C0LAUNCH", **content, "metadata": metadata}
    assert await refusal(web.api_call("chat.postMessage", json=body)) == "invalid_metadata_format"
    assert slack.messages("#launch") == []
