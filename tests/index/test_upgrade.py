"""An index that another version of ipqa wrote is made anew without losing a report, or left as it is."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ipqa.doctor import examine
from ipqa.errors import IndexTooNew, IndexTooOld, IpqaError
from ipqa.index.build import add_reports, build_index, remove_report
from ipqa.index.generations import FORMAT, manifest_path, read_pointer
from ipqa.index.rollback import roll_back
from ipqa.index.store import open_index, read_manifest
from ipqa.reports import SourceFile
from ipqa.settings import Settings
from tests.parts import ROOT, SMALL_REPORT, build_small_index, shipped_model
from tests.server.running import running

FIXTURE = ROOT / "tests" / "fixtures" / "format-3"
HARBOUR, ICE = "港の報告", "氷室"
"""The report of the corpus folder, and the one that was added."""

NEW = SourceFile(Path("塩田.md"), "# 塩田の記録\n\n塩田では夏に塩を12トン採る。\n".encode())


@pytest.fixture
def old(tmp_path: Path) -> Settings:
    """An index as the code of format 3 wrote it."""
    shutil.copytree(FIXTURE, tmp_path / "old")
    return Settings(corpus=tmp_path / "old" / "corpus", index=tmp_path / "old" / "index")


@pytest.fixture
def newer(tmp_path: Path) -> Settings:
    """An index of the format after this one, with its digests as every format has them."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "海藻.md").write_text(SMALL_REPORT, encoding="utf-8")
    settings = build_small_index(tmp_path / "corpus", tmp_path / "index")
    name = read_pointer(settings.index).name
    path = manifest_path(settings.index, name)
    said = json.loads(path.read_text(encoding="utf-8")) | {"format": FORMAT + 1, "shards": 7}
    del said["digest"]
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(said | {"digest": digest}), encoding="utf-8")
    (settings.index / "current").write_text(f"{name} {digest}\n", encoding="utf-8")
    return settings


def build(settings: Settings) -> None:
    build_index(settings, shipped_model(), lambda _: None)


def add(settings: Settings) -> None:
    add_reports(settings, shipped_model(), [(NEW, "/srv/reports/塩田.md")], lambda _: None)


def held(settings: Settings) -> dict[str, str]:
    return {name: report.text for name, report in open_index(settings.index).reports.items()}


