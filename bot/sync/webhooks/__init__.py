"""Webhooks of the provider: accepted, collected, and followed by one read of the actual state."""
