"""Direct messages with several people."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, Browser, refusal

OPEN = {"im:write", "mpim:write"}


async def test_group_dm_is_the_same_for_the_same_people(slack: Slack, web: AsyncWebClient) -> None:
    """In whatever order, however often a person is named; other people have another one."""
    slack.scopes |= OPEN | {"mpim:read"}
    first = await web.conversations_open(users="U0ANA,U0BEN")
    again = await web.conversations_open(users="U0BEN, U0ANA,U0BEN", return_im=True)
    other = await web.conversations_open(users="U0ANA,U0BEN,U0CHLOE")
    by_id = await web.conversations_open(channel=first["channel"]["id"])
    assert first["channel"] == {"id": again["channel"]["id"]} == {"id": by_id["channel"]["id"]}
    assert (first.get("already_open"), again.get("already_open")) == (None, True)
    assert other["channel"]["id"] != first["channel"]["id"]
    shown = again["channel"]
    assert (shown["is_mpim"], shown["is_im"], shown["is_private"], shown["is_channel"]) == (True, False, True, False)
    assert shown["name"] == "mpdm-ana--ben--greenroom-1"
    members = await web.conversations_members(channel=shown["id"])
    assert members["members"] == ["U0ANA", "U0BEN", "U0GREENROOM"]
    listed = await web.conversations_list(types="mpim")
    assert [one["id"] for one in listed["channels"]] == [first["channel"]["id"], other["channel"]["id"]]


async def test_group_dm_that_cannot_be_opened_is_refused(slack: Slack, web: AsyncWebClient) -> None:
    """Nobody, somebody unknown, more than eight, without the scope, or not to be created."""
    assert await refusal(web.conversations_open(users="U0ANA,U0BEN")) == "missing_scope"
    slack.scopes |= {"im:write"}
    assert await refusal(web.conversations_open(users="U0ANA,U0BEN")) == "missing_scope"
    assert (await web.conversations_open(users="U0ANA"))["channel"] == {"id": "D0ANA"}
    slack.scopes |= OPEN
    everyone = [person.id for person in slack.world.people.values() if person.role != "bot"]
    assert len(everyone) == 8
    assert (await web.conversations_open(users=",".join(everyone)))["ok"]
    extra = slack.world.people["U0ANA"]
    slack.world.people["U0NINTH"] = extra
    assert await refusal(web.conversations_open(users=",".join([*everyone, "U0NINTH"]))) == "too_many_users"
    assert await refusal(web.conversations_open(users="")) == "users_list_not_supplied"
    assert await refusal(web.conversations_open(users="U0ANA,U0NOBODY")) == "user_not_found"
    given = {"users": "U0ANA,U0DEV", "prevent_creation": True}
    assert await refusal(web.conversations_open(**given)) == "channel_not_found"  # type: ignore[arg-type]
    assert await refusal(web.conversations_open(channel="C0LAUNCH")) == "method_not_supported_for_channel_type"


async def test_message_in_a_group_dm_is_seen_by_its_people_alone(
    slack: Slack, web: AsyncWebClient, browser: Browser
) -> None:
    """On the page and by the app, with its own event and scopes."""
    slack.scopes |= OPEN
    group = (await web.conversations_open(users="U0ANA,U0BEN"))["channel"]["id"]
    await web.chat_postMessage(channel=group, text="Hello both")
    assert await refusal(web.conversations_history(channel=group)) == "missing_scope"
    ana, chloe = await browser.snapshot("U0ANA"), await browser.snapshot("U0CHLOE")
    [shown] = [channel for channel in ana["channels"] if channel["id"] == group]
    assert (shown["kind"], shown["others"]) == ("mpim", ["U0BEN", "U0GREENROOM"])
    assert [message["text"] for message in ana["messages"][group]] == ["Hello both"]
    assert group not in [channel["id"] for channel in chloe["channels"]]


async def test_people_answer_in_a_group_dm(slack: Slack, web: AsyncWebClient, bolt: BoltApp) -> None:
    """message.mpim, and a mention of the app."""
    slack.scopes |= OPEN | {"mpim:history", "app_mentions:read"}
    slack.events.update({"message.mpim", "app_mention"})
    heard: list[tuple[str, str]] = []

    @bolt.bolt.event("message")
    async def _said(event: dict[str, str]) -> None:
        heard.append((event["channel_type"], event["text"]))

    @bolt.bolt.event("app_mention")
    async def _mentioned(event: dict[str, str]) -> None:
        heard.append((event["type"], event["text"]))

    group = (await web.conversations_open(users="U0ANA,U0BEN"))["channel"]["id"]
    await slack.say("ben", group, "@greenroom hi")
    assert sorted(heard) == [("app_mention", "<@U0GREENROOM> hi"), ("mpim", "<@U0GREENROOM> hi")]


async def test_group_dms_survive_a_restart(slack: Slack, web: AsyncWebClient) -> None:
    """With their people and messages."""
    slack.scopes |= OPEN
    group = (await web.conversations_open(users="U0ANA,U0BEN"))["channel"]["id"]
    await web.chat_postMessage(channel=group, text="Hello both")
    again = Slack(slack.clock)
    again.load(slack.dump())
    assert again.channel(group).members == ["U0ANA", "U0BEN", "U0GREENROOM"]
    assert [line.text for line in again.messages(group)] == ["Hello both"]
