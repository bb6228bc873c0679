"""Answers handed on: as Markdown, plain text or a Word file, with everything they rest on."""
