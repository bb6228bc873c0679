"""An index that is too large to compare everything answers as a small one does, and is made again cheaply."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ipqa.assistant import Assistant
from ipqa.errors import IndexDamaged
from ipqa.index import store
from ipqa.index.build import build_index, remove_report
from ipqa.index.generations import generation_folder, read_pointer
from ipqa.index.on_disk import OnDisk
from ipqa.index.part import part_of
from ipqa.index.store import Index, open_index
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, shipped_model

QUESTIONS = ["海藻の養殖はいつ始まりましたか", "山吹電機の受注は何件ですか", "2024年の出荷量は？"]


def written(folder: Path) -> Path:
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    for number in range(6):
        text = f"# 山吹電機の第{number}号\n\n" + "".join(
            f"第{number}号の{n}月の受注は{31 * n + number}件だった。\n\n" for n in range(1, 30)
        )
        (corpus / f"orders-{number}.md").write_text(text, encoding="utf-8")
    return corpus


def build(corpus: Path, index: Path, exact: int) -> Settings:
    settings = Settings(corpus=corpus, index=index)
    build_index(settings, shipped_model(), lambda _: None, engine=OnDisk(exact))
    return settings


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("large")
    return build(written(folder), folder / "small", 65_536)


@pytest.fixture(scope="module")
def large(small: Settings) -> Settings:
    """The same reports, of which any number of sentences is too many to compare all."""
    target = small.index.parent / "large"
    shutil.copytree(small.index / "readings", target / "readings")
    return build(small.corpus, target, 0)


def dense_files(folder: Path) -> dict[str, bytes]:
    source = generation_folder(folder, read_pointer(folder).name) / "dense"
    return {path.name: path.read_bytes() for path in source.iterdir()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_a_small_index(
    small: Settings, large: Settings, question: str
) -> None:
    answers = [
        Assistant.open(settings).ask(question).model_dump(exclude={"timings_ms"})
        for settings in (small, large)
    ]
    assert answers[0]["citations"]
    assert answers[1] == answers[0]


def told(index: Index) -> Sequence[object]:
    return [*index.reports.items(), *index.passages, *index.sentences]


def test_what_it_holds_is_what_a_small_one_holds(small: Settings, large: Settings) -> None:
    assert told(open_index(large.index)) == told(open_index(small.index))
    assert set(dense_files(large.index)) == {"sketches.faiss", "centres.npy", "cells.npy"}
    assert set(dense_files(small.index)) == {"vectors.faiss"}


def test_two_builds_are_alike(large: Settings, tmp_path: Path) -> None:
    shutil.copytree(large.index / "readings", tmp_path / "readings")
    assert dense_files(build(large.corpus, tmp_path, 0).index) == dense_files(large.index)


def test_a_change_leaves_the_cells_of_the_other_reports(large: Settings, tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    shutil.copytree(large.corpus, corpus)
    shutil.copytree(large.index, index)
    before = open_index(index)
    (corpus / "orders-3.md").write_text("# 山吹電機\n\n受注は一件もなかった。", encoding="utf-8")
    build(corpus, index, 0)
    after = open_index(index)
    old, new = (
        np.load(generation_folder(index, name) / "dense" / "cells.npy")
        for name in (before.name, after.name)
    )
    for report in set(before.reports) - {"orders-3"}:
        (rows,), (now) = (
            before.contents.sentences_in([report]),
            after.contents.sentences_in([report]),
        )
        assert np.array_equal(old[rows], new[now[0]])
    assert after.reports["orders-3"].text == "受注は一件もなかった。\n"
    assert Assistant.open(large.model_copy(update={"index": index})).ask(QUESTIONS[0]).answered


def test_a_part_of_it_knows_nothing_of_the_rest(large: Settings) -> None:
    whole = open_index(large.index)
    part = part_of(large.index, whole, ["seaweed", "orders-2"])
    assert list(part.reports) == ["orders-2", "seaweed"]
    rows = [row for rows in whole.contents.sentences_in(part.reports) for row in rows]
    assert np.array_equal(part.dense.rows(range(len(part.sentences))), whole.dense.rows(rows))
    assert [s.span for s in part.sentences] == [whole.sentences[row].span for row in rows]
    assert part.contents.is_written("海藻")
    assert not part.contents.is_written("第5号")


def test_a_reading_is_held_against_its_hash_when_it_is_read(
    large: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large index, not everything is read when it is opened."""
    monkeypatch.setattr(store, "_HASHED_AT_OPEN", 0)
    shutil.copytree(large.index, tmp_path / "index")
    index = open_index(tmp_path / "index")
    key = next(r.reading for r in index.manifest.reports if r.id == "seaweed")
    path = tmp_path / "index" / "readings" / key / "reading.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"800", b"900"))
    index = open_index(tmp_path / "index")
    assert index.reports["orders-1"].text
    with pytest.raises(IndexDamaged, match=r"reading\.json has changed"):
        assert index.reports["seaweed"]
    path.write_bytes(whole[:-1])
    with pytest.raises(IndexDamaged, match=r"reading\.json has"):
        open_index(tmp_path / "index")


def test_a_changed_file_of_a_large_index_is_noticed_by_a_build(
    large: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its time, where the files are too many to be read again, and then by its hash."""
    monkeypatch.setattr(store, "_HASHED_AT_OPEN", 0)
    index = tmp_path / "index"
    shutil.copytree(large.index, index)
    path = min(index.glob("readings/*/vectors.npy"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(IndexDamaged, match=r"vectors\.npy has changed"):
        remove_report(large.model_copy(update={"index": index}), shipped_model(), "orders-1")
    path.write_bytes(whole)
    remove_report(large.model_copy(update={"index": index}), shipped_model(), "orders-1")
    assert "orders-1" not in open_index(index).reports


def test_what_is_open_goes_on_when_its_files_are_cleared_away(
    small: Settings, tmp_path: Path
) -> None:
    shutil.copytree(small.index, tmp_path / "index")
    assistant = Assistant.open(small.model_copy(update={"index": tmp_path / "index"}))
    shutil.rmtree(tmp_path / "index")
    assert assistant.ask(QUESTIONS[0]).answered
