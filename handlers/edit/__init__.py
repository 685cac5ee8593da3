"""/webinar edit."""
