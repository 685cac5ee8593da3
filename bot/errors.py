"""The errors of Greenroom: each has a sentence for the user, and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class GreenroomError(Exception):
    """An error whose `sentence` is shown to the user.

    The sentence says what happened, what did not, and what to do. It never contains a secret, or an address or name of
    a registrant, because it may be logged.
    """

    def __init__(self, sentence: str) -> None:
        """Keep the sentence for the user."""
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(GreenroomError):
    """Invalid input; `fields` maps block ids of a form to the correction each needs."""

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        """Keep a sentence for the input as a whole, and one per field."""
        super().__init__(sentence)
        self.fields = dict(fields or {})


class NotAllowed(GreenroomError):
    """The user may not do this; the sentence names who may."""


class NotFound(GreenroomError):
    """The requested object does not exist, or no longer."""


class UnknownWebinar(NotFound):
    """There is no such webinar, or none that this user can see: the sentence is the same."""

    def __init__(self) -> None:
        """Use the one sentence for both."""
        super().__init__("Greenroom doesn't know this webinar. Type /webinar list to see those it knows.")


class ChannelUnreachable(GreenroomError):
    """Slack does not let Greenroom post in a channel; the sentence says how to allow it."""

    def __init__(self, sentence: str, *, channel_id: str = "", in_channel: str = "") -> None:
        """`in_channel` is the sentence for a person who is looking at this channel."""
        super().__init__(sentence)
        self._channel_id = channel_id
        self._in_channel = in_channel

    def sentence_in(self, channel_id: str) -> str:
        """Return the sentence for a person who is looking at this channel."""
        return self._in_channel if self._in_channel and channel_id == self._channel_id else self.sentence


class ProviderError(GreenroomError):
    """The provider did not execute a request. `code` is its error code, empty if it gave none."""

    def __init__(self, sentence: str, *, code: str = "", parameter: str = "", status: int = 0) -> None:
        """Keep the vendor's code, the parameter it blames and the HTTP status."""
        super().__init__(sentence)
        self.code = code
        self.parameter = parameter
        self.status = status


class ProviderRefused(ProviderError):
    """The request was refused, and would be again. Nothing changed there."""


class ProviderForbidden(ProviderRefused):
    """A permission is missing: of the app, the service user, or the license of the account."""


class HistoryForbidden(ProviderForbidden):
    """The provider shows the history of a session only to people that the service user is not one of."""


class ProviderGone(ProviderRefused):
    """The requested object does not exist there, or not yet."""


class ProviderConflict(ProviderRefused):
    """The requested state exists already (409)."""


class RegistrationClosed(ProviderRefused):
    """Registration is closed or full, or the webinar is over."""


class RegistrationFull(RegistrationClosed):
    """The provider has no room for more registrants."""


class AnswersRequired(ProviderRefused):
    """Registration requires answers to questions that the API does not expose; only the provider's page asks them."""


class ProviderUnauthorized(ProviderError):
    """The credentials are not accepted: an admin must check the settings."""


class ProviderBusy(ProviderError):
    """The rate limit is exhausted; nothing was sent or accepted. Retry from `ready_at`."""

    def __init__(self, sentence: str, *, ready_at: datetime, code: str = "") -> None:
        """Keep the machine time (aware, UTC) of the earliest retry."""
        super().__init__(sentence, code=code, status=429)
        self.ready_at = ready_at


class BatchRefused(ProviderRefused):
    """Nobody of a batch was registered; they may be registered one at a time."""


class AttemptsUsed(ProviderBusy):
    """The calls of a day about one person or host are used up; calls about others can go on."""


class ProviderDown(ProviderError):
    """The provider is unreachable or failing, and nothing changed there."""


class OutcomeUnknown(ProviderError):
    """The outcome of a write is unknown: look up whether it happened before a retry."""


class SettingsError(GreenroomError):
    """The settings of this process are missing or malformed; the sentence names all of them at once."""
