"""Seats of Slack users at a webinar: the service, the registration, and the notifications."""
