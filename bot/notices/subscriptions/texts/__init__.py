"""Texts about subscriptions: what a channel gets, and the results of changes."""
