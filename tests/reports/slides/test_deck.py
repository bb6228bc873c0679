from pathlib import Path

import pytest
from pptx.chart.data import ChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE
from pptx.slide import Slide
from pptx.table import Table as MadeTable
from pptx.util import Inches

from ipqa.errors import FileBroken
from ipqa.reports.builder import ReportBuilder, lead_span
from ipqa.reports.model import Report, Table
from ipqa.reports.slides.deck import read_slides
from tests.office_maker import (
    BLANK,
    COVER,
    SECTION,
    TITLED,
    SlidesMaker,
    add_diagram,
    box,
    elements,
    repacked,
)

WHITE = "FFFFFF"


def read(maker: SlidesMaker) -> Report:
    builder = ReportBuilder()
    title = read_slides(maker.saved(), builder, Path("説明.pptx"))
    return builder.build(title=title)


def blocks(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, block.span.within(report.text)) for block in report.blocks]


def texts(report: Report) -> list[str]:
    return [text for _, text in blocks(report)]


def outline(report: Report) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in report.sections[1:]]


def cells(report: Report, found: Table) -> tuple[list[str], list[list[str]]]:
    header = [cell.within(report.text) for cell in found.header]
    rows = [[cell.within(report.text) if cell else "" for cell in row] for row in found.rows]
    return header, rows


def warned(report: Report) -> list[tuple[str, dict[str, str | int]]]:
    return [(warning.code, warning.details) for warning in report.warnings]


def covered() -> SlidesMaker:
    """A file with a cover, to which slides are to be added."""
    maker = SlidesMaker()
    maker.slide("青葉電機の規格戦略", "2024年5月", layout=COVER)
    return maker


def grid(slide: Slide, *rows: list[str]) -> MadeTable:
    """Add a table."""
    frame = slide.shapes.add_table(
        len(rows), len(rows[0]), Inches(1), Inches(3), Inches(6), Inches(2)
    )
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            frame.table.cell(number, column).text = text
    return frame.table


def columns(*series: tuple[str, tuple[float | None, ...], str]) -> ChartData:
    """The figures of a chart over two years; each series with the format of its cells."""
    data = ChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2023年", "2024年"]
    for name, values, pattern in series:
        data.add_series(name, values, number_format=pattern)  # type: ignore[no-untyped-call]
    return data


def add_chart(slide: Slide, data: ChartData, kind: XL_CHART_TYPE) -> None:
    slide.shapes.add_chart(kind, Inches(1), Inches(3), Inches(6), Inches(3), data)


# sections


def test_the_cover_gives_the_title_and_every_other_slide_is_a_section_on_its_page() -> None:
    maker = covered()
    maker.slide("方針", "規格を公開する")
    maker.slide("体制", "本部を設ける")
    report = read(maker)
    assert report.title == "青葉電機の規格戦略"
    assert outline(report) == [(1, "方針"), (1, "体制")]
    assert [(block.kind, block.page) for block in report.blocks] == [
        ("paragraph", 1),
        ("heading", 2),
        ("paragraph", 2),
        ("heading", 3),
        ("paragraph", 3),
    ]


def test_a_title_broken_by_hand_is_on_one_line() -> None:
    maker = SlidesMaker()
    maker.slide("青葉電機の\v規格戦略", "2024年5月", layout=COVER)
    assert read(maker).title == "青葉電機の規格戦略"


def test_below_the_heading_of_a_section_slides_are_one_level_deeper() -> None:
    maker = covered()
    maker.slide("要約", "要約の文")
    maker.slide("第1部 方針", layout=SECTION)
    maker.slide("背景", "背景の文")
    maker.slide("第2部 体制", layout=SECTION)
    maker.slide("人員", "人員の文")
    assert outline(read(maker)) == [
        (1, "要約"),
        (1, "第1部 方針"),
        (2, "背景"),
        (1, "第2部 体制"),
        (2, "人員"),
    ]


