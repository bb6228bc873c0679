"""Readings made by one process or by many: the same either way, report by report."""

import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

from ipqa.embedding import EmbeddingModel, model_of
from ipqa.errors import ReadError
from ipqa.index.reading import Step, make_reading
from ipqa.reports import SourceFile
from ipqa.settings import Settings

_AHEAD = 2
"""So many files for each worker are in memory: the one that it reads, and the next."""

_log = logging.getLogger(__name__)


class Makers(Protocol):
    """What makes readings; where its block ends, all that was begun has ended."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def begin(self, file: SourceFile, key: str, step: Step) -> "Future[None]":
        """Have the reading of a file made, under a key that nothing else is being made under.

        What comes of it holds a ReadError where the file cannot be read; any other error is raised here or
        where the block ends.
        """
        ...


MakersFor = Callable[[Settings, EmbeddingModel], Makers]
"""Gives what makes readings under some settings, as one process would with this model."""


class InTurn:
    """Makes readings in this process, one after the other."""

    def __init__(self, settings: Settings, model: EmbeddingModel) -> None:
        self._settings = settings
        self._model = model

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def begin(self, file: SourceFile, key: str, step: Step) -> "Future[None]":
        """Make the reading now."""
        outcome: Future[None] = Future()
        try:
            make_reading(self._settings, self._model, file, key, step)
            outcome.set_result(None)
        except ReadError as error:
            step(1.0, 0)
            outcome.set_exception(error)
        return outcome


@dataclass(frozen=True)
class _Task:
    """A reading that a worker makes: how to make it here, and what comes of it."""

    again: Callable[[], "Future[None]"]
    step: Step
    outcome: "Future[None]"


class SideBySide:
    """Makes readings in processes of their own; each has a model and a process that reads files.

    Where such a process is killed, what it was at is made in this one.
    """

    def __init__(self, settings: Settings, model: EmbeddingModel, workers: int) -> None:
        self._here = InTurn(settings, model)
        self._most = _AHEAD * workers
        self._tasks: dict[Future[int], _Task] = {}
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_begin_worker, initargs=(settings,)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            while kind is None and self._tasks:
                self._settle()
        finally:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def begin(self, file: SourceFile, key: str, step: Step) -> "Future[None]":
        """Have a worker make the reading, once one is free."""
        while len(self._tasks) >= self._most:
            self._settle()
        task = _Task(lambda: self._here.begin(file, key, step), step, Future())
        try:
            self._tasks[self._pool.submit(_make, file, key)] = task
        except BrokenProcessPool:
            return task.again()
        return task.outcome

    def _settle(self) -> None:
        """Wait for a worker, and pass on what came of its work."""
        for done in wait(self._tasks, return_when=FIRST_COMPLETED).done:
            task = self._tasks.pop(done)
            try:
                sentences = done.result()
            except ReadError as error:
                task.step(1.0, 0)
                task.outcome.set_exception(error)
                continue
            except BrokenProcessPool:
                _log.warning(
                    "a process that makes readings was ended; the rest is made in this one"
                )
                _pass_on(task.again(), task.outcome)
                continue
            task.step(1.0, sentences)
            task.outcome.set_result(None)


def processes(count: int) -> MakersFor:
    """So many processes of this machine; one is the process that builds."""
    return InTurn if count == 1 else partial(SideBySide, workers=count)


def _pass_on(made: "Future[None]", outcome: "Future[None]") -> None:
    error = made.exception()
    if error is None:
        outcome.set_result(None)
    else:
        outcome.set_exception(error)


class _Worker:
    """What a worker has for as long as it lives."""

    settings: Settings
    model: EmbeddingModel


def _begin_worker(settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is told by the one who asked for the work
    Thread(target=_end_with_parent, daemon=True).start()
    _Worker.settings = settings
    _Worker.model = model_of(settings)


def _end_with_parent() -> None:
    """Leave no process behind where the one that began it was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(file: SourceFile, key: str) -> int:
    """Make a reading in a worker; tells how many sentences it has."""
    embedded = [0]
    make_reading(
        _Worker.settings, _Worker.model, file, key, lambda _, count: embedded.append(count)
    )
    return embedded[-1]
