"""What ipqa keeps beside the index: conversations, what people say about answers, API keys, and jobs."""
