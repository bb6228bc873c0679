"""What a server reports of its jobs, also where the records cannot be reached for a while."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ipqa.errors import RecordsUnavailable
from ipqa.records.database import Database
from ipqa.records.jobs import Job, JobStore, KeptJob
from ipqa.server.job_reporter import JobReporter

JOB = KeptJob(job=Job(id="甲", kind="add", file="甲.pdf"))


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(Database(f"sqlite:///{tmp_path}/kept/records.sqlite3"))


@pytest.fixture
def reporter(store: JobStore) -> Iterator[JobReporter]:
    with closing(JobReporter(store)) as reporter:
        yield reporter


@contextmanager
def out_of_reach(folder: Path) -> Iterator[None]:
    """The records of a folder cannot be reached: something else stands in its place."""
    folder.rename(folder.with_name("away"))
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        folder.with_name("away").rename(folder)


def until(happens: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_a_new_state_is_reported_at_once(reporter: JobReporter, store: JobStore) -> None:
    reporter.take(JOB)
    for state in ("running", "waiting", "running", "done"):
        reporter.change(JOB.changed(state=state))
        assert store.get("甲").job.state == state


def test_progress_is_reported_now_and_then(reporter: JobReporter, store: JobStore) -> None:
    reporter.take(JOB.changed(state="running"))
    seen = set()
    for step in range(40):
        reporter.change(JOB.changed(state="running", progress=step / 40))
        seen.add(store.get("甲").job.progress)
        time.sleep(0.02)
    assert 2 <= len(seen) <= 10


def test_only_what_has_not_ended_is_counted(reporter: JobReporter) -> None:
    for name in ("甲", "乙", "丙"):
        reporter.take(KeptJob(job=Job(id=name, kind="add", file=name)))
    reporter.change(reporter.get("甲").changed(state="running"))
    reporter.change(reporter.get("乙").changed(state="done"))
    assert reporter.counts() == {"waiting": 1, "running": 1}


def test_a_job_that_cannot_be_reported_is_not_taken(
    reporter: JobReporter, store: JobStore, tmp_path: Path
) -> None:
    assert store.all() == []
    with out_of_reach(tmp_path / "kept"), pytest.raises(RecordsUnavailable):
        reporter.take(JOB)
    assert reporter.counts() == {"waiting": 0, "running": 0}
    assert store.all() == []


def test_a_job_goes_on_while_the_records_are_out_of_reach_and_its_end_is_reported_after(
    reporter: JobReporter, store: JobStore, tmp_path: Path
) -> None:
    reporter.take(JOB)
    with out_of_reach(tmp_path / "kept"):
        reporter.change(JOB.changed(state="running"))
        reporter.change(JOB.changed(state="done", added=("甲",)))
    assert store.get("甲").job.state == "waiting"
    until(lambda: store.get("甲").job.state == "done")
    assert store.get("甲").job.added == ("甲",)


def test_what_a_server_leaves_when_it_ends_is_told_as_failed(store: JobStore) -> None:
    with closing(JobReporter(store)) as reporter:
        reporter.take(JOB)
    problem = store.get("甲").told("ja").problem
    assert problem is not None
    assert problem.type == "urn:ipqa:problem:JobAbandoned"
