"""Values and pure rules without I/O: webinars, people, teams, registrants, seats."""
