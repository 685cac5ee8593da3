"""Webinars as stored and shown: tables, permissions, calendar files and texts."""
