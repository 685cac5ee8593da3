"""The buttons of reminders about what is open after a webinar."""
