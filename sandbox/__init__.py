"""Stand-ins for RingCentral and for a Slack workspace, so that everything runs on one laptop with no account."""
