"""Stand-ins for RingCentral and a Slack workspace: run Greenroom on one machine without an account."""
