"""Posting, editing and deleting messages with Slack's client."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import refusal, section


async def test_post_message_stands_in_the_channel(slack: Slack, web: AsyncWebClient) -> None:
    """Text, blocks with generated ids, and an id from the clock."""
    answer = await web.chat_postMessage(channel="C0LAUNCH", text="hello", blocks=[section("*hello*")])
    (message,) = slack.messages("#launch")
    assert (message.text, message.words, message.bot, message.username) == ("hello", "*hello*", True, "Greenroom")
    assert (answer["ts"], answer["channel"], answer["message"]["bot_id"]) == (message.ts, "C0LAUNCH", "B0GREENROOM")
    assert abs(float(message.ts) - slack.clock.now().timestamp()) < 5
    assert message.blocks[0]["block_id"]


async def test_post_message_ids_never_repeat(slack: Slack, web: AsyncWebClient) -> None:
    """Also if the clock stands still between two."""
    stamps = [(await web.chat_postMessage(channel="#launch", text=str(n)))["ts"] for n in range(5)]
    assert stamps == sorted(set(stamps), key=float)
    assert [message.text for message in slack.messages("launch")] == ["0", "1", "2", "3", "4"]
    assert len({slack.world.new_ts() for _ in range(2000)}) == 2000


async def test_post_message_to_a_person_opens_the_dm(slack: Slack, web: AsyncWebClient) -> None:
    """The response has the DM's id, and only that user sees the message."""
    answer = await web.chat_postMessage(channel="U0ANA", text="psst")
    assert answer["channel"] == "D0ANA"
    assert [m.text for m in slack.messages("@ana", as_user="ana")] == ["psst"]
    slack.scopes |= {"im:write"}
    assert (await web.conversations_open(users="U0ANA"))["already_open"] is True


async def test_post_message_where_the_bot_may_not(slack: Slack, web: AsyncWebClient) -> None:
    """Private, archived, and public without chat:write.public."""
    assert await refusal(web.chat_postMessage(channel="C0BOARD", text="x")) == "channel_not_found"
    assert await refusal(web.chat_postMessage(channel="#board", text="x")) == "channel_not_found"
    assert await refusal(web.chat_postMessage(channel="nowhere", text="x")) == "channel_not_found"
    assert (await web.chat_postMessage(channel="C0RANDOM", text="allowed by chat:write.public"))["ok"]
    slack.scopes = {"chat:write"}
    assert await refusal(web.chat_postMessage(channel="C0RANDOM", text="x")) == "not_in_channel"
    slack.channel("#launch").archived = True
    assert await refusal(web.chat_postMessage(channel="C0LAUNCH", text="x")) == "is_archived"


async def test_post_message_with_nothing_or_nonsense_is_refused(web: AsyncWebClient) -> None:
    """no_text, and blocks that are not a list."""
    assert await refusal(web.api_call("chat.postMessage", json={"channel": "C0LAUNCH"})) == "no_text"
    bad = web.api_call("chat.postMessage", json={"channel": "C0LAUNCH", "blocks": "{oops"})
    assert await refusal(bad) == "invalid_blocks_format"
    bad = web.api_call("chat.postMessage", json={"channel": "C0LAUNCH", "blocks": {"type": "section"}})
    assert await refusal(bad) == "invalid_blocks_format"
    metadata = {"channel": "C0LAUNCH", "text": "x", "metadata": {"no": "type"}}
    assert await refusal(web.api_call("chat.postMessage", json=metadata)) == "invalid_metadata_format"


async def test_post_message_cuts_text_beyond_forty_thousand(slack: Slack, web: AsyncWebClient) -> None:
    """Slack truncates it and does not refuse."""
    await web.chat_postMessage(channel="C0LAUNCH", text="x" * 40_001)
    assert len(slack.messages("#launch")[0].text) == 40_000


async def test_post_message_takes_markdown_alone(slack: Slack, web: AsyncWebClient) -> None:
    """Twelve thousand characters, not together with text or blocks."""
    await web.chat_postMessage(channel="C0LAUNCH", markdown_text="**bold**")
    assert slack.messages("#launch")[0].words == "**bold**"
    assert (
        await refusal(web.chat_postMessage(channel="C0LAUNCH", markdown_text="x", text="y")) == "markdown_text_conflict"
    )
    assert await refusal(web.chat_postMessage(channel="C0LAUNCH", markdown_text="x" * 12_001)) == "msg_too_long"


async def test_invalid_blocks_name_the_place(web: AsyncWebClient) -> None:
    """The code, and a JSON pointer to the error, in both places where Slack puts it."""
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0LAUNCH", text="x", blocks=[section("x" * 3001)])
    said = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["errors"] == [said]
    assert caught.value.response["response_metadata"]["messages"] == [f"[ERROR] {said}"]


async def test_post_ephemeral_is_seen_by_one(slack: Slack, web: AsyncWebClient) -> None:
    """And only by a member of the channel."""
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0BEN", text="only you")
    assert [m.text for m in slack.messages("#launch", as_user="ben")] == ["only you"]
    assert slack.messages("#launch", as_user="ana") == []
    hal = web.chat_postEphemeral(channel="C0LAUNCH", user="U0HAL", text="x")
    assert await refusal(hal) == "user_not_in_channel"
    long = web.chat_postEphemeral(channel="C0LAUNCH", user="U0BEN", text="x" * 40_001)
    assert await refusal(long) == "msg_too_long"


