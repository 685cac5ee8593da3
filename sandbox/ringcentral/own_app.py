"""Actions in RingCentral's own app and on its public pages: no API call is made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.names import guest
from sandbox.ringcentral.company import SERVICE_USER
from sandbox.ringcentral.events import REGISTRATION, SESSIONS
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import NewRegistrant
from sandbox.ringcentral.registrants import add_registrant, question_ids
from sandbox.ringcentral.registration import change_registration, is_open
from sandbox.ringcentral.responses import ApiError, not_found
from sandbox.ringcentral.sessions import change_session, make_session
from sandbox.ringcentral.webinars import announce_change, change_webinar, make_webinar, remove_webinar
from sandbox.ringcentral.world import World

WEBINAR_FIELDS = frozenset({"title", "description", "settings"})
SESSION_FIELDS = frozenset({"scheduledStartTime", "scheduledDuration", "timeZone", "localeCode", "panelJoinTimeOffset"})
FIELDS = WEBINAR_FIELDS | SESSION_FIELDS | {"registration"}


def create(world: World, host_email: str, start: datetime | str, changes: dict[str, Any]) -> Webinar:
    """Create a webinar with its session, one hour long in UTC by default."""
    host = world.company.by_email(host_email) if host_email else world.company.person(SERVICE_USER.id)
    if host is None:
        raise not_found("host")
    _check_known(changes)
    webinar = make_webinar(world, host, _pick(changes, WEBINAR_FIELDS))
    session = {"scheduledDuration": 3600, "timeZone": "Etc/UTC", **_pick(changes, SESSION_FIELDS)}
    try:
        made = make_session(world, webinar, {**session, "scheduledStartTime": start})
        change_registration(made, changes.get("registration", {}))
    except ApiError:
        del world.state.webinars[webinar.id]
        raise
    world.emit(SESSIONS, made, "Created")
    return webinar


def edit(world: World, any_id: str, changes: dict[str, Any]) -> None:
    """Change fields by API name, `registration` holding those of the registration session. All or none."""
    _check_known(changes)
    draft = world.find_webinar(any_id).model_copy(deep=True)
    if _pick(changes, WEBINAR_FIELDS):
        change_webinar(world, draft, _pick(changes, WEBINAR_FIELDS))
    if _pick(changes, SESSION_FIELDS):
        change_session(world, _session(draft), _pick(changes, SESSION_FIELDS))
    if "registration" in changes:
        change_registration(_session(draft), changes["registration"])
    world.state.webinars[draft.id] = draft
    _announce(world, draft, changes)


def cancel(world: World, any_id: str) -> None:
    """Delete the webinar; RingCentral has no "canceled" status."""
    remove_webinar(world, world.find_webinar(any_id))


def register(world: World, session_id: str, count: int, *, real: bool) -> list[str]:
    """Register people and return their ids; fewer than `count` if registration closes meanwhile."""
    _, session = world.registration(session_id)
    ids: list[str] = []
    for _ in range(count):
        if not is_open(world, session):
            break
        first, last, address = guest(world.state.last_number + 1)
        person = NewRegistrant(
            firstName=first,
            lastName=last,
            email=address,
            questionnaire=[{"questionId": one, "answerText": "Yes"} for one in sorted(question_ids(world))],
        )
        ids.append(add_registrant(world, session, person, real=real).id)
    return ids


def _announce(world: World, webinar: Webinar, changes: dict[str, Any]) -> None:
    if webinar.session and _pick(changes, SESSION_FIELDS):
        world.emit(SESSIONS, webinar.session)
    elif _pick(changes, WEBINAR_FIELDS):
        announce_change(world, webinar)
    if webinar.session and "registration" in changes:
        world.emit(REGISTRATION, webinar.session)


def _session(webinar: Webinar) -> Session:
    if webinar.session is None:
        raise not_found("sessionId")
    return webinar.session


def _check_known(changes: dict[str, Any]) -> None:
    unknown = sorted(set(changes) - FIELDS)
    if unknown:
        raise ValueError(f"Cannot be edited: {', '.join(unknown)}. Known are {', '.join(sorted(FIELDS))}.")


def _pick(changes: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name in names}
