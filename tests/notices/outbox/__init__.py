"""Tests of bot/notices/outbox."""
