"""/webinar duplicate."""
