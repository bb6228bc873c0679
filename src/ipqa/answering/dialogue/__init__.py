"""What a follow-up asks: a question read against the conversation, without a language model."""

from ipqa.answering.dialogue.conversation import Resolved, resolve

__all__ = ["Resolved", "resolve"]
