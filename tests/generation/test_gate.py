"""A sentence that a model wrote is said only if the passages that it was shown say it."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ipqa.answering.citing import Citer
from ipqa.answering.evidence import Evidence
from ipqa.answering.grounding import figures
from ipqa.answering.verification import Verifier
from ipqa.assistant import Assistant
from ipqa.generation.gate import Dropped, Gate, Passed
from ipqa.generation.sentences import WrittenSentence
from ipqa.glossary import Glossary
from ipqa.retrieval import Hit, Retriever
from tests.parts import build_small_index, shipped_model

SHIPPED = "2024年の出荷量は1,250トンで、前年より8%増えた。"
RESUMED = "伸びたのは、輸出が再開されたためである。"
STARTED = "青海水産は2019年4月に海藻の養殖を始めた。"
SITES = "養殖場は北浜と南浜の二か所にある。"
WATER = "南浜の水温は年平均14度で、北浜より2度高い。"

HARBOUR = """\
# 西浦港の報告

西浦港は2022年に冷凍倉庫を三棟増設した。2024年の水揚げ量は3,480トンである。
"""


def gate_of(assistant: Assistant) -> Gate:
    index = assistant.index
    glossary = Glossary(index.names())
    retriever = Retriever(index, shipped_model(), glossary)
    evidence = Evidence(index, glossary)
    return Gate(index, retriever, Verifier(index, retriever, glossary, evidence, Citer(index)))


@pytest.fixture(scope="module")
def gate(small_assistant: Assistant) -> Gate:
    return gate_of(small_assistant)


@pytest.fixture(scope="module")
def shown(small_assistant: Assistant) -> list[Hit]:
    """All passages of the small report."""
    return small_assistant.search("2024年の出荷量は", 20)


def number_of(quote: str, shown: list[Hit], assistant: Assistant) -> int:
    """The number under which the passage that holds a quote was shown."""
    texts = [hit.passage.span.within(assistant.index.reports["seaweed"].text) for hit in shown]
    (number,) = [number for number, text in enumerate(texts, start=1) if quote in text]
    return number


def quotes_of(judged: Passed | Dropped, assistant: Assistant) -> list[str]:
    """What the stretches say that a passed sentence rests on."""
    assert isinstance(judged, Passed), judged
    report = assistant.index.reports[judged.statement.report]
    return [span.within(report.text) for span in judged.statement.spans]


@pytest.mark.parametrize("text", [SHIPPED, STARTED, SITES, WATER])
def test_what_a_passage_says_passes_with_the_one_sentence_that_says_it(
    gate: Gate, shown: list[Hit], small_assistant: Assistant, text: str
) -> None:
    number = number_of(text[:10], shown, small_assistant)
    judged = gate.judge(WrittenSentence(text, (number,)), shown)
    (quote,) = quotes_of(judged, small_assistant)
    passage = shown[number - 1].passage.span
    assert quote == text
    assert isinstance(judged, Passed)
    assert passage.covers(judged.statement.spans[0])
    assert passage != judged.statement.spans[0]


def test_what_two_sentences_say_together_rests_on_both(
    gate: Gate, shown: list[Hit], small_assistant: Assistant
) -> None:
    number = number_of("出荷量は", shown, small_assistant)
    text = "出荷量が伸びたのは、輸出が再開されたためである。"
    quotes = quotes_of(gate.judge(WrittenSentence(text, (number,)), shown), small_assistant)
    assert RESUMED in quotes
    assert len(quotes) == 2


@pytest.mark.parametrize(
    "text",
    [
        SHIPPED,
        STARTED,
        WATER,
        "二〇二四年の出荷量は1250トンで、前年より8%増えた。",
        "乾燥機（DRY-2）は一時間に50キログラムを乾かす。",
        "関西の2024年の出荷量は550トンである。",
    ],
)
def test_every_figure_of_what_passed_stands_in_its_quotes(
    gate: Gate, shown: list[Hit], small_assistant: Assistant, text: str
) -> None:
    quotes = quotes_of(gate.judge(WrittenSentence(text, (1,)), shown), small_assistant)
    assert figures(text)
    assert figures(text) <= set().union(*map(figures, quotes))


@pytest.mark.parametrize(
    ("text", "right", "reason"),
    [
        ("2024年の出荷量は1,350トンで、前年より8%増えた。", SHIPPED, "figures_differ"),
        ("2023年の出荷量は1,250トンで、前年より8%増えた。", SHIPPED, "figures_differ"),
        ("2024年の出荷量は1,250キログラムで、前年より8%増えた。", SHIPPED, "figures_differ"),
        ("2024年の出荷量は1,250トンで、前年より8%減った。", SHIPPED, "direction_differs"),
        ("2024年の出荷量は1,250トンで、前年より8%増えなかった。", SHIPPED, "negation_differs"),
        ("輸出は再開されていない。", "輸出が再開", "negation_differs"),
        ("白波水産は2019年4月に海藻の養殖を始めた。", STARTED[:12], "names_missing"),
        ("青海水産は2018年4月に海藻の養殖を始めた。", STARTED[:12], "figures_differ"),
        ("南浜の水温は年平均14度で、北浜より2度低い。", WATER, "direction_differs"),
    ],
    ids=[
        "digit",
        "year",
        "unit",
        "direction",
        "negation",
        "negated reason",
        "name",
        "year of a date",
        "comparison",
    ],
)
def test_what_the_passages_say_otherwise_is_dropped_and_the_reason_told(  # noqa: PLR0913, PLR0917 - three fixtures and three columns
    gate: Gate,
    shown: list[Hit],
    small_assistant: Assistant,
    text: str,
    right: str,
    reason: str,
) -> None:
    number = number_of(right[:12], shown, small_assistant)
    assert gate.judge(WrittenSentence(text, (number,)), shown) == Dropped(reason)


@pytest.mark.parametrize("year", ["2023年", "2024年", "2019年", "令和6年"])
@pytest.mark.parametrize(
    "stated", ["南浜の水温は年平均14度である。", "水温は南浜が北浜より2度高い。"]
)
def test_a_year_that_the_passages_say_of_something_else_is_not_lent(
    gate: Gate, shown: list[Hit], year: str, stated: str
) -> None:
    """Of years, a passage tells in which so much was shipped; a heading of its table, too."""
    assert isinstance(gate.judge(WrittenSentence(stated, ()), shown), Passed)
    assert gate.judge(WrittenSentence(f"{year}の{stated}", ()), shown) == Dropped("figures_differ")


def test_a_citation_to_the_wrong_passage_is_put_right(
    gate: Gate, shown: list[Hit], small_assistant: Assistant
) -> None:
    wrong = number_of("品質管理委員会", shown, small_assistant)
    judged = gate.judge(WrittenSentence(SHIPPED, (wrong,)), shown)
    assert quotes_of(judged, small_assistant) == [SHIPPED]


@pytest.mark.parametrize("numbers", [(), (0,), (99,), (0, 99, 100)])
def test_without_a_number_of_a_passage_what_was_shown_decides(
    gate: Gate, shown: list[Hit], numbers: tuple[int, ...]
) -> None:
    cited = gate.judge(WrittenSentence(SHIPPED, (1,)), shown)
    assert isinstance(cited, Passed)
    assert gate.judge(WrittenSentence(SHIPPED, numbers), shown) == cited
    wrong = WrittenSentence(SHIPPED.replace("1,250", "1,350"), numbers)
    assert gate.judge(wrong, shown) == Dropped("figures_differ")


def test_a_number_out_of_range_beside_a_right_one_is_overlooked(
    gate: Gate, shown: list[Hit]
) -> None:
    cited = gate.judge(WrittenSentence(SHIPPED, (1,)), shown)
    assert gate.judge(WrittenSentence(SHIPPED, (99, 1)), shown) == cited


def test_a_passage_that_was_not_shown_supports_nothing(
    gate: Gate, shown: list[Hit], small_assistant: Assistant
) -> None:
    number = number_of("出荷量は", shown, small_assistant)
    others = [hit for n, hit in enumerate(shown, start=1) if n != number]
    assert isinstance(gate.judge(WrittenSentence(SHIPPED, ()), others), Dropped)
    assert isinstance(gate.judge(WrittenSentence(SHIPPED, (1,)), []), Dropped)


@pytest.mark.parametrize(
    "text", ["Shipments in 2024 came to 1,250 tons.", "2024: 1,250 t (+8%)", "OK."]
)
def test_what_is_not_in_japanese_is_dropped(gate: Gate, shown: list[Hit], text: str) -> None:
    assert gate.judge(WrittenSentence(text, (1,)), shown) == Dropped("wrong_language")


@pytest.mark.parametrize(
    "text",
    ["ご質問ありがとうございます。", "まとめ", "第2章 販売", "出荷量を知りたいですか？", "回答："],
)
def test_what_states_nothing_is_dropped(gate: Gate, shown: list[Hit], text: str) -> None:
    assert gate.judge(WrittenSentence(text, (1,)), shown) == Dropped("nothing_stated")


def test_what_another_report_says_does_not_pass(small_assistant: Assistant, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    seaweed = small_assistant.index.reports["seaweed"].text
    (corpus / "seaweed.md").write_text(seaweed, encoding="utf-8")
    (corpus / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    both = Assistant.open(build_small_index(corpus, tmp_path / "index"))
    gate = gate_of(both)
    said = WrittenSentence("西浦港は2022年に冷凍倉庫を三棟増設した。", (1,))
    question = "西浦港の冷凍倉庫は"
    assert isinstance(gate.judge(said, both.search(question, 8, ["harbour"])), Passed)
    assert isinstance(gate.judge(said, both.search(question, 8, ["seaweed"])), Dropped)


# whatever a model writes

some = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
PIECES = [
    *(
        "2024年の",
        "2023年の",
        "出荷量は",
        "水温は",
        "南浜の",
        "北浜より",
        "青海水産は",
        "白波水産は",
    ),
    *(
        "1,250トンで",
        "1,350トンで",
        "年平均14度で",
        "8%",
        "2度",
        "令和6年に",
        "七" * 5000,
        "9" * 5000,
    ),
    *(
        "増えた",
        "減った",
        "増えなかった",
        "高い",
        "始めた",
        "という",
        "である",
        "。",
        "、",
        "「",
        "」",
    ),
    *(
        "輸出が再開されたためである",
        "と述べた",
        "[1](",
        "<b>",
        "https://evil.example/",
        "**",
        "・",
        "？",
    ),
    *("Shipments", " ", "\n", "\u200b", "𠮷"),
]
numbers = st.lists(st.integers(-3, 99), max_size=4).map(tuple)
anything = st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text())
supported = st.sampled_from([SHIPPED, STARTED, WATER])


@some
@given(anything, numbers)
@example(SHIPPED, (1,))
@example("出荷量は" + "9" * 5000 + "万トンである。", (1,))
@example("水温は約" + "7" * 70 + "度である。", ())
def test_whatever_passes_rests_on_what_was_shown_and_holds_its_figures(
    gate: Gate, shown: list[Hit], small_assistant: Assistant, text: str, numbers: tuple[int, ...]
) -> None:
    sentence = WrittenSentence(text, numbers)
    judged = gate.judge(sentence, shown)
    assert gate.judge(sentence, shown) == judged
    if isinstance(judged, Dropped):
        assert judged.reason
        return
    assert judged.statement.text == text
    assert judged.statement.spans
    tables = small_assistant.index.reports["seaweed"].tables
    told = [hit.passage.span for hit in shown] + [h for table in tables for h in table.header]
    assert all(any(t.covers(span) for t in told) for span in judged.statement.spans)
    assert figures(text) <= figures("\n".join(quotes_of(judged, small_assistant)))
    assert "evil.example" not in text


@some
@given(supported, numbers)
def test_what_the_passages_say_passes_whatever_numbers_stand_beside_it(
    gate: Gate, shown: list[Hit], text: str, numbers: tuple[int, ...]
) -> None:
    assert isinstance(gate.judge(WrittenSentence(text, numbers), shown), Passed)


@some
@given(supported, st.integers(0, 10**6), st.data())
def test_no_other_figure_passes_in_any_place(
    gate: Gate, shown: list[Hit], text: str, other: int, data: st.DataObject
) -> None:
    figure = data.draw(st.sampled_from(re.findall(r"[\d,]+", text)))
    assume(str(other) not in figures(text))
    changed = text.replace(figure, str(other), 1)
    judged = gate.judge(WrittenSentence(changed, (1,)), shown)
    assert isinstance(judged, Dropped), changed
