"""Buttons, menus and pickers: the payloads that a real Bolt app gets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, actions, button, card, field, modal, option, section

Json = dict[str, Any]
SIZES = [option("Small", "s"), option("Large", "l")]


async def test_click_on_a_message_tells_the_app_where_and_what(slack: Slack, bolt: BoltApp) -> None:
    """Container, channel, message, value, a trigger and a response_url."""
    bolt.acks_clicks("go")
    message = await card(bolt.bolt.client, slack, actions(button("Go", "go", value="42", style="primary")))
    assert message.buttons == ["Go"]
    outcome = await slack.click("ben", message, "Go")
    assert (outcome.ok, outcome.status) == (True, 200)
    (body,) = bolt.heard
    (action,) = body["actions"]
    wanted = {"action_id": "go", "block_id": "buttons", "type": "button", "value": "42", "style": "primary"}
    assert {key: action[key] for key in wanted} == wanted
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0LAUNCH",
        "is_ephemeral": False,
    }
    assert (body["channel"], body["message"]["ts"]) == ({"id": "C0LAUNCH", "name": "launch"}, message.ts)
    assert (body["user"]["id"], body["user"]["team_id"], body["state"]) == ("U0BEN", "T0ACME", {"values": {}})
    assert body["response_url"].startswith(f"{slack.url}/actions/")


async def test_click_on_an_ephemeral_message_does_not_carry_it(slack: Slack, bolt: BoltApp) -> None:
    """The app gets its location, not its content; other users cannot click it."""
    bolt.responds(text="x", blocks=[actions(button("Go", "go"))])
    bolt.acks_clicks("go")
    message = (await slack.command("ana", "#launch", "/webinar")).message
    assert message
    await slack.click("ana", message, "go")
    assert (bolt.heard[1]["container"]["is_ephemeral"], "message" in bolt.heard[1]) == (True, False)
    with pytest.raises(LookupError, match="ben does not see this message"):
        await slack.click("ben", message, "go")


async def test_click_by_someone_of_another_organization_says_so(slack: Slack, bolt: BoltApp) -> None:
    """In a shared channel; the user's team is the other one."""
    bolt.acks_clicks("go")
    message = await card(bolt.bolt.client, slack, actions(button("Go", "go")), channel="C0PARTNERS")
    await slack.click("hal", message, "go")
    assert bolt.heard[0]["user"]["team_id"] == "T0OTHER"


async def test_click_on_what_is_not_there_is_a_mistake_of_the_story(slack: Slack, bolt: BoltApp) -> None:
    """The error lists what exists."""
    message = await card(bolt.bolt.client, slack, section("x"), actions(button("Go", "go"), button("Stop", "stop")))
    with pytest.raises(LookupError, match=r"no element 'Jump' .*go \(Go\).*stop \(Stop\)"):
        await slack.click("ana", message, "Jump")
    with pytest.raises(LookupError, match="no element 'go'"):
        await slack.click("ana", message, "go", "elsewhere")


async def test_click_the_app_does_not_take_fails(slack: Slack, bolt: BoltApp) -> None:
    """Too late, or without a listener."""
    release = asyncio.Event()

    @bolt.bolt.action("slow")
    async def _slow(ack: Any) -> None:
        await release.wait()
        await ack()

    message = await card(bolt.bolt.client, slack, actions(button("Slow", "slow"), button("Odd", "odd")))
    assert (await slack.click("ana", message, "Odd")).error == "dispatch_failed"
    slack.limits.ack_seconds = 0.05
    outcome = await slack.click("ana", message, "Slow")
    release.set()
    assert (outcome.ok, outcome.error, "operation_timeout" in outcome.text) == (False, "operation_timeout", True)


START = 1_790_000_000
CHOICES: list[tuple[str, Json, Any, Json]] = [
    ("static_select", {"options": SIZES}, "Large", {"selected_option": SIZES[1]}),
    (
        "static_select",
        {"option_groups": [{"label": SIZES[0]["text"], "options": SIZES}]},
        "s",
        {"selected_option": SIZES[0]},
    ),
    ("multi_static_select", {"options": SIZES}, ["s", "l"], {"selected_options": SIZES}),
    ("radio_buttons", {"options": SIZES}, "s", {"selected_option": SIZES[0]}),
    ("checkboxes", {"options": SIZES}, [], {"selected_options": []}),
    ("overflow", {"options": SIZES}, "l", {"selected_option": SIZES[1]}),
    ("users_select", {}, "emi", {"selected_user": "U0EMI"}),
    ("multi_users_select", {}, ["emi", "U0BEN"], {"selected_users": ["U0EMI", "U0BEN"]}),
    ("channels_select", {}, "#random", {"selected_channel": "C0RANDOM"}),
    ("conversations_select", {}, "@ana", {"selected_conversation": "D0ANA"}),
    ("multi_conversations_select", {}, ["launch"], {"selected_conversations": ["C0LAUNCH"]}),
    ("datepicker", {}, "2026-10-01", {"selected_date": "2026-10-01"}),
    ("timepicker", {"timezone": "Asia/Tokyo"}, "15:30", {"selected_time": "15:30", "timezone": "Asia/Tokyo"}),
    ("datetimepicker", {}, START, {"selected_date_time": START}),
    ("datetimepicker", {}, datetime.fromtimestamp(START, UTC), {"selected_date_time": START}),
    ("datetimepicker", {"initial_date_time": START}, None, {"selected_date_time": None}),
]


