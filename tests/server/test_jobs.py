"""Changes to the index while the server answers: in order, one at a time, and each comes to an end."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ipqa.index.store import one_writer, open_index
from ipqa.records.jobs import Job
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, build_small_index
from tests.server.running import ended, running, upload


def small_index(folder: Path) -> Settings:
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    return build_small_index(corpus, folder / "index")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return small_index(tmp_path_factory.mktemp("jobs"))


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx.Client]:
    with running(settings) as client:
        yield client


def minutes(of: str, sentences: int = 1) -> str:
    """A report whose sentences are all different."""
    lines = [f"{of}は第{n}回の会議で議案{n * 7}号を承認した。" for n in range(1, sentences + 1)]
    return f"# {of}の議事録\n\n" + "\n\n".join(lines) + "\n"


def states(client: httpx.Client) -> list[tuple[str, str]]:
    jobs: list[dict[str, Any]] = client.get("/api/jobs").json()["jobs"]
    return [(job["file"], job["state"]) for job in jobs]


def test_questions_are_answered_while_a_report_is_read(client: httpx.Client) -> None:
    sent = upload(client, "長い議事録.md", minutes("柏木重工", 130))
    location = sent.headers["location"]
    answers, progress = [], [0.0]
    while (job := client.get(location).json())["state"] in {"waiting", "running"}:
        body = {"question": "海藻の養殖はいつ始まりましたか"}
        answers.append(client.post("/api/ask", json=body).json()["answer"])
        progress.append(job["progress"])
    assert len(answers) > 2
    assert all("2019年4月" in answer for answer in answers)
    assert progress == sorted(progress)
    assert any(0 < share < 1 for share in progress)
    assert job["state"] == "done"
    assert job["sentences"] >= 130


def test_jobs_are_done_one_after_the_other_in_the_order_in_which_they_came(
    client: httpx.Client, settings: Settings
) -> None:
    first = upload(client, "甲.md", minutes("甲斐工業", 60))
    second = upload(client, "乙.md", minutes("乙川建設"))
    third = upload(client, "甲.md", minutes("甲斐工業", 2))
    assert states(client)[-2:] == [("乙.md", "waiting"), ("甲.md", "waiting")]
    (report,) = ended(client, third)["replaced"]
    assert client.get(first.headers["location"]).json()["added"] == [report]
    assert client.get(second.headers["location"]).json()["state"] == "done"
    assert report in open_index(settings.index).reports


def test_a_job_waits_while_the_command_line_writes_the_index(
    client: httpx.Client, settings: Settings
) -> None:
    with one_writer(settings.index):
        sent = upload(client, "丙.md", minutes("丙午商会"))
        tried = [client.get(sent.headers["location"]).json()["state"]]
        while tried[-2:] != ["running", "waiting"]:
            tried.append(client.get(sent.headers["location"]).json()["state"])
    job = ended(client, sent)
    assert (job["state"], job["added"]) == ("done", ["丙"])


def test_an_unknown_job_is_a_problem(client: httpx.Client) -> None:
    response = client.get("/api/jobs/0123456789abcdef")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:ipqa:problem:UnknownJob"


def test_a_fault_of_ipqa_is_logged_and_told_without_details(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("ipqa.index.build.add_reports", faulty)
    with running(small_index(tmp_path)) as client, caplog.at_level(logging.ERROR):
        sent = upload(client, "丁.md", minutes("丁字屋"))
        job = ended(client, sent)
        told = client.get(sent.headers["location"], headers={"accept-language": "en"})
        assert client.post("/api/ask", json={"question": "出荷量は"}).json()["answered"]
    assert job["state"] == "failed"
    assert told.json()["problem"]["detail"].startswith("Something unexpected went wrong.")
    assert "secret" not in told.text
    assert "secret" in caplog.text


def test_only_so_many_jobs_wait_and_a_server_that_ends_drops_them(tmp_path: Path) -> None:
    settings = small_index(tmp_path)
    threads = set(threading.enumerate())
    with running(settings) as client:
        upload(client, "長い議事録.md", minutes("柏木重工", 1000))
        while states(client) != [("長い議事録.md", "running")]:
            pass
        for number in range(20):
            assert upload(client, f"{number}.md", minutes("戊申堂")).status_code == 202
        for refused in (
            upload(client, "溢れ.md", minutes("己の会")),
            client.post(
                "/api/reports",
                files={"file": ("溢れ.md", "x")},
                headers={"accept-language": "en"},
            ),
        ):
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["content-type"] == "application/problem+json"
        assert len(states(client)) == 21
        ids = [job["id"] for job in client.get("/api/jobs").json()["jobs"]]
    assert list(open_index(settings.index).reports) == ["seaweed"]
    assert not [t for t in set(threading.enumerate()) - threads if t.name.startswith("jobs")]
    with running(settings) as client:  # which shares the records
        jobs = client.get("/api/jobs").json()["jobs"]
    assert [job["id"] for job in jobs] == ids
    assert {job["problem"]["type"] for job in jobs} == {"urn:ipqa:problem:JobAbandoned"}


def test_the_last_hundred_jobs_are_remembered(tmp_path: Path) -> None:
    with running(small_index(tmp_path)) as client:
        first = upload(client, "0.md", b"")
        for number in range(1, 101):
            last = upload(client, f"{number}.md", b"")
            if number % 15 == 0:  # fewer than may wait
                ended(client, last)
        ended(client, last)
        assert client.get(first.headers["location"]).status_code == 404
        jobs = [Job.model_validate(job) for job in client.get("/api/jobs").json()["jobs"]]
        assert len(jobs) == 100
        assert jobs[-1].id == last.json()["id"]
        assert all(job.problem for job in jobs)


def test_a_file_that_takes_too_long_fails_its_job_alone(tmp_path: Path) -> None:
    settings = small_index(tmp_path).model_copy(update={"max_report_seconds": 1.0})
    endless = "\n".join(f"{n}. [項目](a) **{n}**" for n in range(200_000))
    with running(settings) as client:
        job = ended(client, upload(client, "終わらない.md", endless))
        assert client.post("/api/ask", json={"question": "出荷量は"}).json()["answered"]
        assert ended(client, upload(client, "庚.md", minutes("庚申堂")))["state"] == "done"
    assert job["state"] == "failed"
    assert job["problem"]["type"] == "urn:ipqa:problem:ReadingTooSlow"
    assert "終わらない.md" in job["problem"]["detail"]
    assert "IPQA_MAX_REPORT_SECONDS" in job["problem"]["detail"]
    assert len(open_index(settings.index).reports) == 2
