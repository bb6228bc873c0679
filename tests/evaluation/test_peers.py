"""Other frameworks: what counts as found, and what their processes do."""

import json
import sys
from pathlib import Path

import pytest

from eval.peers import common, environments
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


def test_a_warm_process_tells_texts_and_what_of_the_time_is_the_embedding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    opened: list[Path] = []

    def open_leg(folder: Path, embedder: Embedder) -> Search:
        opened.append(folder)
        return lambda question: [question[: len(embedder.embed_queries([question]))], EVIDENCE]

    asked = {"variant": 0, "leg": "dense", "question": "水温は"}
    monkeypatch.setattr(sys, "argv", ["peer", "answer", str(tmp_path)])
    monkeypatch.setattr(sys, "stdin", [json.dumps(asked)] * 3)
    common.main([Variant("pieces", lambda *_: None, {"dense": open_leg})])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert opened == [tmp_path / "0"]
    assert [one["texts"] for one in found] == [["水", EVIDENCE]] * 3
    assert all(0 < one["embedding"] <= one["seconds"] for one in found)


def test_every_variant_is_built_in_a_folder_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def build(corpus: Path, folder: Path, _: Embedder) -> None:
        (folder / "text").write_text(corpus.read_text(encoding="utf-8"), encoding="utf-8")

    (tmp_path / "a.md").write_text("一", encoding="utf-8")
    variants = [Variant(name, build, {"words": lambda *_: list}) for name in ("short", "long")]
    monkeypatch.setattr(sys, "argv", ["peer", "build", str(tmp_path / "a.md"), str(tmp_path)])
    common.main(variants)
    assert [(tmp_path / str(n) / "text").read_text("utf-8") for n in (0, 1)] == ["一", "一"]
    legs = json.loads(capsys.readouterr().out)["legs"]
    assert [(leg["variant"], leg["name"]) for leg in legs] == [(0, "short"), (1, "long")]


def test_the_model_is_loaded_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "load_model", lambda _: pytest.fail("it was loaded"))
    Embedder()


def test_a_fresh_process_says_what_it_took(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def open_leg(_folder: Path, _embedder: Embedder) -> Search:
        return lambda question: [question]

    variants = [Variant("pieces", lambda *_: None, {"words": open_leg})]
    monkeypatch.setattr(sys, "argv", ["peer", "open", str(tmp_path), "0", "words", "水温は"])
    common.main(variants)
    printed = json.loads(capsys.readouterr().out)
    assert printed["hits"] == 1
    assert printed["memory_mb"] > 10


def test_what_could_not_be_installed_is_told() -> None:
    told = [
        "WARNING: slow",
        "ERROR: No matching distribution found for nothing",
        "",
        "[notice] new",
    ]
    assert environments.last_error(told) == told[1]
    assert environments.last_error(["Traceback", "ValueError: bad", ""]) == "ValueError: bad"
    assert environments.last_error([])


def test_every_peer_has_its_script() -> None:
    for peer in environments.PEERS:
        assert (ROOT / "eval" / "peers" / f"{peer.script}.py").is_file()
        assert all("==" in package for package in peer.packages)
