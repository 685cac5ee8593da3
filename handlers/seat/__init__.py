"""A user's own seat: register, show the link, rename, cancel."""
