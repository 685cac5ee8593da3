"""A webinar that takes place by the control routes alone, as from another program."""

from __future__ import annotations

from typing import Any

from tests.sandbox.ringcentral_client import ApiClient, api_client
from tests.sandbox.ringcentral_past import RECORDED, new_past
from tests.sandbox.ringcentral_people import Team, coworker


async def control(at: ApiClient, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One control call: its status and JSON."""
    async with at.http.request(method, f"{at.rc.url}/sandbox/{path}", json=body) as response:
        return response.status, await response.json()


async def test_a_webinar_takes_place_by_control() -> None:
    """Practice, live, people who come, leave and return, a recording, the end: as the history shows it."""
    async with api_client() as at:
        past = await new_past(at)
        webinar = f"webinars/{past.id}"
        (ben,) = await Team(at, past.webinar_id, past.id).add(coworker())
        (lena,) = at.rc.register(past.id)
        done = (200, {"ok": True})
        assert await control(at, "POST", f"{webinar}/start", {"phase": "Practice"}) == done
        status, joined = await control(at, "POST", f"{webinar}/join", {"inviteeId": ben})
        assert status == 200
        assert await control(at, "POST", f"{webinar}/phase", {"phase": "Live"}) == done
        assert (await control(at, "POST", f"{webinar}/recording"))[0] == 200
        lenas = (await control(at, "POST", f"{webinar}/join", {"registrantId": lena}))[1]["participantId"]
        phone = {"registrantId": lena, "otherDevice": True}
        other = (await control(at, "POST", f"{webinar}/join", phone))[1]["participantId"]
        assert await control(at, "POST", f"participants/{lenas}/leave") == done
        assert await control(at, "POST", f"participants/{lenas}/return") == done
        assert await control(at, "PATCH", f"participants/{lenas}", {"role": "Panelist"}) == done
        assert await control(at, "POST", f"participants/{other}/eject") == done
        assert await control(at, "POST", f"{webinar}/crowd", {"count": 4, "seconds": 0}) == (200, {"coming": 4})
        shown = (await control(at, "GET", f"{webinar}/participants"))[1]["participants"]
        assert shown == await past.people()
        assert [one["role"] for one in shown[:4]] == ["Host", "CoHost", "Panelist", "Attendee"]
        assert shown[1]["id"] == joined["participantId"]
        assert (len(shown), [one["id"] for one in shown if one["wasEjected"]]) == (8, [other])
        assert await control(at, "POST", f"{webinar}/finish") == done
        assert await control(at, "PATCH", f"{webinar}/recording", {"shared": True, "days": 2}) == done
        assert (await past.recording())["shared"] is True
        assert await control(at, "PATCH", f"{webinar}/recording", {"shared": False}) == done
        assert await control(at, "PATCH", f"{webinar}/recording", {"failed": True}) == done
        assert (await past.recording())["status"] == "Failed"


async def test_a_guest_joins_by_control() -> None:
    """A webinar without registration, started live without a body."""
    async with api_client() as at:
        past = await new_past(at, registrationEnabled=False)
        assert (await control(at, "POST", f"webinars/{past.webinar_id}/start"))[0] == 200
        await control(at, "POST", f"webinars/{past.id}/join", {"firstName": "Ada"})
        assert [one.get("firstName") for one in await past.people()] == ["Greenroom", "Ada"]


async def test_what_is_not_possible_is_said() -> None:
    """With the API's status for a refusal, and 400 for what makes no sense."""
    async with api_client() as at:
        past = await new_past(at, registrationEnabled=False)
        webinar = f"webinars/{past.id}"
        for method, path, body, status in (
            ("POST", f"{webinar}/phase", {"phase": "Live"}, 403),
            ("POST", f"{webinar}/start", {"phase": "Applause"}, 400),
            ("POST", "webinars/1/start", None, 404),
            ("POST", f"{webinar}/join", {"inviteeId": "1"}, 404),
            ("POST", f"{webinar}/crowd", {"count": "many"}, 400),
            ("POST", "participants/1/leave", None, 404),
            ("PATCH", f"{webinar}/recording", {"shared": True}, 404),
            ("PATCH", f"{webinar}/recording", {}, 400),
            ("POST", f"{webinar}/recording", None, 403),
        ):
            refused = await control(at, method, path, body)
            assert (refused[0], bool(refused[1]["error"])) == (status, True), path
        assert (await at.call("GET", "/webinar/history/v1/recordings", **RECORDED)).body["records"] == []
