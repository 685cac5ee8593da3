"""Changes the team of a webinar: the service, the diff, and the notification of members."""
