"""Registrants at Zoom: every field, the questions, approval, dates and removal, on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import AnswersRequired, ProviderConflict, ProviderRefused, RegistrationClosed
from bot.model.question import QuestionKind
from bot.model.registrant import Decision, Registrant, RegistrantDetails, RegistrantStatus
from bot.providers.base import BULK
from bot.providers.zoom import Zoom
from bot.providers.zoom.registrant_fields import DATES, FIELDS, LANGUAGES
from sandbox.zoom import Rules
from sandbox.zoom.fields import Questions
from tests.support.zoom_client import PERSON, ZoomPair, zoom_pair

OLGA = RegistrantDetails(first_name="Olga", last_name="Quennell", email="Olga@Example.com")
RICK = RegistrantDetails(first_name="Rick", last_name="", email="rick@example.com")
SEED = {
    "address": "1 Main St",
    "city": "Portland",
    "state": "OR",
    "zip": "97201",
    "country": "US",
    "phone": "+1 503 555 0100",
    "industry": "Software",
    "org": "Acme",
    "job_title": "Engineer",
    "purchasing_time_frame": "1-3 months",
    "role_in_purchase_process": "Evaluator/Recommender",
    "no_of_employees": "501-1,000".replace("501", "500"),
    "comments": "Will there be a recording?",
    "custom:Which track?": "Beginners",
    "custom:Anything else?": "No",
}
"""Every field of the registration beside name, address, language and approval."""
CHOICES = ("country", "purchasing_time_frame", "role_in_purchase_process", "no_of_employees", "language")


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


def ref(event_id: str, occurrence: str = "") -> str:
    """The session id of an event."""
    return "-".join(filter(None, ("zoom", event_id, occurrence)))


def posted(pair: ZoomPair, event_id: str) -> list[Any]:
    """The registrants of an event as Zoom keeps them."""
    return list(pair.sandbox.state.events[int(event_id)].registrants.values())


def ask(pair: ZoomPair, event_id: str, **questions: Any) -> None:
    """Set the questions of an event, as its host does on Zoom's page."""
    pair.sandbox.state.events[int(event_id)].questions = Questions.model_validate(questions)


async def every(client: Zoom, session_id: str) -> dict[RegistrantStatus, list[Registrant]]:
    """The lists of all statuses."""
    return {status: await client.registrants(session_id, PERSON, status) for status in RegistrantStatus}


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
async def test_every_field_is_posted_and_read_back(pair: ZoomPair, kind: Any) -> None:
    """All fields arrive in Zoom's own names, and come back in the list, alone and in the answer."""
    client, event_id = pair.client(), pair.event(kind)
    details = OLGA.model_copy(update={"fields": (*SEED.items(), ("language", "Tr-TR"))})

    made = await client.register(ref(event_id), details, PERSON)
    (listed,) = await client.registrants(ref(event_id), PERSON)
    alone = await client.registrant(ref(event_id), made.registrant_id, PERSON)

    (kept,) = posted(pair, event_id)
    sent = kept.fields.model_dump()
    own = {one["title"]: one["value"] for one in sent.pop("custom_questions")}
    assert own == {"Which track?": "Beginners", "Anything else?": "No"}
    assert sent == {
        "first_name": "Olga",
        "last_name": "Quennell",
        "email": "olga@example.com",
        **{name: value for name, value in SEED.items() if ":" not in name},
    }
    assert (kept.language, dict(made.fields)) == ("Tr-TR", dict(details.fields))
    assert dict(listed.fields) == dict(alone.fields) == SEED
    assert (made.registrant_id, made.status, made.join_link) == (
        listed.registrant_id,
        RegistrantStatus.APPROVED,
        listed.join_link,
    )
    assert made.join_link.get_secret_value().startswith(pair.sandbox.zoom.url)
    assert (listed.first_name, listed.email, listed.registered_at is not None) == ("Olga", "olga@example.com", True)


