"""Readings made by the workers of a Ray cluster: the same as one process makes, report by report.

Each report is a task of its own rather than a row of Ray Data, which would hand reports back block by block: a reading
is kept as soon as it comes back, a report that cannot be read or that takes its worker down is told by itself, Ray
tries again just what a lost worker was at, and no more files are in memory than are under way. A task gets the bytes
of the file and gives back those of the reading, so that nodes need to see neither the reports nor the index, and
nobody but the process that builds writes to its folder.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from ipqa.embedding import EmbeddingModel, model_of
from ipqa.errors import ClusterUnavailable, ExtraMissing, IpqaError, ReadError, WorkerLost
from ipqa.index.generations import FORMAT
from ipqa.index.making import recipe_of
from ipqa.index.reading import Step, make_reading
from ipqa.index.readings import Readings
from ipqa.index.workers import MakersFor
from ipqa.reports import SourceFile
from ipqa.settings import Settings

_AHEAD = 2
"""So many reports for each processor of the cluster are under way: the one that is read, and the next."""

_AGAIN = 2
"""So often a report is given to another worker where the one that had it was lost."""

_PATIENCE = 5.0
"""Seconds in which a cluster is to take a connection; Ray itself waits for minutes."""

_SILENCE = 30.0
"""Seconds that a cluster may be away while it works; after a minute Ray would end this process without a word of ours."""

_OF_READING = (
    "embedding_model",
    "embedding_base_url",
    "embedding_api_key",
    "passage_length",
    "max_report_seconds",
    "max_report_memory",
)
"""The settings that a worker needs; no other leaves the machine, nor any other key."""


def on_ray(workers: int | None = None) -> MakersFor:
    """The workers of the cluster that ``RAY_ADDRESS`` names, without it of the one that this machine is part of.

    Args:
        workers: so many reports are read at once at the most; without, as many as the cluster has processors.

    Raises:
        ExtraMissing: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    try:
        import ray  # noqa: PLC0415 - an optional extra, and seconds to import
    except ImportError as error:
        raise ExtraMissing(packages="ray", extra="ray") from error
    address = os.environ.get("RAY_ADDRESS") or "auto"
    return partial(OnRay, cluster=_Cluster(ray, address), workers=workers)


@dataclass(frozen=True)
class _Task:
    """A report that is under way: which, whom to tell, and what comes of it."""

    path: Path
    key: str
    step: Step
    outcome: "Future[None]"


class OnRay:
    """Makes readings by the workers of a cluster, which is reached with the first that is wanted."""

    def __init__(
        self, settings: Settings, model: EmbeddingModel, *, cluster: "_Cluster", workers: int | None
    ) -> None:
        self._cluster = cluster
        self._workers = workers
        self._settings = work_settings(settings)
        self._making = _making(self._settings, model)
        self._readings = Readings(settings.index)
        self._tasks: dict[Any, _Task] = {}

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
            self._cluster.leave()

    def begin(self, file: SourceFile, key: str, step: Step) -> "Future[None]":
        """Have a worker make the reading, once so many are done that another may begin.

        Raises:
            ClusterUnavailable: the cluster cannot be reached, or its workers are not as this process is.
            IpqaError: a worker cannot work at all.
        """
        self._cluster.join()
        while len(self._tasks) >= (self._workers or _AHEAD * self._cluster.processors()):
            self._settle()
        task = self._cluster.begin(file, key, self._settings, self._making)
        self._tasks[task] = _Task(file.path, key, step, Future())
        return self._tasks[task].outcome

    def _settle(self) -> None:
        """Wait for a worker, keep what it made, and pass on what came of it."""
        done = self._cluster.first(list(self._tasks))
        task = self._tasks.pop(done)
        try:
            files = self._cluster.result(done, task.path)
        except ReadError as error:
            task.step(1.0, 0)
            task.outcome.set_exception(error)
            return
        self._readings.unpack(task.key, files)
        task.step(1.0, self._readings.outline(task.key).starts[-1])
        task.outcome.set_result(None)


