"""The comparison with other frameworks: what counts as found, and what its table says."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from eval.peers import bench, common
from eval.peers.common import Embedder, Search, Variant
from tests.parts import ROOT

EVIDENCE = "南浜の水温は年平均14度で"


@pytest.mark.parametrize(
    ("retrieved", "found"),
    [
        ([EVIDENCE], True),
        (["水温の話。", f"{EVIDENCE}、北浜より2度高い。"], True),
        (["南浜の水温は[^3]", "年平均１４度で"], False),  # a mark of Markdown is part of the text
        (["南浜の 水温は\n年平均１４度で"], True),  # white space and NFKC aside
        (["あ" * 1480, EVIDENCE], True),
        (["あ" * 1490, EVIDENCE], False),
        (["南浜の水温は年平均4度で"], False),
        ([], False),
    ],
)
def test_evidence_counts_in_the_first_characters_only(retrieved: list[str], found: bool) -> None:  # noqa: FBT001 - a parameter
    assert common.finds_evidence(retrieved, [EVIDENCE]) is found


def test_all_evidence_is_needed() -> None:
    assert common.finds_evidence(["甲は一。乙は二。"], ["甲は一", "乙は二"])
    assert not common.finds_evidence(["甲は一。"], ["甲は一", "乙は二"])


def test_answerable_questions_are_read_and_no_dialogues(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    lines: list[dict[str, object]] = [
        {"question": "甲は", "evidence": ["甲は一"], "answerable": True},
        {"question": "丙は", "answerable": False},
        {"turns": [{"question": "乙は", "evidence": ["乙は二"], "answerable": True}]},
    ]
    gold.write_text("\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert common.answerable(gold) == [("甲は", ["甲は一"])]


def test_a_corpus_is_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.md").write_text("二", encoding="utf-8")
    (tmp_path / "a.md").write_text("一", encoding="utf-8")
    assert common.texts_of(tmp_path) == ["一", "二"]
    assert common.texts_of(tmp_path / "a.md") == ["一"]


def test_time_beyond_the_embedding_leaves_the_embedding_out() -> None:
    embedder = Embedder()

    def search(question: str) -> list[str]:
        return [question[: len(embedder.embed_queries([question]))], EVIDENCE]

    questions = [(f"{number}年の水温は", [EVIDENCE]) for number in range(5)]
    evidence, beyond = common._asked(search, embedder, questions)  # noqa: SLF001 - the rule itself
    assert evidence == 1
    assert 0 <= beyond < 1000 * embedder.seconds / len(questions)


def test_the_model_is_loaded_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "load_model", lambda _: pytest.fail("it was loaded"))
    Embedder()


def test_a_fresh_process_says_what_it_took(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def open_leg(_folder: Path, _embedder: Embedder) -> Search:
        return lambda question: [question]

    variants = [Variant("pieces", lambda *_: None, {"words": open_leg})]
    monkeypatch.setattr(sys, "argv", ["peer", "open", str(tmp_path), "pieces", "words", "水温は"])
    common.main(variants)
    printed = json.loads(capsys.readouterr().out)
    assert printed["hits"] == 1
    assert printed["memory_mb"] > 10


def row(leg: str, seconds: float, **others: float | None) -> dict[str, Any]:
    given: dict[str, Any] = {"evidence": 0.5, "beyond_embedding_ms": 1.0, "memory_mb": 100.0}
    return {"variant": "pieces", "leg": leg, "fresh_seconds": seconds, **given, **others}


MEASURED: dict[str, dict[str, Any]] = {
    "ipqa": {
        "rows": [
            row(bench.REFERENCE, 0.5),
            row("`ipqa ask`", 1.0, evidence=None, beyond_embedding_ms=None, memory_mb=None),
        ]
    },
    "Other": {"rows": [row("dense", 2.25, evidence=0.704, memory_mb=50.0)]},
    "Broken": {"failed": "ERROR: No matching distribution found"},
}


def test_the_table_tells_times_as_multiples_of_ours() -> None:
    lines = bench.table(MEASURED, 240).splitlines()
    assert "n=240" in lines[0]
    assert lines[2:6] == [
        f"| ipqa: pieces | {bench.REFERENCE} | 0.50 | 1.00 × | 1.00 × | 1.00 × |",
        "| ipqa: pieces | `ipqa ask` |  | 2.00 × |  |  |",
        "| Other: pieces | dense | 0.70 | 4.50 × | 1.00 × | 0.50 × |",
        "| Broken | not measured | | | | |",
    ]
    assert lines[-1] == "Broken was not measured: ERROR: No matching distribution found"


def test_what_could_not_be_installed_is_told() -> None:
    told = [
        "WARNING: slow",
        "ERROR: No matching distribution found for nothing",
        "",
        "[notice] new",
    ]
    assert bench._last_error(told) == told[1]  # noqa: SLF001 - the rule itself
    assert bench._last_error(["Traceback", "ValueError: bad", ""]) == "ValueError: bad"  # noqa: SLF001
    assert bench._last_error([])  # noqa: SLF001


def test_every_peer_has_its_script() -> None:
    for peer in bench.PEERS:
        assert (ROOT / "eval" / "peers" / f"{peer.script}.py").is_file()
        assert all("==" in package for package in peer.packages)