async def test_only_first_name_and_address_are_required(pair: ZoomPair) -> None:
    """What is not given is not sent, and one page of each status is read before."""
    client, event_id = pair.client(), pair.event()

    await client.register(ref(event_id), RICK, PERSON)

    (kept,) = posted(pair, event_id)
    assert {name: value for name, value in kept.fields.model_dump().items() if value} == {
        "first_name": "Rick",
        "email": "rick@example.com",
    }
    assert (pair.asked("GET", "/registrants$"), pair.asked("POST", "/registrants$")) == ([200] * 3, [201])


@pytest.mark.parametrize("name", CHOICES)
async def test_each_choice_is_refused_when_wrong(pair: ZoomPair, name: str) -> None:
    """By us with a sentence that names the choices before anything is sent, and by the stand-in."""
    client, event_id = pair.client(), pair.event()
    field, right = FIELDS[name], FIELDS[name].choices[0].value
    wrong = OLGA.model_copy(update={"fields": ((name, "ZZZ"),)})

    with pytest.raises(ProviderRefused) as refused:
        await client.register(ref(event_id), wrong, PERSON)

    named = "two letters" if field.kind is QuestionKind.COUNTRY else field.choices[-1].text
    assert field.label in refused.value.sentence
    assert named in refused.value.sentence
    assert pair.asked("POST", "/registrants") == []
    path = f"/meetings/{event_id}/registrants"
    body = {"first_name": "A", "email": "a@example.com"}
    with pytest.raises(ProviderRefused) as by_zoom:
        await client._request("POST", path, label="light", caller=PERSON, json={**body, name: "ZZZ"})  # type: ignore[arg-type]
    assert by_zoom.value.parameter == name
    for choice in (right, field.choices[-1].value):
        person = {**body, "email": f"{choice.lower().replace(' ', '').replace(',', '')}@example.com".replace("/", "")}
        await client._request("POST", path, label="light", caller=PERSON, json={**person, name: choice})  # type: ignore[arg-type]


async def test_all_languages_are_accepted(pair: ZoomPair) -> None:
    """Also the two that the older documentation lacks."""
    client, event_id = pair.client(), pair.event()
    for value, _ in LANGUAGES:
        one = OLGA.model_copy(update={"email": f"{value.lower()}@example.com", "fields": (("language", value),)})
        await client.register(ref(event_id), one, BULK)
    assert [one.language for one in posted(pair, event_id)] == [value for value, _ in LANGUAGES]
    assert {"pl-PL", "Tr-TR"} < {value for value, _ in LANGUAGES}
    # A list reads the registrants once a minute, not for each person.
    assert len(pair.asked("GET", "/registrants$")) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first_name": "x" * 65}, "First name: at most 64 characters; this has 65."),
        ({"first_name": ""}, "First name: an answer is required."),
        ({"last_name": "x" * 65}, "Last name: at most 64 characters"),
        ({"email": f"{'x' * 120}@example.com"}, "Email address: at most 128 characters"),
        ({"fields": (("custom:Why?", "x" * 129),)}, "Why? At most 128 characters; this has 129."),
    ],
)
async def test_long_values_are_refused_before_the_call(pair: ZoomPair, change: dict[str, Any], sentence: str) -> None:
    """With the limit and what was given."""
    client, event_id = pair.client(), pair.event()
    with pytest.raises(ProviderRefused, match=sentence.replace("?", r"\?")):
        await client.register(ref(event_id), OLGA.model_copy(update=change), PERSON)
    assert pair.sandbox.calls == []


@pytest.mark.parametrize("status", list(RegistrantStatus))
async def test_an_address_is_looked_up_in_every_status(pair: ZoomPair, status: RegistrantStatus) -> None:
    """One that is approved, waits or was denied is not sent again: what Zoom answers then is not documented."""
    client, event_id = pair.client(), pair.event(settings={"approval_type": 1})
    made = await client.register(ref(event_id), OLGA, PERSON)
    decisions = {RegistrantStatus.APPROVED: Decision.APPROVE, RegistrantStatus.DENIED: Decision.DENY}
    if status in decisions:
        await client.decide(ref(event_id), [made.registrant_id], decisions[status], PERSON)

    with pytest.raises(ProviderConflict):
        await client.register(ref(event_id), OLGA.model_copy(update={"email": "OLGA@example.com"}), PERSON)

    assert pair.asked("POST", "/registrants$") == [201]


