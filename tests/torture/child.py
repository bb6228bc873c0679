"""What is done to an index in a process of its own, which can be killed, starved and lied to."""

import json
import multiprocessing
import resource
import signal
import sys
import time
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from ipqa.errors import IndexBusy, IpqaError
from ipqa.index.build import add_reports, build_index, remove_report
from ipqa.reports import open_file
from ipqa.settings import Settings
from tests.torture.world import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable

DONE, CRASHED, REFUSED, BUSY = 0, 1, 2, 3
"""How a child ends: what it was to do is done, it fell, it told an error, another was writing."""


@dataclass(frozen=True)
class Task:
    """What a child is to do.

    Attributes:
        action: build, add or remove.
        what: the file to add, or the id of the report to remove.
        vectors: folder of what `Remembered` remembers.
        file_size: bytes that a file may grow to, where writing is to fail.
        clock: seconds that the clock is put forward, or back where negative.
    """

    action: str
    index: str
    corpus: str
    vectors: str
    what: str = ""
    file_size: int | None = None
    clock: int = 0


def perform(task: Task) -> None:
    """Do what is to be done, and end with the exit code that tells how."""
    try:
        _limit(task)
        _do(task)
    except IndexBusy:
        sys.exit(BUSY)
    except IpqaError:
        sys.exit(REFUSED)
    sys.exit(DONE)


def start(task: Task) -> BaseProcess:
    """A process that performs a task; it is forked from one that has imported everything."""
    process = _CONTEXT.Process(target=perform, args=(task,))
    process.start()
    return process


def command(task: Task) -> list[str]:
    """The same task for a process that starts from nothing."""
    return [sys.executable, "-m", "tests.torture.child", json.dumps(asdict(task))]


def _do(task: Task) -> None:
    settings = Settings(corpus=Path(task.corpus), index=Path(task.index))
    actions: dict[str, Callable[[], object]] = {
        "build": lambda: build_index(settings, Remembered(Path(task.vectors)), lambda _: None),
        "add": lambda: add_reports(
            settings,
            Remembered(Path(task.vectors)),
            [(open_file(Path(task.what), max_bytes=10**6), task.what)],
            lambda _: None,
        ),
        "remove": lambda: remove_report(settings, Remembered(Path(task.vectors)), task.what),
    }
    actions[task.action]()


def _limit(task: Task) -> None:
    if task.file_size is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (task.file_size, task.file_size))
    if task.clock:
        now, broken_down = time.time, time.gmtime
        vars(time).update(
            time=lambda: now() + task.clock,
            gmtime=lambda seconds=None: broken_down(time.time() if seconds is None else seconds),
        )


_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])

if __name__ == "__main__":
    perform(Task(**json.loads(sys.argv[1])))
