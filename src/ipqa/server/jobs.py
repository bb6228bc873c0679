"""Changes to the index while the server answers: one at a time, in order, in a thread of their own.

A job reads and embeds what was uploaded, or takes a report out, and puts a new generation in force;
questions that are under way go on with the one that they began with. While another process changes the index, it
waits: what was taken in is done. How far each is stands among the records, where every server that shares these
can read it.
"""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from queue import Full
from threading import Event, Lock
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from ipqa.current import CurrentAssistant
from ipqa.embedding import EmbeddingModel, model_of
from ipqa.errors import IndexBusy, IpqaError, Language, LastReport
from ipqa.index.store import read_manifest
from ipqa.records.jobs import Job, JobStore, KeptJob
from ipqa.reports import SourceFile
from ipqa.server.job_reporter import JobReporter
from ipqa.server.problems import language_of
from ipqa.settings import Settings

_WAITING = 20
"""So many jobs may wait for their turn."""

_AGAIN = 0.5
"""Seconds until a job tries again whether another process has done with the index."""

_UNEXPECTED: dict[Language, str] = {
    "ja": "予期しないエラーが起きたため、処理を中止しました。もう一度お試しください。繰り返すときは、サーバーのログを確かめてください。",
    "en": "Something unexpected went wrong. Try again; if it happens again, see the server's log.",
}
"""Of a fault of ipqa itself, which only the log tells in full."""

