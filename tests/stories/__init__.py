"""Whole flows through signed requests and the stand-ins."""