def test_slides_that_go_on_share_a_section_and_those_of_another_year_do_not() -> None:
    maker = covered()
    maker.slide("2023年度の業績（1/2）", "売上高は伸びた")
    maker.slide("2023年度の業績（2/2）", "利益は減った")
    maker.slide("2024年度の業績", "売上高は減った")
    maker.slide("2024年度の業績（続き）", "利益は伸びた")
    report = read(maker)
    assert outline(report) == [(1, "2023年度の業績"), (1, "2024年度の業績")]
    assert [block.page for block in report.blocks if block.kind == "paragraph"][1:] == [2, 3, 4, 5]


def test_a_slide_without_a_place_for_a_title_is_titled_by_its_large_text_at_the_top() -> None:
    maker = covered()
    slide = maker.slide("", layout=BLANK)
    box(slide, "1,350億円", (1, 3, 4, 1), size=60)
    box(slide, "売上高", (1, 2.4, 4, 0.5))
    box(slide, "業績の要点", (0.5, 0.3, 8, 0.7), size=32)
    assert texts(read(maker))[1:] == ["業績の要点", "売上高", "1,350億円"]


def test_a_slide_without_any_title_is_named_by_its_number() -> None:
    maker = covered()
    box(maker.slide("", layout=BLANK), "規格を公開し、利用者を増やす。", (1, 4, 4, 1))
    assert outline(read(maker)) == [(1, "スライド2")]


def test_without_a_cover_the_properties_give_the_title_and_the_first_slide_is_a_section() -> None:
    maker = SlidesMaker()
    maker.deck.core_properties.title = "規格戦略の説明"
    grid(maker.slide("方針", layout=TITLED), ["区分", "前年", "今年"], ["甲", "1", "2"])
    report = read(maker)
    assert (report.title, outline(report)) == ("規格戦略の説明", [(1, "方針")])


def test_a_first_slide_that_says_something_is_no_cover() -> None:
    maker = SlidesMaker()
    maker.slide("方針", "規格を公開する", "増産する")
    maker.slide("体制", "本部を設ける")
    report = read(maker)
    assert (report.title, outline(report)) == ("方針", [(1, "方針"), (1, "体制")])


def test_a_slide_that_names_the_following_ones_is_left_out() -> None:
    maker = covered()
    maker.slide("本日の内容", "1. 方針", "2. 体制")
    maker.slide("方針", "規格を公開する")
    maker.slide("体制", "本部を設ける")
    report = read(maker)
    assert outline(report) == [(1, "方針"), (1, "体制")]
    assert warned(report) == [("left_out", {"what": "目次"})]


def test_a_slide_with_the_contents_of_something_else_is_read() -> None:
    maker = covered()
    maker.slide("内容", "増産", "値上げ")
    maker.slide("方針", "規格を公開する")
    assert outline(read(maker)) == [(1, "内容"), (1, "方針")]


# text


def test_lines_with_bullets_are_items_of_their_depth_and_a_lone_one_is_a_paragraph() -> None:
    maker = covered()
    maker.slide("方針", "規格を公開する", "\t利用者が増える", "\t\t部品が安くなる", "増産する")
    maker.slide("体制", "本部を設ける")
    report = read(maker)
    assert [
        (block.kind, block.depth, block.span.within(report.text)) for block in report.blocks[2:]
    ] == [
        ("list_item", 0, "規格を公開する"),
        ("list_item", 1, "利用者が増える"),
        ("list_item", 2, "部品が安くなる"),
        ("list_item", 0, "増産する"),
        ("heading", 0, "体制"),
        ("paragraph", 0, "本部を設ける"),
    ]


