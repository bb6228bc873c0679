"""A server under more than it can do at once, and under clients that do it no good."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.load.invented import Invented
from tests.load.slow_clients import SLOW
from tests.parts import ROOT
from tests.serving import Served, ipqa, serving
from tests.tally import Tally

USERS = 50
REPORTS = 12
"""So many are there from the beginning."""

BURST = 200
"""Questions that are asked in one moment: five times what is taken in."""

ANSWERS_AT_ONCE = 8
"""By the settings' default."""

BUSY = "Another ipqa is updating the index"

GROWTH = 1.25
"""Times the memory after the first third that a server may hold at the end."""


@dataclass
class Changes:
    """What another process did to the index meanwhile."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)


def seconds() -> int:
    return int(os.environ["IPQA_LOAD"])


def options() -> list[str]:
    """Of the server: with IPQA_LOAD_READER=1 as it is served by default, else quicker."""
    return [] if os.environ.get("IPQA_LOAD_READER") == "1" else ["--no-reader"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(1, REPORTS + 1):
        report = Invented(number)
        (corpus / report.file).write_text(report.source, encoding="utf-8")
    built = ipqa("build", "--corpus", str(corpus), "--index", str(tmp_path / "index"))
    assert built.returncode == 0, built.stderr
    with serving(tmp_path, options()) as server:
        yield server


def change_again_and_again(folder: Path, ended: threading.Event, changes: Changes) -> None:
    """Put reports in and take them out with the command line, so that the server goes over to them."""
    index = str(folder / "index")
    for number in range(501, 1000):
        report = Invented(number)
        path = folder / report.file
        path.write_text(report.source, encoding="utf-8")
        for arguments in (("add", str(path)), ("remove", report.company)):
            done = ipqa(*arguments, "--index", index)
            while BUSY in done.stderr and not ended.wait(1):  # the server itself changes it now
                done = ipqa(*arguments, "--index", index)
            if BUSY not in done.stderr:
                changes.tried += 1
                changes.wrong += [done.stderr] if done.returncode else []
            if ended.wait(5):
                return


def drive(served: Served, found: Path) -> subprocess.Popen[bytes]:
    """Let fifty users loose on a server."""
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "tests" / "load" / "users.py")]
    return subprocess.Popen(
        [
            *command,
            *("--headless", "--users", str(USERS), "--spawn-rate", "10"),
            *("--run-time", f"{seconds()}s", "--stop-timeout", "60", "--only-summary"),
            *("--host", served.address),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "IPQA_LOAD_FOUND": str(found),
            "IPQA_LOAD_REPORTS": str(REPORTS),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )


def wait_for_jobs(client: httpx.Client) -> None:
    while any(
        job["state"] in {"waiting", "running"} for job in client.get("/api/jobs").json()["jobs"]
    ):
        time.sleep(0.5)


def lost(client: httpx.Client, handed_in: set[int], taken_out: set[int]) -> list[str]:
    """What was acknowledged and is not so, once all jobs have ended."""
    wait_for_jobs(client)
    there = {report["id"] for report in client.get("/api/reports").json()["reports"]}
    wrong = [f"{n} is still there" for n in taken_out if Invented(n).company in there]
    for number in handed_in - taken_out:
        report = Invented(number)
        if report.company not in there:
            wrong.append(f"{report.company} is not there")
            continue
        body = {"question": report.question, "reports": [report.company]}
        answer = client.post("/api/ask", json=body).json()["answer"]
        if report.sales not in answer:
            wrong.append(f"{report.company}: {answer}")
    return wrong


def test_fifty_users_get_what_they_ask_for_while_the_index_changes(
    served: Served, tmp_path: Path, tally: Tally
) -> None:
    changes, ended = Changes(), threading.Event()
    changing = threading.Thread(target=change_again_and_again, args=(tmp_path, ended, changes))
    with drive(served, tmp_path / "found.json") as users:
        changing.start()
        time.sleep(seconds() / 3)
        warm = served.memory()
        users.wait()
    ended.set()
    changing.join()
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    with httpx.Client(base_url=served.address, timeout=120) as client:
        missing = lost(client, set(found["handed_in"]), set(found["taken_out"]))
    grown = served.memory() / warm
    print(json.dumps(found, indent=1, ensure_ascii=False))  # noqa: T201 - what a run is looked at for
    print(f"{changes.tried} changes by others; {warm:,} bytes, then {grown:.2f} times as many")  # noqa: T201

    reader = "with" if not options() else "without"
    run = f"{USERS} users, {seconds()} seconds, {reader} the reader"
    acknowledged = len(found["handed_in"]) + len(found["taken_out"])
    still = [
        f"{name} is {value}"
        for name in ("ipqa_questions", "ipqa_jobs")
        if (value := served.figure(name))
    ]
    much = [f"memory grew {grown:.2f} times"] if grown > GROWTH else []
    counts = {
        "requests": (sum(found["requests"].values()), found["failures"]),
        "uploads and removals": (acknowledged, missing),
        "changes by other processes": (changes.tried, changes.wrong),
        "memory after a third and at the end": (1, still + much),
    }
    for what, (tried, wrong) in counts.items():
        tally.count(f"load ({run}): {what}", tried, wrong)
    tally.require(*(f"load ({run}): {what}" for what in counts))


def test_what_comes_on_top_is_told_at_once_to_come_again(served: Served, tally: Tally) -> None:
    body = {"question": Invented(1).question, "reports": [Invented(1).company]}
    limits = httpx.Limits(max_connections=BURST)
    begin = threading.Barrier(BURST)
    with (
        httpx.Client(base_url=served.address, timeout=120, limits=limits) as client,
        ThreadPoolExecutor(BURST) as pool,
    ):

        def ask(_: int) -> httpx.Response:
            begin.wait()
            return client.post("/api/ask", json=body)

        responses = list(pool.map(ask, range(BURST)))
    answered = [r for r in responses if r.status_code == 200]
    refused = [
        r
        for r in responses
        if r.status_code == 429
        and r.headers["content-type"] == "application/problem+json"
        and int(r.headers["retry-after"]) > 0
    ]
    others = [r.text for r in responses if r not in answered and r not in refused]
    told = [r.json()["answer"] for r in answered if Invented(1).sales not in r.json()["answer"]]
    test = f"load: {BURST} questions at one moment, answered or refused with 429"
    tally.count(test, BURST, others + told)
    tally.require(test)
    assert refused
    assert len(answered) >= ANSWERS_AT_ONCE


def test_clients_that_keep_it_waiting_are_dropped_and_hold_up_nobody(
    served: Served, tally: Tally
) -> None:
    address = ("127.0.0.1", served.port)
    open_before = served.figure("process_open_fds")
    each = 5
    with ThreadPoolExecutor(len(SLOW) * each) as pool:
        trials = [
            (client.__name__, pool.submit(client, address)) for client in SLOW for _ in range(each)
        ]
        with httpx.Client(base_url=served.address, timeout=60) as client:
            while not all(trial.done() for _, trial in trials):
                response = client.post("/api/ask", json={"question": Invented(1).question})
                assert response.status_code in {200, 429}
                time.sleep(0.5)
    wrong = [f"{name}: {trial.exception()}" for name, trial in trials if trial.exception()]
    test = "load: slow, silent and half-closed clients, whose connections are ended"
    tally.count(test, len(trials), wrong)
    tally.require(test)
    assert served.figure("process_open_fds") - open_before < each
    assert served.figure("ipqa_questions") == 0
