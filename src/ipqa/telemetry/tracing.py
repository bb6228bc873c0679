"""What is marked on the way to an answer, and what marks nothing."""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

_T = TypeVar("_T")

Stage = Literal["retrieval", "reading", "composition", "grounding"]


@dataclass(frozen=True, slots=True)
class Chat:
    """A language model that is asked, and how.

    Attributes:
        model: its name.
        host, port: where its endpoint is; None where the address does not tell.
        max_tokens: tokens that it may write.
        temperature, seed: as they are sent.
    """

    model: str
    host: str | None
    port: int | None
    max_tokens: int
    temperature: float
    seed: int


class Call(Protocol):
    """One call of a language model."""

    @property
    def wants_usage(self) -> bool:
        """Whether the endpoint is to be asked for the tokens that were used."""

    def told(
        self,
        *,
        model: str | None = None,
        finish_reason: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> None:
        """Note what the endpoint told; what it did not tell is None."""


class Tracing(Protocol):
    """What is told of the way to an answer."""

    def belonging(self, headers: Mapping[str, str]) -> AbstractContextManager[None]:
        """While this lasts, questions belong to the trace that a request's headers name, if they name one."""

    def question(self, text: str, events: Generator[_T, None, None]) -> Generator[_T, None, None]:
        """The same events, while a question is answered; what runs in them belongs to it."""

    def stage(self, name: Stage) -> AbstractContextManager[None]:
        """A stage of the answer, in which nothing is yielded."""

    def answered(self, mode: str, reason: str | None, fallback: str | None) -> None:
        """Note what became of the question that is being answered.

        Args:
            mode: how it was answered.
            reason: why nothing was answered; None where something was.
            fallback: why a language model's answer was not used; None where it was, or there is none.
        """

    def chat(self, chat: Chat) -> AbstractContextManager[Call]:
        """A call of a language model, for as long as it writes."""


class _NoCall:
    wants_usage = False

    def told(self, **_: str | int | None) -> None:
        pass


class _Off:
    """Marks nothing."""

    def belonging(self, headers: Mapping[str, str]) -> AbstractContextManager[None]:
        return nullcontext()

    def question(
        self,
        text: str,
        events: Generator[_T, None, None],
    ) -> Generator[_T, None, None]:
        return events

    def stage(self, name: Stage) -> AbstractContextManager[None]:
        return nullcontext()

    def answered(self, mode: str, reason: str | None, fallback: str | None) -> None:
        pass

    def chat(self, chat: Chat) -> AbstractContextManager[Call]:
        return nullcontext(_NoCall())


OFF: Tracing = _Off()
"""Marks nothing, and costs nothing."""