def test_numbers_that_powerpoint_sets_are_labels() -> None:
    maker = covered()
    slide = maker.slide("方針", "増産", "\t北工場", "\t南工場", "値上げ", "海外")
    kinds = ["circleNumDbPlain", "arabicParenBoth", "arabicParenBoth", *["circleNumDbPlain"] * 2]
    for written, kind in zip(slide.placeholders[1].text_frame.paragraphs, kinds, strict=True):
        written._p.get_or_add_pPr().append(elements(f'<a:buAutoNum type="{kind}"/>')[0])  # noqa: SLF001
    report = read(maker)
    assert [block.label for block in report.blocks[2:]] == ["①", "(1)", "(2)", "②", "③"]


def test_a_line_without_a_bullet_leads_into_those_below_it() -> None:
    maker = covered()
    slide = maker.slide("", layout=BLANK)
    box(slide, "方針", (0.5, 0.3, 8, 0.7), size=32)
    box(slide, "狙いは次の二つ\n・増産\n・値上げ\n※1 北米のみ", (1, 2, 4, 2))
    report = read(maker)
    assert [kind for kind, _ in blocks(report)[2:]] == [
        "paragraph",
        "list_item",
        "list_item",
        "note",
    ]
    lead = lead_span(report, report.blocks[3])
    assert lead is not None
    assert lead.within(report.text) == "狙いは次の二つ"


def test_a_line_broken_by_hand_is_joined() -> None:
    maker = covered()
    maker.slide("方針", "規格を公開し、\v利用者を増やす Aoba\vDenki の方針")
    assert texts(read(maker))[-1] == "規格を公開し、利用者を増やす Aoba Denki の方針"


def test_raised_figures_are_marks() -> None:
    maker = covered()
    frame = maker.slide("方針", "規格を公開した").placeholders[1].text_frame
    mark = frame.paragraphs[0].add_run()
    mark.text = "2"
    mark._r.get_or_add_rPr().set("baseline", "30000")  # noqa: SLF001
    report = read(maker)
    assert texts(report)[-1] == "規格を公開した"
    assert [found.number for found in report.marks] == [2]


def test_what_the_speaker_is_to_say_ends_the_section_and_says_what_it_is() -> None:
    maker = covered()
    maker.slide("方針", "規格を公開する", notes="為替の影響は12億円。\n問われたら資料を示す。")
    assert texts(read(maker))[-3:] == [
        "規格を公開する",
        "ノート: 為替の影響は12億円。",
        "ノート: 問われたら資料を示す。",
    ]


def test_sources_on_the_last_slide_are_entries() -> None:
    maker = covered()
    maker.slide("第1部", layout=SECTION)
    maker.slide("方針", "規格を公開した[1]")
    slide = maker.slide("参考文献", "[1] 甲社「年報」", "[2] 乙社「白書」")
    frame = slide.placeholders[1].text_frame
    frame.paragraphs[0].runs[0].hyperlink.address = "https://example.com/a"
    report = read(maker)
    assert [(r.number, r.title, r.url, r.scope) for r in report.references] == [
        (1, "甲社「年報」", "https://example.com/a", "report"),
        (2, "乙社「白書」", None, "report"),
    ]


# reading order


def test_two_columns_are_read_one_after_the_other_below_what_spans_both() -> None:
    maker = covered()
    slide = maker.slide("強みと弱み", layout=TITLED)
    box(slide, "右の一", (5.2, 3, 4, 0.5))
    box(slide, "左の二", (0.5, 4, 4, 0.5))
    box(slide, "左の一", (0.5, 3, 4, 0.5))
    box(slide, "右の二", (5.2, 4, 4, 0.5))
    box(slide, "両方の上", (0.5, 2, 8.7, 0.5))
    assert texts(read(maker))[2:] == ["両方の上", "左の一", "左の二", "右の一", "右の二"]


def test_each_of_three_headings_is_followed_by_its_figure() -> None:
    maker = covered()
    slide = maker.slide("指標", layout=TITLED)
    for number, (name, figure) in enumerate(
        [("売上高", "12億円"), ("利益", "3億円"), ("人員", "9名")]
    ):
        box(slide, name, (0.5 + 3 * number, 2, 2.5, 0.5))
        box(slide, figure, (0.5 + 3 * number, 2.6, 2.5, 1.2))
    assert texts(read(maker))[2:] == ["売上高", "12億円", "利益", "3億円", "人員", "9名"]


