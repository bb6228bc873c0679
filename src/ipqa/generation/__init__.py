"""Answers that a language model words, of which only what the passages say is said."""
