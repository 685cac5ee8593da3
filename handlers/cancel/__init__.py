"""cancel."""
