"""Follow-ups: direct messages and a file for the people of a past webinar, sent by its organizer."""
