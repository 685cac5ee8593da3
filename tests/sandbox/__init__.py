"""The stand-ins, tested through the vendors' own clients where those exist."""
