"""Fixtures, harnesses and sample values shared by the tests."""
