"""Modals: opened, filled in, submitted and closed by users, with a real Bolt app."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import Slack, View
from tests.sandbox.slack_app import BoltApp, actions, button, field, modal, option, plain, refusal, section

Json = dict[str, Any]

TWO_FIELDS = modal(
    field("title", initial_value="Launch"),
    field("size", "static_select", options=[option("Small", "s"), option("Large", "l")], optional=True),
    private_metadata="{}",
)


async def opened(slack: Slack, bolt: BoltApp, view: Json, user: str = "ana") -> View:
    """The modal opened by /webinar."""
    bolt.opens(view)
    assert (await slack.command(user, "#launch", "/webinar")).ok
    return slack.view(user)


async def test_view_opens_for_who_asked_with_its_initial_values(slack: Slack, bolt: BoltApp) -> None:
    """For this user only; every input has a value, empty ones null."""
    view = await opened(slack, bolt, TWO_FIELDS)
    assert (view.title, view.labels, view.callback_id, view.root_id) == ("Form", ["Title", "Size"], "form", view.id)
    assert view.values == {
        "title": {"title_it": {"type": "plain_text_input", "value": "Launch"}},
        "size": {"size_it": {"type": "static_select", "selected_option": None}},
    }
    assert slack.view_stack("ben") == []
    with pytest.raises(LookupError, match="No modal is open for ben"):
        slack.view("ben")


async def test_submit_sends_every_value_and_closes(slack: Slack, bolt: BoltApp) -> None:
    """An untouched field keeps its initial value."""
    bolt.responds_to_view("form")
    view = await opened(slack, bolt, TWO_FIELDS)
    outcome = await slack.submit("ana", view, {"Size": "Large"})
    assert (outcome.ok, outcome.errors, slack.view_stack("ana")) == (True, {}, [])
    sent = bolt.heard[-1]
    assert (sent["type"], sent["user"]["id"], sent["response_urls"]) == ("view_submission", "U0ANA", [])
    assert sent["view"]["state"]["values"] == {
        "title": {"title_it": {"type": "plain_text_input", "value": "Launch"}},
        "size": {"size_it": {"type": "static_select", "selected_option": option("Large", "l")}},
    }
    assert (sent["view"]["private_metadata"], sent["view"]["app_installed_team_id"]) == ("{}", "T0ACME")


async def test_submit_without_a_required_field_never_reaches_the_app(slack: Slack, bolt: BoltApp) -> None:
    """Slack's client shows an error under the field."""
    view = await opened(slack, bolt, TWO_FIELDS)
    before = len(bolt.heard)
    outcome = await slack.submit("ana", view, {"title": ""})
    assert (outcome.ok, outcome.errors) == (False, {"title": "Please complete this required field."})
    assert (slack.view("ana").errors, len(bolt.heard)) == (outcome.errors, before)


@pytest.mark.parametrize(
    ("kind", "more", "typed", "said"),
    [
        ("plain_text_input", {"min_length": 3}, "ab", "Enter at least 3 characters."),
        ("plain_text_input", {"max_length": 3}, "abcd", "Enter at most 3 characters."),
        ("number_input", {"is_decimal_allowed": False}, "1.5", "Enter a whole number."),
        ("number_input", {"is_decimal_allowed": True}, "x", "Enter a number."),
        ("number_input", {"is_decimal_allowed": False, "min_value": "1"}, "0", "Enter a number of at least 1."),
        ("number_input", {"is_decimal_allowed": False, "max_value": "9"}, "10", "Enter a number of at most 9."),
        ("email_text_input", {}, "ana", "Enter a valid email address."),
        ("url_text_input", {}, "acme", "Enter a valid URL."),
    ],
)
async def test_submit_is_checked_by_the_client_as_the_element_says(
    slack: Slack, bolt: BoltApp, kind: str, more: Json, typed: str, said: str
) -> None:
    """Lengths, numbers, addresses."""
    view = await opened(slack, bolt, modal(field("it", kind, **more)))
    assert (await slack.submit("ana", view, {"it": typed})).errors == {"it": said}


