"""Zoom as a `WebinarProvider`: meetings and webinars of one account."""

from __future__ import annotations

from bot.providers.zoom.history_api import HistoryApi


class Zoom(HistoryApi):
    """Zoom as a server-to-server app of one account; developers.zoom.us/docs/api."""

    name = "zoom"
