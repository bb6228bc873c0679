"""What the server tells of its work: a line for each request, figures for Prometheus, and nobody's words."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.records.database import Database
from ipqa.records.jobs import JobStore
from ipqa.records.keys import KeyStore
from ipqa.server.jobs import Jobs
from ipqa.server.metrics import Metrics
from ipqa.server.turns import Turns
from ipqa.settings import Settings
from tests.parts import ROOT, records_at
from tests.server.running import running
from tests.serving import started

QUESTION = "2024年の出荷量は？"
CHAT = {"model": "ipqa", "messages": [{"role": "user", "content": QUESTION}]}
DASHBOARD = ROOT / "deploy" / "grafana" / "ipqa.json"


@pytest.fixture
def client(
    small_settings: Settings, small_assistant: Assistant, tmp_path: Path
) -> Iterator[httpx.Client]:
    settings = small_settings.model_copy(
        update={"database_url": records_at(tmp_path / "records.sqlite3")}
    )
    with running(settings, lambda _: small_assistant) as client:
        yield client


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The lines of requests, with their fields."""
    return [vars(record) for record in caplog.records if record.name == "ipqa.server.requests"]


def figures(client: httpx.Client, **headers: str) -> dict[str, float]:
    """What ``/metrics`` tells, by name and labels."""
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain")
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_a_request_is_one_line_without_what_was_asked(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "ipqa"):
        client.post("/api/ask", json={"question": QUESTION})
        client.get("/api/reports/seaweed/text?secret=1")
        client.get("/nowhere")
        client.get("/livez", headers={"host": "evil.example"})
    lines = told(caplog)
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", "/api/ask", 200),
        ("GET", "/api/reports/{report_id}/text", 200),
        ("GET", "page", 404),
        ("GET", "refused", 421),
    ]
    assert lines[-1]["problem"] == "HostRefused"
    assert all(line["ms"] > 0 for line in lines)
    for never in (QUESTION, "seaweed", "secret", "evil"):
        assert not any(never in str(line) for line in lines)


def test_questions_are_told_where_a_setting_says_so(
    small_settings: Settings,
    small_assistant: Assistant,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    own = {"database_url": records_at(tmp_path / "records.sqlite3"), "log_questions": True}
    settings = small_settings.model_copy(update=own)
    with (
        caplog.at_level(logging.INFO, "ipqa"),
        running(settings, lambda _: small_assistant) as client,
    ):
        client.post("/api/ask", json={"question": QUESTION})
        client.post("/api/ask/stream", json={"question": QUESTION})
        client.post("/v1/chat/completions", json=CHAT)
        client.get("/api/reports")
    assert [line.get("question") for line in told(caplog)] == [QUESTION] * 3 + [None]


def test_every_response_names_its_request(client: httpx.Client) -> None:
    sent = [
        client.get("/livez"),
        client.get("/"),
        client.get("/api/nowhere"),
        client.get("/livez", headers={"host": "evil.example"}),
        client.post("/v1/chat/completions", json={}),
    ]
    ids = {response.headers["x-request-id"] for response in sent}
    assert len(ids) == len(sent)
    assert all(re.fullmatch(r"[0-9a-f]{32}", request_id) for request_id in ids)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-123", True), ("a" * 101, False), ("a b", False), ('"', False), ("", False)],
)
def test_an_id_that_comes_with_a_request_is_kept_where_it_does_no_harm(
    client: httpx.Client, given: str, *, kept: bool
) -> None:
    response = client.get("/livez", headers={"x-request-id": given})
    assert (response.headers["x-request-id"] == given) == kept


def test_a_fault_of_ipqa_is_a_problem_with_the_id_to_look_it_up_by(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Assistant, "suggestions", faulty)
    with caplog.at_level(logging.INFO, "ipqa"):
        response = client.get("/api/suggestions")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:ipqa:problem:Unexpected"
    assert response.headers["x-request-id"]
    assert "secret" not in response.text
    assert told(caplog)[0]["status"] == 500


def test_requests_answers_and_the_index_are_counted(
    client: httpx.Client, small_assistant: Assistant
) -> None:
    for _ in range(2):
        client.post("/api/ask", json={"question": QUESTION})
    client.post("/api/ask/stream", json={"question": QUESTION})
    client.post("/v1/chat/completions", json=CHAT)
    declined = client.post("/api/ask", json={"question": "白波水産の社長は誰ですか"}).json()
    client.get("/api/reports/nothing")
    found = figures(client)
    assert found['ipqa_answers_total{mode="extractive",reason="answered"}'] == 4
    assert found[f'ipqa_answers_total{{mode="extractive",reason="{declined["reason"]}"}}'] == 1
    assert found['ipqa_requests_total{method="POST",path="/api/ask",status="200"}'] == 3
    path = "/api/reports/{report_id}"
    assert found[f'ipqa_requests_total{{method="GET",path="{path}",status="404"}}'] == 1
    assert found['ipqa_request_seconds_count{path="/api/ask"}'] == 3
    for stage in ("retrieval", "answering"):
        assert found[f'ipqa_stage_seconds_count{{stage="{stage}"}}'] == 5
        assert found[f'ipqa_stage_seconds_sum{{stage="{stage}"}}'] > 0
    assert found["ipqa_ready"] == 1
    assert found["ipqa_reports"] == 1
    assert found["ipqa_index_generation"] == int(small_assistant.index.name)
    assert found['ipqa_jobs{state="waiting"}'] == found['ipqa_jobs{state="running"}'] == 0
    assert found["process_resident_memory_bytes"] > 0


