"""Two servers that share an index and a PostgreSQL database know the same, and outlive each other and the database."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ipqa.settings import Settings
from tests.postgres import PostgresqlFolder
from tests.replicas import ANSWER, QUESTION, Replicas, answered, asking, replicas_of
from tests.server.running import ended, upload
from tests.serving import Served, free_port, ipqa

pytestmark = pytest.mark.slow

Pair = tuple[httpx.Client, httpx.Client]


@pytest.fixture(scope="module")
def replicas(
    small_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    postgresql: PostgresqlFolder,
) -> Iterator[Replicas]:
    with replicas_of(small_settings, tmp_path_factory.mktemp("replicas"), postgresql) as replicas:
        yield replicas


@pytest.fixture
def others(replicas: Replicas) -> Replicas:
    """Two more of them, which a test may kill."""
    return replace(replicas, ports=(free_port(), free_port()))


@pytest.fixture(scope="module")
def first(replicas: Replicas) -> Iterator[Served]:
    with replicas.serving(0) as served:
        yield served


@pytest.fixture(scope="module")
def second(replicas: Replicas) -> Iterator[Served]:
    with replicas.serving(1) as served:
        yield served


@pytest.fixture
def both(first: Served, second: Served) -> Iterator[Pair]:
    with (
        httpx.Client(base_url=first.address, timeout=60) as one,
        httpx.Client(base_url=second.address, timeout=60) as other,
    ):
        yield one, other


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["type"].removeprefix("urn:ipqa:problem:")


def until(status: int, response: Callable[[], httpx.Response]) -> httpx.Response:
    """The first response of a status; it has to come within half a minute."""
    ends = time.monotonic() + 30
    while (last := response()).status_code != status:
        assert time.monotonic() < ends, last.text
        time.sleep(0.1)
    return last


def started(client: httpx.Client) -> str:
    identity: str = client.post("/api/conversations", json={"title": "海藻"}).json()["id"]
    return identity


def kept(client: httpx.Client, conversation: str) -> list[str]:
    turns = client.get(f"/api/conversations/{conversation}").json()["turns"]
    return [turn["question"] for turn in turns]


def test_a_conversation_that_was_begun_at_one_goes_on_at_the_other(both: Pair) -> None:
    one, other = both
    conversation = started(one)
    assert one.post("/api/ask", json={**QUESTION, "conversation": conversation}).is_success
    body = {"question": "それはどこですか", "conversation": conversation}
    followed: dict[str, Any] = other.post("/api/ask", json=body).json()
    assert "養殖" in followed["interpreted_as"]
    assert (
        kept(one, conversation)
        == kept(other, conversation)
        == [QUESTION["question"], body["question"]]
    )


def test_a_key_that_was_made_or_removed_is_so_for_both_at_once(
    both: Pair, replicas: Replicas
) -> None:
    def keys(*arguments: str) -> str:
        made = ipqa("keys", *arguments, environment=replicas.environment)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    bearer = {"authorization": f"Bearer {keys('add', 'tanaka')}"}
    keys("add", "sato")
    for client in both:
        assert problem(client.get("/api/reports")) == (401, "KeyNeeded")
        assert client.get("/api/about", headers=bearer).json()["key"] == "tanaka"
    keys("remove", "tanaka")
    for client in both:
        assert problem(client.get("/api/reports", headers=bearer)) == (401, "KeyRefused")
    keys("remove", "sato")
    for client in both:
        assert client.get("/api/reports").is_success


def test_a_report_that_was_sent_to_one_is_told_of_and_answered_from_by_the_other(
    both: Pair,
) -> None:
    one, other = both
    sent = upload(one, "港.md", "# 港の報告\n\n白浜港の灯台は2022年に建て替えられた。\n")
    job = ended(other, sent)
    assert (job["state"], job["added"]) == ("done", ["港"])
    body = {"question": "白浜港の灯台はいつ建て替えられましたか"}
    until(200, lambda: other.get("/api/reports/港"))
    assert "2022年" in other.post("/api/ask", json=body).json()["answer"]


def test_a_job_of_a_server_that_fell_is_told_as_failed_by_the_other(
    others: Replicas, postgresql: PostgresqlFolder
) -> None:
    long = "\n\n".join(f"第{n}回の会議は議案{n * 7}号を承認した。" for n in range(4000))
    with others.serving(1) as other, others.serving(0) as served:
        with httpx.Client(base_url=served.address) as client:
            sent = upload(client, "議事録.md", f"# 議事録\n\n{long}\n")
        os.kill(served.process, signal.SIGKILL)
        location = other.address + sent.headers["location"]
        assert httpx.get(location).json()["state"] in {"waiting", "running"}
        silent = "UPDATE jobs SET seen = seen - interval '31 seconds'"
        postgresql.administer(silent, database="fresh")
        job = httpx.get(location).json()
    assert (job["state"], job["problem"]["type"]) == ("failed", "urn:ipqa:problem:JobAbandoned")


def test_what_one_server_was_asked_as_it_fell_is_all_that_fails(others: Replicas) -> None:
    with (
        others.serving(1) as staying,
        others.serving(0) as falling,
        asking(*[_asker(address) for address in (falling.address, staying.address) * 2]) as told,
    ):
        answered(told, 20)
        os.kill(falling.process, signal.SIGKILL)
        fell = time.monotonic()
        answered(told, 40)
    assert all(each.status == 200 for each in told if staying.address in each.what)
    at_it = [each for each in told if falling.address in each.what]
    assert all(each.status == 200 for each in at_it if each.ended < fell - 0.1)
    under_way = [each for each in at_it if each.begun < fell and each.status != 200]
    assert len(under_way) <= 2  # as many as asked it


def _asker(address: str) -> Callable[[], tuple[str, int | None]]:
    """Asks one server, and says so when it is not there."""

    def ask() -> tuple[str, int | None]:
        try:
            response = httpx.post(f"{address}/api/ask", json=QUESTION, timeout=60)
        except httpx.TransportError:
            time.sleep(0.05)
            return address, None
        assert ANSWER in response.text
        return address, response.status_code

    return ask


def test_while_the_database_is_away_that_is_told_and_then_everything_goes_on(
    both: Pair, first: Served, postgresql: PostgresqlFolder
) -> None:
    one, other = both
    conversation = started(one)
    body = {**QUESTION, "conversation": conversation}
    assert one.post("/api/ask", json=body).is_success
    english = {"accept-language": "en"}
    with postgresql.stopped("immediate"):
        for client in both:
            refused = client.post("/api/ask", json=body, headers=english)
            assert problem(refused) == (503, "DatabaseUnavailable")
            assert int(refused.headers["retry-after"]) > 0
            assert "Nothing needs a restart" in refused.json()["detail"]
            assert problem(client.get("/api/reports")) == (503, "DatabaseUnavailable")
            assert problem(client.get("/readyz")) == (503, "RecordsNotReady")
            assert str(postgresql.port) not in client.get("/readyz").text
            assert client.get("/livez").is_success
    until(200, lambda: one.get("/readyz"))
    until(200, lambda: other.get("/readyz"))
    assert other.post("/api/ask", json=body).is_success
    assert kept(one, conversation) == [QUESTION["question"]] * 2
    log = first.log.read_text("utf-8")
    assert log.index("cannot be used") < log.index("the records can be used again")
    assert "Traceback" not in log


def test_whatever_was_acknowledged_while_the_database_fell_is_kept(
    both: Pair, postgresql: PostgresqlFolder
) -> None:
    acknowledged: list[str] = []

    def start(client: httpx.Client) -> Callable[[], tuple[str, int | None]]:
        def begin() -> tuple[str, int | None]:
            response = client.post("/api/conversations", json={"title": "海藻"})
            if response.is_success:
                acknowledged.append(response.json()["id"])
            return "POST", response.status_code

        return begin

    with asking(*map(start, both)) as told:
        for _ in range(2):
            answered(told, 30)
            with postgresql.stopped("immediate"):
                answered(told, 10)
            ends = time.monotonic() + 30
            while told[-1].status != 201:
                assert time.monotonic() < ends
                time.sleep(0.05)
    assert {each.status for each in told} == {201, 503}
    listed = both[0].get("/api/conversations").json()["conversations"]
    assert set(acknowledged) <= {each["id"] for each in listed}


def test_a_server_that_starts_without_its_database_waits_for_it(
    others: Replicas, postgresql: PostgresqlFolder
) -> None:
    """Here as it does beyond this machine, where it needs keys that it cannot read yet."""
    log = others.folder / f"server-{others.ports[0]}.log"

    def return_once_missed() -> None:
        while "Not ready for requests" not in (log.read_text("utf-8") if log.exists() else ""):
            time.sleep(0.1)
        postgresql.start()

    postgresql.stop()
    back = threading.Thread(target=return_once_missed)
    back.start()
    try:
        with others.serving(0, "--host", "0.0.0.0") as served:  # noqa: S104 - for as long as it takes
            refused = httpx.get(f"{served.address}/api/reports")
    finally:
        back.join()
    assert problem(refused) == (401, "KeyNeeded")
