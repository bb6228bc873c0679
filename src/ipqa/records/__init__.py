"""What ipqa keeps beside the index: conversations, what people say about answers, and API keys."""
