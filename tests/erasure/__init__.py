"""Tests of the removal of one person's data."""
