"""Zoom: meetings with registration, and webinars."""

from bot.providers.zoom.client import Zoom

__all__ = ["Zoom"]