def test_cards_in_rows_are_read_row_by_row() -> None:
    maker = covered()
    slide = maker.slide("手順", layout=TITLED)
    for number in range(6):
        box(slide, f"手順{number}", (0.5 + 3 * (number % 3), 2 + 2 * (number // 3), 2.5, 1.3))
    assert texts(read(maker))[2:] == [f"手順{number}" for number in range(6)]


def test_names_at_the_left_are_read_with_the_text_beside_them() -> None:
    maker = covered()
    slide = maker.slide("課題と対策", layout=TITLED)
    for number, (name, text) in enumerate(
        [("課題", "人手が足りない。"), ("対策", "機械を入れる。")]
    ):
        box(slide, name, (0.5, 2 + 1.5 * number, 1.5, 1))
        box(slide, text, (2.2, 2.05 + 1.5 * number, 7, 1))
    assert texts(read(maker))[2:] == ["課題", "人手が足りない。", "対策", "機械を入れる。"]


def test_shapes_in_groups_stand_where_the_group_puts_them() -> None:
    maker = covered()
    slide = maker.slide("手順", layout=TITLED)
    below = box(slide, "下の文", (1, 1, 4, 0.5))
    group = slide.shapes.add_group_shape([below])
    group.top = Inches(5)
    box(slide, "上の文", (1, 3, 4, 0.5))
    assert texts(read(maker))[2:] == ["上の文", "下の文"]


# tables and charts


def test_merged_cells_of_a_table_are_repeated_below_its_caption() -> None:
    maker = covered()
    slide = maker.slide("業績", layout=TITLED)
    made = grid(
        slide, ["区分", "前年", "今年"], ["売上高", "12", "15"], ["", "3", "4"], ["概算", "", ""]
    )
    made.cell(1, 0).merge(made.cell(2, 0))
    made.cell(3, 0).merge(made.cell(3, 2))
    box(slide, "表1　業績の推移", (1, 2, 4, 0.4))
    box(slide, "（単位：億円）", (5.5, 2, 2, 0.4))
    report = read(maker)
    (found,) = report.tables
    assert found.title == "表1　業績の推移（単位：億円）"
    assert cells(report, found) == (
        ["区分", "前年", "今年"],
        [["売上高", "12", "15"], ["売上高", "3", "4"], ["概算", "", ""]],
    )


def test_a_table_whose_first_row_is_not_set_apart_is_told_by_its_words() -> None:
    maker = covered()
    made = grid(maker.slide("概要", layout=TITLED), ["商号", "青葉電機"], ["設立", "1962年"])
    made.first_row = False
    report = read(maker)
    assert cells(report, report.tables[0]) == ([], [["商号", "青葉電機"], ["設立", "1962年"]])


def test_a_chart_is_a_table_of_its_categories_and_series_as_its_cells_show_them() -> None:
    maker = covered()
    data = columns(
        ("売上高", (1200, 1350.5), "General"),
        ("件数", (12000, 13500), "#,##0"),
        ("比率", (0.081, None), "0.0%"),
    )
    slide = maker.slide("業績の推移", layout=TITLED)
    add_chart(slide, data, XL_CHART_TYPE.COLUMN_CLUSTERED)
    report = read(maker)
    (found,) = report.tables
    assert found.title == "業績の推移のグラフ"
    assert cells(report, found) == (
        ["", "売上高", "件数", "比率"],
        [["2023年", "1200", "12,000", "8.1%"], ["2024年", "1350.5", "13,500", ""]],
    )


def test_a_chart_keeps_its_own_title() -> None:
    maker = covered()
    slide = maker.slide("業績の推移", layout=TITLED)
    add_chart(slide, columns(("売上高", (12, 15), "General")), XL_CHART_TYPE.PIE)
    chart = slide.shapes[-1].chart  # type: ignore[attr-defined]
    chart.chart_title.text_frame.text = "売上高の内訳"
    assert read(maker).tables[0].title == "売上高の内訳"


def test_a_scatter_chart_is_a_table_of_its_points() -> None:
    maker = covered()
    data = XyChartData()  # type: ignore[no-untyped-call]
    factory = data.add_series("工場")  # type: ignore[no-untyped-call]
    factory.add_data_point(1.5, 2.25)
    factory.add_data_point(3, 4)
    slide = maker.slide("相関", layout=TITLED)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, Inches(3), Inches(3), data)  # type: ignore[arg-type]
    report = read(maker)
    assert cells(report, report.tables[0]) == (
        ["", "X", "Y"],
        [["工場", "1.5", "2.25"], ["工場", "3", "4"]],
    )


def test_a_chart_that_promises_endless_points_has_those_that_are_there() -> None:
    maker = covered()
    slide = maker.slide("推移", layout=TITLED)
    add_chart(slide, columns(("売上高", (12, 15), "General")), XL_CHART_TYPE.LINE)

    def change(parts: dict[str, bytes]) -> None:
        (name,) = (n for n in parts if n.startswith("ppt/charts/chart"))
        parts[name] = parts[name].replace(b'ptCount val="2"', b'ptCount val="999999999"')

    builder = ReportBuilder()
    read_slides(repacked(maker.saved(), change), builder, Path("説明.pptx"))
    assert len(builder.build(title="題").tables[0].rows) == 2


def test_the_words_of_a_diagram_are_a_list() -> None:
    maker = covered()
    slide = maker.slide("流れ", layout=TITLED)
    add_diagram(slide, {"調達": ["国内", "海外"], "製造": []})
    report = read(maker)
    assert [(b.depth, b.span.within(report.text)) for b in report.blocks[2:]] == [
        (0, "調達"),
        (1, "国内"),
        (1, "海外"),
        (0, "製造"),
    ]


def test_a_diagram_that_cannot_be_read_is_told() -> None:
    maker = covered()
    add_diagram(maker.slide("流れ", layout=TITLED), {})
    report = read(maker)
    assert warned(report) == [("left_out", {"what": "SmartArt"})]
    assert report.warnings[0].page == 2


# what cannot be seen, and what is not of the slide


def test_hidden_slides_are_left_out_with_a_warning() -> None:
    maker = covered()
    maker.slide("社内の覚書", "秘密の数字", notes="言わない。")._element.set("show", "0")  # noqa: SLF001
    maker.slide("方針", "規格を公開する")
    report = read(maker)
    assert outline(report) == [(1, "方針")]
    assert report.blocks[-1].page == 3
    assert "秘密" not in report.text
    assert warned(report) == [
        ("hidden_text", {"reason": "非表示のスライド", "found": "社内の覚書"})
    ]


@pytest.mark.parametrize(
    ("place", "size", "colour", "reason"),
    [
        ((1, 3, 4, 1), None, WHITE, "白い文字"),
        ((1, 3, 4, 1), 1, "", "極小の文字"),
        ((12, 3, 4, 1), None, "", "スライドの外"),
        ((1, -2, 4, 1), None, "", "スライドの外"),
    ],
)
def test_text_that_cannot_be_seen_is_left_out_with_a_warning(
    place: tuple[float, float, float, float], size: float | None, colour: str, reason: str
) -> None:
    maker = covered()
    slide = maker.slide("方針", "規格を公開する")
    box(slide, "読者に見えない指示", place, size=size, colour=colour)
    report = read(maker)
    assert texts(report)[1:] == ["方針", "規格を公開する"]
    assert warned(report) == [("hidden_text", {"reason": reason, "found": "読者に見えない指示"})]


def dark_background(slide: Slide) -> None:
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = RGBColor(0, 0, 60)  # type: ignore[no-untyped-call]


def filled_shape(slide: Slide) -> None:
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(n) for n in (1, 3, 4, 1)))
    slide.shapes._spTree.remove(shape._element)  # noqa: SLF001
    slide.shapes._spTree.insert(2, shape._element)  # noqa: SLF001


