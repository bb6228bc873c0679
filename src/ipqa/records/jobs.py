"""Changes to the index that servers were asked for, so that any of several servers can tell how far one is.

A job is done by the server that took it in, which says from time to time that it still has it. One that has not been
heard of for a while has ended before its jobs were done; whoever asks about them is told so.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Row, Select, delete, func, insert, select, update

from ipqa.errors import IpqaError, JobAbandoned, Language, UnknownJob
from ipqa.records.database import Database
from ipqa.records.tables import JOBS

SILENCE = timedelta(seconds=30)
"""A server that has not been heard of for so long has ended."""

_REMEMBERED = 100
"""So many jobs that have ended can still be asked about."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class JobProblem(_Frozen):
    """Why a job failed: the type as in a problem document, and what to do."""

    type: str
    detail: str


class Job(_Frozen):
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


class KeptJob(_Frozen):
    """A job as it is kept: beside it, what went wrong in each language."""

    job: Job
    problems: dict[Language, JobProblem] = {}

    @property
    def ended(self) -> bool:
        """Whether it is done or has failed."""
        return self.job.state in {"done", "failed"}

    def changed(self, **fields: object) -> "KeptJob":
        """The same with other values of some fields of the job."""
        return self.model_copy(update={"job": self.job.model_copy(update=fields)})

    def failed(self, kind: str, details: Mapping[Language, str]) -> "KeptJob":
        """The same as failed, by a kind of problem and what is to be told of it."""
        problems = {
            language: JobProblem(type=f"urn:ipqa:problem:{kind}", detail=detail)
            for language, detail in details.items()
        }
        return self.changed(state="failed").model_copy(update={"problems": problems})

    def failed_by(self, error: IpqaError) -> "KeptJob":
        """The same as failed, by an error."""
        details: dict[Language, str] = {"ja": error.message("ja"), "en": error.message("en")}
        return self.failed(type(error).__name__, details)

    def abandoned(self) -> "KeptJob":
        """The same as failed because its server has ended."""
        return self.failed_by(JobAbandoned(file=self.job.file))

    def told(self, language: Language) -> Job:
        """The job, with what went wrong in that language."""
        return self.job.model_copy(update={"problem": self.problems.get(language)})


_ROWS = select(JOBS.c.number, JOBS.c.id, JOBS.c.content, JOBS.c.seen, func.now().label("now"))


class JobStore:
    """The jobs among the records; safe to share between threads.

    Every method raises `RecordsUnavailable` where these cannot be used.

    Args:
        database: the records.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kept: KeptJob) -> None:
        """Keep a new job."""
        row = {"id": kept.job.id, "seen": func.now(), "content": kept.model_dump_json()}
        with self._database.writing() as connection:
            connection.execute(insert(JOBS).values(row))

    def keep(self, kept: KeptJob) -> None:
        """Keep how far a job is by now, which says that its server still has it.

        With one that has ended, those are forgotten that ended before the last hundred.
        """
        changing = update(JOBS).where(JOBS.c.id == kept.job.id)
        values = {"seen": func.now(), "content": kept.model_dump_json()}
        with self._database.writing() as connection:
            connection.execute(changing.values(values))
            if kept.ended:
                rows = connection.execute(_ROWS.order_by(JOBS.c.number)).all()
                ended = [row.number for row in rows if self._kept(row).ended]
                connection.execute(delete(JOBS).where(JOBS.c.number.in_(ended[:-_REMEMBERED])))

    def get(self, job: str) -> KeptJob:
        """A job.

        Raises:
            UnknownJob: there is none of that id, or it is forgotten.
        """
        found = self._all(_ROWS.where(JOBS.c.id == job)) if "\0" not in job else []
        if not found:
            raise UnknownJob(job=job)
        return found[0]

    def all(self) -> list[KeptJob]:
        """The jobs that are not forgotten, the oldest first."""
        return self._all(_ROWS.order_by(JOBS.c.number))

    def _all(self, chosen: Select[tuple[object, ...]]) -> list[KeptJob]:
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [self._kept(row) for row in rows]

    def _kept(self, row: Row[tuple[object, ...]]) -> KeptJob:
        try:
            kept = KeptJob.model_validate_json(row.content)
        except ValidationError as error:
            raise self._database.unreadable(f"the job {row.id}") from error
        if not kept.ended and row.now - row.seen > SILENCE:
            return kept.abandoned()
        return kept
