"""own_pages."""
