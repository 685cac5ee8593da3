"""Texts about reports."""
