"""What an event does not support at its provider, in one sentence that names the alternative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bot.errors import GreenroomError
from bot.model.ability import Ability
from bot.providers.names import named
from bot.slack.needs import Needs, is_supported

if TYPE_CHECKING:
    from bot.model.webinar import Webinar

SENTENCES: Final[Mapping[Ability, str]] = {
    Ability.CREATE: "{provider} can't create another one of these from here. Create it in {provider} instead.",
    Ability.EDIT: "{provider} does not let Greenroom edit this event. Edit it in {provider}: its card is updated then.",
    Ability.MOVE: "{provider} does not let Greenroom move this event. Move it in {provider}: reminders are moved then.",
    Ability.CANCEL: "{provider} does not let Greenroom cancel this event. Cancel it in {provider} instead.",
    Ability.CHOOSE_HOST: "{provider} does not let Greenroom choose the host. Choose them in {provider} instead.",
    Ability.REGISTRATION: (
        "This event has no registration at {provider}, so nobody can register. Share it, and people join by its link."
    ),
    Ability.OPEN_CLOSE: (
        "{provider} can't open or close the registration of this event from outside. Turn registration on or off in "
        "{provider} instead."
    ),
    Ability.LIMIT: (
        "{provider} can't limit the registrations of this event: as many people can register as the host's plan has "
        "room for. Share it with fewer people instead."
    ),
    Ability.PREFERENCES: (
        "{provider} does not let Greenroom change the registration settings of this event. Change them in {provider}."
    ),
    Ability.APPROVE: "Nobody has to be approved here: {provider} takes everyone who registers. Remove people instead.",
    Ability.INVITE_COHOST: (
        "{provider} makes co-hosts of people only during the event. The host can choose them there, or somebody "
        "who manages it can name alternative hosts under More Settings of /webinar edit."
    ),
    Ability.INVITE_PANELIST: (
        "{provider} has no panelists for this event: everyone who joins can speak. Register people instead, with "
        "/webinar register."
    ),
    Ability.INVITE_COWORKER: "{provider} invites people by email address only. Write their address instead.",
    Ability.CHOOSE_EMAILS: (
        "{provider} emails panelists their invitation, unless the webinar's settings in {provider} turn that off."
    ),
    Ability.BATCH_REGISTER: "{provider} takes one person at a time for this event. A list works too, but slower.",
    Ability.SHARED_LINK: "Everybody has a link of their own for this event. Register to get yours.",
    Ability.OWN_PAGES: (
        "{provider} does not support registration pages of Greenroom's own for this event. Share its card, or the "
        "registration page of {provider}, instead."
    ),
    Ability.OWN_LINKS: "{provider} sends its own links. Leave these out: people join and cancel with those.",
    Ability.EXTERNAL_ID: "{provider} keeps no ids of other systems. Leave them out, and match people by email address.",
    Ability.SOURCE: "{provider} does not report where registrants of this event come from. Look at the chart instead.",
    Ability.REGISTRANTS: (
        "{provider} has no list of registrants of this event. Who comes is in the report afterwards: /webinar report."
    ),
    Ability.HISTORY: (
        "{provider} does not report who attended this event. Look at the registrants instead: /webinar registrants."
    ),
    Ability.RECORDINGS: (
        "{provider} does not give recordings of this event to Greenroom. Share them in {provider} instead."
    ),
    Ability.FOLLOW_UP: (
        "{provider} does not report who attended this event, so there is nobody to write to from here. Download the "
        "registrants instead: /webinar registrants."
    ),
    Ability.OCCURRENCES: "This event has a single date: everybody registers for that one.",
    Ability.QUESTIONS: "{provider} does not show Greenroom what this event asks. Answer on the page of {provider}.",
    Ability.ON_DEMAND: "{provider} takes no registrations after this event. Share its recording instead.",
}
"""With `{provider}` in place of the provider's name."""


class Unsupported(GreenroomError):
    """The event does not support this at its provider, so nothing was done."""


def check_supported(webinar: Webinar, needs: Needs) -> None:
    """Raise `Unsupported` unless the event has one of the abilities needed; the first one gives the sentence."""
    if not is_supported(needs, webinar.abilities):
        raise Unsupported(named(SENTENCES[needs[0]], webinar.id))
