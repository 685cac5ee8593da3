"""Registration for a webinar: settings, seats, bulk lists, our own pages, charts and exports."""
