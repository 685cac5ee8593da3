"""/webinar invite and /webinar team."""
