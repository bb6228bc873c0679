"""Nothing is said that its quotes do not hold."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ipqa.answering.answer import Citation, Claim
from ipqa.answering.grounding import figures, figures_in, grounded, is_verbatim
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import Report


def two_years() -> Report:
    builder = ReportBuilder()
    builder.paragraph("2024年の出荷量は1,250トンである。")
    builder.paragraph("前年は1,157トンだった。")
    return builder.build(title="報告").named("r", "r.md")


@pytest.fixture
def report() -> Report:
    return two_years()


def cite(report: Report, number: int, start: int, end: int, quote: str | None = None) -> Citation:
    return Citation(
        number=number,
        report=report.id,
        edition=report.edition,
        title=report.title,
        section=(),
        quote=report.text[start:end] if quote is None else quote,
        start=start,
        end=end,
        page=None,
        sources=(),
    )


def test_a_claim_stands_when_its_quote_stands_and_holds_its_figures(report: Report) -> None:
    claim = Claim(text="出荷量は1,250トン", citations=(1,))
    assert grounded([claim], [cite(report, 1, 0, 20)], {"r": report}) == (claim,)


def test_a_figure_in_another_notation_is_the_same_figure(report: Report) -> None:
    claim = Claim(text="出荷量は１２５０トン", citations=(1,))
    assert grounded([claim], [cite(report, 1, 0, 20)], {"r": report}) == (claim,)


@pytest.mark.parametrize("text", ["出荷量は1,251トン", "2023年の出荷量は1,250トン", "12.50トン"])
def test_a_figure_that_is_not_in_the_quote_is_not_said(report: Report, text: str) -> None:
    assert (
        grounded([Claim(text=text, citations=(1,))], [cite(report, 1, 0, 20)], {"r": report}) == ()
    )


def test_the_figure_must_be_in_a_quote_of_this_claim(report: Report) -> None:
    second = report.text.index("前年")
    citations = [cite(report, 1, 0, 20), cite(report, 2, second, second + 12)]
    claim = Claim(text="前年は1,157トン", citations=(1,))
    assert grounded([claim], citations, {"r": report}) == ()
    assert grounded([claim.model_copy(update={"citations": (1, 2)})], citations, {"r": report})


def test_a_quote_that_is_altered_supports_nothing(report: Report) -> None:
    altered = cite(report, 1, 0, 20, quote=report.text[:20].replace("1,250", "9,999"))
    assert not is_verbatim(altered, {"r": report})
    assert grounded([Claim(text="出荷", citations=(1,))], [altered], {"r": report}) == ()


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-3, 4), (0, 10_000)])
def test_an_empty_or_outlying_span_is_no_quote(report: Report, start: int, end: int) -> None:
    assert not is_verbatim(cite(report, 1, start, end), {"r": report})


def test_a_claim_without_citations_or_with_an_unknown_one_is_not_said(report: Report) -> None:
    claims = [Claim(text="出荷", citations=()), Claim(text="出荷", citations=(1, 7))]
    assert grounded(claims, [cite(report, 1, 0, 20)], {"r": report}) == ()


def test_a_report_that_is_not_there_supports_nothing(report: Report) -> None:
    assert grounded([Claim(text="出荷", citations=(1,))], [cite(report, 1, 0, 20)], {}) == ()


@given(st.integers(0, 10**12))
def test_a_number_is_the_same_with_and_without_separators_and_in_full_width(number: int) -> None:
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert (
        figures(f"{number}件") == figures(f"{number:,}件") == figures(f"{wide}件") == {str(number)}
    )


some = settings(max_examples=80, deadline=None)

KANJI = "〇一二三四五六七八九"


def in_kanji(number: int) -> str:
    """A number by unit, as it is written in running text: 三億二千万五."""
    written = ""
    for large, sign in ((10**12, "兆"), (10**8, "億"), (10**4, "万"), (1, "")):
        four = number // large % 10_000
        for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = four // place % 10
            if digit:
                one = digit == 1 and unit  # 千, not 一千
                written += ("" if one else KANJI[digit]) + unit
        written += sign if four else ""
    return written


@some
@given(st.integers(11, 10**16 - 1).filter(lambda n: len(in_kanji(n)) > 1))
@example(10**15)
def test_a_number_is_the_same_in_kanji_and_in_parts(number: int) -> None:
    parts = [
        (number // 10**12, "兆"),
        (number // 10**8 % 10**4, "億"),
        (number // 10**4 % 10**4, "万"),
    ]
    mixed = "".join(f"{part}{sign}" for part, sign in parts if part)
    mixed += str(number % 10**4) if number % 10**4 or not mixed else ""
    assert figures(f"{in_kanji(number)}件") == figures(f"{mixed}件") == {str(number)}


@some
@given(st.integers(0, 10**40), st.integers(0, 10**40), st.sampled_from(["", "万", "億", "兆"]))
@example(10**30, 10**30 + 1, "億")
def test_two_numbers_are_never_the_same(one: int, other: int, unit: str) -> None:
    same = figures(f"{one}{unit}円") == figures(f"{other}{unit}円")
    assert same == (one == other)
    same = figures_in(f"{one}{unit}円")[0].value == figures_in(f"{other}{unit}円")[0].value
    assert same == (one == other)


pieces = st.one_of(
    st.sampled_from(
        [*KANJI, *"十百千万億兆0123456789０９٣²¾,.，．-/△▲年月日%割分の第約以上つ元令和"]
    ),
    st.sampled_from(
        ["7" * 5000, "七" * 5000, "九千" * 99, "1," * 99, "百万人", "令和元年", "3分の2"]
    ),
    st.text(max_size=3),
)


@some
@given(st.lists(pieces, max_size=12).map("".join))
@example("7" * 5000 + "万円")
@example("3分の" + "七" * 5000)
@example("7" * 5000 + "割")
def test_any_text_has_figures_that_stand_in_it_in_order(text: str) -> None:
    found = figures_in(text)
    assert all(0 <= figure.start < figure.end <= len(text) for figure in found)
    assert all(one.start <= other.start for one, other in pairwise(found))
    assert all(figure.value >= 0 and figure.value.is_finite() for figure in found)
    assert figures(text) == figures(f"、{text}、")


quoted = st.tuples(st.integers(-2, 60), st.integers(-2, 60), st.booleans())
claimed = st.tuples(
    st.lists(st.sampled_from(["2024年", "1,250", "1,157トン", "9", "出荷量", "、"]), max_size=3),
    st.lists(st.integers(1, 4), max_size=3),
)


@some
@given(st.lists(quoted, max_size=3), st.lists(claimed, max_size=4))
def test_what_stands_has_every_figure_in_a_quote_that_stands(
    quotes: list[tuple[int, int, bool]], claims: list[tuple[list[str], list[int]]]
) -> None:
    report = two_years()
    citations = [
        cite(report, number, start, end, "1,250トン、9" if altered else None)
        for number, (start, end, altered) in enumerate(quotes, start=1)
    ]
    said = [Claim(text="".join(text), citations=tuple(numbers)) for text, numbers in claims]
    kept = grounded(said, citations, {"r": report})
    assert [claim for claim in said if claim in kept] == list(kept)
    for claim in kept:
        cited = [citations[number - 1] for number in claim.citations]
        assert cited
        assert all(report.text[c.start : c.end] == c.quote != "" for c in cited)
        digits = "".join(c.quote for c in cited).replace(",", "")
        assert all(figure in digits for figure in figures(claim.text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("令和7年", "2025年"),
        ("平成元年", "1989年"),
        ("5,001件", "五千一件"),
        ("５００１件", "5,001件"),
        ("1億2,000万円", "12,000万円"),
        ("1.2億円", "120,000,000円"),
        ("△3.5%", "▲3.5%"),
        ("二〇二四年", "2024年"),
        ("三億二千万円", "3億2,000万円"),
        ("十二名", "12名"),
        ("三分の二", "3分の2"),
    ],
)
def test_a_number_is_the_same_in_whatever_it_is_written(one: str, other: str) -> None:
    assert figures(one) == figures(other) != set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("△3.5%", "3.5%"),
        ("1.2億円", "1.2万円"),
        ("令和7年", "令和6年"),
        ("五千一件", "五千件"),
        ("3分の1", "3分の2"),
    ],
)
def test_other_numbers_are_not_the_same(one: str, other: str) -> None:
    assert figures(one) != figures(other)


def test_a_fraction_is_one_figure_with_its_bound() -> None:
    (figure,) = figures_in("2分の1以上")
    assert (float(figure.value), figure.unit, figure.bound) == (0.5, "", "least")


@pytest.mark.parametrize(
    ("text", "rate"),
    [("月2回", "月"), ("年間2回", "年"), ("毎週2回", "週"), ("今年2回", None), ("4月2回", None)],
)
def test_what_each_time_brings_is_read(text: str, rate: str | None) -> None:
    assert figures_in(text)[-1].rate == rate


def test_words_that_hold_one_kanji_numeral_are_no_numbers() -> None:
    assert figures("一部の三者が統一した第一の案を、千葉の百貨店で十分に") == set()
