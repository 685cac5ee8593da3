"""The sentences above calendar files in direct messages."""

from __future__ import annotations

NEW = "Your calendar entry, with your own link in it."
UPDATED = "Your calendar entry as it is now. It replaces the earlier one."
REMOVAL = "Open this to remove it from your calendar."
