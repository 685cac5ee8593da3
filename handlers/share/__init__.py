"""/webinar share."""
