"""What Greenroom remembers, in SQLite or PostgreSQL: plain SQL functions of a connection."""
