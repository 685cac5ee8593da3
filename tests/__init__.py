"""The tests: stories through real edges."""
