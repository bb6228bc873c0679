"""A report is asked for a sentence of its own: an index in which it is not found is not relied on."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ipqa.embedding import EmbeddingModel, Vectors
from ipqa.errors import CanaryFailed, DictionaryUnavailable, IndexMismatch
from ipqa.index.build import add_reports, build_index, remove_report
from ipqa.index.canaries import require_canaries
from ipqa.index.dense import DenseIndex
from ipqa.index.files import seal
from ipqa.index.generations import (
    generation_names,
    put_in_force,
    read_pointer,
    write_manifest,
)
from ipqa.index.lexical import LexicalIndex, postings_of
from ipqa.index.rollback import roll_back
from ipqa.index.store import Index, open_index
from ipqa.reports import open_file
from ipqa.settings import Settings
from tests.mangling import mangled
from tests.parts import SMALL_REPORT, shipped_model


class ByHeart:
    """A model that knows a text again and nothing else: vectors drawn by chance, in no time."""

    fingerprint = "by heart"
    dimension = 64

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        drawn = [
            np.random.default_rng(list(text.encode())).normal(size=self.dimension) for text in texts
        ]
        return np.stack([v / np.linalg.norm(v) for v in drawn]).astype(np.float32)


class Forgetful(ByHeart):
    """A model whose questions have nothing to do with its passages, as one that has lost its weights."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = -super().embed_queries(texts)
        return vectors


class Mute(ByHeart):
    """A model that says no number of whatever it reads."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), self.dimension), np.nan, dtype=np.float32)


class Other(ByHeart):
    """The same under another name."""

    fingerprint = "another"


class Backwards(ByHeart):
    """A model whose vectors of passages are bad, so that bad ones are kept."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return super().embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = -super().embed_passages(texts)
        return vectors


def minutes(of: str, sentences: int = 6) -> str:
    lines = [f"{of}は第{n}回の会議で議案{n * 7}号を承認した。" for n in range(1, sentences + 1)]
    return f"# {of}の議事録\n\n" + "\n\n".join(lines) + "\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "海藻.md").write_text(SMALL_REPORT, encoding="utf-8")
    (corpus / "議事録.md").write_text(minutes("柏木重工", 40), encoding="utf-8")
    return Settings(corpus=corpus, index=tmp_path / "index")


@pytest.fixture
def built(settings: Settings) -> Settings:
    build_index(settings, ByHeart(), lambda _: None)
    return settings


def of_nothing(passages: int) -> LexicalIndex:
    """The words of so many passages that no report says."""
    return LexicalIndex.of([(postings_of([["無関係"]] * passages), passages)])


def failed(index: Index, model: EmbeddingModel | None = None) -> CanaryFailed:
    with pytest.raises(CanaryFailed) as caught:
        require_canaries(Path("index"), index, model or ByHeart())
    return caught.value


def test_an_index_finds_what_its_reports_say(built: Settings) -> None:
    require_canaries(built.index, open_index(built.index), ByHeart())


def test_words_that_find_nothing_are_told_with_the_report(built: Settings) -> None:
    index = open_index(built.index)
    error = failed(replace(index, lexical=of_nothing(len(index.passages))))
    assert error.details["report"] in index.reports
    assert "キーワード検索" in error.message("ja")
    assert "by its words" in error.message("en")


def test_vectors_that_find_nothing_are_told(built: Settings) -> None:
    index = open_index(built.index)
    for model in (Forgetful(), Mute()):
        assert "ベクトル検索" in failed(index, model).message("ja")
    rows = index.dense.rows(range(len(index.sentences)))
    moved = DenseIndex.of(index.dense.dimension, [np.roll(rows, 20, axis=0)])
    assert "ベクトル検索" in failed(replace(index, dense=moved)).message("ja")


def test_a_sentence_that_does_not_stand_where_the_index_says_is_told(built: Settings) -> None:
    index = open_index(built.index)
    contents = index.contents
    contents.sentences = [
        replace(s, span=replace(s.span, start=s.span.start + 1)) for s in index.sentences
    ]
    assert "位置" in failed(index).message("ja")


@pytest.mark.parametrize(
    "text",
    [
        "# 同じ文\n\n" + "同じ文である。\n\n" * 40,
        "# 表\n\n| 月 | 数量 |\n|---|---|\n"
        + "".join(f"| {n}月 | {n * 13}トン |\n" for n in range(1, 60)),
        "# それ\n\nこれはそれです。\n",
        "# Annual report\n\nShipments rose to 1,250 tons in 2024.\n",
        "# 長い文\n\n"
        + "、".join(f"第{n}工場は{n * 31}台を出荷し" for n in range(1, 200))
        + "た。\n",
    ],
    ids=["repeats itself", "a table", "hardly a word", "English", "one long sentence"],
)
def test_no_report_is_too_odd_to_be_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    settings = Settings(corpus=tmp_path / "report.md", index=tmp_path / "index")
    assert build_index(settings, shipped_model(), lambda _: None).rebuilt


