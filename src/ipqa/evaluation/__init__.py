"""Measuring answers against gold questions: deterministic, offline, without a judge."""
