"""Whatever engine searches an index, the same is found in it; one suite for all of them."""

import random
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from ipqa.assistant import Assistant
from ipqa.errors import IndexMismatch, NothingToRead
from ipqa.index.build import build_index, remove_report
from ipqa.index.dense import DenseIndex
from ipqa.index.engines import engine_of, index_of
from ipqa.index.generations import ReportRecord
from ipqa.index.lexical import LexicalIndex, postings_of
from ipqa.index.part import part_of
from ipqa.index.rollback import roll_back
from ipqa.index.store import Index, write_generation
from ipqa.settings import Settings
from tests.index.made import RECIPE, Vectors, drawn, report
from tests.parts import SMALL_REPORT, shipped_model

KINDS = ("faiss", "milvus-lite")
VOCABULARY = "特許 電池 工場 出願 件数 売上 水産 海藻 養殖 受注 営業所 研究".split()


def settings_for(kind: str, folder: Path) -> Settings:
    """The settings of an index of that kind, all of whose files lie in a folder."""
    url = "faiss:" if kind == "faiss" else f"{kind}://{folder}/engine.db"
    if kind != "faiss":
        pytest.importorskip("pymilvus", reason="needs ipqa[milvus]")
    return Settings(index=folder / "index", corpus=folder / "corpus", index_url=url)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return settings_for(request.param, tmp_path)


class Made:
    """Reports of drawn words and vectors, and what is right to be found in them."""

    def __init__(self, reports: int, seed: int) -> None:
        chance = random.Random(seed)
        self.words = [
            [chance.choices(VOCABULARY, k=chance.randint(0, 9)) for _ in range(9)]
            for _ in range(reports)
        ]
        self.vectors = [drawn(30, seed + number) for number in range(reports)]

    def records(self, folder: Path, reports: Sequence[int]) -> list[ReportRecord]:
        return [report(folder, f"r{n}", self.words[n], self.vectors[n]) for n in reports]

    def put(self, settings: Settings, reports: Sequence[int]) -> Index:
        """An index of some of the reports."""
        records = self.records(settings.index, reports)
        engine = engine_of(settings)
        write_generation(settings.index, records, RECIPE, "0", lambda _: None, engine)
        return index_of(settings)

    def dense(self, reports: Sequence[int]) -> DenseIndex:
        return DenseIndex.of(RECIPE.dimension, [self.vectors[n] for n in reports])

    def lexical(self, reports: Sequence[int]) -> LexicalIndex:
        words = [self.words[n] for n in reports]
        return LexicalIndex.of((postings_of(one), len(one)) for one in words)


MADE = Made(6, 7)
ALL = range(6)
QUERIES = drawn(20, 99)
ASKED = [random.Random(n).choices([*VOCABULARY, "天気"], k=1 + n % 4) for n in range(20)]


def same(found: Sequence[tuple[int, float]], right: Sequence[tuple[int, float]]) -> bool:
    """Whether the same numbers were found in the same order, with scores as near as float32 is."""
    numbers, scores = (list(one) for one in zip(*found, strict=True)) if found else ([], [])
    return numbers == [number for number, _ in right] and np.allclose(
        scores, [score for _, score in right], atol=1e-5
    )


def same_but_for_ties(
    found: Sequence[tuple[int, float]], every: Sequence[tuple[int, float]], depth: int
) -> bool:
    """Whether the best were found, whichever of those with equal scores are the last."""
    scores = dict(every)
    return np.allclose(
        [score for _, score in found], [score for _, score in every[:depth]], atol=1e-5
    ) and all(abs(scores[number] - score) < 1e-5 for number, score in found)


def rows_of(reports: Sequence[int], part: Sequence[int], size: int) -> list[range]:
    """Where some of the reports stand among all, each of that size."""
    firsts = dict(zip(reports, accumulate([0] + [size] * (len(reports) - 1)), strict=True))
    return [range(firsts[n], firsts[n] + size) for n in part]


def require_right(index: Index, reports: Sequence[int]) -> None:
    """Both legs find what there is in these reports, among all of them and within some."""
    dense, lexical = MADE.dense(reports), MADE.lexical(reports)
    for query, words in zip(QUERIES, ASKED, strict=True):
        assert same(index.dense.search(query, 12), dense.search(query, 12))
        every = lexical.best(words, 999)
        assert same_but_for_ties(index.lexical.best(words, 12), every, 12)
        assert same(index.lexical.best(words, 999), every)
    for part in ([reports[0]], reports[1::2]):
        sentences, passages = rows_of(reports, part, 30), rows_of(reports, part, 9)
        for query, words in zip(QUERIES, ASKED, strict=True):
            found = index.dense.search(query, 99, sentences)
            assert same(found, dense.search(query, 99, sentences))
            right = lexical.best(words, 999, passages)
            assert same(index.lexical.best(words, 999, passages), right)
    assert [index.lexical.passages_with(word) for word in [*VOCABULARY, "天気"]] == [
        lexical.passages_with(word) for word in [*VOCABULARY, "天気"]
    ]
    assert (len(index.dense), len(index.lexical)) == (30 * len(reports), 9 * len(reports))