class _Cluster:
    """The cluster at an address: what of Ray is used, and how its faults are told."""

    def __init__(self, ray: Any, address: str) -> None:  # noqa: ANN401 - the module, which has no types
        self._ray = ray
        self._address = address
        self._make: Any = None

    def join(self) -> None:
        """Become a driver of the cluster, if this process is none yet.

        Raises:
            ClusterUnavailable: it cannot be reached, or refuses.
        """
        if self._make is not None:
            return
        self._require_answer()
        try:
            self._ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)
        except (Exception, SystemExit) as error:  # what Ray raises has no nearer ancestor
            raise self._unavailable(error) from error
        self._address = self._ray.get_runtime_context().gcs_address
        self._make = self._ray.remote(max_retries=_AGAIN)(_made)

    def leave(self) -> None:
        """Have Ray end what this process began, and let go of the cluster."""
        if self._make is not None:
            self._ray.shutdown()
            self._make = None

    def processors(self) -> int:
        """How many processors the cluster has at the moment, one at the least."""
        self._await_answer()
        with self._told():
            return max(1, int(self._ray.cluster_resources().get("CPU", 0)))

    def begin(self, file: SourceFile, *work: object) -> Any:  # noqa: ANN401 - a reference of Ray's
        """Have a worker make a reading; Ray shows the file's name where it shows tasks."""
        with self._told():
            return self._make.options(name=f"ipqa {file.path.name}").remote(file, *work)

    def first(self, tasks: list[Any]) -> Any:  # noqa: ANN401
        """The task that is done first."""
        with self._told():
            while not (done := self._ray.wait(tasks, num_returns=1, timeout=_PATIENCE)[0]):
                self._await_answer()
        return done[0]

    def result(self, task: Any, path: Path) -> dict[str, bytes]:  # noqa: ANN401
        """The files of the reading that a worker made of a file.

        Raises:
            ReadError: the file cannot be read, or its workers were lost.
            IpqaError: the worker cannot work at all.
        """
        faults = self._ray.exceptions
        lost = (
            faults.WorkerCrashedError,
            faults.NodeDiedError,
            faults.OutOfMemoryError,
            faults.ObjectLostError,
        )
        with self._told():
            try:
                made: dict[str, bytes] | IpqaError = self._ray.get(task)
            except lost as error:
                reason = type(error).__name__
                raise WorkerLost(path=path, times=1 + _AGAIN, reason=reason) from error
        if isinstance(made, IpqaError):
            raise made
        return made

    def _await_answer(self) -> None:
        """Wait for a cluster that is away, and give it up where it stays away."""
        until = time.monotonic() + _SILENCE
        while True:
            try:
                self._require_answer()
            except ClusterUnavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(1)
            else:
                return

    def _require_answer(self) -> None:
        """Refuse an address where nobody listens; those without a port are Ray's own words for a cluster."""
        host, _, port = self._address.rpartition("://")[2].rpartition(":")
        if not port.isdecimal():
            return
        try:
            socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()
        except OSError as error:
            raise self._unavailable(error) from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell faults of the cluster as what a user can mend."""
        try:
            yield
        except (self._ray.exceptions.RayError, ConnectionError, SystemExit) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: BaseException) -> ClusterUnavailable:
        reason = str(error).strip().rpartition("\n")[2] or type(error).__name__
        return ClusterUnavailable(address=self._address, reason=reason)


def work_settings(settings: Settings) -> Settings:
    """The settings with nothing in them but what a worker needs; the others are at their defaults."""
    return Settings.model_construct(**{name: getattr(settings, name) for name in _OF_READING})


def _making(settings: Settings, model: EmbeddingModel) -> dict[str, object]:
    """All that decides what a reading is made into, to be held against that of another process."""
    return {"format": FORMAT, **recipe_of(settings, model).model_dump()}


@cache
def _model(settings: Settings) -> EmbeddingModel:
    """The model of a worker, which has it for as long as it lives."""
    return model_of(settings)


def _made(
    file: SourceFile, key: str, settings: Settings, making: dict[str, object]
) -> dict[str, bytes] | IpqaError:
    """Make a reading in a worker; gives its files, or why there are none."""
    try:
        model = _model(settings)
        here = _making(settings, model)
        if here != making:
            other = ", ".join(
                f"{n}: {making[n]} ≠ {here[n]}" for n in making if making[n] != here[n]
            )
            return ClusterUnavailable(address=socket.gethostname(), reason=other)
        with TemporaryDirectory(prefix="ipqa-") as folder:
            within = settings.model_copy(update={"index": Path(folder)})
            make_reading(within, model, file, key, lambda *_: None)
            return Readings(within.index).packed(key)
    except IpqaError as error:
        return error
