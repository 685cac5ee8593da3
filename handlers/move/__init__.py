"""/webinar move."""