_log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The server ends while a job is running."""


_Outcome = dict[str, object]
_Work = Callable[[str], _Outcome]
"""What a job does, told its id; returns the fields of the job that say what came of it."""


class Jobs:
    """The jobs that this server has: those that wait, and the one that runs.

    Args:
        settings: of the server.
        current: what answers, which follows what jobs change.
        store: where it is reported how far they are.
    """

    def __init__(self, settings: Settings, current: CurrentAssistant, store: JobStore) -> None:
        self._settings = settings
        self._current = current
        self._reporter = JobReporter(store)
        self._submitting = Lock()
        self._closing = Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")

    def add(self, name: str, content: BinaryIO) -> Job:
        """Have a file added, or put in the place of an earlier file of that name.

        Args:
            name: a safe name for the file, without folders.
            content: the file; closed once it is no longer wanted.

        Raises:
            queue.Full: too many jobs wait.
            RecordsUnavailable: it cannot be noted.
        """
        job = Job(id=secrets.token_hex(8), kind="add", file=name)
        with ExitStack() as unwanted:
            unwanted.enter_context(content)
            work = self._submit(job, partial(self._add, name, content))
            unwanted.pop_all()
        work.add_done_callback(lambda _: content.close())  # of a job that is dropped as well
        return job

    def remove(self, report_id: str) -> Job:
        """Have a report taken out of the index.

        Raises:
            UnknownReport: the index holds no such report.
            LastReport: there is no other.
            queue.Full: too many jobs wait.
            RecordsUnavailable: it cannot be noted.
        """
        assistant = self._current.assistant
        assistant.report(report_id)
        records = {record.id: record for record in assistant.index.manifest.reports}
        if len(records) == 1:
            raise LastReport(report=report_id, folder=self._settings.index)
        record = records[report_id]
        corpus = self._settings.corpus
        file = corpus if corpus.is_file() else corpus / record.origin
        job = Job(
            id=secrets.token_hex(8),
            kind="remove",
            file=record.source,
            returns_with_build=not record.added and file.is_file(),
        )
        self._submit(job, partial(self._remove, report_id))
        return job

    def counts(self) -> dict[str, int]:
        """How many jobs of this server wait, and how many run."""
        return self._reporter.counts()

    def close(self) -> None:
        """Drop what waits, stop what runs at its next step, and wait for it to end."""
        self._closing.set()
        self._thread.shutdown(cancel_futures=True)
        self._reporter.close()

    def _submit(self, job: Job, work: _Work) -> Future[None]:
        with self._submitting:
            if self.counts()["waiting"] >= _WAITING:
                raise Full
            self._reporter.take(KeptJob(job=job))
            return self._thread.submit(self._run, job.id, work)

    def _run(self, job_id: str, work: _Work) -> None:
        """Do the work of a job; whatever happens, the job ends."""
        self._update(job_id, state="running")
        try:
            outcome = self._outcome(job_id, work)
        except IpqaError as error:
            self._reporter.change(self._reporter.get(job_id).failed_by(error))
        except _Stopped:
            _log.info("job %s was stopped with the server", job_id)
        except Exception:  # noqa: BLE001 - logged in full, and told
            _log.exception("job %s failed", job_id)
            self._reporter.change(self._reporter.get(job_id).failed("Unexpected", _UNEXPECTED))
        else:
            self._update(job_id, state="done", progress=1.0, **outcome)

    def _outcome(self, job_id: str, work: _Work) -> _Outcome:
        """What comes of a job, once no other process changes the index."""
        while True:
            try:
                return work(job_id)
            except IndexBusy:
                self._update(job_id, state="waiting")
                if self._closing.wait(_AGAIN):
                    raise _Stopped from None
                self._update(job_id, state="running")

    def _add(self, name: str, content: BinaryIO, job_id: str) -> _Outcome:
        """Read, embed and publish a file. Its name is its origin: none of a path or an address."""
        from ipqa.index.build import add_reports  # noqa: PLC0415 - heavy
        from ipqa.index.builder import Progress  # noqa: PLC0415

        def watch(step: Progress) -> None:
            if self._closing.is_set():
                raise _Stopped
            share = step.done / step.total if step.total else 0.0
            self._update(job_id, progress=share, sentences=step.sentences)

        content.seek(0)  # where it was read before, in vain
        file = SourceFile(Path(name), content.read())
        before = {r.id: r.digest for r in read_manifest(self._settings.index).reports}
        result = add_reports(self._settings, self._model, [(file, name)], watch)
        for failure in result.failures:
            raise failure
        self._current.catch_up()
        self._current.require_ready()
        ids = tuple(r.id for r in result.manifest.reports if r.digest == file.digest)
        if file.digest in before.values():
            return {"unchanged": ids}
        return {"replaced" if before.keys() & set(ids) else "added": ids}

    def _remove(self, report_id: str, _: str) -> _Outcome:
        from ipqa.index.build import remove_report  # noqa: PLC0415 - heavy

        remove_report(self._settings, self._model, report_id)
        self._current.catch_up()
        self._current.require_ready()
        return {"removed": (report_id,)}

    @cached_property
    def _model(self) -> EmbeddingModel:
        """A model for the jobs alone: in one that they shared, questions would queue behind files."""
        return model_of(self._settings)

    def _update(self, job_id: str, **fields: object) -> None:
        self._reporter.change(self._reporter.get(job_id).changed(**fields))


def jobs_of(request: Request) -> Jobs:
    """The jobs of this server."""
    jobs: Jobs = request.state.jobs
    return jobs


def job_store_of(request: Request) -> JobStore:
    """The jobs of all servers that share the records of this one."""
    return JobStore(request.state.records)


JobsOf = Annotated[Jobs, Depends(jobs_of)]
JobStoreOf = Annotated[JobStore, Depends(job_store_of)]
router = APIRouter(prefix="/api/jobs", tags=["jobs"])


class JobList(BaseModel):
    """The jobs that are not forgotten, the oldest first."""

    jobs: list[Job]


@router.get("", summary="List the changes to the index that wait, run or have just ended")
def list_jobs(request: Request, store: JobStoreOf) -> JobList:
    """Every job that waits or runs, and about a hundred that have ended, of all servers that share the records."""
    return JobList(jobs=[kept.told(language_of(request)) for kept in store.all()])


@router.get("/{job_id}", summary="Show how far a change to the index is")
def show_job(job_id: str, request: Request, store: JobStoreOf) -> Job:
    """To be asked until ``state`` is ``done`` or ``failed``."""
    return store.get(job_id).told(language_of(request))
