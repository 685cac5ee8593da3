"""What a person sees after sending the create form: that it is being done, what came of it, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from bot.model.webinar import Audience, Webinar
from bot.notices.subscriptions.channel_state import PlannedNotices
from bot.notices.subscriptions.texts.share_result import announced
from bot.providers.base import DISPLAY_NAME
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    fields,
    message,
    modal,
    paragraph,
    plain,
    said,
    section,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import essentials, summary

WORKING = "create.working"
DONE = "create.done"
FAILED = "create.failed"
BACK = "create.back"
AGAIN = "create.again"

CLOSE_FREELY = "You can close this window: the result then comes as a direct message."


@dataclass(frozen=True)
class CreatedResult:
    """What came of a creation, for the creator: hold it no longer than it takes to show it."""

    webinar: Webinar
    host_link: SecretStr | None = None
    announced: str | None = None
    """The channel that holds the card."""
    notes: Sequence[str] = ()
    """Whole sentences: what the account decided differently, or what else did not go as asked."""
    password_set: bool = False
    there: PlannedNotices | None = None
    """What else will be said in that channel, where that is known."""


def working(title: str, draft_id: str, *, note: str = "") -> View:
    """What takes the form's place while the webinar is made. `note` says why it takes longer than usual."""
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
    """The result, for the creator's eyes."""
    return modal(DONE, "Webinar created", _result(created), close="Done")


def done_message(created: CreatedResult) -> Message:
    """The same as a direct message to the creator, where the modal was closed meanwhile."""
    words = [f"Created: {summary(created.webinar)}.", _announced(created), *map(said, created.notes)]
    return message(cut(" ".join(words), MAX_SECTION), _result(created))


def failed(sentence: str, draft_id: str) -> View:
    """That it did not work and what to do, with the way back to the filled form."""
    back = actions(button("Back to the Form", BACK, draft_id, style="primary"))
    return modal(FAILED, "Not created", [paragraph(sentence), *back], private_metadata=draft_id)


def failed_message(sentence: str, draft_id: str) -> Message:
    """The same as a direct message; its button opens the form again, filled."""
    again = actions(button("Try Again", AGAIN, draft_id, style="primary", label="Open the form again, filled"))
    return message(cut(said(sentence), MAX_SECTION), [paragraph(sentence), *again])


def _result(created: CreatedResult) -> list[Block]:
    webinar, link = created.webinar, created.host_link
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}* is ready."),
        fields(essentials(webinar)),
        section(" ".join(_next_steps(created))),
    ]
    if created.notes:
        blocks.append(section(cut("\n".join(f"• {said(note)}" for note in created.notes), MAX_SECTION)))
    start = buttons.start(webinar, link.get_secret_value()) if link else None
    invite = buttons.about(webinar, "Invite", buttons.INVITE)
    blocks += actions(start, invite, buttons.about(webinar, "Show Details", buttons.SHOW))
    if start:
        blocks.append(context("Start as Host is your own link: do not pass it on"))
    share = buttons.share_picker("Share in another channel" if created.announced else "Share in a channel")
    return blocks + actions(share, block_id=buttons.share_block(webinar))


def _next_steps(created: CreatedResult) -> list[str]:
    steps, webinar = [_announced(created)], created.webinar
    if webinar.audience is Audience.REGISTRANTS and webinar.registration is None:
        steps.append(f"The registration page follows as soon as {DISPLAY_NAME} has it.")
    if created.password_set:
        steps.append(f"{DISPLAY_NAME} asks everyone for the password you set: tell it to the people you invite.")
    return steps


def _announced(created: CreatedResult) -> str:
    if created.announced is None:
        return "Not announced yet."
    if created.there is None:
        return f"Announced in <#{created.announced}>."
    return announced(created.webinar, created.announced, created.there)
