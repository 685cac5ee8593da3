"""Tests of the checks of a setup."""
