"""Registration of whole lists of people."""
