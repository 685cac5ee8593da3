"""Which limits a registration can have, which changes can be undone, and the sentences for the others."""

from __future__ import annotations

from bot.errors import BadInput
from bot.model.webinar import Registration, Webinar
from bot.registration.state import RegistrationUndo, comparable_state
from bot.webinars.texts.facts import people

ALREADY_LIMITED = "The limit is already {}."
ALREADY_UNLIMITED = "There is already no limit."
FULL = "Registration is full and stays closed while the limit is {}. Raise the limit, and it opens again."
CHANGED_SINCE = "This was not undone, because something else has changed since."
ALREADY_UNDONE = "This was already undone."
TOO_MANY_TO_UNDO = "This can't be undone: {}, so a limit of {} would be too low."


class NotChanged(BadInput):
    """The registration was not changed; `webinar` has its current state, for the buttons of the reply."""

    def __init__(self, sentence: str, webinar: Webinar) -> None:
        """Keep the webinar for the reply."""
        super().__init__(sentence)
        self.webinar = webinar


def check_limit(webinar: Webinar, limit: int | None) -> None:
    """Raise `NotChanged` if the limit is already set, or if it would leave no room for more registrants."""
    read = webinar.registration
    if read is None:
        return
    if limit == read.limit:
        raise NotChanged(ALREADY_UNLIMITED if limit is None else ALREADY_LIMITED.format(people(limit)), webinar)
    if limit is None or limit > read.count:
        return
    enough = f"Choose at least {read.count + 1:,}, or close registration instead."
    if limit < read.count:
        raise NotChanged(f"{_registered(read)}, more than {limit:,}, and a limit removes nobody. {enough}", webinar)
    raise NotChanged(f"{_registered(read)}, so a limit of {limit:,} would only close registration. {enough}", webinar)


def check_undo(webinar: Webinar, read: Registration, undo: RegistrationUndo) -> None:
    """Raise `NotChanged` if it is undone already, if something else has changed since, or if there is no room."""
    if comparable_state(read, undo.made) == undo.back:
        raise NotChanged(ALREADY_UNDONE, webinar)
    if comparable_state(read, undo.made) != undo.made:
        raise NotChanged(CHANGED_SINCE, webinar)
    back = undo.back
    # Restoring a full registration is fine; restoring an open one must leave it open.
    if back.limit is not None and read.count >= back.limit + (0 if back.is_open else 1):
        raise NotChanged(TOO_MANY_TO_UNDO.format(_registered(read), f"{back.limit:,}"), webinar)


def full_sentence(read: Registration) -> str:
    """That a full registration stays closed."""
    return FULL.format(people(read.limit or 0))


def _registered(read: Registration) -> str:
    return f"{people(read.count)} {'has' if read.count == 1 else 'have'} registered"
