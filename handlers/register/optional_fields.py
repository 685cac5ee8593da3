"""The fields of the form that registers somebody that not every event supports."""

from __future__ import annotations

from bot.model.ability import Ability
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.bulk import csv_import
from bot.slack.blocks import Block, Element
from bot.slack.form_elements import checkboxes, input_block, option, text_input, url_input

SOURCE, EXTERNAL_ID, JOIN, CANCEL, PAGES = "source", "external_id", "join_page", "cancel_page", "own_pages"
"""The block ids of the fields."""
APPROVED = "is_approved"
"""The block id of the checkbox that approves at once; only people who may approve see this form."""
MAX_PAIRS_TEXT = 1_000
OWN_PAGES = "Use Greenroom's own pages to join and to cancel"


def optional_fields(webinar: Webinar, *, has_pages: bool) -> list[Block]:
    """The fields that this event supports; `has_pages`: Greenroom has pages of its own."""
    source = text_input(action_id=SOURCE, max_length=csv_import.MAX_SOURCE)
    fields = [_field(SOURCE, "Source", source, "Where they heard of it, for your own figures")]
    if Ability.APPROVE in webinar.abilities:
        boxes = checkboxes(action_id=APPROVED, options=[option(value=APPROVED, text="Approve them at once")])
        fields.append(input_block(block_id=APPROVED, label="Approval", element=boxes, optional=True))
    if Ability.EXTERNAL_ID in webinar.abilities:
        pairs = text_input(
            action_id=EXTERNAL_ID, multiline=True, max_length=MAX_PAIRS_TEXT, placeholder="lead=00Q5\nregion=north"
        )
        hint = f"One value per line, with its name first; {provider_name(webinar.id)} keeps them with the registrant"
        fields.append(_field(EXTERNAL_ID, "What your systems know them by", pairs, hint))
    if Ability.OWN_LINKS in webinar.abilities:
        fields.append(_field(JOIN, "A page of yours to join by", url_input(action_id=JOIN)))
        fields.append(_field(CANCEL, "A page of yours to cancel by", url_input(action_id=CANCEL)))
    return fields + pages_fields(webinar, has_pages=has_pages)


def pages_fields(webinar: Webinar, *, has_pages: bool) -> list[Block]:
    """The checkbox for our own pages, if the event supports them and there are any."""
    if not has_pages or Ability.OWN_LINKS not in webinar.abilities:
        return []
    boxes = checkboxes(action_id=PAGES, options=[option(value=PAGES, text=OWN_PAGES)])
    return [input_block(block_id=PAGES, label="Pages", element=boxes, optional=True)]


def _field(block_id: str, label: str, element: Element, hint: str | None = None) -> Block:
    return input_block(block_id=block_id, label=label, hint=hint, element=element, optional=True)
