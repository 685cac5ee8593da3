"""All that Slack can ask of Greenroom, one file per conversation."""