def test_words_that_are_cut_in_another_way_alone_are_found(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("# ｳ､ﾁ\ue36a" * 3_000, encoding="utf-8")
    settings = Settings(corpus=tmp_path / "report.txt", index=tmp_path / "index")
    assert build_index(settings, ByHeart(), lambda _: None).rebuilt


def test_a_report_that_says_all_of_it_many_times_is_found(tmp_path: Path) -> None:
    """Other passages that hold the sentence come before the one that is asked for (found by ``make torture``)."""
    (tmp_path / "report.txt").write_bytes(mangled("1", 2181).raw)
    settings = Settings(corpus=tmp_path / "report.txt", index=tmp_path / "index")
    assert build_index(settings, ByHeart(), lambda _: None).rebuilt


def test_a_generation_whose_canary_fails_is_not_put_in_force(built: Settings) -> None:
    before = (built.index / "current").read_bytes()
    (built.corpus / "議事録.md").write_text(minutes("乙川建設"), encoding="utf-8")
    with pytest.raises(CanaryFailed):
        build_index(built, Forgetful(), lambda _: None)
    assert (built.index / "current").read_bytes() == before
    assert generation_names(built.index) == ["000001"]
    assert "柏木重工" in open_index(built.index).reports["議事録"].text


def test_a_reading_that_failed_is_made_anew_by_the_next_build(built: Settings) -> None:
    text = minutes("乙川建設")
    (built.corpus / "議事録.md").write_text(text, encoding="utf-8")
    with pytest.raises(CanaryFailed, match="議事録"):
        build_index(built, Backwards(), lambda _: None)
    assert build_index(built, ByHeart(), lambda _: None).read == ("議事録",)
    assert "乙川建設" in open_index(built.index).reports["議事録"].text


def test_nothing_is_added_removed_or_rolled_back_to_that_is_not_found(
    built: Settings, tmp_path: Path
) -> None:
    (tmp_path / "甲社.md").write_text(minutes("甲社"), encoding="utf-8")
    file = open_file(tmp_path / "甲社.md", max_bytes=10**6)
    with pytest.raises(CanaryFailed):
        add_reports(built, Forgetful(), [(file, "甲社.md")], lambda _: None)
    with pytest.raises(CanaryFailed):
        remove_report(built, Forgetful(), "議事録")
    add_reports(built, ByHeart(), [(file, "甲社.md")], lambda _: None)
    with pytest.raises(CanaryFailed):
        roll_back(built, Forgetful())
    assert set(open_index(built.index).reports) == {"海藻", "議事録", "甲社"}
    assert roll_back(built, ByHeart()).name == "000001"


def test_an_index_in_force_that_finds_nothing_is_not_up_to_date(built: Settings) -> None:
    index = open_index(built.index)
    folder = built.index / "generations" / index.name
    shutil.rmtree(folder / "lexical")
    of_nothing(len(index.passages)).save(folder / "lexical")
    (folder / "manifest.json").unlink()
    wrong = index.manifest.model_copy(update={"files": seal(folder)}).sealed()
    write_manifest(folder, wrong)
    put_in_force(built.index, index.name, wrong)
    failed(open_index(built.index))
    assert build_index(built, ByHeart(), lambda _: None).rebuilt
    require_canaries(built.index, open_index(built.index), ByHeart())


def test_a_report_is_not_taken_out_of_an_index_that_cannot_be_asked(built: Settings) -> None:
    with pytest.raises(IndexMismatch, match="another"):
        remove_report(built, Other(), "議事録")
    assert read_pointer(built.index).name == "000001"


def test_of_many_reports_some_are_asked(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(70):
        text = f"# {number}号店\n\n{number}号店の売上は{number * 17}万円である。\n"
        (corpus / f"{number}.md").write_text(text, encoding="utf-8")
    settings = Settings(corpus=corpus, index=tmp_path / "index")
    build_index(settings, ByHeart(), lambda _: None)
    asked: list[str] = []

    class Listening(ByHeart):
        def embed_queries(self, texts: Sequence[str]) -> Vectors:
            asked.extend(texts)
            return super().embed_queries(texts)

    require_canaries(settings.index, open_index(settings.index), Listening())
    first = list(asked)
    assert len(set(first)) == 50
    asked.clear()
    require_canaries(settings.index, open_index(settings.index), Listening())
    assert asked == first


def test_without_a_dictionary_nothing_is_found(
    built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index(built.index)
    monkeypatch.setattr("ipqa.japanese.words", lambda *_: [])
    with pytest.raises(DictionaryUnavailable, match="sudachidict-core"):
        require_canaries(built.index, index, ByHeart())
