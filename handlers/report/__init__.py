"""The report of a webinar that is over: figures and charts, its people, and a CSV file."""
