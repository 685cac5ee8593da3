"""The people who wait for approval, or were denied, above the list of registrants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.model.registrant import Decision, Registrant
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.slack.blocks import Block, actions, button, confirm_dialog, number, person, plain, relative_time, section
from bot.webinars.texts.facts import people
from handlers.registrants.position import RegistrantPage

if TYPE_CHECKING:
    from bot.registration.registrant_cache import RegistrantList

APPROVE = "registrants.approve"
DENY = "registrants.deny"
APPROVE_ALL = "registrants.approve_all"
DENY_ALL = "registrants.deny_all"
DENIED = "registrants.denied"
UNDO = "registrants.undo"
"""The value of each is a `RegistrantPage`; that of Undo has the ids of the people."""

FEW = 8
"""So many are shown one by one, each with the buttons; the others follow as these are decided."""
MAX_UNDO = 60
"""Ids that fit in the value of a button."""
DONE = {Decision.APPROVE: "approved", Decision.DENY: "denied"}


def approval_blocks(webinar: Webinar, known: RegistrantList, here: RegistrantPage, *, can_manage: bool) -> list[Block]:
    """Those who wait, or with `here.shows_denied` those who were denied; nothing if there are none."""
    listed = known.denied if here.shows_denied else known.pending
    if here.shows_denied and not listed:
        return [section("Nobody is denied.")]
    if not listed:
        return []
    what = "denied" if here.shows_denied else f"{'waits' if len(listed) == 1 else 'wait'} for approval"
    verb = ("is " if len(listed) == 1 else "are ") if here.shows_denied else ""
    head = section(f"*{people(len(listed))} {verb}{what}*")
    rows = [block for one in listed[:FEW] for block in _row(one, webinar, here, can_manage=can_manage)]
    more = len(listed) - FEW
    rest = [section(f"_and {number(more, 'more person', 'more people')}_")] if more > 0 else []
    return [head, *rows, *rest, *(_for_all(webinar, listed, here) if can_manage else [])]


def done_note(decision: Decision, count: int, problem: str = "") -> str:
    """What was decided about how many people, and why the others were not."""
    verb = "is" if count == 1 else "are"
    return "\n".join(filter(None, [f"{people(count)} {verb} {DONE[decision]}.", problem]))


def undo_buttons(webinar: Webinar, here: RegistrantPage, decided: Sequence[str], decision: Decision) -> list[Block]:
    """Decide the other way, as nobody can be made to wait again. Nothing for more people than a button can name."""
    if not decided or len(decided) > MAX_UNDO:
        return []
    other = Decision.DENY if decision is Decision.APPROVE else Decision.APPROVE
    position = here.model_copy(update={"picked": ",".join(decided), "decision": other})
    value = position.model_dump_json(exclude_defaults=True)
    text = (
        f"{provider_name(webinar.id)} cannot make a registration wait again: {people(len(decided))} "
        f"{'is' if len(decided) == 1 else 'are'} then {DONE[other]}, and may get an email about it."
    )
    confirm = confirm_dialog(title="Undo?", text=text, confirm="Undo", deny="Keep It", style="primary")
    return actions(button("Undo", UNDO, value, confirm=confirm))


def _row(one: Registrant, webinar: Webinar, here: RegistrantPage, *, can_manage: bool) -> list[Block]:
    name = one_line_title(f"{one.first_name} {one.last_name}")
    at = relative_time(one.registered_at, webinar.time_zone) if one.registered_at else ""
    answers = [
        f"{plain(one_line(name.rpartition(':')[2].replace('_', ' ')))}: {plain(one_line(value))}"
        for name, value in one.fields
    ]
    lines = [f"*{person(name) or 'No name'}*", plain(one.email), at, " · ".join(answers)[:500]]
    text = section("\n".join(filter(None, lines)))
    if not can_manage:
        return [text]
    value = here.model_copy(update={"picked": one.registrant_id}).model_dump_json(exclude_defaults=True)
    approve = button("Approve", APPROVE, value, label=f"Approve {name}")
    deny = None if here.shows_denied else button("Deny", DENY, value, label=f"Deny {name}")
    return [text, *actions(approve, deny)]


def _for_all(webinar: Webinar, listed: Sequence[Registrant], here: RegistrantPage) -> list[Block]:
    if here.shows_denied or len(listed) == 1:
        return []
    value, count = here.model_dump_json(exclude_defaults=True), people(len(listed))
    title, registrations = plain(webinar.title), number(len(listed), "registration")
    approve = confirm_dialog(
        title=f"Approve {registrations}?",
        text=f"{count} can join {title}, and get their links.",
        confirm=f"Approve {number(len(listed), 'Registration')}",
        deny="Back",
        style="primary",
    )
    deny = confirm_dialog(
        title=f"Deny {registrations}?",
        text=f"{count} won't be able to join {title}, and {provider_name(webinar.id)} may email them.",
        confirm=f"Deny {number(len(listed), 'Registration')}",
        deny="Back",
        style="danger",
    )
    return actions(
        button("Approve All", APPROVE_ALL, value, confirm=approve), button("Deny All", DENY_ALL, value, confirm=deny)
    )
