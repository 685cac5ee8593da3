"""Benchmarks behind the figures in docs/measured.md: `python -m bench` runs and prints them, and writes no files."""
