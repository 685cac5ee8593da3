"""`/webinar remind`: reminders of a webinar, the workspace's default reminders, and snoozing."""
