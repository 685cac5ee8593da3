"""Zoom as a `WebinarProvider`: meetings and webinars of one account."""

from __future__ import annotations

from bot.providers.zoom.changes_api import ChangesApi


class Zoom(ChangesApi):
    """Zoom as a server-to-server app of one account; developers.zoom.us/docs/api."""

    name = "zoom"
