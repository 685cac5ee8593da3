"""`/webinar register` for other people: one person, or a list."""
