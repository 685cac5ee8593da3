"""Form input: every kind of field from plain Python, files, and dispatched input."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack, Upload, View
from tests.sandbox.slack_app import BoltApp, Browser, field, modal, option

Json = dict[str, Any]
SIZES = [option("Small", "s"), option("Large", "l")]
FIELDS: dict[str, tuple[Json, Any, Json]] = {
    "plain_text_input": ({"multiline": True}, "one\ntwo", {"value": "one\ntwo"}),
    "email_text_input": ({}, "jo@example.com", {"value": "jo@example.com"}),
    "url_text_input": ({}, "https://example.com/thanks", {"value": "https://example.com/thanks"}),
    "number_input": ({"is_decimal_allowed": False}, 250, {"value": "250"}),
    "static_select": ({"options": SIZES}, "Large", {"selected_option": SIZES[1]}),
    "external_select": ({"min_query_length": 0}, SIZES[0], {"selected_option": SIZES[0]}),
    "radio_buttons": ({"options": SIZES}, "Small", {"selected_option": SIZES[0]}),
    "checkboxes": ({"options": SIZES}, ["Small"], {"selected_options": SIZES[:1]}),
    "multi_static_select": ({"options": SIZES}, ["Small", "Large"], {"selected_options": SIZES}),
    "users_select": ({}, "emi", {"selected_user": "U0EMI"}),
    "multi_users_select": ({}, ["emi", "gia", "hal"], {"selected_users": ["U0EMI", "U0GIA", "U0HAL"]}),
    "channels_select": ({}, "#launch", {"selected_channel": "C0LAUNCH"}),
    "conversations_select": ({}, "@ben", {"selected_conversation": "D0BEN"}),
    "multi_conversations_select": ({}, ["#launch", "@ben"], {"selected_conversations": ["C0LAUNCH", "D0BEN"]}),
    "datepicker": ({}, "2026-10-01", {"selected_date": "2026-10-01"}),
    "timepicker": ({}, "15:30", {"selected_time": "15:30"}),
    "datetimepicker": ({}, 1_790_000_000, {"selected_date_time": 1_790_000_000}),
}
PEOPLE = Upload("people.CSV", "name,mail\nZoë,zoe@example.com\n".encode())


async def opened(slack: Slack, bolt: BoltApp, *blocks: Json) -> View:
    """A modal of these blocks, opened for Ana by /webinar."""
    bolt.opens(modal(*blocks))
    await slack.command("ana", "#launch", "/webinar")
    return slack.view("ana")


async def test_every_field_is_filled_in_from_a_plain_value(slack: Slack, bolt: BoltApp) -> None:
    """And arrives in Slack's format."""
    bolt.responds_to_view("form")
    view = await opened(slack, bolt, *(field(kind, kind, **more) for kind, (more, _, _) in FIELDS.items()))
    outcome = await slack.submit("ana", view, {kind: value for kind, (_, value, _) in FIELDS.items()})
    assert outcome.ok
    values = bolt.heard[-1]["view"]["state"]["values"]
    assert values == {kind: {f"{kind}_it": {"type": kind, **state}} for kind, (_, _, state) in FIELDS.items()}


async def test_every_field_with_dispatch_action_is_told_at_once(slack: Slack, bolt: BoltApp) -> None:
    """As a click, with the value in the action and on the screen."""
    blocks = (field(kind, kind, dispatch_action=True, **more) for kind, (more, _, _) in FIELDS.items())
    view = await opened(slack, bolt, *blocks)
    for kind, (_, value, state) in FIELDS.items():
        bolt.acks_clicks(f"{kind}_it")
        assert (await slack.click("ana", view, f"{kind}_it", value=value)).ok
        (action,) = bolt.heard[-1]["actions"]
        assert (action["type"], {key: action[key] for key in state}) == (kind, state)
        assert bolt.heard[-1]["view"]["state"]["values"][kind][f"{kind}_it"] == {"type": kind, **state}


async def test_more_than_a_menu_takes_is_a_mistake_of_the_story(slack: Slack, bolt: BoltApp) -> None:
    """max_selected_items."""
    view = await opened(slack, bolt, field("people", "multi_users_select", max_selected_items=2))
    with pytest.raises(ValueError, match="No more than 2"):
        await slack.submit("ana", view, {"people": ["ben", "emi", "dev"]})


