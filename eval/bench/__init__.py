"""How fast ipqa is, and beside what (`make bench`): each part measures one thing and tells it in a table."""
