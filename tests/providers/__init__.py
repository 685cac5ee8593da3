"""Tests of bot/providers."""
