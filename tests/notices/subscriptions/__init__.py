"""Tests of bot/notices/subscriptions."""
