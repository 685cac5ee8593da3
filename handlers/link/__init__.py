"""The link to a webinar's registration page."""
