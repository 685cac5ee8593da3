"""Texts of notices and of reminder settings."""
