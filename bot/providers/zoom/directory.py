"""The licensed users of a Zoom account. Only they host: a server-to-server app is no user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.providers.directory import YOU_ARE_HOST, Directory
from bot.providers.zoom.changes_api import NO_HOST

if TYPE_CHECKING:
    from bot.errors import ProviderError
    from bot.model.people import Coworker, Person


NO_HOST_ADDRESS = (
    "Zoom needs a Licensed user as the host, and Slack does not show Greenroom your email address to find you by. An "
    "admin of the workspace can install Greenroom again and allow it to see email addresses."
)


class ZoomDirectory(Directory):
    """See `Directory`."""

    def host_line(self, person: Person) -> str:
        """See `Directory`. Without a licensed user, nothing can be created."""
        if self.host_for(person):
            return YOU_ARE_HOST
        return NO_HOST if person.email else NO_HOST_ADDRESS

    async def note_refusal(self, error: ProviderError, host: Coworker | None) -> str:  # noqa: ARG002
        """See `Directory`. Nothing is remembered: Zoom's own words say what a host lacks."""
        return ""
