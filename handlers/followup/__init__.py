"""Follow-ups: what an organizer sends to the people of a past webinar."""