async def test_a_person_is_approved_denied_and_canceled(pair: ZoomPair) -> None:
    """Without a link before the approval; each decision is one call, and can be taken back."""
    client, event_id = pair.client(), pair.event(settings={"approval_type": 1})
    at = ref(event_id)
    olga, rick = [await client.register(at, one, PERSON) for one in (OLGA, RICK)]
    sure = await client.register(at, RICK.model_copy(update={"email": "v@example.com", "is_approved": True}), PERSON)

    assert (olga.status, olga.join_link.get_secret_value(), sure.status) == (
        RegistrantStatus.PENDING,
        "",
        RegistrantStatus.APPROVED,
    )
    await client.decide(at, [olga.registrant_id, rick.registrant_id], Decision.APPROVE, PERSON)
    await client.decide(at, [rick.registrant_id], Decision.DENY, PERSON)

    lists = {status: {one.email for one in people} for status, people in (await every(client, at)).items()}
    assert lists == {
        RegistrantStatus.APPROVED: {"olga@example.com", "v@example.com"},
        RegistrantStatus.PENDING: set(),
        RegistrantStatus.DENIED: {"rick@example.com"},
    }
    link = (await client.registrant(at, olga.registrant_id, PERSON)).join_link.get_secret_value()
    assert link.startswith(pair.sandbox.zoom.url)
    await client.decide(at, [olga.registrant_id], Decision.CANCEL, PERSON)
    await client.remove_registrant(at, sure.registrant_id, PERSON)
    await client.remove_registrant(at, sure.registrant_id, PERSON)
    assert (await every(client, at))[RegistrantStatus.APPROVED] == []
    assert pair.asked("PUT", "/registrants/status") == [204, 204, 204]


async def test_the_questions_of_a_form_are_read(pair: ZoomPair) -> None:
    """Standard fields required or not, and the host's own; a field that is not asked stays available for lists."""
    client, event_id = pair.client(), pair.event("webinar")
    ask(
        pair,
        event_id,
        questions=[{"field_name": "last_name", "required": True}, {"field_name": "country"}],
        custom_questions=[
            {"title": "Which track?", "type": "single_radio", "answers": ["A", "B"], "required": True},
            {"title": "Topics", "type": "multiple", "answers": ["X", "Y"]},
            {"title": "Why?", "type": "short"},
        ],
    )

    found = await client.questions(ref(event_id), PERSON)

    shown = [(one.name, one.kind, one.is_required) for one in found if one.is_asked]
    assert shown == [
        ("last_name", QuestionKind.TEXT, True),
        ("country", QuestionKind.COUNTRY, False),
        ("custom:Which track?", QuestionKind.CHOICE, True),
        ("custom:Topics", QuestionKind.CHOICES, False),
        ("custom:Why?", QuestionKind.TEXT, False),
    ]
    assert {one.name for one in found if not one.is_asked} == {*FIELDS} - {"last_name", "country"}
    answers = (("custom:Which track?", "A"), ("custom:Topics", "X"), ("custom:Topics", "Y"))
    made = await client.register(ref(event_id), OLGA.model_copy(update={"fields": answers}), PERSON)
    (kept,) = posted(pair, event_id)
    assert [(one.title, one.value) for one in kept.fields.custom_questions] == [
        ("Which track?", "A"),
        ("Topics", "X, Y"),
    ]
    assert made.status is RegistrantStatus.APPROVED


async def test_a_missing_answer_is_named(pair: ZoomPair) -> None:
    """The questions may have changed since they were read: the error names the field, so that the form can ask it."""
    client, event_id = pair.client(), pair.event()
    ask(pair, event_id, questions=[{"field_name": "city", "required": True}])
    with pytest.raises(AnswersRequired, match="City"):
        await client.register(ref(event_id), OLGA, PERSON)
    ask(pair, event_id, custom_questions=[{"title": "Why?", "required": True}])
    with pytest.raises(AnswersRequired, match="organizer's questions"):
        await client.register(ref(event_id), OLGA, PERSON)


