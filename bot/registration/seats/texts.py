"""Show a user their seat with their own link, or why they have none and what to do. Never posted to a channel."""

from __future__ import annotations

from datetime import datetime

from bot.commands.reminder_offsets import offset_text
from bot.model.lifecycle import Stage, can_join, is_full, stage
from bot.model.registrant import RegistrantStatus
from bot.model.seat import Seat
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    confirm_dialog,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    paragraph,
    plain,
    section,
    verbatim,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import registrations_with_age, timing, timing_in_sentence

CALLBACK = "seat.shown"
LEAVE = "seat.leave"
CHANGE = "seat.rename"
REFRESH = "seat.look"
REFRESH_REGISTRATION = "seat.look_again"

PENDING = "An organizer approves each registration. Your link comes as a direct message once they have."
DENIED = "An organizer has denied your registration, so you have no link. Ask them if you think this is a mistake."
APPROVED_BELOW = "Your registration is approved. Your link is in the message below."
REGISTERED_BELOW = "You have registered. Your seat is in a newer message below."
LINK_IS_PRIVATE = "This link is personal. Please don't share it."
IN_CALENDAR = "You are registered for this webinar. The link below is personal, so please don't share it."
LEFT = "Your seat is canceled. Your link no longer works."
NO_SEAT = "You no longer have a seat at this webinar."
REMOVED_AT_PROVIDER = "Your registration was removed at {provider}, so you no longer have a seat."
CANCELLED = "This webinar is canceled and will not take place."
ENDED = "This webinar is over."
OVER = "This webinar is over, so nobody can register for it."
TEAM_OVER = "This webinar is over, so your link no longer works."
TEAM_CANCELED = "This webinar is canceled, so your link no longer works."
NO_ADDRESS = (
    "Slack does not tell Greenroom the email address of people of your organization, so please register on the page "
    "of the webinar."
)
NO_PAGE = "Its address is not known here yet. Ask the person who shared the webinar."
ANSWERS = (
    "{provider} asks questions at the registration for this webinar, which can only be answered on its own page. "
    "You are not registered yet."
)
NO_DM = (
    "Slack does not let Greenroom write to you, so nothing comes as a direct message. "
    "Press the button where you registered, and you see this again."
)
IN_DM = "This is in your direct messages as well, with a calendar entry."
DM_TO_COME = "A direct message with a calendar entry follows."


def seat_view(webinar: Webinar, seat: Seat, *, now: datetime, note: str = "") -> View:
    """The seat in a modal; `note` is a sentence about the last action, or about DMs."""
    notes = [note] if note else []
    return modal(
        CALLBACK,
        "Your seat",
        [*_seat(webinar, seat, now, look=True), *map(paragraph, notes)],
        private_metadata=webinar.id,
    )


def seat_message(webinar: Webinar, seat: Seat, *, now: datetime) -> Message:
    """The DM with the user's link and the buttons of the seat."""
    current = stage(webinar, now)
    if current in (Stage.OVER, Stage.CANCELED):
        return _ended(webinar, CANCELLED if current is Stage.CANCELED else ENDED)
    heads = {
        RegistrantStatus.PENDING: "You are waiting for approval",
        RegistrantStatus.DENIED: "You are not registered",
    }
    text = f"{heads.get(seat.status, 'You are registered')}: {plain(webinar.title)}, {timing_in_sentence(webinar)}."
    return message(text, _seat(webinar, seat, now))


def approved_message(webinar: Webinar) -> Message:
    """Replaces the message of a seat that waited for approval; the one with the link follows it."""
    return _ended(webinar, APPROVED_BELOW)


def gone_message(webinar: Webinar, *, problem: str = "") -> Message:
    """Replaces that DM when the seat is gone: given up, or for the reason `problem`."""
    return _ended(webinar, problem or LEFT, buttons.registration_form(webinar, "Register Again"))


def registered_message(webinar: Webinar) -> Message:
    """Replaces an earlier message that offered to register, once its user has."""
    return _ended(webinar, REGISTERED_BELOW)