def test_what_a_language_model_wrote_in_vain_is_counted(
    small_settings: Settings, small_assistant: Assistant
) -> None:
    current = CurrentAssistant(small_settings, lambda _: small_assistant)
    figures = Metrics()
    given = {"dropped_claims": {"figures_differ": 2}, "fallback": "llm_timeout"}
    figures.answered(small_assistant.ask(QUESTION).model_copy(update=given))
    with closing(Jobs(small_settings, current, JobStore(Database("sqlite:///none")))) as jobs:
        text = figures.exposed(current, jobs, Turns(1, 1)).decode()
    assert 'ipqa_dropped_claims_total{reason="figures_differ"} 2.0' in text
    assert 'ipqa_fallbacks_total{reason="llm_timeout"} 1.0' in text


def test_a_server_that_is_not_ready_says_so_in_figures(tmp_path: Path) -> None:
    with running(Settings(index=tmp_path / "none")) as client:
        found = figures(client)
    assert (found["ipqa_ready"], found["ipqa_reports"], found["ipqa_index_generation"]) == (0, 0, 0)


def test_figures_are_for_callers_who_may_read_every_report(
    client: httpx.Client, tmp_path: Path
) -> None:
    keys = KeyStore(Database(f"sqlite:///{tmp_path}/records.sqlite3"))
    known = keys.add("監視", "ask")
    limited = keys.add("田中", "ask", ["seaweed"])
    assert client.get("/metrics").status_code == 401
    refused = client.get("/metrics", headers={"authorization": f"Bearer {limited}"})
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:ipqa:problem:EveryReportNeeded",
    )
    assert figures(client, authorization=f"Bearer {known}")["ipqa_ready"] == 1


def test_the_dashboard_shows_figures_that_there_are(client: httpx.Client) -> None:
    shown = set(re.findall(r"\b(?:ipqa|process)_\w+", DASHBOARD.read_text(encoding="utf-8")))
    text = client.get("/metrics").text
    there = {
        name + ending
        for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
        for ending in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))
    }
    assert shown
    assert shown <= there
    ours = {name for name in there if name.startswith("ipqa_") and not name.endswith("_created")}
    told = {name for name in ours if not name.endswith(("_sum", "_count"))} - {"ipqa_info"}
    assert told <= shown


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "console"])
def test_the_log_of_the_command_is_in_the_form_that_was_asked_for(
    small_settings: Settings, tmp_path: Path, form: str
) -> None:
    records = f"sqlite:///{tmp_path}/records.sqlite3"
    own = {"IPQA_LOG_FORMAT": form, "IPQA_DATABASE_URL": records}
    command = ("serve", "--index", small_settings.index, "--no-reader")
    with started(*command, environment=own) as server:
        asked = httpx.post(
            f"{server.address}/api/ask",
            json={"question": QUESTION},
            headers={"x-request-id": "abc-123"},
            timeout=60,
        )
        assert asked.is_success
        _, told_of_it = server.ended()
    lines = told_of_it.splitlines()
    (line,) = [line for line in lines if "abc-123" in line]
    assert QUESTION not in "".join(lines)
    if form == "console":
        assert "/api/ask" in line
        return
    parsed = [json.loads(line) for line in lines]
    (request,) = [entry for entry in parsed if entry.get("request_id") == "abc-123"]
    assert request["event"] == "request"
    assert (request["method"], request["path"], request["status"]) == ("POST", "/api/ask", 200)
    assert request["timestamp"].endswith("Z")
    assert any("generation" in entry["event"] for entry in parsed)


def test_a_fault_is_told_without_the_words_that_it_was_met_with() -> None:
    """A traceback names places, and no values: those would be questions and texts of reports."""
    script = (
        "from ipqa.server.logs import configure; from ipqa.settings import Settings\n"
        "import logging; configure(Settings())\n"
        "def meet(question):\n    raise ValueError\n"
        "try:\n    meet('売上' + 'は')\nexcept ValueError:\n    logging.exception('met')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert "ValueError" in ran.stderr
    assert "売上は" not in ran.stderr
