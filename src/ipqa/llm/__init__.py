"""A language model behind an OpenAI-compatible endpoint, asked for text as it comes, in bounded time.

Every answer has a connection of its own: to close the answer is to close the connection, and nothing
waits longer than the answer may take. Whatever goes wrong leaves here as one of a few faults, without
the error behind it, which may hold the key.
"""

from ipqa.llm.model import LanguageModel, Message, ModelFailed
from ipqa.llm.openai_compatible import OpenAICompatible, language_model

__all__ = ["LanguageModel", "Message", "ModelFailed", "OpenAICompatible", "language_model"]