def content(folder: Path) -> dict[str, bytes]:
    """Every file of an index but the lock."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_fixture_is_of_an_earlier_format_and_is_small(old: Settings) -> None:
    said = json.loads(manifest_path(old.index, "000002").read_text(encoding="utf-8"))
    assert said["format"] == 3 < FORMAT
    assert [(r["id"], r["added"]) for r in said["reports"]] == [(HARBOUR, False), (ICE, True)]
    files = (path for path in FIXTURE.parent.rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 300_000


def test_an_older_index_is_refused_with_the_command_and_the_word_that_nothing_is_lost(
    old: Settings,
) -> None:
    before = content(old.index)
    with pytest.raises(IndexTooOld) as refused:
        open_index(old.index)
    said = refused.value.message("ja"), refused.value.message("en")
    for message, promise in zip(said, ("失われません", "nothing is lost"), strict=True):
        assert f"`ipqa build --index {old.index}`" in message
        assert promise in message
    for change in (
        lambda: remove_report(old, shipped_model(), ICE),
        lambda: roll_back(old, shipped_model()),
    ):
        with pytest.raises(IndexTooOld):
            change()
    assert content(old.index) == before


def test_the_examination_names_an_older_index(old: Settings) -> None:
    assert {fault.error for fault in examine(old).faults} == {"IndexTooOld"}


def test_a_build_makes_an_older_index_anew_with_what_was_added(old: Settings) -> None:
    build(old)
    assert set(held(old)) == {HARBOUR, ICE}
    assert "40トン" in held(old)[ICE]
    by_id = {record.id: record for record in read_manifest(old.index).reports}
    assert by_id[ICE].origin == "/srv/reports/氷室.md"
    assert by_id[ICE].added
    assert examine(old).faults == ()


def test_to_add_to_an_older_index_makes_it_anew_and_adds(old: Settings) -> None:
    add(old)
    assert set(held(old)) == {HARBOUR, ICE, "塩田"}
    assert examine(old).faults == ()


def test_what_is_told_of_such_a_change_is_all_that_was_read(old: Settings) -> None:
    given = [(NEW, "/srv/reports/塩田.md")]
    result = add_reports(old, shipped_model(), given, lambda _: None)
    assert (set(result.read), result.reused, result.gone) == ({HARBOUR, ICE, "塩田"}, (), ())


def test_a_new_edition_takes_the_place_of_what_was_added_to_an_older_index(old: Settings) -> None:
    edition = SourceFile(
        Path("氷室.md"), "# 氷室の記録\n\n氷室の氷は年に45トンになった。\n".encode()
    )
    add_reports(old, shipped_model(), [(edition, "/srv/reports/氷室.md")], lambda _: None)
    assert "45トン" in held(old)[ICE]
    assert set(held(old)) == {HARBOUR, ICE}


def test_nothing_is_added_where_a_report_of_the_corpus_would_be_lost(old: Settings) -> None:
    before = content(old.index)
    for lose in (next(old.corpus.iterdir()).unlink, old.corpus.rmdir):
        lose()
        with pytest.raises(IndexTooOld, match="ipqa build"):
            add(old)
        assert content(old.index) == before


def test_to_add_brings_in_nothing_else_from_the_corpus_folder(old: Settings) -> None:
    (old.corpus / "別の報告.md").write_text("# 別\n\n別の報告である。\n", encoding="utf-8")
    add(old)
    assert "別の報告" not in held(old)


def test_an_older_index_that_is_damaged_is_mended_by_a_build_alone(old: Settings) -> None:
    path = manifest_path(old.index, "000002")
    path.write_bytes(path.read_bytes().replace(b"/srv/reports", b"/srv/reporta"))
    with pytest.raises(IpqaError, match=r"manifest\.json has changed"):
        add(old)
    build(old)
    assert set(held(old)) == {HARBOUR, ICE}


def test_a_server_on_an_older_index_says_so_and_answers_once_it_is_built(old: Settings) -> None:
    def ready(client: httpx.Client) -> httpx.Response:
        return client.get("/readyz")

    question = {"question": "氷は年に何トン切り出しますか"}
    with running(old) as client:
        assert ready(client).json()["type"] == "urn:ipqa:problem:IndexTooOld"
        assert client.post("/api/ask", json=question).status_code == 503
        build(old)
        while ready(client).status_code != 200:
            time.sleep(0.05)
        assert "40トン" in client.post("/api/ask", json=question).json()["answer"]
        kept = client.get("/api/conversations").json()
        assert "白浜港について" in str(kept)


@pytest.mark.slow
def test_the_commands_go_the_way_that_is_told(old: Settings, tmp_path: Path) -> None:
    environment = {**os.environ, "LANG": "en_US.UTF-8", "IPQA_CORPUS": str(old.corpus)}
    (tmp_path / "塩田.md").write_bytes(NEW.raw)

    def ipqa(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        told = [*map(str, arguments), "--index", str(old.index)]
        command = [sys.executable, "-m", "ipqa.cli", *told]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    refused = ipqa("ask", "氷は年に何トン切り出しますか")
    assert refused.returncode == 2
    assert f"ipqa build --index {old.index}" in refused.stderr
    assert ipqa("add", tmp_path / "塩田.md").returncode == 0
    assert "40トン" in ipqa("ask", "氷は年に何トン切り出しますか").stdout
    assert "12トン" in ipqa("ask", "塩は何トン採れますか").stdout


CHANGES: dict[str, Callable[[Settings], object]] = {
    "build": build,
    "add": add,
    "remove": lambda settings: remove_report(settings, shipped_model(), "海藻"),
    "open": lambda settings: open_index(settings.index),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_newer_index_is_refused_by_name_and_left_as_it_is(newer: Settings, change: str) -> None:
    before = content(newer.index)
    with pytest.raises(IndexTooNew, match=rf"format {FORMAT + 1}, .* up to {FORMAT}") as refused:
        CHANGES[change](newer)
    assert content(newer.index) == before
    beside = newer.index.with_name(f"index-{FORMAT}")
    assert f"`ipqa build --index {beside}`" in refused.value.message("ja")


def test_a_newer_index_that_lost_its_pointer_is_not_built_over(newer: Settings) -> None:
    (newer.index / "current").unlink()
    before = content(newer.index)
    with pytest.raises(IndexTooNew):
        build(newer)
    assert content(newer.index) == before


def test_a_flipped_bit_makes_no_newer_index(tmp_path: Path) -> None:
    (tmp_path / "海藻.md").write_text(SMALL_REPORT, encoding="utf-8")
    settings = build_small_index(tmp_path / "海藻.md", tmp_path / "index")
    path = manifest_path(settings.index, read_pointer(settings.index).name)
    flipped = path.read_text("utf-8").replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}')
    path.write_text(flipped, encoding="utf-8")
    with pytest.raises(IpqaError, match=r"manifest\.json has changed"):
        open_index(settings.index)
    build(settings)
    assert set(held(settings)) == {"海藻"}
