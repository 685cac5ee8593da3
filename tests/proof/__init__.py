"""Proofs that nothing is lost or duplicated: real worker processes are killed and frozen, and Slack's side counts."""
