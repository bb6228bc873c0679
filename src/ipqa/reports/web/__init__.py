"""Saved web pages (HTML)."""
