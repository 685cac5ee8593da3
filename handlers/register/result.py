"""The views and messages after the form that registers another person: progress, failure and result."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.registrant import NewRegistration, RegistrantStatus
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack.blocks import Block, context, message, modal, paragraph, person, plain, section
from bot.slack.message import Message, View

WORKING = "enrol.working"
DONE = "enrol.done"
FAILED = "enrol.failed"
WAITS_FOR_APPROVAL = (
    "Their registration waits for approval, so there is no link yet. Use */webinar registrants* to approve or deny it."
)


def working_view(webinar: Webinar, name: str = "", *, note: str = "") -> View:
    """The progress view above the form. `note` says why it takes longer than usual.

    `name` is the view's external id, which identifies it until its id is known.
    """
    blocks: list[Block] = [section(f"Registering somebody for *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    closing = context("You can close this window: the result then comes as a direct message.")
    view = modal(WORKING, "Register someone", [*blocks, closing], private_metadata=webinar.id, close="Back")
    return view | {"external_id": name} if name else view


def failed_view(sentence: str) -> View:
    """That nobody was registered, and what to do; the form stays below it."""
    return modal(FAILED, "Not registered", [paragraph(sentence)], close="Back")


def done_view(webinar: Webinar, lines: Sequence[Block], name: str = "") -> View:
    """That the person is registered, with the links to pass on. Closing it closes the form below."""
    view = modal(DONE, "Registered", [section(_head(webinar, name)), *lines], close="Done")
    return view | {"clear_on_close": True}


def done_message(webinar: Webinar, lines: Sequence[Block], name: str = "") -> Message:
    """The same as a DM, if the form was closed in the meantime."""
    return message(_head(webinar, name), [section(_head(webinar, name)), *lines])


def link_blocks(
    new: NewRegistration, own_join: str, own_cancel: str, *, provider: str, is_silent: bool | None
) -> list[Block]:
    """The registrant's links, which of our pages the provider has accepted, and who sends the links.

    `own_join` and `own_cancel` are the URLs of our own pages, if used; `is_silent`: the provider sends no emails.
    """
    registrant = new.registrant
    if registrant.status is RegistrantStatus.PENDING:
        return [section(WAITS_FOR_APPROVAL)]
    join, cancel = registrant.join_link.get_secret_value(), registrant.cancel_link.get_secret_value()
    blocks = [
        section(f"*To join*\n```{own_join or join}```"),
        section(f"*To cancel*\n```{own_cancel or cancel}```"),
        *[paragraph(sentence) for sentence in _kept(new, provider)],
    ]
    mail = f"{provider} emails them." if is_silent is False else ""
    if is_silent:
        mail = f"{provider} emails nobody for this webinar: share the links."
    return [
        *blocks,
        context("\n".join(filter(None, [mail, "These links are personal. Please keep them out of channels."]))),
    ]


def suggested_view(webinar: Webinar, user_id: str) -> View:
    """That a Slack user was asked. Closing it closes the form below."""
    blocks = [section(_suggested(webinar, user_id))]
    return modal(DONE, "Asked", blocks, close="Done") | {"clear_on_close": True}


def suggested_message(webinar: Webinar, user_id: str) -> Message:
    """The same as a DM, if the form was closed in the meantime."""
    return message(_suggested(webinar, user_id), [section(_suggested(webinar, user_id))])


def seat_blocks(user_id: str) -> list[Block]:
    """That a Slack user has a seat, and how they are notified."""
    return [section(f"<@{user_id}> has a seat, and gets their own link and a calendar file as a direct message.")]


def _kept(new: NewRegistration, provider: str) -> list[str]:
    asked = new.details
    if new.page_key:
        sentence = "has kept Greenroom's page to cancel by" if new.keeps_cancel_page else "sends its own links"
        return [f"{provider} {sentence}. The links above are Greenroom's own pages, and they work in any case."]
    names = {"join": (asked.join_page, new.keeps_join_page), "cancel": (asked.cancel_page, new.keeps_cancel_page)}
    accepted = [name for name, (page, is_kept) in names.items() if page.get_secret_value() and is_kept]
    ignored = [name for name, (page, is_kept) in names.items() if page.get_secret_value() and not is_kept]
    verb = "refused" if new.refuses_pages else "ignored"
    return [
        *(f"{provider} has kept your page to {name} by." for name in accepted),
        *(
            f"{provider} has {verb} your page to {name} by, and shows its own link. Give them yours if you like."
            for name in ignored
        ),
    ]


def _suggested(webinar: Webinar, user_id: str) -> str:
    provider = provider_name(webinar.id)
    return (
        f"<@{user_id}> is asked in a direct message whether they take a seat at *{plain(webinar.title)}*. "
        f"{provider} gets their name and address, and emails them, only if they do."
    )


def _head(webinar: Webinar, name: str) -> str:
    return f"{person(name) or 'One more person'} is registered for *{plain(webinar.title)}*."
