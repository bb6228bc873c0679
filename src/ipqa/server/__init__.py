"""The HTTP face: translates requests into calls of the assistant, and does not think."""
