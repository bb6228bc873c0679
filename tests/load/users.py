"""The users, for locust: analysts who ask, read, talk, and hand reports in and out.

Run by ``test_load.py`` in a process of its own, as locust changes how Python's sockets work. What came of it is
written to the file that IPQA_LOAD_FOUND names.
"""

import json
import os
import random
import time
from itertools import count
from pathlib import Path

from locust import HttpUser, between, events, task
from locust.clients import ResponseContextManager
from locust.env import Environment

from tests.load.invented import Invented

_FOUND = Path(os.environ["IPQA_LOAD_FOUND"])
_KEPT = range(1, int(os.environ["IPQA_LOAD_REPORTS"]) + 1)
"""The numbers of the reports that are there from the beginning, and stay."""

_NEXT = count(1001)
_handed_in: set[int] = set()
_taken_out: set[int] = set()
_busy = 0


def _in_order(response: ResponseContextManager, *expected: int) -> bool:
    """Whether a response is what was asked for; a refusal that says when to come again is in order as well."""
    global _busy  # noqa: PLW0603 - locust runs one function for each user, in one process
    if response.status_code in expected:
        return True
    if response.status_code == 429 and "retry-after" in response.headers:
        _busy += 1
        response.success()  # type: ignore[no-untyped-call]
        time.sleep(int(response.headers["retry-after"]) * random.uniform(0.5, 1.5))
    else:
        response.failure(f"{response.status_code}: {response.text[:300]}")  # type: ignore[no-untyped-call]
    return False


def _of(report: Invented) -> dict[str, object]:
    """The question that a report answers, asked of it alone: whether it is told from the others is not tried here."""
    return {"question": report.question, "reports": [report.company]}


class Analyst(HttpUser):
    """One of fifty."""

    wait_time = between(0.2, 1.5)
    mine: Invented | None = None

    @task(8)
    def ask(self) -> None:
        """A question, whose answer is known."""
        report = Invented(random.choice(_KEPT))
        body = _of(report)
        with self.client.post("/api/ask", json=body, catch_response=True) as response:
            if _in_order(response, 200) and report.sales not in response.json()["answer"]:
                response.failure(f"{report.question}: {response.json()['answer']}")

    @task(6)
    def stream(self) -> None:
        """The same as events, of which the last is the answer."""
        report = Invented(random.choice(_KEPT))
        with self.client.post(
            "/api/ask/stream", json=_of(report), stream=True, catch_response=True
        ) as response:
            if not _in_order(response, 200):
                return
            events_told = response.content.decode().strip().split("\n\n")
            if not events_told[-1].startswith("event: answer\n"):
                response.failure(f"the last event is {events_told[-1][:100]}")
            elif report.sales not in events_told[-1]:
                response.failure(f"{report.question}: {events_told[-1][:300]}")

    @task(2)
    def talk(self) -> None:
        """A conversation, which is kept, shown and deleted."""
        report = Invented(random.choice(_KEPT))
        path = "/api/conversations"
        with self.client.post(path, json={"title": "売上"}, catch_response=True) as response:
            if not _in_order(response, 201):
                return
            conversation = response.json()["id"]
        body = {**_of(report), "conversation": conversation}
        with self.client.post(
            "/api/ask", json=body, catch_response=True, name="/api/ask, kept"
        ) as response:
            kept = int(_in_order(response, 200))
        one, name = f"{path}/{conversation}", f"{path}/{{id}}"
        with self.client.get(one, catch_response=True, name=name) as response:
            if _in_order(response, 200) and len(response.json()["turns"]) != kept:
                response.failure(f"{kept} were asked, kept are {response.json()['turns']}")
        with self.client.delete(one, catch_response=True, name=name) as response:
            _in_order(response, 204)

    @task(4)
    def read(self) -> None:
        """The list of reports, and the text of one."""
        with self.client.get("/api/reports", catch_response=True) as response:
            if _in_order(response, 200):
                there = {report["id"] for report in response.json()["reports"]}
                missing = {Invented(number).company for number in _KEPT} - there
                if missing:
                    response.failure(f"not in the list: {missing}")
        report = Invented(random.choice(_KEPT))
        with self.client.get(
            f"/api/reports/{report.company}/text",
            catch_response=True,
            name="/api/reports/{id}/text",
        ) as response:
            if _in_order(response, 200) and report.sales not in response.text:
                response.failure(response.text)

    @task(1)
    def hand_in(self) -> None:
        """A report of one's own, or where there is one already, taking it out again."""
        if self.mine is None:
            report = Invented(next(_NEXT))
            files = {"file": (report.file, report.source.encode())}
            with self.client.post("/api/reports", files=files, catch_response=True) as response:
                if _in_order(response, 202):
                    _handed_in.add(report.number)
                    self._wait_for(response.json()["id"])
                    self.mine = report
        elif random.random() < 0.5:
            self.mine = None
        else:
            name = "/api/reports/{id}"
            path = f"/api/reports/{self.mine.company}"
            with self.client.delete(path, catch_response=True, name=name) as response:
                if _in_order(response, 202):
                    _taken_out.add(self.mine.number)
                    self.mine = None

    def _wait_for(self, job: str) -> None:
        """Look at a job until it has ended."""
        while True:
            with self.client.get(
                f"/api/jobs/{job}", catch_response=True, name="/api/jobs/{id}"
            ) as response:
                if not _in_order(response, 200):
                    return
                state = response.json()["state"]
                if state == "failed":
                    response.failure(response.text)
                if state in {"done", "failed"}:
                    return
            time.sleep(1)


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def tell(environment: Environment, **_: object) -> None:
    """Write down what was found."""
    entries = environment.stats.entries.values()
    found = {
        "requests": {f"{e.method} {e.name}": e.num_requests for e in entries},
        "milliseconds": {
            f"{e.method} {e.name}": [
                e.get_response_time_percentile(0.5),
                e.get_response_time_percentile(0.95),
            ]
            for e in entries
        },
        "failures": [
            f"{e.method} {e.name}: {e.error}"
            for e in environment.stats.errors.values()
            for _ in range(e.occurrences)
        ],
        "busy": _busy,
        "handed_in": sorted(_handed_in),
        "taken_out": sorted(_taken_out),
    }
    _FOUND.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    environment.process_exit_code = 0  # whether it went well is for the test to say
