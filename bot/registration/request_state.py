"""The states of a registration request, and what canceling it means in each."""

from __future__ import annotations

from enum import StrEnum

FOR_APPROVAL = "pending"
"""The problem of a registered person who had to wait for approval when they were registered."""


class RequestState(StrEnum):
    """The state of a registration request."""

    WAITING = "waiting"
    REGISTERING = "asked"
    """Saved before the call; stays while its outcome is unknown."""
    REGISTERED = "registered"
    ALREADY_REGISTERED = "there"
    """Registered already, not by this request."""
    REFUSED = "refused"
    CANCELING = "leaving"
    """Canceled: the queue of our own pages removes the registrant."""
    CANCELED = "left"
    STOPPED = "stopped"
    """Never sent to the provider, and no longer to be."""


def state_after_cancel(state: RequestState) -> RequestState:
    """The state of a request after its person canceled.

    A waiting request is canceled at once, a registered one by the queue. One whose call is in progress stays as it is
    until its outcome is known, and so does one that is decided.
    """
    after = {RequestState.WAITING: RequestState.CANCELED, RequestState.REGISTERED: RequestState.CANCELING}
    return after.get(state, state)
