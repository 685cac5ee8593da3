"""Seats, and every view and message about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from pydantic import SecretStr

from bot.model.seat import Seat, SeatDetails, SeatState, Suggestion, SuggestionState
from bot.model.webinar import Status, Webinar
from bot.registration.seats import texts as seat_texts
from bot.registration.texts import suggestion as suggestion_texts
from bot.slack.message import Message, View
from handlers.seat import change_form
from handlers.seat import form as seat_form
from handlers.seat.form import SeatInput
from tests.support.webinar_samples import ACCOUNT, NOW

OWN_LINK = "https://join.example/own/dev"
DEV = SeatDetails(first_name="Dev", last_name="Patel", email="dev@acme.example")


def seat(**changes: Any) -> Seat:
    """Dev's seat, after he was notified."""
    facts: dict[str, Any] = {
        "account": ACCOUNT,
        "session_id": "s1",
        "user_id": "U2",
        "state": SeatState.NOTIFIED,
        "attendee": DEV,
        "registrant_id": "r1",
        "join_link": SecretStr(OWN_LINK),
        "cancel_link": SecretStr("https://join.example/cancel/dev"),
        "source": "slack:C1",
        "lead": timedelta(minutes=10),
        "notified_digest": "x",
        "dm_channel_id": "D2",
        "dm_ts": "2.2",
        "changed_at": NOW,
    }
    return Seat(**(facts | changes))


def suggestion(**changes: Any) -> Suggestion:
    """A seat that was suggested to Dev."""
    facts: dict[str, Any] = {
        "account": ACCOUNT,
        "session_id": "s1",
        "user_id": "U2",
        "state": SuggestionState.SENT,
        "suggested_by": "U1",
        "source": "fair",
        "shown_digest": "x",
        "dm_channel_id": "D2",
        "dm_ts": "3.3",
        "changed_at": NOW,
    }
    return Suggestion(**(facts | changes))


def seat_input(**changes: Any) -> SeatInput:
    """The values of Dev's form."""
    facts: dict[str, Any] = {
        "session_id": "s1",
        "source": "slack:C1",
        **DEV.model_dump(exclude={"is_own_address", "fields"}),
    }
    return SeatInput(**(facts | changes))


NAMES = st.text(min_size=1, max_size=64)
SEATS = st.builds(
    seat,
    attendee=st.builds(SeatDetails, first_name=NAMES, last_name=NAMES, email=st.just(f"{'d' * 244}@acme.example")),
    join_link=st.sampled_from(["", OWN_LINK, f"https://join.example/{'x' * 3000}"]).map(SecretStr),
    lead=st.none() | st.sampled_from(seat_form.REMINDERS),
)


def seat_modals(webinar: Webinar, held: Seat | None = None, filled: SeatInput | None = None) -> list[View]:
    """Every modal about seats."""
    mine, form = held or seat(), filled or seat_input()
    return [
        *(
            seat_form.form_view(one, form, now=NOW)
            for one in (webinar, webinar.model_copy(update={"status": Status.ACTIVE}))
        ),
        change_form.change_view(webinar, form),
        *(seat_form.working_view(webinar, note="Wait."), change_form.changing_view(webinar, note="Wait.")),
        *(seat_form.failed_view("No.", form), change_form.failed_view("No.", form, form)),
        *(seat_texts.seat_view(webinar, mine, now=NOW, note=note) for note in ("", seat_texts.NO_DM)),
        *(seat_texts.gone_view(webinar), seat_texts.unavailable_view(webinar, now=NOW)),
        *(seat_texts.registration_page_view(webinar, seat_texts.ANSWERS), seat_texts.shared_link_view(webinar)),
        seat_texts.team_link_view(webinar, OWN_LINK, role="Panelist", now=NOW),
    ]


def seat_messages(webinar: Webinar, held: Seat | None = None) -> list[Message]:
    """Every message about seats."""
    declined = suggestion(state=SuggestionState.DECLINED)
    return [
        *(seat_texts.seat_message(webinar, held or seat(), now=NOW), seat_texts.gone_message(webinar)),
        *(
            seat_texts.opening_subscribed_message(webinar),
            seat_texts.opening_subscribed_reply(webinar),
            seat_texts.opening_failed_message(webinar),
        ),
        seat_texts.problem_message(webinar, "No."),
        *(suggestion_texts.suggestion_message(webinar, one, now=NOW) for one in (suggestion(), declined)),
        suggestion_texts.suggestion_message(webinar, suggestion(), now=NOW, problem="No. " * 100, has_page=True),
        *(suggestion_texts.working_message(webinar), suggestion_texts.has_seat_message(webinar)),
        suggestion_texts.unclear_message(webinar, "Wait."),
        seat_texts.as_message(seat_texts.unavailable_view(webinar, now=NOW)),
    ]
