"""Tests of the modules at the root of bot/."""
