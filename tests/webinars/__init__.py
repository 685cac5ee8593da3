"""Tests of bot/webinars."""
