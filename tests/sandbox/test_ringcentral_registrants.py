"""Registrants by API: create, read, list and delete."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ringcentral import ApiError
from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, WEBINARS, api_client
from tests.sandbox.ringcentral_people import LENA, Seats, new_seats, refused
from tests.support.rows import each_row

TOLD: dict[str, Any] = {
    "externalId": "team=T1&user=U1",
    "source": "C0LAUNCH",
    "visitorId": "v-1",
    "ipAddress": "192.0.2.7",
}
ANSWERS = [{"questionId": "q1", "answerIds": ["a", "b"]}, {"questionId": "q2", "answerText": "Why not?"}]
OWN_LINKS: dict[str, Any] = {
    "joinUri": "https://acme.example/join?id=1",
    "cancellationUri": "https://acme.example/cancel?id=1",
}


async def test_a_person_is_signed_up() -> None:
    """201 with personal links; all fields are read back, answers only if requested."""
    async with api_client() as at:
        seats = await new_seats(at)
        made = await seats.create(**TOLD, questionnaire=ANSWERS, id="1", registeredPostWebinar=True)
        assert made.status == 201
        body = dict(made.body)
        join, cancel = body.pop("joinUri"), body.pop("cancellationUri")
        assert (join.startswith(f"{at.rc.url}/w/a/join/"), cancel.startswith(f"{at.rc.url}/w/a/cancel/")) == (
            True,
            True,
        )
        assert body.pop("creationTime") == body.pop("lastModifiedTime") == body["registrationTime"]
        assert body == {
            **LENA,
            **TOLD,
            "id": body["id"],
            "registrationTime": body["registrationTime"],
            "registeredPostWebinar": False,
            "questionnaire": ANSWERS,
            "icalendarSequence": 0,
        }
        read = (await seats.get(body["id"], includeQuestionnaire="true")).body
        assert read == {name: value for name, value in made.body.items() if name != "icalendarSequence"}
        assert "questionnaire" not in (await seats.get(body["id"])).body
        assert at.rc.registrants(seats.session_id) == [read]
        assert await seats.figures() == ("Open", 1, 0)


async def test_the_calendar_sequence_is_in_the_create_answer() -> None:
    """As in the registration session."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        seats = Seats(at, session_id)
        later = {"scheduledStartTime": "2031-03-05T15:00:00Z"}
        await at.call("PATCH", f"{WEBINARS}/{webinar_id}/sessions/{session_id}", later)
        made = await seats.create()
        assert (made.body["icalendarSequence"], at.rc.registrants(session_id)[0].get("icalendarSequence")) == (1, None)


@each_row(
    ("changes", "parameters"),
    [
        ({"firstName": None, "lastName": ""}, ["firstName", "lastName"]),
        ({"firstName": "x" * 65}, ["firstName"]),
        ({"email": "lena"}, ["email"]),
        ({"email": f"{'x' * 242}@visitor.example"}, ["email"]),
        ({"externalId": 7}, ["externalId"]),
        ({"ipAddress": "::1"}, ["ipAddress"]),
        ({"questionnaire": [{"questionId": "q1"}]}, ["questionnaire"]),
        ({"questionnaire": [{"questionId": "q1", "answerIds": []}]}, ["questionnaire"]),
    ],
)
async def test_what_is_wrong_with_a_person_is_named(changes: dict[str, Any], parameters: list[str]) -> None:
    """400 with the fields, and nobody is registered or emailed."""
    async with api_client() as at:
        seats = await new_seats(at)
        assert refused(await seats.create(**changes)) == (400, parameters)
        assert (await seats.figures(), seats.mailed()) == (("Open", 0, 0), [])


async def test_what_is_required_is_named_when_it_is_missing() -> None:
    """All three at once."""
    async with api_client() as at:
        seats = await new_seats(at)
        assert refused(await seats.create({})) == (400, ["firstName", "lastName", "email"])


async def test_links_sent_along_are_passed_over_as_read_only() -> None:
    """By default as in the reference; with `keep_own_links` as in the guide, and an invalid link is refused."""
    async with api_client() as at:
        seats = await new_seats(at)
        made = await seats.create(**OWN_LINKS)
        assert (made.status, "acme" in made.body["joinUri"] + made.body["cancellationUri"]) == (201, False)
        at.rc.rules.keep_own_links = True
        kept = await seats.create(email="omar@visitor.example", **OWN_LINKS)
        assert {name: (await seats.get(kept.body["id"])).body[name] for name in OWN_LINKS} == OWN_LINKS
        plain = await seats.create(email="priya@visitor.example")
        assert plain.body["joinUri"].startswith(at.rc.url)
        assert refused(await seats.create(email="a@visitor.example", joinUri="here")) == (400, ["joinUri"])
        assert (await seats.figures())[1] == 3


