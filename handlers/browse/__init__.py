"""/webinar, /webinar help, list, show and count."""