def gone_view(webinar: Webinar, *, problem: str = "") -> View:
    """The same content in a modal."""
    return modal(CALLBACK, "No seat", gone_blocks(webinar, problem or LEFT), private_metadata=webinar.id)


def gone_blocks(webinar: Webinar, sentence: str) -> list[Block]:
    """What happened, and a button to register again."""
    return [_about(webinar, sentence), *actions(buttons.registration_form(webinar, "Register Again"))]


def unavailable_view(webinar: Webinar, *, now: datetime, problem: str = "") -> View:
    """Why registration is not possible now, and what to do. `problem` is the provider's refusal, if there is one."""
    current = stage(webinar, now)
    if current in (Stage.OVER, Stage.CANCELED):
        return modal(CALLBACK, "Register", [_about(webinar, CANCELLED if current is Stage.CANCELED else OVER)])
    again = buttons.webinar_button(webinar, "Refresh", REFRESH_REGISTRATION)
    blocks = [
        _about(webinar, f"{problem or _why(webinar)}\nYou are not registered."),
        *actions(buttons.when_open(webinar), again),
        context(registrations_with_age(webinar, now)),
    ]
    return modal(CALLBACK, "Register", blocks, private_metadata=webinar.id)


def refreshing_view(webinar: Webinar) -> View:
    """The modal while the registration is read again."""
    provider = provider_name(webinar.id)
    return modal(CALLBACK, "Register", [_about(webinar, f"Asking {provider}…")], private_metadata=webinar.id)


def registration_page_view(webinar: Webinar, sentence: str) -> View:
    """A link to the webinar's own registration page, for users whom we cannot register."""
    link = buttons.registration_page(webinar)
    blocks = [_about(webinar, sentence if link else f"{sentence}\n{NO_PAGE}"), *actions(link)]
    return modal(CALLBACK, "Register", blocks, private_metadata=webinar.id)


def shared_link_view(webinar: Webinar) -> View:
    """The shared link of a webinar without registration."""
    blocks = [
        _about(webinar, "Everyone with the link can join: no registration is needed."),
        *actions(buttons.join(webinar)),
    ]
    return modal(CALLBACK, "Join", blocks, private_metadata=webinar.id)


def team_link_view(webinar: Webinar, link: str, *, role: str, now: datetime) -> View:
    """The personal link of a member of the team, or why it no longer works."""
    if (current := stage(webinar, now)) in (Stage.OVER, Stage.CANCELED):
        text = TEAM_CANCELED if current is Stage.CANCELED else TEAM_OVER
        return modal(CALLBACK, "Your link", [_about(webinar, text)], private_metadata=webinar.id)
    blocks = [
        _about(webinar, f"You are a {role.lower()} of this webinar, and this is your own link."),
        *actions(buttons.own_link(webinar, link, f"Join as {role}")),
    ]
    return modal(CALLBACK, "Your link", [*blocks, context(LINK_IS_PRIVATE)], private_metadata=webinar.id)


def as_message(view: View) -> Message:
    """The content of one of these modals as a DM, for a user who has closed the modal."""
    lines = view["blocks"][0]["text"]["text"].replace("*", "").split("\n")
    spoken = (line if line.endswith((".", "!", "?", "…")) else f"{line}." for line in lines)
    return Message(" ".join(spoken), view["blocks"])


def opening_subscribed_message(webinar: Webinar) -> Message:
    """The DM that confirms a notification when registration opens, with a button to stop it."""
    text = f"You will be notified here when registration for *{plain(webinar.title)}* opens."
    return message(
        text, [section(f"{text}\n{timing(webinar)}"), *actions(buttons.webinar_button(webinar, "Stop", buttons.MUTE))]
    )


def opening_subscribed_reply(webinar: Webinar) -> Message:
    """The same confirmation where the button was pressed."""
    text = f"You will get a direct message when registration for *{plain(webinar.title)}* opens."
    return message(text, [section(text)])


def opening_failed_message(webinar: Webinar) -> Message:
    """Replaces the confirmation if the subscription could not be saved."""
    text = f"Greenroom could not save that you want to know when *{plain(webinar.title)}* opens. Please try again."
    return message(text, [section(text), *actions(buttons.when_open(webinar))])