async def test_links_sent_along_are_refused_by_a_strict_service() -> None:
    """With `refuse_own_links`: 400 with the name of the first one, and nobody is registered."""
    async with api_client() as at:
        seats = await new_seats(at)
        at.rc.rules.refuse_own_links = True
        assert refused(await seats.create(**OWN_LINKS)) == (400, ["joinUri"])
        assert refused(await seats.create(cancellationUri="https://acme.example/c")) == (400, ["cancellationUri"])
        assert (await seats.figures())[1] == 0
        assert (await seats.create()).status == 201


async def test_a_registration_is_deleted_once() -> None:
    """204, then 404; deleted and created again it is another one with another link."""
    async with api_client() as at:
        seats = await new_seats(at)
        made = (await seats.create()).body
        assert (await seats.delete(made["id"])).status == 204
        for gone in (await seats.delete(made["id"]), await seats.get(made["id"])):
            assert refused(gone) == (404, ["registrantId"])
        again = (await seats.create()).body
        assert (again["id"] != made["id"], again["joinUri"] != made["joinUri"]) == (True, True)
        assert await seats.figures() == ("Open", 1, 0)


async def test_registrants_are_listed_forward_by_id() -> None:
    """A page begins after an id, so a cancellation meanwhile hides no one; other parameters are ignored."""
    async with api_client() as at:
        seats = await new_seats(at)
        ids = at.rc.register(seats.session_id, 5)
        first = (await at.call("GET", seats.path, perPage="2", email="nobody@visitor.example")).body
        assert [one["id"] for one in first["records"]] == ids[:2]
        assert first["paging"] == {"pageToken": "0", "perPage": 2, "nextPageToken": ids[1]}
        await seats.delete(ids[0])
        second = (await at.call("GET", seats.path, perPage="2", pageToken=ids[1])).body
        last = (await at.call("GET", seats.path, perPage="2", pageToken=second["paging"]["nextPageToken"])).body
        assert [one["id"] for one in (*second["records"], *last["records"])] == ids[2:]
        assert last["paging"] == {"pageToken": ids[3], "perPage": 2}
        assert refused(await at.call("GET", seats.path, pageToken="next")) == (400, ["pageToken"])


async def test_a_list_has_answers_where_they_are_asked_for() -> None:
    """`includeQuestionnaire`, false by default."""
    async with api_client() as at:
        seats = await new_seats(at)
        await seats.create(questionnaire=ANSWERS)
        plain, full = [
            (await at.call("GET", seats.path, **query)).body["records"][0]
            for query in ({}, {"includeQuestionnaire": "true"})
        ]
        assert (full.pop("questionnaire"), full) == (ANSWERS, plain)


async def test_who_attended_has_a_participant_id() -> None:
    """One, however often they join, and only while it runs."""
    async with api_client() as at:
        seats = await new_seats(at)
        came, stayed_away = at.rc.register(seats.session_id, 2)
        with pytest.raises(ApiError, match="while the session is Scheduled"):
            at.rc.attend(came)
        at.rc.begin(seats.session_id)
        participant = at.rc.attend(came)
        assert at.rc.attend(came) == participant
        at.rc.finish(seats.session_id)
        assert (await seats.get(came)).body["participantId"] == participant
        assert "participantId" not in (await seats.get(stayed_away)).body
        with pytest.raises(ApiError, match="CMN-102"):
            at.rc.attend("1")


async def test_who_would_be_mailed_can_be_seen() -> None:
    """Confirmations and cancellations, from the API and from the page; nothing while emails are suppressed."""
    async with api_client() as at:
        seats = await new_seats(at)
        made = (await seats.create()).body
        (guest,) = at.rc.register(seats.session_id)
        await seats.delete(made["id"])
        told = [("confirmation", LENA["email"]), ("confirmation", at.rc.registrants(seats.session_id)[0]["email"])]
        assert seats.mailed() == [*told, ("cancellation", LENA["email"])]
        assert at.rc.mails[0].at.isoformat() == "2030-01-01T00:00:00.300000+00:00"
        await seats.prefer(suppressEmails=True)
        await seats.create()
        await seats.delete(guest)
        assert len(seats.mailed()) == 3


async def test_registrants_are_for_the_host_and_admins() -> None:
    """Of all four operations; without a registration session there are none."""
    async with api_client() as at:
        _, session_id = await at.make_registrable(BEN)
        seats = Seats(at, session_id)
        (someone,) = at.rc.register(session_id)
        for method, path, body in (
            ("GET", seats.path, None),
            ("POST", seats.path, LENA),
            ("GET", f"{seats.path}/{someone}", None),
            ("DELETE", f"{seats.path}/{someone}", None),
        ):
            reply = await at.call(method, path, body, who=CHLOE)
            assert (reply.status, reply.codes) == (403, ["CMN-408"])
            missing = await at.call(method, path.replace(session_id, "1"), body)
            assert refused(missing) == (404, ["sessionId"])
        assert [(await at.call("GET", seats.path, who=who)).status for who in (BEN, ANA)] == [200, 200]
