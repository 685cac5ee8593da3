"""Refused registrations, and reopened registration: before, during and after a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.sandbox.ringcentral_client import api_client
from tests.sandbox.ringcentral_people import new_seats, refused


async def test_the_same_address_is_a_conflict() -> None:
    """In any spelling, regardless of whether the API or the page was first."""
    async with api_client() as at:
        seats = await new_seats(at)
        await seats.create()
        again = await seats.create(email="LENA@VISITOR.example", firstName="Helena")
        assert (again.status, again.codes, again.parameters) == (409, ["CMN-406"], ["email"])
        at.rc.register(seats.session_id)
        guest = at.rc.registrants(seats.session_id)[1]
        assert (await seats.create(email=guest["email"])).status == 409


async def test_a_closed_registration_refuses_people() -> None:
    """403, closed by hand or by the limit; a canceled registration does not open it again."""
    async with api_client() as at:
        seats = await new_seats(at)
        await seats.prefer(autoCloseLimit=1)
        made = await seats.create()
        assert refused(await seats.create(email="omar@visitor.example")) == (403, ["registrationStatus"])
        assert (await seats.delete(made.body["id"])).status == 204
        assert await seats.figures() == ("Closed", 0, 0)
        await at.call("PATCH", seats.session, {"registrationStatus": "Open"})
        assert (await seats.create()).status == 201


async def test_people_may_be_signed_up_while_it_runs() -> None:
    """And canceled."""
    async with api_client() as at:
        seats = await new_seats(at)
        at.rc.begin(seats.session_id)
        made = await seats.create()
        assert (made.status, (await seats.delete(made.body["id"])).status) == (201, 204)


async def test_a_work_address_is_wanted_where_it_is_required() -> None:
    """Addresses at free email providers are refused; the error code is configurable, because it is not published."""
    async with api_client() as at:
        seats = await new_seats(at)
        await seats.prefer(workEmailRequired=True)
        private = await seats.create(email="lena@FreeMail.example")
        assert (private.status, private.codes, private.parameters) == (400, ["CMN-101"], ["email"])
        at.rc.rules.work_email_code = "WRG-7"
        assert (await seats.create(email="lena@gmail.com")).codes == ["WRG-7"]
        assert (await seats.create()).status == 201
        await seats.prefer(workEmailRequired=False)
        assert (await seats.create(email="lena@freemail.example")).status == 201


async def test_questions_of_the_host_must_be_answered() -> None:
    """With `required_questions`, a create without all answers is refused; external people answer."""
    async with api_client() as at:
        seats = await new_seats(at)
        at.rc.rules.required_questions = 2
        first = {"questionId": "question1", "answerText": "Yes"}
        assert refused(await seats.create()) == (400, ["questionnaire"])
        assert refused(await seats.create(questionnaire=[first])) == (400, ["questionnaire"])
        both = [first, {"questionId": "question2", "answerIds": ["3"]}]
        assert (await seats.create(questionnaire=both)).status == 201
        assert len(at.rc.register(seats.session_id, 2)) == 2


async def test_a_finished_session_lets_nobody_in_or_out() -> None:
    """403 for a new registrant and for a cancellation; existing registrants can be read."""
    async with api_client() as at:
        seats = await new_seats(at)
        made = (await seats.create()).body
        at.rc.begin(seats.session_id)
        at.rc.finish(seats.session_id)
        assert refused(await seats.create(email="omar@visitor.example")) == (403, ["registrationStatus"])
        assert refused(await seats.delete(made["id"])) == (403, ["status"])
        assert (await seats.get(made["id"])).status == 200


async def test_people_come_after_the_end_where_that_is_wanted() -> None:
    """They are marked and counted separately until the recording expires; closing by hand works too."""
    async with api_client() as at:
        seats = await new_seats(at)
        await seats.create()
        await seats.prefer(autoOpenPostWebinarRegistration=True, onDemandDuration="OneMonth")
        at.rc.begin(seats.session_id)
        at.rc.finish(seats.session_id)
        late = await seats.create(email="omar@visitor.example")
        assert (late.status, late.body["registeredPostWebinar"]) == (201, True)
        assert await seats.figures() == ("Open", 2, 1)
        settings = (await at.call("GET", seats.session)).body["settings"]
        assert settings["postWebinarRegistrationClosingTime"] == "2030-01-31T00:00:00.300Z"
        at.clock.move(timedelta(days=31))
        assert await seats.figures() == ("Closed", 2, 1)
        assert (await seats.create(email="priya@visitor.example")).status == 403
        assert at.rc.webinars()[0]["open"] is False


async def test_registration_after_the_end_can_be_opened_later() -> None:
    """By the same setting; without it opening is refused."""
    async with api_client() as at:
        seats = await new_seats(at)
        at.rc.begin(seats.session_id)
        at.rc.finish(seats.session_id)
        opening: dict[str, Any] = {"registrationStatus": "Open"}
        assert refused(await at.call("PATCH", seats.session, opening)) == (403, ["registrationStatus"])
        opening["settings"] = {"autoOpenPostWebinarRegistration": True}
        assert (await at.call("PATCH", seats.session, opening)).body["registrationStatus"] == "Open"
        assert (await seats.create()).body["registeredPostWebinar"] is True