@pytest.mark.parametrize(("kind", "more", "value", "state"), CHOICES)
async def test_choice_arrives_as_slack_sends_it(
    slack: Slack, bolt: BoltApp, kind: str, more: Json, value: Any, state: Json
) -> None:
    """Each element's own state field, from a plain value."""
    bolt.acks_clicks("pick")
    message = await card(bolt.bolt.client, slack, actions({"type": kind, "action_id": "pick", **more}))
    await slack.click("ana", message, "pick", value=value)
    (body,) = bolt.heard
    assert {key: body["actions"][0][key] for key in state} == state
    if kind != "overflow":
        assert body["state"]["values"] == {"buttons": {"pick": {"type": kind, **state}}}


async def test_choice_may_be_given_as_slacks_own_state(slack: Slack, bolt: BoltApp) -> None:
    """As the page does; an option that is not offered is refused."""
    bolt.acks_clicks("pick")
    menu = {"type": "static_select", "action_id": "pick", "options": SIZES}
    message = await card(
        bolt.bolt.client, slack, actions(menu, {"type": "overflow", "action_id": "o", "options": SIZES})
    )
    await slack.click("ana", message, "pick", element={"type": "static_select", "selected_option": SIZES[1]})
    assert bolt.heard[0]["actions"][0]["selected_option"] == SIZES[1]
    bolt.acks_clicks("o")
    await slack.click("ana", message, "o", element={"type": "overflow", "selected_option": SIZES[0]})
    assert bolt.heard[1]["actions"][0]["selected_option"] == SIZES[0]
    with pytest.raises(ValueError, match=r"no option 'huge'; there are \['Small', 'Large'\]"):
        await slack.click("ana", message, "pick", value="huge")


async def test_click_in_a_view_carries_everything_typed(slack: Slack, bolt: BoltApp) -> None:
    """view.state.values as on screen, kept for the submission."""
    bolt.opens(modal(field("title"), actions(button("More", "more"))))
    bolt.acks_clicks("more")
    await slack.command("ana", "#launch", "/webinar")
    view = slack.view("ana")
    await slack.click("ana", view, "More", values={"Title": "Typed"})
    body = bolt.heard[-1]
    assert (body["container"], "response_url" in body) == ({"type": "view", "view_id": view.id}, False)
    assert body["view"]["state"]["values"] == {"title": {"title_it": {"type": "plain_text_input", "value": "Typed"}}}
    assert (body["view"]["hash"], body["view"]["root_view_id"]) == (view.hash, view.id)
    assert view.values["title"]["title_it"]["value"] == "Typed"
    with pytest.raises(LookupError, match="no field 'Tilte' here; there are"):
        await slack.fill("ana", view, {"Tilte": "x"})


async def test_input_tells_the_app_only_with_dispatch_action(slack: Slack, bolt: BoltApp) -> None:
    """Without it, the value is kept for the submission and nothing is sent."""
    bolt.opens(modal(field("quiet", "datetimepicker"), field("loud", "datetimepicker", dispatch_action=True)))
    bolt.acks_clicks("quiet_it")
    bolt.acks_clicks("loud_it")
    await slack.command("ana", "#launch", "/webinar")
    before = len(bolt.heard)
    quiet = await slack.click("ana", slack.view("ana"), "quiet_it", value=START)
    assert (quiet.ok, quiet.status, len(bolt.heard)) == (True, None, before)
    await slack.click("ana", slack.view("ana"), "loud_it", value=START + 60)
    assert bolt.heard[-1]["actions"][0]["selected_date_time"] == START + 60
    values = bolt.heard[-1]["view"]["state"]["values"]
    assert values["quiet"]["quiet_it"] == {"type": "datetimepicker", "selected_date_time": START}


async def test_external_select_asks_the_app(slack: Slack, bolt: BoltApp) -> None:
    """From min_query_length on; returned options can be chosen; an invalid option list is refused."""
    bolt.opens(modal(field("who", "external_select", min_query_length=2)))

    @bolt.bolt.options("who_it")
    async def _options(ack: Any, body: Json) -> None:
        bolt.heard.append(body)
        found = [o for o in SIZES if o["text"]["text"].lower().startswith(body["value"])]
        if body["value"] == "group":
            await ack(option_groups=[{"label": SIZES[0]["text"], "options": SIZES}])
        else:
            await ack(options=found if body["value"] != "many" else SIZES * 51)

    await slack.command("ana", "#launch", "/webinar")
    view = slack.view("ana")
    assert (await slack.suggest("ana", view, "who_it", "l")).options == []
    found = await slack.suggest("ana", view, "Who", "la")
    assert (found.ok, found.options) == (True, [SIZES[1]])
    assert (bolt.heard[-1]["type"], bolt.heard[-1]["view"]["id"]) == ("block_suggestion", view.id)
    groups = (await slack.suggest("ana", view, "Who", "group")).option_groups
    assert [group["options"] for group in groups] == [SIZES]
    assert (await slack.suggest("ana", view, "Who", "many")).error == "invalid_options"
    bolt.responds_to_view("form")
    await slack.submit("ana", view, {"who": found.options[0]})
    assert bolt.heard[-1]["view"]["state"]["values"]["who"]["who_it"]["selected_option"] == SIZES[1]


async def test_external_select_in_a_message_asks_from_there(slack: Slack, bolt: BoltApp) -> None:
    """Container and message instead of a view; a failure is reported."""
    menu = {"type": "external_select", "action_id": "who", "min_query_length": 0}
    message = await card(bolt.bolt.client, slack, actions(menu))
    assert (await slack.suggest("ana", message, "who", "")).error == "dispatch_failed"

    @bolt.bolt.options("who")
    async def _options(ack: Any, body: Json) -> None:
        bolt.heard.append(body)
        await ack(options=SIZES)

    assert (await slack.suggest("ana", message, "who", "")).options == SIZES
    assert (bolt.heard[0]["container"]["type"], bolt.heard[0]["message"]["ts"]) == ("message", message.ts)
