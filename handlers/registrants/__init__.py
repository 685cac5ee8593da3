"""registrants."""
