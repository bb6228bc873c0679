from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ipqa.passages import (
    Passage,
    Sentence,
    context_of,
    describe_row,
    row_of,
    split_report,
)
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import Block, Report

LENGTH = 80

Written = tuple[str, str, int]
"""What a builder is told: a kind of block, its text, and a level, depth or number of rows."""


def build(written: Sequence[Written]) -> Report:
    builder = ReportBuilder()
    for kind, text, number in written:
        match kind:
            case "heading":
                builder.heading(text, 1 + number)
            case "paragraph":
                builder.paragraph(text)
            case "list_item":
                builder.list_item(text, depth=number)
            case "table":
                rows = [[f"行{row}", None if row == 1 else text] for row in range(number + 1)]
                builder.table("表1 一覧", ["区分", "内容"], rows)
            case _:
                builder.reference(number, text)
    return builder.build(title="題")


prose = st.lists(
    st.sampled_from(
        [
            "電池の規格を公開した",
            "。",
            "、",
            "「急ぐ。」",
            "と述べた。",
            "\n",
            " ",
            "！",
            "（注。）",
            "A",
            "...",
        ]
    ),
    min_size=1,
    max_size=40,
).map("".join)
reports = st.lists(
    st.tuples(
        st.sampled_from(["heading", "paragraph", "paragraph", "list_item", "table"]),
        prose.filter(str.strip),
        st.integers(0, 2),
    ),
    max_size=12,
).map(lambda written: build([*written, ("heading", "参考資料", 0), ("reference", "甲社", 1)]))
lengths = st.sampled_from([20, LENGTH, 250])
quick = settings(max_examples=75, deadline=None)

REPORT = build(
    [
        ("heading", "方針", 0),
        ("heading", "1-1. 狙い", 1),
        ("paragraph", "規格を公開した¹。狙いは次の通り。", 0),
        ("list_item", "部品を減らす。在庫も減る。", 0),
        ("list_item", "倉庫が空く", 1),
        ("table", "三割減る", 2),
        ("heading", "体制", 0),
        ("paragraph", "三人で始めた。", 0),
        ("heading", "参考資料", 0),
        ("reference", "甲社", 1),
    ]
)


def block_of(report: Report, text: str) -> Block:
    (block,) = (block for block in report.blocks if block.span.within(report.text) == text)
    return block


def within(report: Report, part: Passage | Sentence) -> str:
    return part.span.within(report.text)


# where passages lie


@quick
@given(reports, lengths)
def test_passages_are_in_order_and_do_not_overlap(report: Report, length: int) -> None:
    last = 0
    for passage in split_report(report, length)[0]:
        assert last <= passage.span.start < passage.span.end <= len(report.text)
        last = passage.span.end


@quick
@given(reports, lengths)
def test_a_passage_lies_in_one_section_and_names_it(report: Report, length: int) -> None:
    for passage in split_report(report, length)[0]:
        blocks = [
            block
            for block in report.blocks
            if block.span.start < passage.span.end and passage.span.start < block.span.end
        ]
        assert {report.section_path(block.section) for block in blocks} == {passage.section}
        assert all(block.kind not in {"heading", "reference", "table_header"} for block in blocks)
        (section,) = {block.section for block in blocks}
        assert report.sections[section].span.covers(passage.span)


@quick
@given(reports, lengths)
def test_no_passage_cuts_a_list_item_or_a_table_row(report: Report, length: int) -> None:
    for passage in split_report(report, length)[0]:
        for block in report.blocks:
            if block.kind in {"list_item", "table_row"}:
                apart = block.span.end <= passage.span.start or passage.span.end <= block.span.start
                assert apart or passage.span.covers(block.span)


@quick
@given(reports, lengths)
def test_a_passage_is_too_long_only_where_one_item_or_row_is(report: Report, length: int) -> None:
    whole = {b.span for b in report.blocks if b.kind in {"list_item", "table_row"}}
    for passage in split_report(report, length)[0]:
        assert passage.span.end - passage.span.start <= length or passage.span in whole


@quick
@given(reports, lengths)
@example(REPORT, LENGTH)
def test_passages_hold_every_paragraph_item_and_row_whole(report: Report, length: int) -> None:
    covered: set[int] = set()
    for passage in split_report(report, length)[0]:
        covered.update(range(passage.span.start, passage.span.end))
    for block in report.blocks:
        if block.kind in {"paragraph", "list_item", "table_row"}:
            assert covered.issuperset(range(block.span.start, block.span.end))


def test_a_table_row_is_a_passage_of_its_own() -> None:
    passages, _ = split_report(REPORT, 2000)
    rows = [block.span for block in REPORT.blocks if block.kind == "table_row"]
    assert [passage.span for passage in passages if passage.span in rows] == rows


def test_neighbours_in_one_section_share_a_passage_as_long_as_they_fit() -> None:
    passages, _ = split_report(REPORT, 2000)
    first = within(REPORT, passages[0])
    assert first.startswith("規格を公開した。")
    assert first.endswith("倉庫が空く")
    assert "三人で始めた。" not in first


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    sentence = "電池の規格を公開して、社外の仲間を増やした。"
    report = build([("paragraph", sentence * 10, 0)])
    passages, _ = split_report(report, LENGTH)
    assert len(passages) > 1
    assert all(within(report, passage).endswith("。") for passage in passages)


