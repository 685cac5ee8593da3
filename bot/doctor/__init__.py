"""Checks a setup part by part: `python -m bot doctor`."""
