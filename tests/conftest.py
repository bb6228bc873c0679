"""Fixtures for all tests: built once, real throughout."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipqa.assistant import Assistant
from ipqa.reports import read_report
from ipqa.reports.model import Report
from ipqa.settings import Settings
from tests.parts import ROOT, SMALL_REPORT, build_small_index
from tests.postgres import PostgresqlFolder, postgresql_server
from tests.tally import Tally, table

_TALLY = pytest.StashKey[Tally]()

_TRIALS = {"fuzz": "IPQA_FUZZ", "load": "IPQA_LOAD", "torture": "IPQA_TORTURE"}
"""Folders whose tests are marked by their name, and made only where a variable says how many or how long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.parent.name
        if folder in _TRIALS:
            variable = _TRIALS[folder]
            missing = variable not in os.environ
            item.add_marker(folder)
            item.add_marker(pytest.mark.skipif(missing, reason=f"make {folder} sets {variable}"))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    tally = config.stash.get(_TALLY, None)
    if tally is not None:
        terminalreporter.section("trials")
        terminalreporter.write_line(table(list(tally.rows.values()), "en"))


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Iterator[Tally]:
    """The counts of trials; they are kept where IPQA_KEEP_TRIALS is set, as `make torture` does."""
    tally = Tally()
    pytestconfig.stash[_TALLY] = tally
    yield tally
    if "IPQA_KEEP_TRIALS" in os.environ:
        tally.write()


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            pytest.fail(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def small_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index of the small report. Not to be changed: tests share it."""
    folder = tmp_path_factory.mktemp("small")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    return build_small_index(corpus, folder / "index")


@pytest.fixture(scope="session")
def small_assistant(small_settings: Settings) -> Assistant:
    """An assistant that answers from the small report."""
    return Assistant.open(small_settings)


@pytest.fixture(scope="session")
def corpus_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index of the report that ships. Not to be changed: tests share it."""
    return build_small_index(ROOT / "corpus", tmp_path_factory.mktemp("corpus") / "index")


@pytest.fixture(scope="session")
def corpus_assistant(corpus_settings: Settings) -> Assistant:
    """An assistant that answers from the report that ships."""
    return Assistant.open(corpus_settings)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlFolder]:
    """A PostgreSQL server; whoever stops it starts it again."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def real_report_path() -> Path:
    """The real report, which is not part of this repository."""
    path = Path(
        os.environ.get(
            "IPQA_REAL_REPORT", ROOT.parent / "shared" / "reports" / "nissan-ip-strategy.txt"
        )
    )
    if not path.is_file():
        pytest.skip("the real report is not here; name it in IPQA_REAL_REPORT")
    return path


@pytest.fixture(scope="session")
def real_report(real_report_path: Path) -> Report:
    """The real report as read."""
    return read_report(real_report_path, max_bytes=50_000_000)


@pytest.fixture(scope="session")
def real_assistant(real_report_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant that answers from the real report."""
    settings = build_small_index(real_report_path, tmp_path_factory.mktemp("real") / "index")
    return Assistant.open(settings)
