"""Everything that can go wrong in words a person can act on: each error carries its facts and its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class GreenroomError(Exception):
    """Something went wrong that a person should be told in the words of `sentence`.

    The sentence says what happened, what did not, and what to do. It never holds a secret, an address or a name
    of a registrant, because it may be logged.
    """

    def __init__(self, sentence: str) -> None:
        """Keep the sentence that the person reads."""
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(GreenroomError):
    """Something typed cannot be used; `fields` maps the block ids of a form to what to do about each."""

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        """Keep a sentence for the whole and one for each field."""
        super().__init__(sentence)
        self.fields = dict(fields or {})


class NotAllowed(GreenroomError):
    """The person may not do this; the sentence names who can."""


class NotFound(GreenroomError):
    """What was named does not exist, or no longer."""


class ChannelUnreachable(GreenroomError):
    """Slack does not let Greenroom post in a channel; the sentence says how to let it in."""


class ProviderError(GreenroomError):
    """The webinar system did not do what was asked. `code` is its own word for why, empty where it gave none."""

    def __init__(self, sentence: str, *, code: str = "", parameter: str = "", status: int = 0) -> None:
        """Keep the vendor's code, the parameter it blames and the HTTP status."""
        super().__init__(sentence)
        self.code = code
        self.parameter = parameter
        self.status = status


class ProviderRefused(ProviderError):
    """A clear no: the same request will be refused again. Nothing has changed there."""


class ProviderForbidden(ProviderRefused):
    """A permission is missing: of the app, of the service user, or of the account's licence."""


class ProviderGone(ProviderRefused):
    """What was asked about does not exist there, or not yet."""


class ProviderConflict(ProviderRefused):
    """It is already so (409)."""


class RegistrationClosed(ProviderRefused):
    """Nobody can register just now: it is closed or full, or the webinar is over."""


class AnswersRequired(ProviderRefused):
    """Registering takes answers to questions that the webinar system lets nobody read: its own page asks them."""


class ProviderUnauthorized(ProviderError):
    """The credentials are not accepted: an administrator must look at the settings."""


class ProviderBusy(ProviderError):
    """The rate limit is used up; nothing was sent or the request was not accepted. Worth trying from `ready_at`."""

    def __init__(self, sentence: str, *, ready_at: datetime, code: str = "") -> None:
        """Keep the machine time (aware, UTC) from which on it is worth trying."""
        super().__init__(sentence, code=code, status=429)
        self.ready_at = ready_at


class ProviderDown(ProviderError):
    """It cannot be reached or is in trouble, and surely nothing has changed there."""


class OutcomeUnknown(ProviderError):
    """A request that changes something got no clear answer: look whether it happened before doing it again."""


class SettingsError(GreenroomError):
    """The settings of this process are missing or malformed; the sentence names all of them at once."""
