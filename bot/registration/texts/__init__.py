"""Texts about the registration of a webinar."""
