"""What an answer needs of a language model, whoever provides it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ipqa.answering.answer import Fault


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class ModelFailed(Exception):
    """The model gave no answer, or not all of it; never told to users as it is.

    Attributes:
        fault: why, as an answer says it.
    """

    def __init__(self, fault: Fault) -> None:
        self.fault: Fault = fault
        super().__init__(fault)


class LanguageModel(Protocol):
    """What an answer needs of a language model."""

    @property
    def name(self) -> str:
        """The model's name at its endpoint."""

    def stream(self, messages: Sequence[Message], longest: int) -> Generator[str, None, None]:
        """The model's text, in pieces as they come; closing the iterator stops the model.

        Args:
            messages: the chat so far.
            longest: tokens to write at the most.

        Raises:
            ModelFailed: there is no answer, or it broke off.
        """