async def test_update_rewrites_and_keeps_what_was_not_sent(slack: Slack, web: AsyncWebClient) -> None:
    """Blocks stay if they are not sent and are removed by an empty list; only a text change marks it as edited."""
    ts = (await web.chat_postMessage(channel="C0LAUNCH", text="a", blocks=[section("a")]))["ts"]
    await web.chat_update(channel="C0LAUNCH", ts=ts, text="b", blocks=[section("b")])
    (message,) = slack.messages("#launch")
    assert (message.text, message.words, message.edited) == ("b", "b", None)
    await web.chat_update(channel="C0LAUNCH", ts=ts, text="c")
    assert (message.text, message.words, message.edited) == ("c", "b", None)
    await web.chat_update(channel="C0LAUNCH", ts=ts, text="d", blocks=[])
    assert (message.words, message.edited is None, message.ts) == ("d", False, ts)


async def test_update_of_what_is_not_there_or_not_ours_is_refused(slack: Slack, web: AsyncWebClient) -> None:
    """Unknown, ephemeral, a user's own, too long, empty."""
    line = await slack.say("ana", "#launch", "mine")
    whisper = (await web.chat_postEphemeral(channel="C0LAUNCH", user="U0BEN", text="x"))["message_ts"]
    ours = (await web.chat_postMessage(channel="C0LAUNCH", text="ours"))["ts"]

    async def refused(ts: str, text: str = "new") -> str:
        return await refusal(web.api_call("chat.update", json={"channel": "C0LAUNCH", "ts": ts, "text": text}))

    assert await refused("1.000001") == "message_not_found"
    assert await refused(whisper) == "message_not_found"
    assert await refused(line.ts) == "cant_update_message"
    assert await refused(ours, "x" * 4001) == "msg_too_long"
    assert await refused(ours, "") == "no_text"
    assert await refusal(web.chat_update(channel="C0BOARD", ts=ours, text="x")) == "channel_not_found"


async def test_delete_takes_our_message_away(slack: Slack, web: AsyncWebClient) -> None:
    """Only the app's own, and only once."""
    line = await slack.say("ana", "#launch", "mine")
    ts = (await web.chat_postMessage(channel="C0LAUNCH", text="ours"))["ts"]
    await web.chat_delete(channel="C0LAUNCH", ts=ts)
    assert slack.messages("#launch") == [line]
    assert await refusal(web.chat_delete(channel="C0LAUNCH", ts=ts)) == "message_not_found"
    assert await refusal(web.chat_delete(channel="C0LAUNCH", ts=line.ts)) == "cant_delete_message"


async def test_permalink_leads_to_the_message(web: AsyncWebClient) -> None:
    """In the format of Slack's web client."""
    ts = (await web.chat_postMessage(channel="C0LAUNCH", text="x"))["ts"]
    link = (await web.chat_getPermalink(channel="C0LAUNCH", message_ts=ts))["permalink"]
    assert link == f"https://acme.slack.com/archives/C0LAUNCH/p{ts.replace('.', '')}"
    assert await refusal(web.chat_getPermalink(channel="C0LAUNCH", message_ts="1.0")) == "message_not_found"


async def test_messages_to_one_channel_are_limited_to_one_a_second_after_a_burst(
    slack: Slack, web: AsyncWebClient
) -> None:
    """429 with Retry-After for that channel; others are unaffected; the limit can be switched off."""
    slack.limits.message_burst = 2
    for _ in range(2):
        await web.chat_postMessage(channel="C0LAUNCH", text="x")
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0LAUNCH", text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    assert caught.value.response["error"] == "ratelimited"
    assert (await web.chat_postMessage(channel="C0MARKETING", text="x"))["ok"]
    slack.limits.messages_per_second = None
    assert (await web.chat_postMessage(channel="C0LAUNCH", text="x"))["ok"]


async def test_method_tiers_are_kept_when_switched_on(slack: Slack, web: AsyncWebClient) -> None:
    """Twenty calls a minute of a tier 2 method; other methods are unaffected."""
    slack.limits.method_limits = True
    for _ in range(20):
        await web.conversations_list()
    with pytest.raises(SlackApiError) as caught:
        await web.conversations_list()
    assert (caught.value.response.status_code, 1 <= int(caught.value.response.headers["Retry-After"]) <= 60) == (
        429,
        True,
    )
    assert (await web.users_info(user="U0ANA"))["ok"]


async def test_dump_and_load_bring_the_workspace_back(slack: Slack, web: AsyncWebClient) -> None:
    """Messages, Home tabs and scheduled messages survive a restart, and ids continue."""
    ts = (await web.chat_postMessage(channel="C0LAUNCH", text="kept", blocks=[section("kept")]))["ts"]
    await web.views_publish(user_id="U0ANA", view={"type": "home", "blocks": [section("home")]})
    later = int(slack.clock.now().timestamp()) + 600
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="later", post_at=later)
    kept = slack.dump()
    kept["last_ts"] += 3600 * 1_000_000  # as after a restart, which starts at the machine's time again
    again = Slack(slack.clock)
    again.load(kept)
    assert [(m.ts, m.words) for m in again.messages("#launch")] == [(ts, "kept")]
    home = again.home("ana")
    assert (home and home.words, [s.text for s in again.scheduled()]) == ("home", ["later"])
    assert float(again.world.new_ts()) > float(ts) + 3600
