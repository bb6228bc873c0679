"""What every format reads from an exchange."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from ipqa.answering.answer import Claim
from ipqa.exports.exchange import (
    Exchange,
    is_list_item,
    one_line,
    permalink,
    place,
    quotation,
    web_address,
)
from ipqa.exports.labels import LABELS, confidence_line
from tests.exports.examples import ADDRESS, PLAN, answered, citation


def test_a_text_becomes_one_line_without_characters_that_no_file_holds() -> None:
    assert one_line(" 一行目\r\n\n二行目\x00\x0b\ufffe\ud800　🙂 ") == "一行目 二行目　🙂"


def test_the_cells_of_a_quoted_table_row_are_told_apart() -> None:
    row = citation(1, "投資額\t80億円\t-")
    assert quotation(row, LABELS["ja"]) == "「投資額｜80億円｜-」"
    headed = row.model_copy(update={"columns": ("", "計画", "実績")})
    assert quotation(headed, LABELS["ja"]) == "「投資額｜80億円｜-」（列：｜計画｜実績）"
    assert quotation(headed, LABELS["en"]) == "「投資額｜80億円｜-」 (columns: ｜計画｜実績)"


def test_a_place_is_report_section_and_page_as_far_as_there_are_any() -> None:
    cited = citation(1, "…")
    assert place(cited, LABELS["ja"]) == "白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ"
    assert place(cited, LABELS["en"]) == "白浜精機の中期計画「第2章 投資 › 2-1. 新工場」 page 3"
    bare = cited.model_copy(update={"section": (), "page": None})
    assert place(bare, LABELS["ja"]) == "白浜精機の中期計画"


def test_a_permalink_names_report_edition_and_offsets() -> None:
    link = permalink(citation(2, "80億円"), ADDRESS)
    assert link == f"{ADDRESS}/r/%E7%99%BD%E6%B5%9C%202025#s=20-24&e=ab12"


@pytest.mark.parametrize(
    ("given", "linked"),
    [
        ("https://example.com/a?b=1&c=2#d", "https://example.com/a?b=1&c=2#d"),
        ("http://127.0.0.1:8000/r/x#s=1-2&e=ab", "http://127.0.0.1:8000/r/x#s=1-2&e=ab"),
        ("https://example.com/（図）(1)", "https://example.com/%EF%BC%88%E5%9B%B3%EF%BC%89%281%29"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.com", None),
        ("http://", None),
        ("http://[::1", None),
        ("www.example.com", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_linked_and_nothing_in_them_ends_the_link(
    given: str | None, linked: str | None
) -> None:
    assert web_address(given) == linked


def test_list_items_are_the_claims_that_the_answer_sets_as_such() -> None:
    listed = [is_list_item(claim, PLAN.answer) for claim in PLAN.answer.claims]
    assert listed == [False, True, True]


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (0.75, "確信度：高（0.75）", "Confidence: high (0.75)"),
        (0.5, "確信度：中（0.50）", "Confidence: medium (0.50)"),
        (0.49, "確信度：低（0.49）", "Confidence: low (0.49)"),
    ],
)
def test_confidence_is_said_in_a_word_and_as_a_number(value: float, ja: str, en: str) -> None:
    assert confidence_line(value, LABELS["ja"]) == ja
    assert confidence_line(value, LABELS["en"]) == en


def test_the_page_says_the_same_word() -> None:
    page = (Path(__file__).parents[2] / "web" / "answer.js").read_text("utf-8")
    steps = {name: float(value) for name, value in re.findall(r"const (HIGH|MEDIUM) = (.+);", page)}
    assert {"high", "medium"} == {
        word
        for name, word in (("HIGH", "high"), ("MEDIUM", "medium"))
        if confidence_line(steps[name], LABELS["en"]).startswith(f"Confidence: {word}")
        and not confidence_line(steps[name] - 0.01, LABELS["en"]).startswith(f"Confidence: {word}")
    }


def test_an_answer_whose_numbers_lead_nowhere_is_refused() -> None:
    claim = Claim(text="増えた。", citations=(2,))
    for citations in ((citation(1, "増えた。"),), (citation(2, "増"), citation(2, "減"))):
        with pytest.raises(ValidationError):
            Exchange(question="増えましたか", answer=answered(claim, citations=citations))
