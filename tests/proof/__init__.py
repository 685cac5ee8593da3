"""Proofs that nothing is lost or said twice: real worker processes, killed and frozen, and Slack's side counts."""
