"""Tests of the stand-ins, through the vendors' own clients where they exist."""
