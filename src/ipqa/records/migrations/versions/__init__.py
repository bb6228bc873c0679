"""The versions of the tables, the oldest first; none is changed once it has been released."""
