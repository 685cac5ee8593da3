"""The recording of a webinar: what is known about it, sharing its link, and its files."""
