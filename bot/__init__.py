"""Greenroom: run a team's webinars without leaving Slack."""
