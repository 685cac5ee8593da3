"""/webinar cancel."""