async def test_submit_answered_with_errors_keeps_the_form(slack: Slack, bolt: BoltApp) -> None:
    """Under their fields, with all typed values kept; they are sent with the next submission."""
    view = await opened(slack, bolt, TWO_FIELDS)
    bolt.responds_to_view("form", response_action="errors", errors={"title": "Too dull"})
    outcome = await slack.submit("ana", view, {"title": "Dull"})
    assert (outcome.ok, outcome.errors, slack.view("ana").errors) == (
        False,
        {"title": "Too dull"},
        {"title": "Too dull"},
    )
    assert slack.view("ana").values["title"]["title_it"]["value"] == "Dull"
    assert (await slack.submit("ana", view, {"title": ""})).errors == {"title": "Please complete this required field."}
    await bolt.bolt.client.views_update(view_id=view.id, view=TWO_FIELDS)
    assert slack.view("ana").errors == {}


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "update"},
        {"response_action": "dance"},
    ],
)
async def test_submit_answered_with_nonsense_is_trouble(slack: Slack, bolt: BoltApp, answer: Json) -> None:
    """Slack's client shows one error for all of these, and the form stays."""
    view = await opened(slack, bolt, TWO_FIELDS)

    @bolt.bolt.view("form")
    async def _take(ack: Any) -> None:
        await ack(answer)

    outcome = await slack.submit("ana", view)
    assert (outcome.ok, outcome.text) == (False, "We had some trouble connecting. Try again?")
    assert slack.view_stack("ana") == [view]


async def test_submit_nobody_takes_is_trouble(slack: Slack, bolt: BoltApp) -> None:
    """A 404 from Bolt."""
    view = await opened(slack, bolt, TWO_FIELDS)
    outcome = await slack.submit("ana", view)
    assert (outcome.error, outcome.text) == ("dispatch_failed", "We had some trouble connecting. Try again?")


async def test_submit_answered_with_update_push_and_clear(slack: Slack, bolt: BoltApp) -> None:
    """The same view changes; the next comes on top; then all are closed."""
    answers = iter(
        [
            {"response_action": "update", "view": modal(section("Creating…"), title=plain("Busy"))},
            {"response_action": "push", "view": modal(section("More"), title=plain("More"))},
            {"response_action": "clear"},
        ]
    )

    @bolt.bolt.view("form")
    async def _take(ack: Any) -> None:
        await ack(next(answers))

    first = await opened(slack, bolt, TWO_FIELDS)
    old_hash = first.hash
    assert (await slack.submit("ana", first)).ok
    assert (slack.view("ana").id, slack.view("ana").title, first.hash == old_hash) == (first.id, "Busy", False)
    assert (await slack.submit("ana", first)).ok
    assert [view.title for view in slack.view_stack("ana")] == ["Busy", "More"]
    top = slack.view("ana")
    assert (top.root_id, top.previous_id) == (first.id, first.id)
    with pytest.raises(LookupError, match="not looking at this view"):
        await slack.submit("ana", first)
    assert (await slack.submit("ana", top)).ok
    assert slack.view_stack("ana") == []


async def test_push_stops_at_three_views(slack: Slack, bolt: BoltApp) -> None:
    """A fourth is refused; a trigger from outside the modal, or a used one, cannot push."""
    refused: list[str] = []

    @bolt.bolt.action("more")
    async def _more(ack: Any, body: Json, client: AsyncWebClient) -> None:
        push = client.views_push(trigger_id=body["trigger_id"], view=modal(actions(button("More", "more"))))
        if len(slack.view_stack("ana")) < 3:
            await push
        else:
            refused.append(await refusal(push))
        await ack()

    await opened(slack, bolt, modal(actions(button("More", "more"))))
    for _ in range(3):
        assert (await slack.click("ana", slack.view("ana"), "More")).ok
    assert (len(slack.view_stack("ana")), refused) == (3, ["push_limit_reached"])
    outside = slack.world.new_trigger("U0ANA")
    assert await refusal(bolt.bolt.client.views_push(trigger_id=outside, view=modal())) == "not_found"


async def test_update_keeps_what_was_typed_where_the_ids_stay(slack: Slack, bolt: BoltApp) -> None:
    """New ids start with their initial value; a new initial value for an old id is ignored."""
    view = await opened(slack, bolt, TWO_FIELDS)
    await slack.fill("ana", view, {"title": "Typed", "size": "s"})
    changed = modal(field("title", initial_value="Other"), field("size2", "plain_text_input", initial_value="new"))
    answer = await bolt.bolt.client.views_update(view_id=view.id, view=changed)
    assert (answer["view"]["id"], answer["view"]["state"]) == (view.id, {"values": {}})
    assert slack.view("ana").values == {
        "title": {"title_it": {"type": "plain_text_input", "value": "Typed"}},
        "size2": {"size2_it": {"type": "plain_text_input", "value": "new"}},
    }


