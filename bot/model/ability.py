"""What an event supports at its provider."""

from __future__ import annotations

from enum import StrEnum


class Ability(StrEnum):
    """Something that can be done with an event. The values are stored and must not change later."""

    CREATE = "create"
    EDIT = "edit"
    MOVE = "move"
    CANCEL = "cancel"
    CHOOSE_HOST = "choose_host"
    REGISTRATION = "registration"
    """Registrants with personal links, and their number."""
    OPEN_CLOSE = "open_close"
    """Registration can be closed and opened again."""
    LIMIT = "limit"
    PREFERENCES = "preferences"
    APPROVE = "approve"
    """Registrations can wait for somebody to approve or deny them."""
    INVITE_COHOST = "invite_cohost"
    INVITE_PANELIST = "invite_panelist"
    INVITE_COWORKER = "invite_coworker"
    """A coworker is invited by their user, so that their link is in the provider's own app too."""
    CHOOSE_EMAILS = "choose_emails"
    """Whom of the team the provider emails is chosen with the invitation."""
    BATCH_REGISTER = "batch_register"
    """Many people can be registered with one call."""
    SHARED_LINK = "shared_link"
    """Without registration, anyone can join with one link, which the provider reports."""
    OWN_PAGES = "own_pages"
    """People can register on a page of Greenroom's own."""
    OWN_LINKS = "own_links"
    """The provider mails links of our own to join and to cancel, in place of its own ones."""
    EXTERNAL_ID = "external_id"
    """A registrant can have an id from another system."""
    SOURCE = "source"
    """The provider keeps where a registrant came from."""
    REGISTRANTS = "registrants"
    HISTORY = "history"
    """Who attended, after the event."""
    RECORDINGS = "recordings"
    FOLLOW_UP = "follow_up"
    OCCURRENCES = "occurrences"
    """The event has several dates, and people register for some of them."""
    QUESTIONS = "questions"
    """The provider lists the questions of the registration form, and accepts answers."""
    ON_DEMAND = "on_demand"
    """Registration can stay open after the event, for its recording."""


ALL = frozenset(Ability) - {Ability.APPROVE, Ability.BATCH_REGISTER, Ability.OCCURRENCES, Ability.QUESTIONS}
"""The default where nothing else is reported or stored."""
