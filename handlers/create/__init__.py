"""/webinar create."""
