"""Files read in a process apart: one that is hostile, or that a reader breaks over, costs itself alone."""

import atexit
import logging
import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ipqa import errors
from ipqa.errors import IpqaError, ReadingCrashed, ReadingTooHeavy, ReadingTooSlow
from ipqa.reports import SourceFile
from ipqa.reports.model import Report
from ipqa.reports.worker import Task, receive, request, send

_COMMAND = (sys.executable, "-P", "-m", "ipqa.reports.worker")
"""With -P, so that nothing is imported from the folder where ipqa happens to be called."""

_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
"""What of the environment the worker gets: what Python is found by, and no keys."""

_KINDS: dict[str, type[IpqaError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, IpqaError)
}
"""What the worker may tell, by its name."""

_log = logging.getLogger(__name__)


class _Outcome(BaseModel):
    """What the worker says of a file: its report, or one reason why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: Report | None = None
    error: str = ""
    details: dict[str, str | int | float] = {}
    exceeded: Literal["", "seconds", "memory"] = ""
    ended: str = ""
    fault: str = ""


class ReadingProcess:
    """A worker that reads one file after the other; it is started with the first, and ends with the block."""

    def __init__(self) -> None:
        self._worker: subprocess.Popen[bytes] | None = None
        self._one_by_one = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def read(self, file: SourceFile, *, seconds: float, memory: int) -> Report:
        """The report that a file holds, as ``reports.parse`` gives it.

        Args:
            file: its bytes and its path, of which the worker is told the ending alone.
            seconds: longest time, by the clock and of the processor.
            memory: most bytes of address space; only Linux holds to it.

        Raises:
            ReadError: as ``reports.parse``; or reading took too long, took too much memory, or broke.
        """
        task = Task(file.path.suffix, seconds, memory)
        with self._one_by_one:
            outcome = self._outcome(task, file.raw)
        if outcome.report is None:
            raise _error(file.path, task, outcome)
        return outcome.report

    def end(self) -> None:
        """End the worker and what it is at."""
        if self._worker is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._worker.pid, signal.SIGKILL)
        with suppress(BrokenPipeError):  # of what was left to be written
            self._worker.__exit__(None, None, None)
        self._worker = None

    def _outcome(self, task: Task, raw: bytes) -> _Outcome:
        worker = self._worker or self._start()
        assert worker.stdin  # noqa: S101 - both are pipes
        assert worker.stdout  # noqa: S101
        outcome = None
        try:
            send(worker.stdin, request(task))
            send(worker.stdin, raw)
            outcome = receive(worker.stdout)
        except BrokenPipeError:
            _log.warning("the worker that reads files is gone")
        finally:
            if outcome is None:  # killed, or its caller interrupted: the next file gets another
                self.end()
        if outcome is None:
            return _Outcome(ended="worker gone")
        try:
            return _Outcome.model_validate_json(outcome)
        except ValidationError as error:
            return _Outcome(fault=str(error))

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._worker = subprocess.Popen(  # noqa: S603 - our own program
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            process_group=0,  # Ctrl-C is for the caller, who ends the worker
        )
        return self._worker


def _error(path: Path, task: Task, outcome: _Outcome) -> IpqaError:
    """Why there is no report, as the caller is told it."""
    if outcome.exceeded == "seconds":
        return ReadingTooSlow(path=path, limit=f"{task.seconds:g}")
    if outcome.exceeded == "memory":
        return ReadingTooHeavy(path=path, limit=task.memory)
    if outcome.error in _KINDS:
        kind = _KINDS[outcome.error]
        return kind(**outcome.details, **({"path": path} if "{path" in kind.en else {}))
    if outcome.fault:
        _log.error("reading %s failed\n%s", path, outcome.fault)
    reason = outcome.ended or outcome.fault.strip().rpartition("\n")[2]
    return ReadingCrashed(path=path, reason=reason, limit=task.memory)


def reading_process() -> ReadingProcess:
    """The worker of this process, kept for the files to come: to start one costs some tenths of a second."""
    return _kept(os.getpid())


@cache
def _kept(_: int) -> ReadingProcess:
    """The worker of one process: what is forked from that has another."""
    kept = ReadingProcess()
    atexit.register(kept.end)
    return kept
