"""Texts that are made of several parts: also with all of them, no paragraph has more than two sentences."""

from __future__ import annotations

import pytest

from bot.commands.reminder_offsets import parse_offsets
from bot.creation.steps import NOT_CREATED_AS_FAR_AS_LISTED, NOT_UNDONE
from bot.creation.texts import failed_message
from bot.errors import BadInput
from bot.notices.texts import reminder_result
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.texts import BatchCounts
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.register import UNCLEAR
from bot.registration.texts import settings_result, suggestion
from bot.reports.texts import people
from bot.slack.message import Message
from bot.team.texts import copied
from bot.team.texts import result as team_result
from handlers.browse.help import GROUPS, TOPICS, help_message
from handlers.followup import review
from handlers.register import list_form
from handlers.remind import defaults_form
from handlers.team.outsiders import REMEDY, listed_problems, read_outsiders
from tests.support.webinar_samples import NOW, registration, webinar
from tests.support.wording import errors_wording, message_wording, view_wording

ONE = webinar()
TWO_SENTENCES = "Greenroom can't post in that channel. Type /invite @Greenroom there, or choose another channel."
NO_ADDRESS = "Line {}: “{}” is not an email address."
COUNTS = BatchCounts(total=9, registered=2, already_registered=1, repeated=1, refused=2, names=("Iris", "Joan"))


def limit_undone(*, is_full: bool) -> Message:
    """The reply to Undo of a limit, whether the registration is then full or open again."""
    limited, free = registration(limit=3, is_open=False), registration(limit=9)
    before, after = (free, limited) if is_full else (limited, free)
    return settings_result.changed_message(webinar(registration=after), before, now=NOW, undone=True)


MESSAGES = {
    **{f"help {topic}": help_message(topic) for topic in (*TOPICS, *GROUPS)},
    "a list with every kind of line": bulk_texts.done_message(ONE, "b1", COUNTS),
    "a full limit undone": limit_undone(is_full=True),
    "an open limit undone": limit_undone(is_full=False),
    "a refused time": reminder_result.not_set(ONE, TWO_SENTENCES, "1h", channel_id="C1"),
    "a team that was not invited": copied.failed(ONE, TWO_SENTENCES),
    "a team that was not changed": team_result.failed_message(ONE, TWO_SENTENCES),
    "a follow-up that was not sent": review.failed_message(TWO_SENTENCES),
    "a seat that is not certain": suggestion.unclear_message(ONE, UNCLEAR.format(provider="RingCentral")),
    "a file of a report": people.file_message(ONE, 3, 2),
    "a webinar under another host": failed_message(NOT_CREATED_AS_FAR_AS_LISTED + NOT_UNDONE, "d1", title="Launch day"),
    "default reminders off": defaults_form.not_set(defaults_form.NO_SWITCH, "off"),
}


@pytest.mark.parametrize("shown", MESSAGES.values(), ids=MESSAGES)
def test_a_message_with_all_its_parts_is_short(shown: Message) -> None:
    """It keeps every rule, with the text for screen readers."""
    assert message_wording(shown.text, shown.blocks) == []


def test_the_form_for_a_list_has_one_short_hint_where_no_file_can_be_read() -> None:
    """It says in one text what a line has, and how many lines there may be."""
    assert view_wording(list_form.form_view(ONE, has_pages=True, can_upload=False)) == []


def test_a_seat_that_the_provider_alone_can_give_is_explained_briefly() -> None:
    """Why, and whom to ask for the page, also if the page is not known."""
    view = seat_texts.registration_page_view(ONE, seat_texts.ANSWERS.format(provider="RingCentral"))
    assert view_wording(view) == []
    assert seat_texts.NO_PAGE in str(view)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("zoe", f"{NO_ADDRESS.format(1, 'zoe')} {REMEDY}"),
        ("zoe\nyan", f"{NO_ADDRESS.format(1, 'zoe')}\n{NO_ADDRESS.format(2, 'yan')}\n{REMEDY}"),
        (f"zoe\n{'Z' * 65} Lang <z@p.example>", f"{NO_ADDRESS.format(1, 'zoe')}\nLine 2: a first or last name"),
        ("Zoe Lang <zoe@partner.example>", ""),
    ],
)
def test_mistakes_of_several_lines_have_one_example(lines: str, text: str) -> None:
    """A line for each mistake, and how to write a person once."""
    listed = listed_problems(read_outsiders(lines, "RingCentral")[1])
    assert listed.startswith(text)
    assert bool(listed) is bool(text)
    assert errors_wording({"outside": listed}) == []


def test_every_mistake_in_times_has_its_line() -> None:
    """Three kinds of mistakes in one input."""
    with pytest.raises(BadInput) as refused:
        parse_offsets("soon -1h 0m")
    assert len(refused.value.sentence.splitlines()) == 3
    assert errors_wording({"leads": refused.value.sentence}) == []
