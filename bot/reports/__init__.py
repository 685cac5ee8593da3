"""After the event: who attended, recordings, and what is left to do."""
