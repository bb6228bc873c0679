"""Some reports of an index answer as if there were no others: nothing of the rest shows."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ipqa.answering.answer import Answer
from ipqa.assistant import Assistant
from ipqa.errors import IndexDamaged, NothingToRead, UnknownReport
from tests.parts import SMALL_REPORT, build_small_index

BUYOUT = """\
# 白樺乳業の買収計画

## 第1章 交渉

白樺乳業は2026年3月に青海水産の買収を申し入れた。買収額は48億円を見込む。
エックスディーエス計画(XDS)は社長室が進める。海藻の出荷量はXDSの評価に入っている。

## 第2章 時期

買収の完了は2027年10月を予定する。
"""

OTHER = """\
# 山吹電機の月次報告

山吹電機の四月の受注は312件だった。関西の営業所は二か所である。
"""

QUESTIONS = [
    "海藻の養殖はいつ始まりましたか",
    "2024年の出荷量は？",
    "白樺乳業の買収額は？",
    "XDSとは何ですか",
    "エックスディーエス計画の担当は？",
    "買収はいつ完了しますか",
    "関西の用途は",
    "山吹電機の受注は何件ですか",
    "社長室は何を進めていますか",
    "設備にはどんなものがありますか",
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant that knows all three; those that may be read stand around the one that may not."""
    folder = tmp_path_factory.mktemp("whole")
    return opened(folder, {"a-monthly": OTHER, "secret": BUYOUT, "seaweed": SMALL_REPORT})


@pytest.fixture(scope="module")
def limited(whole: Assistant) -> Assistant:
    return whole.limited_to({"seaweed", "a-monthly", "no-such-report"})


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant whose index was built without the secret report."""
    folder = tmp_path_factory.mktemp("alone")
    return opened(folder, {"a-monthly": OTHER, "seaweed": SMALL_REPORT})


def opened(folder: Path, reports: dict[str, str]) -> Assistant:
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in reports.items():
        (corpus / f"{name}.md").write_text(text, encoding="utf-8")
    return Assistant.open(build_small_index(corpus, folder / "index"))


def told(answer: Answer) -> dict[str, object]:
    return answer.model_dump(exclude={"timings_ms"})


def test_the_whole_index_would_tell_of_the_secret_report(whole: Assistant) -> None:
    """Otherwise the tests below would compare nothing."""
    assert whole.ask("白樺乳業の買収額は？").answered
    assert {citation.report for citation in whole.ask("買収額は？").citations} == {"secret"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_that_of_an_index_without_the_others(
    limited: Assistant, alone: Assistant, question: str
) -> None:
    answer = limited.ask(question)
    assert told(answer) == told(alone.ask(question))
    assert "secret" not in {citation.report for citation in answer.citations}


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_of_a_search_are_those_of_an_index_without_the_others(
    limited: Assistant, alone: Assistant, question: str
) -> None:
    assert limited.search(question, 20) == alone.search(question, 20)


def test_suggestions_and_verdicts_are_those_of_an_index_without_the_others(
    limited: Assistant, alone: Assistant
) -> None:
    assert limited.suggestions() == alone.suggestions()
    draft = "買収額は48億円である。2024年の出荷量は1,250トンだった。XDSは社長室が進める。"
    assert limited.verify(draft) == alone.verify(draft)


def test_what_the_index_counts_and_lists_is_without_the_others(
    limited: Assistant, alone: Assistant
) -> None:
    assert limited.index.manifest.counts == alone.index.manifest.counts
    assert list(limited.index.reports) == list(alone.index.reports)
    assert [r.id for r in limited.index.manifest.reports] == ["a-monthly", "seaweed"]


def test_a_report_that_may_not_be_read_is_one_that_does_not_exist(limited: Assistant) -> None:
    messages: dict[str, list[str]] = {}
    for report in ("secret", "no-such-report"):
        for act in (
            limited.report,
            lambda one: limited.ask("買収額は？", reports=[one]),
            lambda one: limited.search("買収額は？", 3, [one]),
            lambda one: limited.suggestions([one]),
            lambda one: limited.verify("買収額は48億円である。", [one]),
        ):
            with pytest.raises(UnknownReport) as caught:
                act(report)
            told_of = caught.value.message("ja")
            messages.setdefault(report, []).append(told_of.replace(f"「{report}」", ""))
    assert messages["secret"] == messages["no-such-report"]
    assert not any("secret" in message for message in messages["secret"])


def test_the_part_takes_over_the_whole_where_every_report_is_allowed(whole: Assistant) -> None:
    again = whole.limited_to(whole.index.reports)
    rows = range(len(whole.index.sentences))
    assert list(again.index.sentences) == list(whole.index.sentences)
    assert np.array_equal(again.index.dense.rows(rows), whole.index.dense.rows(rows))
    assert told(again.ask("買収額は？")) == told(whole.ask("買収額は？"))


def test_there_is_no_assistant_for_nothing(whole: Assistant) -> None:
    for reports in ([], ["no-such-report"]):
        with pytest.raises(NothingToRead):
            whole.limited_to(reports)


def test_a_part_whose_words_are_gone_is_refused(tmp_path: Path) -> None:
    assistant = opened(tmp_path, {"a-monthly": OTHER, "seaweed": SMALL_REPORT})
    shutil.rmtree(tmp_path / "index" / "readings")
    with pytest.raises(IndexDamaged, match="ipqa build"):
        assistant.limited_to(["seaweed"])
