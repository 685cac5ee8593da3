"""Seats: the registrations of Slack users."""
