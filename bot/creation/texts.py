"""Texts after the create form was submitted: progress, result, and the way back to the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from bot.model.webinar import Audience, Webinar, one_line_title
from bot.notices.subscriptions.channel_state import PlannedNotices
from bot.notices.subscriptions.texts.share_result import announced
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    fields,
    message,
    modal,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import public_facts, summary

WORKING = "create.working"
DONE = "create.done"
FAILED = "create.failed"
BACK = "create.back"
AGAIN = "create.again"

CLOSE_FREELY = "You can close this window: the result then comes as a direct message."


@dataclass(frozen=True)
class CreatedResult:
    """The result of a creation, for its creator. Contains the host link: do not keep it."""

    webinar: Webinar
    host_link: SecretStr | None = None
    channel_id: str | None = None
    """The channel that has the card."""
    notes: Sequence[str] = ()
    """Sentences about what differs from the form."""
    password_set: bool = False
    planned: PlannedNotices | None = None
    """The notices planned in that channel, if known."""


def working(title: str, draft_id: str, *, note: str = "") -> View:
    """The progress view in place of the form. `note` explains a delay."""
    blocks: list[Block] = [section(f"Creating *{plain(title)}*…")]
    if note:
        blocks.append(paragraph(note))
    return modal(
        WORKING,
        "Create a webinar",
        [*blocks, context(CLOSE_FREELY)],
        private_metadata=draft_id,
        notify_on_close=True,
    )


def done(created: CreatedResult) -> View:
    """The result, for the creator only."""
    return modal(DONE, "Webinar created", _result(created), close="Done")


def done_message(created: CreatedResult) -> Message:
    """The result as a DM to the creator."""
    words = [f"Created: {summary(created.webinar)}.", _announced(created), *map(escape_sentence, created.notes)]
    return message(cut(" ".join(words), MAX_SECTION), _result(created))


def failed(sentence: str, draft_id: str) -> View:
    """The failure, with a button back to the filled form."""
    back = actions(button("Back to the Form", BACK, draft_id, style="primary"))
    return modal(FAILED, "Not created", [paragraph(sentence), *back], private_metadata=draft_id)


def failed_message(sentence: str, draft_id: str, *, title: str = "") -> Message:
    """The failure as a DM, which names the webinar; its button opens the filled form."""
    label = f"Open the form of {one_line_title(title)} again, filled" if title else "Open the form again, filled"
    again = actions(button("Try Again", AGAIN, draft_id, style="primary", label=label))
    head = [section(f"*{plain(title)}* was not created.")] if title else []
    text = f"{plain(title)} was not created. {escape_sentence(sentence)}" if title else escape_sentence(sentence)
    return message(cut(text, MAX_SECTION), [*head, paragraph(sentence), *again])


def _result(created: CreatedResult) -> list[Block]:
    webinar, link = created.webinar, created.host_link
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}* is ready."),
        fields(public_facts(webinar)),
        section("\n".join(_next_steps(created))),
    ]
    if created.notes:
        blocks.append(section(cut("\n".join(f"• {escape_sentence(note)}" for note in created.notes), MAX_SECTION)))
    start = buttons.start(webinar, link.get_secret_value()) if link else None
    invite = buttons.webinar_button(webinar, "Invite", buttons.INVITE)
    blocks += actions(start, invite, buttons.webinar_button(webinar, "Show Details", buttons.SHOW))
    if start:
        blocks.append(context("Start as Host is your personal link. Please don't share it"))
    share = buttons.share_picker("Share in another channel" if created.channel_id else "Share in a channel")
    return blocks + actions(share, block_id=buttons.share_block_id(webinar))


def _next_steps(created: CreatedResult) -> list[str]:
    provider = provider_name(created.webinar.id)
    steps, webinar = [_announced(created)], created.webinar
    if webinar.audience is Audience.REGISTRANTS and webinar.registration is None:
        steps.append(f"The registration page follows as soon as {provider} has it.")
    if created.password_set:
        steps.append(f"{provider} asks everyone for the password you set, so share it with the people you invite.")
    return steps


def _announced(created: CreatedResult) -> str:
    if created.channel_id is None:
        return "Not announced yet."
    if created.planned is None:
        return f"Announced in <#{created.channel_id}>."
    return announced(created.webinar, created.channel_id, created.planned)
