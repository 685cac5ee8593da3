"""Removes one person's data for an erasure request: `python -m bot forget`."""