def test_both_legs_find_what_an_exact_search_finds(settings: Settings) -> None:
    require_right(MADE.put(settings, ALL), ALL)


def test_products_are_those_of_the_vectors(settings: Settings) -> None:
    index = MADE.put(settings, ALL)
    rows = [3, 170, 31, 3]
    vectors: Vectors = np.concatenate(MADE.vectors)[rows]
    assert np.array_equal(index.dense.rows(rows), vectors)
    assert np.allclose(index.dense.products(QUERIES[0], rows), vectors @ QUERIES[0], atol=1e-6)
    assert index.dense.dimension == RECIPE.dimension


def test_nothing_is_found_in_no_report_and_for_no_word(settings: Settings) -> None:
    index = MADE.put(settings, ALL)
    assert index.dense.search(QUERIES[0], 9, []) == []
    assert index.lexical.best(["特許"], 9, []) == []
    assert index.lexical.best([], 9) == []
    assert index.lexical.best(["天気"], 9) == []


def test_statistics_are_right_as_reports_come_and_go(settings: Settings) -> None:
    for reports in ([0, 1], [0, 1, 2, 3], [3, 1], ALL):
        require_right(MADE.put(settings, reports), reports)


def test_whoever_holds_a_generation_open_goes_on_with_it(settings: Settings) -> None:
    before = MADE.put(settings, [0, 1])
    after = MADE.put(settings, [2, 3, 4])
    require_right(before, [0, 1])
    require_right(after, [2, 3, 4])


def test_a_part_is_as_if_there_were_no_other_report(settings: Settings) -> None:
    whole = MADE.put(settings, ALL)
    part = part_of(settings.index, whole, ["r1", "r4", "r5"], engine_of(settings))
    require_right(part, [1, 4, 5])


@pytest.mark.parametrize(("made_for", "opened_for"), [KINDS, KINDS[::-1]])
def test_an_index_of_another_engine_is_refused_with_the_command_that_helps(
    tmp_path: Path, made_for: str, opened_for: str
) -> None:
    MADE.put(settings_for(made_for, tmp_path), [0])
    with pytest.raises(IndexMismatch, match=r"IPQA_INDEX_URL.*ipqa build"):
        index_of(settings_for(opened_for, tmp_path))


QUESTIONS = ["海藻の養殖はいつ始まりましたか", "2024年の出荷量は？", "山吹電機の受注は何件ですか"]
OTHER = "# 山吹電機の月次報告\n\n山吹電機の四月の受注は312件だった。関西の営業所は二か所である。\n"


@pytest.fixture(scope="module", params=KINDS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A real index of two reports, which tests leave as it is."""
    return of_two_reports(request.param, tmp_path_factory.mktemp(request.param))


def of_two_reports(kind: str, folder: Path) -> Settings:
    settings = settings_for(kind, folder).model_copy(update={"reader": False})
    settings.corpus.mkdir()
    (settings.corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    (settings.corpus / "monthly.md").write_text(OTHER, encoding="utf-8")
    build_index(settings, shipped_model(), lambda _: None)
    return settings


def told(settings: Settings, reports: Callable[[Assistant], Assistant] = lambda a: a) -> object:
    """All that is answered to some questions."""
    assistant = reports(Assistant.open(settings))
    return [assistant.ask(q).model_dump(exclude={"timings_ms"}) for q in QUESTIONS]


def test_answers_are_the_same_whatever_the_engine(built: Settings, tmp_path: Path) -> None:
    exact = of_two_reports("faiss", tmp_path)
    assert told(built) == told(exact)

    def limited(assistant: Assistant) -> Assistant:
        return assistant.limited_to(["monthly"])

    assert told(built, limited) == told(exact, limited)
    with pytest.raises(NothingToRead):
        Assistant.open(built).limited_to(["none"])


def test_a_build_leaves_an_index_that_is_up_to_date_as_it_is(built: Settings) -> None:
    assert not build_index(built, shipped_model(), lambda _: None).rebuilt


def test_a_report_is_taken_out_and_a_rollback_brings_it_back(settings: Settings) -> None:
    settings = settings.model_copy(update={"reader": False})
    settings.corpus.mkdir()
    (settings.corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    (settings.corpus / "monthly.md").write_text(OTHER, encoding="utf-8")
    build_index(settings, shipped_model(), lambda _: None)
    before = told(settings)
    remove_report(settings, shipped_model(), "monthly")
    assert list(index_of(settings).reports) == ["seaweed"]
    assert told(settings) != before
    assert roll_back(settings, shipped_model()).name == "000001"
    assert told(settings) == before