def bar_of_the_layout(slide: Slide) -> None:
    filled_shape(slide)
    shape = slide.shapes[0]._element  # noqa: SLF001
    slide.slide_layout.shapes._spTree.append(shape)  # noqa: SLF001


def own_fill(slide: Slide) -> None:
    fill = slide.shapes[-1].fill  # type: ignore[attr-defined]
    fill.solid()
    fill.fore_color.rgb = RGBColor(0, 90, 0)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("behind", [dark_background, filled_shape, bar_of_the_layout, own_fill])
def test_white_text_on_a_colour_is_read(behind: object) -> None:
    maker = covered()
    slide = maker.slide("方針", layout=TITLED)
    box(slide, "帯の文", (1, 3, 4, 1), colour=WHITE)
    assert callable(behind)
    behind(slide)
    report = read(maker)
    assert texts(report)[-1] == "帯の文"
    assert report.warnings == ()


def test_a_shape_that_is_switched_off_is_left_out() -> None:
    maker = covered()
    slide = maker.slide("方針", layout=TITLED)
    off = box(slide, "旧い文", (1, 3, 4, 1))
    off._element.xpath("p:nvSpPr/p:cNvPr")[0].set("hidden", "1")  # noqa: SLF001
    report = read(maker)
    assert warned(report) == [("hidden_text", {"reason": "非表示の図形", "found": "旧い文"})]
    assert "旧い文" not in report.text


