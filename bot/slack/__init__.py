"""The Slack Web API: client, users, blocks, forms and error messages."""
