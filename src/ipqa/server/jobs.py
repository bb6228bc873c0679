"""Changes to the index while the server answers: one at a time, in order, in a thread of their own.

A job reads and embeds what was uploaded, or takes a report out, and puts a new generation in force;
questions that are under way go on with the one that they began with. While another process changes the index, it
waits: what was taken in is done.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from queue import Full
from threading import Event, Lock
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from ipqa.current import CurrentAssistant
from ipqa.embedding import EmbeddingModel, model_of
from ipqa.errors import IndexBusy, IpqaError, Language, LastReport, UnknownJob
from ipqa.index.store import read_manifest
from ipqa.reports import SourceFile
from ipqa.server.problems import language_of
from ipqa.settings import Settings

_WAITING = 20
"""So many jobs may wait for their turn."""

_REMEMBERED = 100
"""So many jobs that have ended can still be asked about."""

_AGAIN = 0.5
"""Seconds until a job tries again whether another process has done with the index."""

_UNEXPECTED: dict[Language, str] = {
    "ja": "予期しないエラーが起きたため、処理を中止しました。もう一度お試しください。繰り返すときは、サーバーのログを確かめてください。",
    "en": "Something unexpected went wrong. Try again; if it happens again, see the server's log.",
}
"""Of a fault of ipqa itself, which only the log tells in full."""

_log = logging.getLogger(__name__)


class JobProblem(BaseModel):
    """Why a job failed: the type as in a problem document, and what to do."""

    model_config = ConfigDict(frozen=True)

    type: str
    detail: str


class Job(BaseModel):
    """A change to the index, and how far it is.

    Attributes:
        file: name of the report's file.
        progress: 0 to 1.
        sentences: embedded so far.
        added: ids of reports that are new.
        replaced: ids of reports of which this is another version.
        unchanged: ids of reports that the index held already.
        removed: ids of reports that were taken out.
        returns_with_build: whether the file lies in the folder of reports, so that the next
            ``ipqa build`` brings a removed report back.
        problem: why the job failed.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["add", "remove"]
    file: str
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    progress: float = 0.0
    sentences: int = 0
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    returns_with_build: bool = False
    problem: JobProblem | None = None


class _Stopped(Exception):
    """The server ends while a job is running."""


_Outcome = dict[str, object]
_Work = Callable[[str], _Outcome]
"""What a job does, told its id; returns the fields of the job that say what came of it."""


class Jobs:
    """The jobs of a server: those that wait, the one that runs, and the last that have ended."""

    def __init__(self, settings: Settings, current: CurrentAssistant) -> None:
        self._settings = settings
        self._current = current
        self._jobs: dict[str, Job] = {}
        self._problems: dict[str, dict[Language, JobProblem]] = {}
        self._lock = Lock()
        self._closing = Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")

    def add(self, name: str, content: BinaryIO) -> Job:
        """Have a file added, or put in the place of an earlier file of that name.

        Args:
            name: a safe name for the file, without folders.
            content: the file, at its start; closed by the job.

        Raises:
            queue.Full: too many jobs wait; the file is left open.
        """
        job = Job(id=secrets.token_hex(8), kind="add", file=name)
        work = self._submit(job, partial(self._add, name, content))
        work.add_done_callback(lambda _: content.close())  # of a job that is dropped as well
        return job

    def remove(self, report_id: str) -> Job:
        """Have a report taken out of the index.

        Raises:
            UnknownReport: the index holds no such report.
            LastReport: there is no other.
            queue.Full: too many jobs wait.
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

    def job(self, job_id: str, language: Language) -> Job:
        """How far a job is.

        Raises:
            UnknownJob: there is none of that id, or it is forgotten.
        """
        with self._lock:
            if job_id not in self._jobs:
                raise UnknownJob(job=job_id)
            return self._told(job_id, language)

    def all(self, language: Language) -> list[Job]:
        """The jobs that are not forgotten, the oldest first."""
        with self._lock:
            return [self._told(job_id, language) for job_id in self._jobs]

    def counts(self) -> dict[str, int]:
        """How many jobs wait, and how many run."""
        with self._lock:
            states = [job.state for job in self._jobs.values()]
        return {state: states.count(state) for state in ("waiting", "running")}

    def close(self) -> None:
        """Drop what waits, stop what runs at its next step, and wait for the thread to end."""
        self._closing.set()
        self._thread.shutdown(cancel_futures=True)

    def _submit(self, job: Job, work: _Work) -> Future[None]:
        with self._lock:
            if sum(other.state == "waiting" for other in self._jobs.values()) >= _WAITING:
                raise Full
            self._jobs[job.id] = job
            return self._thread.submit(self._run, job.id, work)

    def _run(self, job_id: str, work: _Work) -> None:
        """Do the work of a job; whatever happens, the job ends."""
        self._update(job_id, state="running")
        try:
            outcome = self._outcome(job_id, work)
        except IpqaError as error:
            kind = type(error).__name__
            self._fail(job_id, kind, {"ja": error.message("ja"), "en": error.message("en")})
        except _Stopped:
            _log.info("job %s was stopped with the server", job_id)
        except Exception:  # noqa: BLE001 - logged in full, and told
            _log.exception("job %s failed", job_id)
            self._fail(job_id, "Unexpected", _UNEXPECTED)
        else:
            self._update(job_id, state="done", progress=1.0, **outcome)
        self._forget()

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
        with self._lock:
            self._jobs[job_id] = self._jobs[job_id].model_copy(update=fields)

    def _fail(self, job_id: str, kind: str, details: Mapping[Language, str]) -> None:
        """Note what to tell; the exception itself would keep the file in memory."""
        with self._lock:
            self._problems[job_id] = {
                language: JobProblem(type=f"urn:ipqa:problem:{kind}", detail=detail)
                for language, detail in details.items()
            }
            self._jobs[job_id] = self._jobs[job_id].model_copy(update={"state": "failed"})

    def _forget(self) -> None:
        """Keep the last of the jobs that have ended."""
        with self._lock:
            ended = [job.id for job in self._jobs.values() if job.state in {"done", "failed"}]
            for job_id in ended[:-_REMEMBERED]:
                del self._jobs[job_id]
                self._problems.pop(job_id, None)

    def _told(self, job_id: str, language: Language) -> Job:
        """The job with what went wrong in that language."""
        job, problems = self._jobs[job_id], self._problems.get(job_id)
        return job.model_copy(update={"problem": problems[language]}) if problems else job


def jobs_of(request: Request) -> Jobs:
    """The jobs of this server."""
    jobs: Jobs = request.state.jobs
    return jobs


JobsOf = Annotated[Jobs, Depends(jobs_of)]
router = APIRouter(prefix="/api/jobs", tags=["jobs"])


class JobList(BaseModel):
    """The jobs that are not forgotten, the oldest first."""

    jobs: list[Job]


@router.get("", summary="List the changes to the index that wait, run or have just ended")
def list_jobs(request: Request, jobs: JobsOf) -> JobList:
    """Every job that waits or runs, and the last hundred that have ended."""
    return JobList(jobs=jobs.all(language_of(request)))


@router.get("/{job_id}", summary="Show how far a change to the index is")
def show_job(job_id: str, request: Request, jobs: JobsOf) -> Job:
    """To be asked until ``state`` is ``done`` or ``failed``."""
    return jobs.job(job_id, language_of(request))
