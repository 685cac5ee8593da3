"""Changes webinars: the service, its steps, and the report to the user."""
