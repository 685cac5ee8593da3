"""The form that asks for the campaign of a registration link."""

from __future__ import annotations

from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.registration.own_pages.campaign_name import MAX_NAME, NO_NAME, campaign_name
from bot.slack import form_values
from bot.slack.blocks import modal, plain, section
from bot.slack.form_elements import input_block, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import timing

CALLBACK = "page.campaign_form"
NAME = "campaign"
"""The block id of the name."""


def form_view(webinar: Webinar) -> View:
    """The form; its private_metadata is the webinar's id."""
    field = input_block(
        block_id=NAME,
        label="Campaign",
        hint="The source of the people who register with this link, such as: spring newsletter",
        element=text_input(action_id=NAME, max_length=MAX_NAME, focus_on_load=True),
    )
    head = section(f"*{plain(webinar.title)}*\n{timing(webinar)}")
    return modal(CALLBACK, "Link for a campaign", [head, field], submit="Get Link", private_metadata=webinar.id)


def read_form(values: form_values.Values) -> str:
    """Read the name. Raises `BadInput` for its field."""
    try:
        return campaign_name(form_values.text(values, NAME, ""))
    except BadInput as problem:
        sentence = "Name the campaign." if problem.sentence == NO_NAME else problem.sentence
        raise BadInput(sentence, {NAME: sentence}) from problem
