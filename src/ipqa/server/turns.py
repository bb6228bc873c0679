"""Turns at answering: so many questions are worked on at once, so many wait, and who comes on top is sent away.

To begin them all at once would give none of them sooner: they share the processors, and their memory adds up.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter, fail_after
from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from ipqa.errors import ServerBusy

_LONGEST_WAIT = 10.0
"""Seconds until whoever waits is sent away too: the questions under way may wait for a language model."""

_AGAIN = 5
"""Seconds after which whoever is sent away may come again."""


class Turns:
    """Lets so many at once do something, and so many wait for it.

    Args:
        at_once: how many have a turn at a time.
        waiting: how many may wait for theirs, in the order in which they came.
        longest_wait: seconds after which one waits no longer.
    """

    def __init__(self, at_once: int, waiting: int, longest_wait: float = _LONGEST_WAIT) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._waiting = waiting
        self._longest_wait = longest_wait

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A turn, for as long as this lasts.

        Raises:
            ServerBusy: too many wait already, or it did not come in time.
        """
        if not self._limiter.available_tokens and self.waiting >= self._waiting:
            raise ServerBusy(seconds=_AGAIN)
        turn = object()
        try:
            with fail_after(self._longest_wait):
                await self._limiter.acquire_on_behalf_of(turn)
        except TimeoutError as error:
            raise ServerBusy(seconds=_AGAIN) from error
        try:
            yield
        finally:
            self._limiter.release_on_behalf_of(turn)

    @property
    def under_way(self) -> int:
        """How many have a turn now."""
        return self._limiter.borrowed_tokens

    @property
    def waiting(self) -> int:
        """How many wait for theirs."""
        return self._limiter.statistics().tasks_waiting


async def turn_of(request: Request) -> AsyncIterator[None]:
    """A turn for a request; whoever has left meanwhile needs no answer any more."""
    turns: Turns = request.state.turns
    async with turns.taken():
        if await request.is_disconnected():
            raise ClientDisconnect
        yield


TURN = Depends(turn_of, scope="function")
"""Of endpoints that are done once they have their answer, however long it takes to send."""

TURN_TO_THE_END = Depends(turn_of, scope="request")
"""Of endpoints that answer while they send."""
