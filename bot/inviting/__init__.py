"""The team of a webinar: the service, its vendor calls, and the notifications."""
