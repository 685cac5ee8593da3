"""Tests of the project itself: structure, docs, image, tools."""