@pytest.mark.parametrize(("registration_type", "asks_dates"), [(1, False), (2, False), (3, True)])
async def test_dates_are_registered_for(pair: ZoomPair, registration_type: int, asks_dates: bool) -> None:
    """Once for all, for this date alone, or for those that are chosen in the form."""
    client, event_id = pair.client(), pair.weekly(settings={"registration_type": registration_type})
    first, second, third = (one.id for one in pair.sandbox.state.events[int(event_id)].occurrences)
    at = ref(event_id, first)

    found = [one for one in await client.questions(at, PERSON) if one.kind is QuestionKind.DATES]
    made = await client.register(at, OLGA, PERSON)

    assert [[choice.value for choice in one.choices] for one in found] == [[first, second, third]] * asks_dates
    assert [one.initial for one in found] == [(first,)] * asks_dates
    (kept,) = posted(pair, event_id)
    assert kept.occurrence_ids == ([] if registration_type == 1 else [first])
    on_dates = [
        [one.email for one in await client.registrants(ref(event_id, date), PERSON)] for date in (first, second)
    ]
    assert on_dates == [["olga@example.com"], ["olga@example.com"] if registration_type == 1 else []]
    if asks_dates:
        chosen = RICK.model_copy(update={"fields": ((DATES, second), (DATES, third))})
        await client.register(at, chosen, PERSON)
        assert posted(pair, event_id)[1].occurrence_ids == [second, third]
    await client.remove_registrant(at, made.registrant_id, PERSON)
    assert [one.email for one in await client.registrants(at, PERSON)] == []


async def test_a_tracking_source_of_a_webinar_is_sent(pair: ZoomPair) -> None:
    """By its name; any other source is ours alone. Meetings have none, so nothing is read for them."""
    client, webinar_id, meeting_id = pair.client(), pair.event("webinar"), pair.event()
    source_id = pair.sandbox.zoom.add_source(int(webinar_id), "Spring mail")

    for number, source in enumerate(("spring mail", "slack:C1", "")):
        one = OLGA.model_copy(update={"email": f"v{number}@example.com", "source": source})
        made = await client.register(ref(webinar_id), one, PERSON)
        assert made.source == source
    await client.register(ref(meeting_id), OLGA.model_copy(update={"source": "spring mail"}), PERSON)

    assert [one.source_id for one in posted(pair, webinar_id)] == [source_id, "", ""]
    assert pair.asked("GET", "/tracking_sources") == [200]


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
async def test_no_room_closes_the_registration(kind: Any) -> None:
    """The room of the plan, with a sentence that says so."""
    async with zoom_pair(Rules(capacity=1, per_second={})) as pair:
        client, event_id = pair.client(), pair.event(kind)
        await client.register(ref(event_id), RICK, PERSON)
        with pytest.raises(RegistrationClosed, match="full"):
            await client.register(ref(event_id), OLGA, PERSON)


async def test_pages_of_a_list_are_read(pair: ZoomPair) -> None:
    """More people than one page holds, all of them and page by page."""
    client, event_id = pair.client(), pair.event()
    pair.sandbox.state.rules.capacity = 1_000
    for count in (100, 100, 100, 1):
        pair.sandbox.zoom.register(int(event_id), count)
    everybody = await client.registrants(ref(event_id), PERSON)
    first = await client.registrants_page(ref(event_id), None, PERSON)
    second = await client.registrants_page(ref(event_id), first.next_token, PERSON)
    assert (len(everybody), len(first.items), len(second.items), second.next_token) == (301, 300, 1, None)


def test_every_question_has_a_label() -> None:
    """And no two fields share one: lists recognize columns by it."""
    labels = [one.label for one in FIELDS.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert len(FIELDS["country"].choices) == 249
