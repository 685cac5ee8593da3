"""Our own register, join and cancel pages: their URLs, tokens and queue."""
