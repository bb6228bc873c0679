"""What ipqa keeps beside the index: conversations, and what people say about answers."""
