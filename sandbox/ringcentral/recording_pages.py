"""The page behind the link of a recording, and its files."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.ringcentral import markup
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.presence import Recording
from sandbox.ringcentral.recording import is_shared, recording_status
from sandbox.ringcentral.recordings import CONTENT_TYPES, size_of
from sandbox.ringcentral.world import World

NO_PAGE = "There is no such recording."
PRIVATE = "The host does not share this recording."
STATES = {
    "Processing": "This recording is being processed. Please come back later.",
    "Failed": "This recording could not be processed.",
    "Purged": "This recording has expired.",
}
FILLING = b"sandbox recording "


class RecordingPages:
    """The recordings of one account."""

    def __init__(self, world: World) -> None:
        """Serve the recordings of this account."""
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All routes; the files are as long as the API says, and hold nothing."""
        return [
            web.get("/w/recording/{key}", self.show),
            web.get("/w/recording/{key}/{kind:video|audio}", self.download),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The recording for people with the link, or the reason why there is none."""
        found = self._by_key(request.match_info["key"])
        if found is None:
            return markup.not_found_page(NO_PAGE)
        webinar, session, recording = found
        now = self._world.now()
        status = recording_status(recording, self._world.rules, now)
        if not (is_shared(recording, now) or session.registration.settings.view_recording):
            return self._page(403, webinar, session, markup.note(PRIVATE))
        if status != "Available":
            return self._page(200, webinar, session, markup.note(STATES[status]))
        link = escape(f"{self._world.url}/w/recording/{recording.key}/video")
        return self._page(200, webinar, session, f'<p><a href="{link}">Watch the recording</a></p>')

    async def download(self, request: web.Request) -> web.Response:
        """The file of `downloadUri`, while the recording is available."""
        found = self._by_key(request.match_info["key"])
        if found is None or recording_status(found[2], self._world.rules, self._world.now()) != "Available":
            return markup.not_found_page(NO_PAGE)
        kind = request.match_info["kind"].capitalize()
        size = size_of(found[2], kind)
        body = (FILLING * (size // len(FILLING) + 1))[:size]
        return web.Response(body=body, content_type=CONTENT_TYPES[kind])

    def _by_key(self, key: str) -> tuple[Webinar, Session, Recording] | None:
        for webinar, session in self._world.with_session():
            if session.recording and session.recording.key == key:
                return webinar, session, session.recording
        return None

    def _page(self, status: int, webinar: Webinar, session: Session, body: str) -> web.Response:
        top = markup.about(webinar, session, self._world.host_of(webinar).name)
        return markup.response(status, webinar.fields.title, top + body)
