"""People who come to a session over time, as the sandbox's clock goes on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.ringcentral.attendance import (
    admits_attendees,
    come_back,
    find_participant,
    join_as_guest,
    join_as_registrant,
    leave,
)
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.presence import Plan
from sandbox.ringcentral.responses import ApiError, not_in_this_state
from sandbox.ringcentral.world import World

BREAK_EVERY, EARLY_EVERY = 5, 3  # of so many people one goes away for a while, and one leaves early
STAY, AWAY = timedelta(minutes=10), timedelta(minutes=5)


def plan_crowd(world: World, session: Session, people: list[Plan], count: int, over: timedelta) -> int:
    """Let up to `count` of these people come, evenly over this time, and return how many will.

    Every fifth goes away after ten minutes and comes back five minutes later; every third leaves for good after
    half of the time that is left; the others stay until the end.
    """
    if session.status == "Finished":
        raise not_in_this_state(session.status)
    now, chosen = world.now(), people[:count]
    for number, plan in enumerate(chosen):
        comes = now + over * number / max(1, count)
        plan.comes = [comes]
        if number % BREAK_EVERY == BREAK_EVERY - 1:
            plan.leaves, plan.comes = [comes + STAY], [comes, comes + STAY + AWAY]
        elif number % EARLY_EVERY == EARLY_EVERY - 1:
            plan.leaves = [comes + max(STAY, (now + over - comes) / 2)]
    session.plans += chosen
    catch_up(world)
    return len(chosen)


def catch_up(world: World) -> bool:
    """Let those come and go whose time has come; returns whether anybody did.

    People who come before attendees are let in wait and come in then.
    """
    moved = False
    for webinar, session in world.with_session():
        if session.plans and admits_attendees(session):
            for plan in sorted(session.plans, key=lambda one: one.comes[:1] or one.leaves[:1]):
                moved = _follow(world, webinar, session, plan) or moved
            session.plans = [one for one in session.plans if one.comes or one.leaves]
    return moved


def _follow(world: World, webinar: Webinar, session: Session, plan: Plan) -> bool:
    """Take every step of one plan that is due."""
    moved = False
    while (at := _next_step(plan)) is not None and at <= world.now():
        moved = True
        try:
            _take_step(world, webinar, session, plan)
        except ApiError:  # the registration was canceled, or the host removed the person
            plan.comes, plan.leaves = [], []
    return moved


def _next_step(plan: Plan) -> datetime | None:
    steps = [*plan.comes[:1], *plan.leaves[:1]]
    return min(steps) if steps else None


def _take_step(world: World, webinar: Webinar, session: Session, plan: Plan) -> None:
    at = _next_step(plan)
    if plan.comes[:1] != [at]:
        _, person = find_participant(world, plan.participant_id)
        leave(world, person.id, at=max(plan.leaves.pop(0), person.visits[-1].joined))
        return
    opened = session.live_from or world.now()
    came = max(plan.comes.pop(0), opened)
    if plan.participant_id:
        come_back(world, plan.participant_id, at=came)
    elif plan.registrant_id:
        plan.participant_id = join_as_registrant(world, session, plan.registrant_id, at=came).id
    else:
        plan.participant_id = join_as_guest(world, webinar, session, *plan.name, at=came).id