async def test_file_given_to_a_form_can_be_fetched(slack: Slack, bolt: BoltApp) -> None:
    """The submission has its id, type and private URL; the bytes can be downloaded with files:read only."""
    bolt.responds_to_view("form")
    view = await opened(slack, bolt, field("list", "file_input", filetypes=["csv"], max_files=1))
    assert (await slack.submit("ana", view, {"List": PEOPLE})).ok
    (sent,) = bolt.heard[-1]["view"]["state"]["values"]["list"]["list_it"]["files"]
    assert {key: sent[key] for key in ("name", "size", "mimetype", "filetype", "user", "mode")} == {
        "name": "people.CSV",
        "size": len(PEOPLE.content),
        "mimetype": "text/csv",
        "filetype": "csv",
        "user": "U0ANA",
        "mode": "hosted",
    }
    bearer = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession(headers=bearer) as http:
        slack.scopes -= {"files:read"}
        async with http.get(sent["url_private_download"]) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
        slack.scopes |= {"files:read"}
        async with http.get(sent["url_private_download"]) as answer:
            assert await answer.read() == PEOPLE.content
    assert (await bolt.bolt.client.files_info(file=sent["id"]))["file"]["shares"] == {}


async def test_file_a_form_does_not_take_is_refused_before_it_is_sent(slack: Slack, bolt: BoltApp) -> None:
    """Of another type, too large, too many, or none; the message is under the field."""
    slack.limits.form_file_bytes = 1_000_000
    view = await opened(slack, bolt, field("list", "file_input", filetypes=["csv", "txt"], max_files=2))
    heard = len(bolt.heard)
    for given, said in (
        ([Upload("photo.png", b"x")], "photo.png cannot be taken here: choose a file of type csv, txt."),
        ([Upload("large.csv", b"x" * 1_000_001)], "large.csv is too large: 1 MB is the most."),
        ([PEOPLE] * 3, "Choose at most 2 files."),
        ([], "Please complete this required field."),
    ):
        assert (await slack.submit("ana", view, {"List": given})).errors == {"list": said}
    assert len(bolt.heard) == heard


async def test_file_stays_chosen_when_the_app_complains(slack: Slack, bolt: BoltApp) -> None:
    """The form keeps it, and sends it again with the next attempt."""
    view = await opened(slack, bolt, field("list", "file_input"), field("note"))
    bolt.responds_to_view("form", response_action="errors", errors={"note": "Say more."})
    for note in ("short", "longer"):
        values = {"note": note} | ({"List": [PEOPLE]} if note == "short" else {})
        assert (await slack.submit("ana", view, values)).errors == {"note": "Say more."}
    first, second = (body["view"]["state"]["values"]["list"]["list_it"] for body in bolt.heard[-2:])
    assert first == second
    assert len(first["files"]) == 1


async def test_file_from_the_page_is_taken_in_and_sent(
    slack: Slack, web: AsyncWebClient, bolt: BoltApp, browser: Browser
) -> None:
    """The page uploads it first, and sends its id in the values; another user's file is refused."""
    slack.scopes |= {"files:write"}
    bolt.responds_to_view("form")
    view = await opened(slack, bolt, field("list", "file_input"))
    where = {"as": "U0ANA", "name": "Gäste.csv"}
    async with browser.session.post(f"{slack.url}/workspace/upload", params=where, data=b"a,b") as answer:
        chosen = (await answer.json())["file"]
    values = {"list": {"list_it": {"type": "file_input", "files": [chosen]}}}
    assert await browser.post("submit", who="U0ANA", view_id=view.id, values=values) == {"ok": True}
    assert bolt.heard[-1]["view"]["state"]["values"] == values
    assert slack.world.files[chosen["id"]].content == b"a,b"
    view = await opened(slack, bolt, field("list", "file_input"))
    own = (await web.files_upload_v2(filename="a.txt", content="a"))["file"]
    values["list"]["list_it"]["files"] = [own]
    assert (await browser.post("submit", who="U0ANA", view_id=view.id, values=values))["error"] == "not_possible"
    async with browser.session.post(f"{slack.url}/workspace/upload?as=U0NOBODY", data=b"x") as answer:
        assert (await answer.json())["error"] == "user_not_found"
