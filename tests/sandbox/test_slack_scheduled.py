"""Scheduled messages: sandbox clock and Slack's limits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, actions, button, refusal, section

DAY = 86_400


def at(slack: Slack, seconds: float) -> int:
    """Sandbox time this many seconds from now."""
    return int(slack.clock.now().timestamp() + seconds)


async def test_scheduled_message_is_posted_when_the_domain_clock_gets_there(slack: Slack, web: AsyncWebClient) -> None:
    """Not before, once, and as the app; in order of their times."""
    for seconds in (7200, 3600):
        await web.chat_scheduleMessage(
            channel="C0LAUNCH", text=str(seconds), post_at=at(slack, seconds), blocks=[section(str(seconds))]
        )
    assert slack.next_post_at() == float(slack.scheduled()[0].post_at)
    slack.clock.move(timedelta(minutes=59))
    await slack.tick()
    assert slack.messages("#launch") == []
    slack.clock.move(timedelta(hours=2))
    await slack.tick()
    await slack.tick()
    assert [m.words for m in slack.messages("#launch")] == ["3600", "7200"]
    assert (slack.scheduled(), slack.next_post_at()) == ([], None)


async def test_scheduled_messages_come_out_at_their_own_seconds_when_the_clock_is_moved(
    slack: Slack, web: AsyncWebClient
) -> None:
    """However far it is moved at once; it never moves back."""
    start = at(slack, 3600)
    for seconds in (0, 60, 5 * DAY):
        await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=start + seconds)
    await slack.move(6 * DAY)
    assert [int(float(m.ts)) - start for m in slack.messages("#launch")] == [0, 60, 5 * DAY]
    assert abs(slack.clock.now().timestamp() - start - 6 * DAY + 3600) < 5
    with pytest.raises(ValueError, match="only goes forward"):
        await slack.move(-1)


async def test_scheduled_message_comes_out_by_itself(slack: Slack, web: AsyncWebClient) -> None:
    """While the workspace runs, no call of tick is needed."""
    await web.chat_scheduleMessage(channel="U0ANA", text="soon", post_at=at(slack, 60))
    slack.clock.move(timedelta(seconds=61))
    assert (await slack.wait_for(lambda: slack.messages("@ana")))[0].text == "soon"


async def test_scheduled_message_goes_to_a_person_by_their_dm_or_their_id(slack: Slack, web: AsyncWebClient) -> None:
    """The response has the DM's id either way, and under the DM it is listed and deleted."""
    later = at(slack, 3600)
    by_dm = await web.chat_scheduleMessage(channel="D0ANA", text="by the DM", post_at=later)
    by_id = await web.chat_scheduleMessage(channel="U0ANA", text="by her id", post_at=later + 1)
    assert (by_dm["channel"], by_id["channel"]) == ("D0ANA", "D0ANA")
    assert await refusal(web.chat_scheduledMessages_list(channel="U0ANA")) == "invalid_channel"
    assert len((await web.chat_scheduledMessages_list(channel="D0ANA"))["scheduled_messages"]) == 2
    held = by_dm["scheduled_message_id"]
    wrong = web.chat_deleteScheduledMessage(channel="U0ANA", scheduled_message_id=held)
    assert await refusal(wrong) == "channel_not_found"
    await web.chat_deleteScheduledMessage(channel="D0ANA", scheduled_message_id=held)
    await slack.move(3700)
    assert [m.text for m in slack.messages("@ana", as_user="ana")] == ["by her id"]


async def test_buttons_of_a_scheduled_message_reach_the_app(slack: Slack, bolt: BoltApp) -> None:
    """In a channel and in a DM, like those of a direct post."""
    bolt.acks_clicks("snooze")
    blocks = [actions(button("Snooze", "snooze", value="s1"))]
    for channel in ("C0LAUNCH", "U0BEN"):
        await bolt.bolt.client.chat_scheduleMessage(channel=channel, text="x", blocks=blocks, post_at=at(slack, 60))
    await slack.move(61)
    for place in ("#launch", "@ben"):
        assert (await slack.click("ben", slack.messages(place)[-1], "Snooze")).ok
    assert [(body["channel"]["id"], body["actions"][0]["value"]) for body in bolt.heard] == [
        ("C0LAUNCH", "s1"),
        ("D0BEN", "s1"),
    ]


async def test_schedule_takes_fifty_calls_a_minute_when_tiers_are_switched_on(
    slack: Slack, web: AsyncWebClient
) -> None:
    """Then 429 with Retry-After, for the whole workspace; direct posts continue."""
    slack.limits.method_limits = True
    later = at(slack, 3600)
    for number in range(50):
        await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=later + 300 * number)
    with pytest.raises(SlackApiError) as caught:
        await web.chat_scheduleMessage(channel="C0MARKETING", text="x", post_at=later)
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60
    assert (await web.chat_postMessage(channel="C0LAUNCH", text="x"))["ok"]


async def test_schedule_in_the_past_or_too_far_is_refused(slack: Slack, web: AsyncWebClient) -> None:
    """120 days on the domain clock."""

    async def refused(seconds: float) -> str:
        return await refusal(web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=at(slack, seconds)))

    assert await refused(-1) == "time_in_past"
    assert await refused(120 * DAY + 5) == "time_too_far"
    slack.clock.move(timedelta(days=1))
    assert (await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=at(slack, 120 * DAY)))["ok"]
    for nonsense, code in ((0, "invalid_time"), ("soon", "invalid_arguments"), ("inf", "invalid_arguments")):
        body = {"channel": "C0LAUNCH", "text": "x", "post_at": nonsense}
        assert await refusal(web.api_call("chat.scheduleMessage", json=body)) == code


