"""Keeps the mirror and the cards current."""
