"""The database: connections, tables, sealed columns, leases and migrations."""