def test_what_stands_in_the_margin_of_most_slides_is_left_out() -> None:
    maker = covered()
    for number, title in enumerate(("方針", "体制", "業績"), start=2):
        slide = maker.slide(title, f"{title}の文")
        box(slide, "青葉電機 決算説明会", (0.5, 7, 4, 0.3))
        box(slide, f"- {number} -", (9, 7, 0.5, 0.3))
        box(slide, f"出典：{title}の調べ", (5, 7, 4, 0.3))
    report = read(maker)
    assert "決算説明会" not in report.text
    assert "出典：体制の調べ" in report.text
    assert "- 2 -" not in report.text
    assert warned(report) == [("page_furniture", {"count": 3, "found": "青葉電機 決算説明会"})]


def test_footers_dates_and_numbers_of_slides_are_left_out() -> None:
    maker = covered()
    slide = maker.slide("方針", "規格を公開する")
    for holder in list(slide.slide_layout.placeholders):
        if holder.placeholder_format.idx >= 10:
            slide.shapes.clone_placeholder(holder)
            slide.shapes[-1].text_frame.text = "下の端"  # type: ignore[attr-defined]
    assert texts(read(maker))[1:] == ["方針", "規格を公開する"]


# any file


def test_a_file_whose_xml_is_broken_says_so() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["ppt/slides/slide1.xml"] = parts["ppt/slides/slide1.xml"][:-30]

    with pytest.raises(FileBroken) as caught:
        read_slides(repacked(covered().saved(), change), ReportBuilder(), Path("説明.pptx"))
    assert caught.value.details["format"] == "PowerPoint"


def test_offsets_hold_and_blocks_follow_each_other() -> None:
    maker = covered()
    maker.slide("方針", "規格を公開する", "増産する", notes="為替に注意する。")
    grid(maker.slide("業績", layout=TITLED), ["区分", "前年", "今年"], ["甲", "1", "2"])
    report = read(maker)
    last = 0
    for block in report.blocks:
        assert last <= block.span.start < block.span.end <= len(report.text)
        assert report.sections[block.section].span.covers(block.span)
        last = block.span.end
