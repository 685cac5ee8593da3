"""Texts about webinars: cards, facts and registration buttons."""
