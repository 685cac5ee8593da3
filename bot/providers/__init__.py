"""Webinar providers: the port, the gate in front of a vendor's API, and one package for each vendor."""
