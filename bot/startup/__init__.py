"""The start: waits for what is unavailable, builds providers and services, releases leases."""
