"""Messages after an event: each is a row before it is posted, is posted once, and is kept correct."""
