"""Parses what follows `/webinar`. Pure: no I/O."""
