import pytest

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.describe import Outline, describe
from ipqa.reports.model import Report


@pytest.fixture(scope="module")
def report() -> Report:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.heading("1-1. 背景", 2)
    builder.paragraph("規格を公開した¹ ² ⁹。狙いは次の通り。")
    builder.list_item("部品を減らす", label="1.")
    builder.list_item("在庫が減る", depth=1)
    builder.table(
        "表1 出荷", ["地域", "量", "評価"], [["関東", "3トン", None], ["関西", "", "甚大"]]
    )
    builder.heading("当章の参考資料", 2)
    builder.reference(1, "甲社 https://example.com/a")
    builder.reference(2, "乙社")
    builder.heading("参考資料リスト(全体)", 1)
    builder.reference(1, "丙社 https://example.com/c")
    builder.warn("left_out", what="図")
    return builder.build(title="題").named("r", "r.txt")


@pytest.fixture(scope="module")
def outline(report: Report) -> Outline:
    return describe(report)


def test_the_outline_names_the_report_and_its_length(outline: Outline, report: Report) -> None:
    assert (outline.id, outline.title, outline.source) == ("r", "題", "r.txt")
    assert outline.characters == len(report.text)


def test_the_sections_are_those_with_a_heading(outline: Outline, report: Report) -> None:
    assert [(s.level, s.title, s.path) for s in outline.sections] == [
        (s.level, s.title, s.path) for s in report.sections[1:]
    ]
    assert all(report.text[s.start : s.end].startswith(s.title) for s in outline.sections)


def test_blocks_stand_in_order_with_their_offsets(outline: Outline, report: Report) -> None:
    assert [(b.kind, b.start, b.end, b.depth, b.label) for b in outline.blocks] == [
        (b.kind, b.span.start, b.span.end, b.depth, b.label) for b in report.blocks
    ]


def test_header_and_rows_carry_their_cells_and_no_other_block_does(
    outline: Outline, report: Report
) -> None:
    cells = {
        b.kind: [cell and report.text[slice(*cell)] for cell in b.cells]
        for b in outline.blocks
        if b.cells is not None
    }
    assert cells == {"table_header": ["地域", "量", "評価"], "table_row": ["関西", "", "甚大"]}
    assert all((b.cells is None) == (b.table is None) for b in outline.blocks)


def test_every_row_gets_its_own_cells_when_there_are_several_tables() -> None:
    builder = ReportBuilder()
    for number in range(3):
        builder.table("", ["項", f"値{number}"], [[f"甲{number}", "1"], [f"乙{number}", None]])
    report = builder.build(title="題").named("r", "r.txt")
    for block in describe(report).blocks:
        assert block.cells is not None
        texts = [report.text[slice(*cell)] for cell in block.cells if cell]
        assert report.text[block.start : block.end].rstrip("\t") == "\t".join(texts)


def test_a_lost_cell_is_null_and_an_empty_one_is_empty(outline: Outline) -> None:
    (table,) = outline.tables
    assert table.header == ["地域", "量", "評価"]
    assert table.rows == [["関東", "3トン", None], ["関西", "", "甚大"]]
    assert (table.title, table.section) == ("表1 出荷", ("方針", "1-1. 背景"))


def test_references_say_whom_they_serve(outline: Outline) -> None:
    assert [(r.number, r.title, r.url, r.scope) for r in outline.references] == [
        (1, "甲社", "https://example.com/a", "chapter"),
        (2, "乙社", None, "chapter"),
        (1, "丙社", "https://example.com/c", "report"),
    ]
    assert outline.references[0].section == ("方針", "当章の参考資料")


def test_marks_say_what_they_lead_to(outline: Outline, report: Report) -> None:
    # ⁹ is beyond the chapter's list, so the chapter follows the list for the whole report
    assert [(m.number, m.status, [s.url for s in m.sources]) for m in outline.marks] == [
        (1, "ambiguous", ["https://example.com/c", "https://example.com/a"]),
        (2, "missing", []),
        (9, "missing", []),
    ]
    assert all(report.text[: m.position].endswith("規格を公開した") for m in outline.marks)


def test_warnings_are_told_with_their_place_in_both_languages(
    outline: Outline, report: Report
) -> None:
    assert [w.code for w in outline.warnings] == ["lost_cell", "left_out"]
    lost, left_out = outline.warnings
    assert report.text[lost.start : lost.end].startswith("関東")
    assert left_out.start == left_out.end == len(report.text)
    assert "図" in left_out.message
    assert "図" in left_out.message_en


def test_an_outline_survives_being_written_as_json(outline: Outline) -> None:
    assert Outline.model_validate_json(outline.model_dump_json()) == outline