@pytest.mark.parametrize(("text", "code"), [("", "no_text"), ("x" * 40_001, "msg_too_long")])
async def test_schedule_checks_its_content_at_once(slack: Slack, web: AsyncWebClient, text: str, code: str) -> None:
    """A message that could not be posted is refused."""
    later = at(slack, 3600)
    body = {"channel": "C0LAUNCH", "text": text, "post_at": later}
    assert await refusal(web.api_call("chat.scheduleMessage", json=body)) == code
    assert await refusal(web.chat_scheduleMessage(channel="C0BOARD", text="x", post_at=later)) == "channel_not_found"
    assert slack.scheduled() == []


async def test_schedule_takes_thirty_in_five_minutes_of_a_channel(slack: Slack, web: AsyncWebClient) -> None:
    """The next is refused there, but not elsewhere or five minutes later; deleting one makes room."""
    start = at(slack, 3600)
    held = [
        (await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=start + second))["scheduled_message_id"]
        for second in range(30)
    ]

    async def refused(post_at: int) -> str:
        return await refusal(web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=post_at))

    assert await refused(start + 100) == "restricted_too_many"
    assert await refused(start - 200) == "restricted_too_many"
    assert (await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=start + 330))["ok"]
    assert (await web.chat_scheduleMessage(channel="C0MARKETING", text="x", post_at=start))["ok"]
    await web.chat_deleteScheduledMessage(channel="C0LAUNCH", scheduled_message_id=held[0])
    assert (await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=start + 100))["ok"]


async def test_scheduled_message_with_metadata_never_posts(slack: Slack, web: AsyncWebClient) -> None:
    """Slack's documented bug."""
    metadata = {"event_type": "reminder", "event_payload": {}}
    body = {"channel": "C0LAUNCH", "text": "x", "post_at": at(slack, 60), "metadata": metadata}
    assert (await web.api_call("chat.scheduleMessage", json=body))["ok"]
    slack.clock.move(timedelta(minutes=5))
    await slack.tick()
    assert (slack.messages("#launch"), slack.scheduled()) == ([], [])


async def test_scheduled_message_to_a_channel_archived_meanwhile_is_lost(slack: Slack, web: AsyncWebClient) -> None:
    """Slack reports nothing, and continues with the others."""
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="lost", post_at=at(slack, 60))
    await web.chat_scheduleMessage(channel="C0MARKETING", text="kept", post_at=at(slack, 61))
    slack.channel("#launch").archived = True
    slack.clock.move(timedelta(minutes=5))
    await slack.tick()
    assert (slack.messages("#launch"), [m.text for m in slack.messages("#marketing")]) == ([], ["kept"])


async def test_scheduled_message_can_be_taken_back_until_a_minute_before(slack: Slack, web: AsyncWebClient) -> None:
    """Too late, posted, deleted, unknown and another channel's: the same code."""
    posts = at(slack, 3600)
    ids = [
        (await web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=posts + n))["scheduled_message_id"]
        for n in range(3)
    ]

    async def refused(scheduled_id: str, channel: str = "C0LAUNCH") -> str:
        return await refusal(web.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=scheduled_id))

    assert await refused(ids[0], "C0MARKETING") == "invalid_scheduled_message_id"
    assert (await web.chat_deleteScheduledMessage(channel="C0LAUNCH", scheduled_message_id=ids[0]))["ok"]
    assert await refused(ids[0]) == "invalid_scheduled_message_id"
    slack.clock.move(timedelta(seconds=3545))
    assert await refused(ids[1]) == "invalid_scheduled_message_id"
    slack.clock.move(timedelta(seconds=100))
    await slack.tick()
    assert await refused(ids[2]) == "invalid_scheduled_message_id"
    assert len(slack.messages("#launch")) == 2


async def test_scheduled_messages_are_listed_by_channel_time_and_page(slack: Slack, web: AsyncWebClient) -> None:
    """Soonest first; a cursor leads on; an unknown channel has its own code."""
    start = at(slack, 3600)
    for n in range(5):
        await web.chat_scheduleMessage(channel=f"C0{('LAUNCH', 'MARKETING')[n % 2]}", text=str(n), post_at=start + n)

    async def texts(**wanted: str | int) -> list[str]:
        answer = await web.api_call("chat.scheduledMessages.list", params=wanted)
        return [one["text"] for one in answer["scheduled_messages"]]

    assert await texts() == ["0", "1", "2", "3", "4"]
    assert await texts(channel="C0LAUNCH") == ["0", "2", "4"]
    assert await texts(oldest=start + 1, latest=start + 3) == ["1", "2", "3"]
    first = await web.chat_scheduledMessages_list(limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await web.chat_scheduledMessages_list(limit=3, cursor=cursor)
    assert [one["text"] for one in second["scheduled_messages"]] == ["3", "4"]
    assert first["scheduled_messages"][0] == {
        "id": slack.scheduled()[0].id,
        "channel_id": "C0LAUNCH",
        "post_at": start,
        "date_created": slack.scheduled()[0].created,
        "text": "0",
    }
    assert await refusal(web.chat_scheduledMessages_list(channel="C0BOARD")) == "invalid_channel"
