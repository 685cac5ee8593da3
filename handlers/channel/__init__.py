"""What happens in channels: events from Slack."""
