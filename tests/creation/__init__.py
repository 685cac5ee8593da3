"""Tests of bot/creation."""
