"""The latest evaluation over HTTP."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from ipqa.assistant import Assistant
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.page import write_page
from ipqa.evaluation.run import Scores, ask_all, scores_of, write_run
from ipqa.settings import Settings
from tests.parts import records_at
from tests.server.running import running

QUESTIONS = [
    GoldQuestion(
        id="start",
        type="factoid",
        question="海藻の養殖はいつ始まりましたか",
        facts=(("2019年4月",),),
        evidence=("青海水産は2019年4月に海藻の養殖を始めた",),
        answerable=True,
    ),
    GoldQuestion(
        id="pay",
        type="unanswerable",
        question="青海水産の社員の平均年収はいくらですか",
        facts=(),
        evidence=(),
        answerable=False,
    ),
]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def client(small_settings: Settings, runs: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    own = {"runs": runs, "database_url": records_at(tmp_path / "records.sqlite3")}
    with running(small_settings.model_copy(update=own)) as client:
        yield client


def write(folder: Path, assistant: Assistant, written: float) -> Scores:
    """A run of the questions, as if written at that time."""
    records = ask_all(assistant, [[question] for question in QUESTIONS])
    scores = scores_of(records)
    write_run(folder, records, scores)
    write_page(folder, records, scores, "ja")
    os.utime(folder / "scores.json", (written, written))
    return scores


@pytest.mark.parametrize("path", ["/api/evaluation", "/api/evaluation/page"])
def test_without_a_run_it_is_told_how_to_make_one(client: httpx.Client, path: str) -> None:
    for language, said in (
        ("ja", "`ipqa eval run 正解つき質問.jsonl"),
        ("en", "`ipqa eval run GOLD"),
    ):
        response = client.get(path, headers={"accept-language": language})
        assert response.status_code == 404
        assert response.json()["type"] == "urn:ipqa:problem:NoEvaluation"
        assert said in response.json()["detail"]


def test_the_run_that_was_written_last_is_shown(
    client: httpx.Client, runs: Path, small_assistant: Assistant
) -> None:
    write(runs / "z-older", small_assistant, 1_700_000_000)
    scores = write(runs / "a-newer", small_assistant, 1_750_000_000)
    shown = client.get("/api/evaluation").json()
    assert (shown["name"], shown["questions"], shown["page"]) == ("a-newer", 2, True)
    assert shown["written"] == "2025-06-15T15:06:40Z"
    assert shown["overall"] == scores.model_dump()["overall"]
    assert shown["types"] == scores.model_dump()["types"]
    assert set(shown["overall"]["all_facts"]) == {"value", "low", "high", "n"}

    write(runs, small_assistant, 1_760_000_000)
    assert client.get("/api/evaluation").json()["name"] == "runs"


def test_the_page_of_the_run_comes_with_its_charts_without_scripts_and_with_a_policy(
    client: httpx.Client, runs: Path, small_assistant: Assistant
) -> None:
    write(runs / "first", small_assistant, 1_750_000_000)
    response = client.get("/api/evaluation/page")
    assert response.text == (runs / "first" / "report.html").read_text(encoding="utf-8")
    page = LexborHTMLParser(response.text)
    assert page.css_first("svg") is not None
    assert page.css_first("script") is None
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert len(re.findall("'sha256-[^']+'", policy)) == len({n.text() for n in page.css("style")})

    (runs / "first" / "report.html").unlink()
    assert client.get("/api/evaluation").json()["page"] is False
    assert client.get("/api/evaluation/page").status_code == 404


def test_a_torn_run_is_a_problem_that_names_it(client: httpx.Client, runs: Path) -> None:
    (runs / "torn").mkdir(parents=True)
    (runs / "torn" / "scores.json").write_text('{"overall": {', encoding="utf-8")
    problem = client.get("/api/evaluation").json()
    assert problem["type"] == "urn:ipqa:problem:RunUnreadable"
    assert "torn" in problem["detail"]


def test_serving_needs_nothing_of_the_extra_for_evaluation() -> None:
    script = "import sys, ipqa.server.app; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    modules = result.stdout.split()
    assert "ipqa.server.evaluation" in modules
    assert {"ir_measures", "matplotlib"} & set(modules) == set()
