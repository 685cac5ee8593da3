"""Where somebody is in the registrant list, as the value of its buttons."""

from __future__ import annotations

from bot.model.people import Frozen
from bot.model.registrant import Decision


class RegistrantPage(Frozen):
    """A position in the list: the webinar, the page, the search words; and the chosen registrants."""

    session_id: str
    page: int = 1
    words: str = ""
    picked: str = ""
    """Ids, separated by commas."""
    shows_denied: bool = False
    decision: Decision | None = None
    """What Undo decides."""
