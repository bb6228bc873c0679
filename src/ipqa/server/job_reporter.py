"""How far the jobs of a server are, reported to the records, where every server that shares these can read it.

The server that has a job goes by its own memory: where the records cannot be reached, its jobs go on, and what could
not be reported is reported once they can.
"""

import time
from collections.abc import Iterable
from threading import Event, Lock, Thread

from ipqa.errors import RecordsUnavailable
from ipqa.records.jobs import SILENCE, JobStore, KeptJob

_EVERY = 0.25
"""Seconds between two reports of how far a job has come, as long as its state stays the same."""

_HEARD = SILENCE.total_seconds() / 10
"""Seconds between two signs that the server still has its jobs."""


class JobReporter:
    """The jobs that a server has, until they have ended and that is reported.

    Args:
        store: where they are reported to.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._jobs: dict[str, KeptJob] = {}
        self._reported: dict[str, float] = {}
        self._lock = Lock()
        self._reporting = Lock()
        self._closing = Event()
        self._thread = Thread(target=self._be_heard, name="jobs reported", daemon=True)
        self._thread.start()

    def take(self, kept: KeptJob) -> None:
        """Take a new job.

        Raises:
            RecordsUnavailable: it cannot be reported; then it is not taken.
        """
        self._store.add(kept)
        with self._lock:
            self._jobs[kept.job.id] = kept
            self._reported[kept.job.id] = time.monotonic()

    def get(self, job: str) -> KeptJob:
        """A job that was taken and has not ended."""
        return self._jobs[job]

    def change(self, kept: KeptJob) -> None:
        """Note how far a job is by now; a new state is reported at once."""
        job = kept.job.id
        with self._lock:
            before, self._jobs[job] = self._jobs[job], kept
            lately = time.monotonic() - self._reported[job] < _EVERY
        if kept.job.state != before.job.state or not lately:
            self._report([job])

    def counts(self) -> dict[str, int]:
        """How many jobs wait, and how many run."""
        with self._lock:
            states = [kept.job.state for kept in self._jobs.values()]
        return {state: states.count(state) for state in ("waiting", "running")}

    def close(self) -> None:
        """Report what has not ended as abandoned; nothing is taken or changed after this."""
        self._closing.set()
        self._thread.join()
        with self._lock:
            self._jobs = {
                job: kept if kept.ended else kept.abandoned() for job, kept in self._jobs.items()
            }
        self._report(list(self._jobs))

    def _report(self, jobs: Iterable[str]) -> None:
        """Report jobs as they are by now, as long as the records can be reached."""
        for job in jobs:
            with self._reporting:  # so that the last report is of the last state
                kept = self._jobs.get(job)
                if kept is None:
                    continue
                try:
                    self._store.keep(kept)
                except RecordsUnavailable:
                    return  # the next sign of life tries again
                with self._lock:
                    self._reported[job] = time.monotonic()
                    if kept.ended:
                        del self._jobs[job], self._reported[job]

    def _be_heard(self) -> None:
        while not self._closing.wait(_HEARD):
            self._report(list(self._jobs))