def test_a_long_paragraph_is_not_cut_right_after_a_quoted_stop() -> None:
    sentence = "社長は「電池の規格を公開して仲間を増やす。」と会議の席で述べた。"
    report = build([("paragraph", sentence * 10, 0)])
    for length in range(LENGTH, LENGTH + len(sentence)):
        assert not any(within(report, p).startswith("」") for p in split_report(report, length)[0])


def test_an_entry_of_a_source_list_between_paragraphs_is_in_no_passage() -> None:
    report = build(
        [("paragraph", "前の文。", 0), ("reference", "甲社", 1), ("paragraph", "後の文。", 0)]
    )
    assert not any("甲社" in within(report, p) for p in split_report(report, LENGTH)[0])


# sentences


@quick
@given(reports, lengths)
def test_a_sentence_lies_in_its_passage_and_in_its_block(report: Report, length: int) -> None:
    passages, sentences = split_report(report, length)
    for sentence in sentences:
        assert passages[sentence.passage].span.covers(sentence.span)
        assert report.blocks[sentence.block].span.covers(sentence.span)
        assert within(report, sentence) == within(report, sentence).strip() or (
            report.blocks[sentence.block].kind == "table_row"
        )


@quick
@given(reports, lengths)
def test_every_word_that_can_be_retrieved_can_be_cited_once(report: Report, length: int) -> None:
    passages, sentences = split_report(report, length)
    cited = [0] * len(report.text)
    for sentence in sentences:
        for position in range(sentence.span.start, sentence.span.end):
            cited[position] += 1
    assert max(cited, default=0) <= 1
    for passage in passages:
        for position in range(passage.span.start, passage.span.end):
            inside_a_word = report.text[position].isalnum()
            assert cited[position] or not inside_a_word


@quick
@given(reports)
def test_every_sentence_holds_a_word(report: Report) -> None:
    for sentence in split_report(report, LENGTH)[1]:
        assert any(character.isalnum() for character in within(report, sentence))


def test_an_item_of_two_sentences_can_be_cited_by_each() -> None:
    cited = [within(REPORT, sentence) for sentence in split_report(REPORT, LENGTH)[1]]
    assert "部品を減らす。" in cited
    assert "在庫も減る。" in cited
    assert "倉庫が空く" in cited


def test_a_row_is_cited_whole() -> None:
    cited = [within(REPORT, sentence) for sentence in split_report(REPORT, LENGTH)[1]]
    assert "行0\t三割減る" in cited


def test_headings_and_source_lists_are_not_cited() -> None:
    cited = "\n".join(within(REPORT, sentence) for sentence in split_report(REPORT, LENGTH)[1])
    for text in ("方針", "体制", "甲社", "区分"):
        assert text not in cited


# what is indexed


@quick
@given(reports, lengths)
def test_what_is_indexed_is_the_text_below_its_context(report: Report, length: int) -> None:
    passages, sentences = split_report(report, length)
    for sentence in sentences:
        block = report.blocks[sentence.block]
        text = (
            describe_row(report, block) if block.kind == "table_row" else within(report, sentence)
        )
        assert sentence.indexed_text == f"{context_of(report, block)}\n{text}"
    rows = {block.span for block in report.blocks if block.kind == "table_row"}
    for passage in passages:
        assert passage.span in rows or passage.indexed_text.endswith(f"\n{within(report, passage)}")
        assert passage.indexed_text.startswith(" ".join(passage.section))


def test_the_context_of_an_item_is_its_sections_and_what_led_into_its_list() -> None:
    item = block_of(REPORT, "倉庫が空く")
    assert context_of(REPORT, item) == (
        "方針 1-1. 狙い 狙いは次の通り。 部品を減らす。在庫も減る。"
    )


def test_a_deep_item_has_its_two_nearest_leads() -> None:
    report = build(
        [("paragraph", "序。", 0), *(("list_item", f"項{depth}", depth) for depth in range(3))]
    )
    assert context_of(report, block_of(report, "項2")) == "項0 項1"


def test_a_row_is_indexed_with_its_headings() -> None:
    row = block_of(REPORT, "行0\t三割減る")
    assert describe_row(REPORT, row) == "表1 一覧 区分: 行0 内容: 三割減る"


def test_a_lost_cell_is_left_out_of_what_is_indexed() -> None:
    row = block_of(REPORT, "行1\t")
    assert describe_row(REPORT, row).rstrip() == "表1 一覧 区分: 行1"


def test_a_row_knows_its_table_and_cells() -> None:
    for table in REPORT.tables:
        rows = [block for block in REPORT.blocks if block.kind == "table_row"]
        assert [row_of(REPORT, row) for row in rows] == [(table, cells) for cells in table.rows]


def test_a_block_that_is_no_row_has_no_cells() -> None:
    with pytest.raises(ValueError, match="no table row"):
        row_of(REPORT, REPORT.blocks[0])


# names


@quick
@given(reports, lengths)
def test_splitting_again_gives_the_same(report: Report, length: int) -> None:
    passages, sentences = split_report(report, length)
    assert split_report(report, length) == (passages, sentences)
    assert len({passage.id for passage in passages}) == len(passages)


def test_a_passage_is_named_after_its_report_and_place() -> None:
    for passage in split_report(REPORT.named("r", "r.txt"), LENGTH)[0]:
        assert passage.id == f"r:{passage.span.start}-{passage.span.end}"
        assert passage.report == "r"


def test_a_report_without_text_has_no_passages() -> None:
    assert split_report(build([("heading", "方針", 0)]), LENGTH) == ([], [])
