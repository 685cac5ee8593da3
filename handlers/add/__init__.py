"""Adds an existing meeting or webinar."""
