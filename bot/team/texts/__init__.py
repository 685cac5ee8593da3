"""Texts for team members, and for organizers who change a team."""