async def test_update_is_guarded_by_hash_and_by_what_is_open(slack: Slack, bolt: BoltApp) -> None:
    """hash_conflict after another change, not_found after the modal is closed; external_id works too."""
    web = bolt.bolt.client
    view = await opened(slack, bolt, modal(external_id="mine"))
    old = view.hash
    await web.views_update(view_id=view.id, hash=old, view=modal(section("1"), external_id="mine"))
    assert await refusal(web.views_update(view_id=view.id, hash=old, view=modal())) == "hash_conflict"
    await web.views_update(external_id="mine", view=modal(section("2"), external_id="mine"))
    assert slack.view("ana").words == "2"
    trigger = slack.world.new_trigger("U0BEN")
    twin = web.views_open(trigger_id=trigger, view=modal(external_id="mine"))
    assert await refusal(twin) == "duplicate_external_id"
    await slack.close("ana", view)
    assert await refusal(web.views_update(view_id=view.id, view=modal())) == "not_found"
    assert await refusal(web.api_call("views.update", json={"view": modal()})) == "invalid_arguments"


async def test_view_too_large_is_refused(slack: Slack, bolt: BoltApp) -> None:
    """250 kB, although every part is short enough."""
    blocks = [section("x" * 2999) for _ in range(100)]
    trigger = slack.world.new_trigger("U0ANA")
    assert await refusal(bolt.bolt.client.views_open(trigger_id=trigger, view=modal(*blocks))) == "view_too_large"


async def test_close_tells_only_who_asked_and_never_what_was_typed(slack: Slack, bolt: BoltApp) -> None:
    """notify_on_close; state is empty; is_cleared distinguishes the X from going back."""

    @bolt.bolt.view_closed("form")
    async def _closed(ack: Any, body: Json) -> None:
        bolt.heard.append(body)
        await ack()

    view = await opened(slack, bolt, {**TWO_FIELDS, "notify_on_close": True})
    await slack.fill("ana", view, {"title": "Typed"})
    assert (await slack.close("ana", view)).ok
    closed = bolt.heard[-1]
    assert (closed["type"], closed["is_cleared"], closed["view"]["id"]) == ("view_closed", False, view.id)
    assert (closed["view"]["state"], slack.view_stack("ana")) == ({"values": {}}, [])
    await slack.command("ana", "#launch", "/webinar")
    await slack.close("ana", slack.view("ana"), clear=True)
    assert bolt.heard[-1]["is_cleared"] is True


async def test_close_without_notify_is_silent_and_goes_back_one_view(slack: Slack, bolt: BoltApp) -> None:
    """clear_on_close closes the whole modal."""
    first = await opened(slack, bolt, TWO_FIELDS)
    before = len(bolt.heard)
    for clear_on_close, left in ((False, [first]), (True, [])):
        trigger = slack.world.new_trigger("U0ANA", "C0LAUNCH", first.id)
        await bolt.bolt.client.views_push(trigger_id=trigger, view=modal(clear_on_close=clear_on_close))
        await slack.close("ana", slack.view("ana"))
        assert slack.view_stack("ana") == left
    assert len(bolt.heard) == before


async def test_opening_a_modal_replaces_the_one_that_was_open(slack: Slack, bolt: BoltApp) -> None:
    """One modal at a time."""
    first = await opened(slack, bolt, TWO_FIELDS)
    await slack.command("ana", "#launch", "/webinar")
    (second,) = slack.view_stack("ana")
    assert second.id != first.id


async def test_conversations_select_starts_here_and_gives_a_response_url(slack: Slack, bolt: BoltApp) -> None:
    """The app may post to the chosen conversation without being in it."""
    bolt.responds_to_view("form")
    chooser = field("where", "conversations_select", default_to_current_conversation=True, response_url_enabled=True)
    view = await opened(slack, bolt, modal(chooser))
    assert view.values["where"]["where_it"]["selected_conversation"] == "C0LAUNCH"
    await slack.submit("ana", view, {"where": "#board"})
    (place,) = bolt.heard[-1]["response_urls"]
    assert (place["block_id"], place["action_id"], place["channel_id"]) == ("where", "where_it", "C0BOARD")
    said = await AsyncWebhookClient(place["response_url"]).send_dict({"text": "hi", "response_type": "in_channel"})
    assert (said.status_code, [m.text for m in slack.messages("#board", as_user="ben")]) == (200, ["hi"])
