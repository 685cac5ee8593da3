"""Recordings of webinars: looks for them after the end, asks where to share them, and watches their links."""
