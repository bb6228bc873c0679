"""How far jobs are, as any server tells it, in a real SQLite file and in a real PostgreSQL database."""

import pytest

from ipqa.errors import RecordUnreadable, UnknownJob
from ipqa.records.database import Database
from ipqa.records.jobs import SILENCE, Job, JobStore, KeptJob
from tests.records.conftest import Opened, Queried


@pytest.fixture
def store(database: Database) -> JobStore:
    return JobStore(database)


def job(name: str) -> KeptJob:
    return KeptJob(job=Job(id=name, kind="add", file=f"{name}.pdf"))


def long_ago(queried: Queried, name: str) -> None:
    """Let a job be one of a server that was last heard of longer ago than a server may be silent."""
    queried(f"UPDATE jobs SET seen = '2025-04-01 00:00:00' WHERE id = '{name}'")  # noqa: S608 - our own


def test_another_server_tells_how_far_a_job_is(store: JobStore, opened: Opened) -> None:
    other = JobStore(opened())
    store.add(job("甲"))
    assert other.get("甲").told("ja").state == "waiting"
    store.keep(job("甲").changed(state="running", progress=0.5, sentences=12))
    running = other.get("甲").told("ja")
    assert (running.state, running.progress, running.sentences) == ("running", 0.5, 12)
    store.keep(job("甲").changed(state="done", added=("甲",)))
    assert other.get("甲").told("en") == job("甲").changed(state="done", added=("甲",)).job


def test_they_are_told_in_the_order_in_which_they_came(store: JobStore) -> None:
    for name in ("丙", "甲", "乙"):
        store.add(job(name))
    store.keep(job("丙").changed(state="done"))
    assert [kept.job.id for kept in store.all()] == ["丙", "甲", "乙"]


def test_what_went_wrong_is_told_in_the_language_of_whoever_asks(store: JobStore) -> None:
    store.add(job("甲"))
    store.keep(job("甲").failed("ReadingTooSlow", {"ja": "遅すぎます", "en": "too slow"}))
    for language, detail in (("ja", "遅すぎます"), ("en", "too slow")):
        problem = store.get("甲").told("ja" if language == "ja" else "en").problem
        assert problem is not None
        assert (problem.type, problem.detail) == ("urn:ipqa:problem:ReadingTooSlow", detail)


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_a_job_whose_server_is_silent_is_told_as_failed(
    store: JobStore, queried: Queried, state: str
) -> None:
    store.add(job("甲"))
    store.keep(job("甲").changed(state=state))
    assert store.get("甲").told("ja").state == state
    long_ago(queried, "甲")
    for kept in (store.get("甲"), *store.all()):
        told = kept.told("ja")
        assert told.problem is not None
        assert (told.state, told.problem.type) == ("failed", "urn:ipqa:problem:JobAbandoned")
        assert "甲.pdf" in told.problem.detail


def test_it_is_told_as_what_it_is_once_its_server_is_heard_of_again(
    store: JobStore, queried: Queried
) -> None:
    store.add(job("甲"))
    long_ago(queried, "甲")
    store.keep(job("甲").changed(state="running"))
    assert store.get("甲").told("ja").state == "running"


def test_what_was_done_stays_done_however_long_ago(store: JobStore, queried: Queried) -> None:
    store.add(job("甲"))
    store.keep(job("甲").changed(state="done"))
    long_ago(queried, "甲")
    assert store.get("甲").told("ja").state == "done"
    assert SILENCE.total_seconds() > 10  # the clocks of servers do not matter, a pause does


def test_the_last_hundred_that_ended_are_remembered_and_all_that_have_not(
    store: JobStore, queried: Queried
) -> None:
    names = [f"第{number}" for number in range(104)]
    store.add(job("働く"))
    store.add(job("失う"))
    for name in names[:-1]:
        store.add(job(name).changed(state="done"))
    long_ago(queried, "失う")
    store.add(job(names[-1]))
    store.keep(job(names[-1]).changed(state="done"))
    assert [kept.job.id for kept in store.all()] == ["働く", *names[4:]]


@pytest.mark.parametrize("unknown", ["無い", "見えない\0文字"])
def test_a_job_that_there_is_not_is_told_by_its_id(store: JobStore, unknown: str) -> None:
    with pytest.raises(UnknownJob, match=unknown):
        store.get(unknown)


def test_a_job_of_another_version_is_told_by_its_id(store: JobStore, queried: Queried) -> None:
    store.add(job("甲"))
    queried("UPDATE jobs SET content = '{}'")
    with pytest.raises(RecordUnreadable, match="甲"):
        store.get("甲")
