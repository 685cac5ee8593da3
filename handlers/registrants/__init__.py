"""`/webinar registrants`: the registrant list of a webinar."""
