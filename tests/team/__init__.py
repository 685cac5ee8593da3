"""Tests of bot/team."""
