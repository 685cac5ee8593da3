"""HTTP routes other than Slack's."""
