"""Blocks and elements equal the dictionaries of slack_sdk, which also validates Slack's limits."""

from __future__ import annotations

from typing import Any

from slack_sdk.models import blocks as sdk
from slack_sdk.models.views import View

from bot.slack import blocks, form_elements
from bot.slack.buttons import CHANNELS
from tests.support.rows import each_row

ONE, TWO = form_elements.option(value="1", text="One"), form_elements.option(value="2", text="Two", description="More")
SURE = blocks.confirm_dialog(title="Sure?", text="It *ends*.", confirm="Yes", deny="No", style="danger")
BUTTON = blocks.button("Go", "go", "v1", style="primary", label="Go on")
ELEMENTS = [
    form_elements.text_input(action_id="a", initial_value="x", placeholder="p", multiline=True, max_length=9),
    form_elements.text_input(action_id="a", focus_on_load=False),
    form_elements.number_input(action_id="a", is_decimal_allowed=False, initial_value="4", placeholder="200"),
    form_elements.email_input(action_id="a", initial_value="ana@acme.example"),
    form_elements.url_input(action_id="a"),
    form_elements.file_input(action_id="a", filetypes=["csv"], max_files=1),
    form_elements.checkboxes(action_id="a", options=[ONE, TWO], initial_options=[TWO]),
    form_elements.radio_buttons(action_id="a", options=[ONE, TWO], initial_option=ONE),
    form_elements.static_select(action_id="a", options=[ONE, TWO], initial_option=TWO, placeholder="Choose"),
    form_elements.multi_static_select(action_id="a", options=[ONE], placeholder="Choose", initial_options=[ONE]),
    form_elements.users_select(action_id="a", placeholder="Choose", initial_user="U1"),
    form_elements.multi_users_select(action_id="a", placeholder="Choose", initial_users=["U1"], focus_on_load=True),
    form_elements.conversations_select(action_id="a", placeholder="p", include=CHANNELS, initial_conversation="C1"),
    form_elements.datetime_picker(action_id="a", initial_date_time=1795447200),
    form_elements.time_picker(action_id="a", initial_time="09:30"),
]
BLOCKS = [
    blocks.heading("Launch day"),
    blocks.verbatim("as *typed*"),
    blocks.section("*a*"),
    blocks.section("b", BUTTON, block_id="mine"),
    blocks.paragraph("One of ours."),
    blocks.fields([("Starts", "now")]),
    blocks.context("d", "e"),
    blocks.divider(),
    blocks.warning("Not like this."),
    *blocks.actions(BUTTON, None, blocks.link_button("Page", "page", "https://x.example"), block_id="row"),
    *(form_elements.input_block(block_id="b", label="Name", element=one, hint="Why") for one in ELEMENTS),
    form_elements.input_block(block_id="b", label="Name", element=ELEMENTS[0], optional=True, dispatch_action=True),
]


@each_row("block", BLOCKS)
def test_block_is_what_slack_sdk_reads_and_writes(block: dict[str, Any]) -> None:
    """Including the order of keys, on which the fingerprints of cards depend."""
    parsed = sdk.Block.parse(block)

    assert parsed is not None
    assert list(parsed.to_dict().items()) == list(block.items())


def test_button_that_asks_first_is_what_slack_sdk_writes() -> None:
    """slack_sdk does not parse such a dialog without loss, so this test builds it from its parts."""
    asked = sdk.ConfirmObject(title="Sure?", text="It *ends*.", confirm="Yes", deny="No", style="danger")
    written = sdk.ButtonElement(text="End", action_id="end", value="v1", confirm=asked).to_dict()

    assert blocks.button("End", "end", "v1", confirm=SURE) == written


def test_modal_is_what_slack_sdk_reads_and_writes() -> None:
    """Empty fields are omitted."""
    made = blocks.modal("call", "Title", [BLOCKS[0]], submit="Send", private_metadata="m", notify_on_close=True)

    assert View(**made).to_dict() == made
    assert blocks.modal("call", "Title", [BLOCKS[0]]).keys() == {
        *("type", "callback_id", "title", "close", "blocks", "notify_on_close"),
    }
