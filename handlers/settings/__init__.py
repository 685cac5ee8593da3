"""/webinar settings."""
