"""The description of the API at ``/openapi.json``, and a server that behaves as it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ipqa.settings import Settings
from tests.parts import ROOT, SMALL_REPORT
from tests.server.running import running
from tests.serving import Served, ipqa, serving
from tests.tally import Tally

EXAMPLES = os.environ.get("IPQA_SCHEMA", "3")
"""How many requests are made up for each operation, besides those that try its limits."""


@pytest.fixture(scope="module")
def client(small_settings: Settings) -> Iterator[httpx.Client]:
    with running(small_settings) as client:
        yield client


def test_it_says_that_a_key_may_be_left_out(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/api/ask"]["post"]["security"] == [{"HTTPBearer": []}, {}]
    assert "security" not in paths["/livez"]["get"]


def test_it_says_how_the_addresses_of_openais_api_refuse(client: httpx.Client) -> None:
    responses = client.get("/openapi.json").json()["paths"]["/v1/chat/completions"]["post"][
        "responses"
    ]
    assert set(responses) == {"200", "400", "401", "403", "404", "421", "429", "503"}
    for status in set(responses) - {"200"}:
        schema = responses[status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Failure"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/ask", "POST"),
        ("OPTIONS", "/api/reports", "GET, POST"),
        ("PUT", "/api/reports/seaweed", "GET, DELETE"),
        ("TRACE", "/api/conversations/1", "GET, PATCH, DELETE"),
        ("POST", "/livez", "GET"),
        ("DELETE", "/index.html", "GET, HEAD"),
        ("PUT", "/v1/chat/completions", "POST"),
        ("OPTIONS", "/v1/models/ipqa", "GET"),
    ],
)
def test_a_method_that_is_none_of_an_address_is_refused_with_all_that_are(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("seaweed", "kelp"):
        (corpus / f"{name}.md").write_text(SMALL_REPORT, encoding="utf-8")
    built = ipqa("build", "--corpus", str(corpus), "--index", str(tmp_path / "index"))
    assert built.returncode == 0, built.stderr
    with serving(tmp_path, ["--no-reader"]) as server:
        yield server


@pytest.mark.slow
def test_requests_that_are_made_from_the_description_are_answered_as_it_says(
    served: Served, tmp_path: Path, tally: Tally
) -> None:
    """By Schemathesis: every limit of every field, whatever else fits or does not, and one after the other."""
    phases = (
        "examples,coverage,fuzzing,stateful" if "IPQA_SCHEMA" in os.environ else "fuzzing,stateful"
    )
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color"]
    options = ["--phases", phases, "--max-examples", EXAMPLES, "--seed", "1"]
    settings = ROOT / "tests" / "server" / "schemathesis.toml"
    ran = subprocess.run(
        [
            *command,
            "--config-file",
            str(settings),
            "run",
            *options,
            f"{served.address}/openapi.json",
        ],
        cwd=tmp_path,  # where it notes what failed
        capture_output=True,
        text=True,
        check=False,
    )
    cases = re.search(r"^  (\d+) generated(?:, (\d+) found)?", ran.stdout, re.MULTILINE)
    assert cases, ran.stdout + ran.stderr
    wrong = [""] * int(cases[2] or 0)
    tally.count("requests made from `/openapi.json` (Schemathesis)", int(cases[1]), wrong)
    assert ran.returncode == 0, ran.stdout + ran.stderr
