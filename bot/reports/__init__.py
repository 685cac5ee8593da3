"""After the event: who attended, and what to do next."""
