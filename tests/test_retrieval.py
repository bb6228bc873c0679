"""Hybrid search finds by meaning and by words, within the reports that are asked."""

import pytest

from ipqa import retrieval
from ipqa.glossary import Glossary
from ipqa.index.store import Index, open_index
from ipqa.japanese import content_words
from ipqa.retrieval import Retriever
from tests.parts import SMALL_REPORT, build_small_index, shipped_model

OTHER_REPORT = "# 林業の報告\n\n## 伐採\n\n2024年の出荷量は300トンで、杉が多い。\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    corpus = tmp_path_factory.mktemp("two-reports")
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    (corpus / "forest.md").write_text(OTHER_REPORT, encoding="utf-8")
    return open_index(build_small_index(corpus, corpus / "index").index)


@pytest.fixture(scope="module")
def retriever(index: Index) -> Retriever:
    glossary = Glossary(index.names())
    return Retriever(index, shipped_model(), glossary)


def test_the_passage_that_answers_comes_first(index: Index, retriever: Retriever) -> None:
    best = retriever.search("養殖はいつ始まったか", 3)[0]
    assert "2019年4月" in best.passage.span.within(index.reports["seaweed"].text)


def test_scores_fall_and_the_order_is_the_same_every_time(retriever: Retriever) -> None:
    runs = [retriever.search("2024年の出荷量", 10) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    scores = [hit.score for hit in runs[0]]
    assert scores == sorted(scores, reverse=True)


def test_a_filter_keeps_to_its_report_and_still_fills_k(index: Index, retriever: Retriever) -> None:
    held = sum(passage.report == "forest" for passage in index.passages)
    hits = retriever.search("海藻の養殖", 10, ["forest"])
    assert len(hits) == held > 0
    assert {hit.passage.report for hit in hits} == {"forest"}


def test_no_more_than_k_and_all_that_there_are(index: Index, retriever: Retriever) -> None:
    assert len(retriever.search("出荷量", 2)) == 2
    assert len(retriever.search("出荷量", 1000)) == len(index.passages)


def test_full_and_half_width_ask_the_same(retriever: Retriever) -> None:
    wide = retriever.search("ＤＲＹ－２は何をする機械か", 1)[0]
    narrow = retriever.search("DRY-2は何をする機械か", 1)[0]
    assert wide.passage == narrow.passage


@pytest.mark.parametrize("reports", [None, ["seaweed"]])
def test_legs_that_search_side_by_side_propose_the_same(
    index: Index, monkeypatch: pytest.MonkeyPatch, reports: list[str] | None
) -> None:
    for question in ("南浜の水温", "出荷量の推移", "種苗槽の容量は"):
        query = shipped_model().embed_queries([question])[0]
        words = [word.form for word in content_words(question)]
        one_by_one = retrieval.proposed(index, query, words, reports)
        with monkeypatch.context() as patch:
            patch.setattr(retrieval, "_SMALL", 0)
            assert retrieval.proposed(index, query, words, reports) == one_by_one
        assert all(one_by_one)
