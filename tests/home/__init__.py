"""Tests of bot/home."""
