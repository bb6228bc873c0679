"""A page that shows a report as it was read, beside its warnings."""