def problem_message(webinar: Webinar, problem: str) -> Message:
    """The DM about a seat whose registration failed after the user was last notified."""
    text = cut(f"{plain(webinar.title)}: {escape_sentence(problem)}", MAX_SECTION)
    return message(text, [_about(webinar, problem), *actions(buttons.registration_form(webinar, "Register"))])


def _seat(webinar: Webinar, seat: Seat, now: datetime, *, look: bool = False) -> list[Block]:
    current = stage(webinar, now)
    if current in (Stage.OVER, Stage.CANCELED):
        return [_about(webinar, CANCELLED if current is Stage.CANCELED else ENDED)]
    if not seat.is_approved:
        return _undecided(webinar, seat, look=look)
    link = _own_link(webinar, seat.join_link.get_secret_value(), now)
    head = f"*You are registered{', and it is live now' if current is Stage.LIVE else ''}*"
    by = f"Suggested by <@{seat.by}>." if seat.by and not look else ""
    remind = f"Your reminder comes {offset_text(seat.lead)} before it starts." if seat.lead and not look else ""
    return [
        section(f"{head}\n*{plain(webinar.title)}*\n{timing(webinar)}"),
        verbatim(f"{seat.attendee.name}, {seat.attendee.email}"),
        *actions(
            link,
            buttons.webinar_button(webinar, "Not Me / Change", CHANGE),
            buttons.webinar_button(webinar, "Refresh", REFRESH) if look else None,
            leave_button(webinar),
        ),
        context(f"{LINK_IS_PRIVATE}\n{remind} {by}".strip()),
    ]


def _own_link(webinar: Webinar, link: str, now: datetime) -> Element | None:
    """The user's link: the way to join from shortly before the start on, until then something to keep."""
    if not can_join(webinar, now):
        return buttons.link_to_keep(webinar, link)
    return buttons.own_link(webinar, link, "Join Now" if stage(webinar, now) is Stage.LIVE else "Join")


def _undecided(webinar: Webinar, seat: Seat, *, look: bool) -> list[Block]:
    """A seat without a link: it waits for approval, or was denied."""
    is_pending = seat.is_pending
    lead = f" Your reminder comes {offset_text(seat.lead)} before it starts, if you are approved." if seat.lead else ""
    return [
        section(
            f"*{'You are waiting for approval' if is_pending else 'Your registration was denied'}*\n"
            f"*{plain(webinar.title)}*\n{timing(webinar)}\n{PENDING if is_pending else DENIED}"
        ),
        verbatim(f"{seat.attendee.name}, {seat.attendee.email}"),
        *actions(
            buttons.webinar_button(webinar, "Not Me / Change", CHANGE) if is_pending else None,
            buttons.webinar_button(webinar, "Refresh", REFRESH) if look else None,
            leave_button(webinar) if is_pending else None,
        ),
        *([context(lead.strip())] if lead and is_pending and not look else []),
    ]


def leave_button(webinar: Webinar) -> Element:
    """Cancels the seat of the user who clicks it, once they have confirmed it."""
    provider = provider_name(webinar.id)
    button = buttons.webinar_button(webinar, "Cancel My Seat", LEAVE, style="danger")
    button["confirm"] = confirm_dialog(
        title="Cancel your seat?",
        text=f"{provider} deletes your registration, your link stops working, and your reminders stop.",
        confirm="Cancel My Seat",
        deny="Keep My Seat",
        style="danger",
    )
    return button


def _ended(webinar: Webinar, sentence: str, *elements: Element) -> Message:
    text = cut(f"{plain(webinar.title)}: {escape_sentence(sentence)}", MAX_SECTION)
    return message(text, [_about(webinar, sentence), *actions(*elements)])


def _about(webinar: Webinar, sentence: str) -> Block:
    return section(cut(f"*{plain(webinar.title)}*\n{timing(webinar)}\n{escape_sentence(sentence)}", MAX_SECTION))


def _why(webinar: Webinar) -> str:
    read = webinar.registration
    return "It is full." if read and is_full(read) else "Registration is closed right now."
