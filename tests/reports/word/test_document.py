from pathlib import Path

import pytest
from pptx.chart.data import CategoryChartData

from ipqa.errors import FileBroken
from ipqa.reports.builder import ReportBuilder, lead_span
from ipqa.reports.model import Report, Table
from ipqa.reports.word.document import read_word
from tests.office_maker import (
    WordMaker,
    cell,
    chart_in_word,
    design,
    field,
    note_mark,
    numbered,
    paragraph,
    raised,
    repacked,
    row,
    run,
    table,
    text_box,
)

BOLD = "<w:b/>"
CENTRED = '<w:jc w:val="center"/>'
GREY = '<w:shd w:val="clear" w:fill="D9D9D9"/>'
BREAK = "<w:r><w:br/></w:r>"
NEW_PAGE = '<w:r><w:br w:type="page"/></w:r>'
SHOWN_PAGE = "<w:r><w:lastRenderedPageBreak/></w:r>"
DOWN, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def read(*xml: str, maker: WordMaker | None = None) -> Report:
    return read_file((maker or WordMaker()).body(*xml).saved())


def read_file(raw: bytes) -> Report:
    builder = ReportBuilder()
    title = read_word(raw, builder, Path("報告.docx"))
    return builder.build(title=title)


def blocks(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, block.span.within(report.text)) for block in report.blocks]


def outline(report: Report) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in report.sections[1:]]


def items(report: Report) -> list[tuple[int, str, str]]:
    return [
        (block.depth, block.label, block.span.within(report.text))
        for block in report.blocks
        if block.kind == "list_item"
    ]


def cells(report: Report, found: Table) -> tuple[list[str], list[list[str]]]:
    header = [cell.within(report.text) for cell in found.header]
    rows = [[cell.within(report.text) if cell else "" for cell in row] for row in found.rows]
    return header, rows


def warned(report: Report) -> list[tuple[str, dict[str, str | int]]]:
    return [(warning.code, warning.details) for warning in report.warnings]


def text_of(*content: str) -> str:
    """What a lone paragraph is read as."""
    (block,) = read(paragraph("前置きの文である。"), paragraph(*content)).blocks[1:]
    report = read(paragraph("前置きの文である。"), paragraph(*content))
    return block.span.within(report.text)


# title


def test_the_paragraph_in_the_style_of_a_title_is_the_title_and_is_not_told_again() -> None:
    report = read(
        paragraph("青葉電機の規格戦略", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph("規格を公開した。"),
    )
    assert report.title == "青葉電機の規格戦略"
    assert blocks(report) == [("heading", "方針"), ("paragraph", "規格を公開した。")]


def test_a_title_over_two_paragraphs_is_one() -> None:
    report = read(
        paragraph("青葉電機株式会社", style="Title"),
        paragraph("中期経営計画", style="Title"),
        paragraph("本文である。"),
    )
    assert report.title == "青葉電機株式会社 中期経営計画"


def test_a_japanese_name_of_the_style_is_known() -> None:
    maker = WordMaker().styles(
        '<w:style w:type="paragraph" w:styleId="a5"><w:name w:val="表題"/></w:style>',
        '<w:style w:type="paragraph" w:styleId="m1"><w:name w:val="見出し 1"/></w:style>',
    )
    report = read(
        paragraph("規格戦略", style="a5"),
        paragraph("方針", style="m1"),
        paragraph("本文である。"),
        maker=maker,
    )
    assert (report.title, outline(report)) == ("規格戦略", [(1, "方針")])


def test_the_title_in_the_properties_counts_where_the_text_begins_with_it() -> None:
    maker = WordMaker()
    maker.document.core_properties.title = "規格戦略の報告"
    report = read(
        paragraph("令和6年5月"), paragraph("規格戦略 の報告"), paragraph("本文。"), maker=maker
    )
    assert report.title == "規格戦略 の報告"
    assert ("paragraph", "規格戦略 の報告") not in blocks(report)


def test_a_title_left_over_from_another_file_does_not_count() -> None:
    maker = WordMaker()
    maker.document.core_properties.title = "2019年度 議事録"
    report = read(
        paragraph(run("規格戦略の報告", '<w:sz w:val="40"/>')),
        paragraph("本文である。"),
        maker=maker,
    )
    assert report.title == "規格戦略の報告"


@pytest.mark.parametrize(
    "useless", ["Microsoft Word - 報告.docx", "Word Document", "無題", "文書 1"]
)
def test_the_title_that_a_program_made_up_does_not_count(useless: str) -> None:
    maker = WordMaker()
    maker.document.core_properties.title = useless
    assert read(paragraph("規格の報告"), paragraph("本文。"), maker=maker).title == "規格の報告"


def test_on_a_cover_the_largest_text_is_the_title() -> None:
    report = read(
        paragraph("令和6年5月10日"),
        paragraph(run("青葉電機株式会社", '<w:sz w:val="32"/>'), properties=CENTRED),
        paragraph(run("規格戦略に関する", '<w:sz w:val="48"/>'), properties=CENTRED),
        paragraph(run("調査報告書", '<w:sz w:val="48"/>'), properties=CENTRED),
        paragraph("方針", style="Heading1"),
        paragraph("本文である。"),
    )
    assert report.title == "規格戦略に関する 調査報告書"
    assert outline(report) == [(1, "方針")]


def test_a_circular_is_titled_by_what_is_centred() -> None:
    report = read(
        paragraph("令和6年4月1日"),
        paragraph("各部長 殿"),
        paragraph("文書の保存について", properties=CENTRED),
        paragraph("下記のとおり取り扱う。"),
    )
    assert report.title == "文書の保存について"


def test_the_only_chapter_heading_at_the_top_is_the_title_and_those_below_are_chapters() -> None:
    report = read(
        paragraph("規格戦略", style="Heading1"),
        paragraph("方針", style="Heading2"),
        paragraph("背景", style="Heading3"),
        paragraph("本文である。"),
    )
    assert (report.title, outline(report)) == ("規格戦略", [(1, "方針"), (2, "背景")])


# headings


def test_headings_have_the_levels_of_their_styles_also_through_other_styles() -> None:
    maker = WordMaker().styles(
        '<w:style w:type="paragraph" w:styleId="setsu"><w:name w:val="節の題"/>'
        '<w:basedOn w:val="Heading2"/></w:style>',
        '<w:style w:type="paragraph" w:styleId="kou"><w:name w:val="項の題"/>'
        '<w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>',
    )
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph("背景", style="setsu"),
        paragraph("経緯", style="kou"),
        paragraph("体制", properties='<w:outlineLvl w:val="0"/>'),
        maker=maker,
    )
    assert outline(report) == [(1, "方針"), (2, "背景"), (3, "経緯"), (1, "体制")]


def test_text_in_the_style_of_a_heading_but_off_the_outline_is_text() -> None:
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph("規格を公開した。", style="Heading2", properties='<w:outlineLvl w:val="9"/>'),
    )
    assert outline(report) == [(1, "方針")]


def test_styles_that_are_based_on_each_other_do_no_harm() -> None:
    maker = WordMaker().styles(
        '<w:style w:type="paragraph" w:styleId="x"><w:name w:val="甲"/><w:basedOn w:val="y"/></w:style>',
        '<w:style w:type="paragraph" w:styleId="y"><w:name w:val="乙"/><w:basedOn w:val="x"/></w:style>',
    )
    report = read(paragraph("題", style="Title"), paragraph("本文である。", style="x"), maker=maker)
    assert blocks(report) == [("paragraph", "本文である。")]


def test_the_numbers_that_word_sets_before_headings_are_in_their_text() -> None:
    link = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="7"/></w:numPr>'
    maker = WordMaker().lists(design(7, ("decimal", "第%1章"), ("decimal", "%1-%2.")))
    one, two = (link.format(depth) for depth in (0, 1))
    report = read(
        paragraph("題", style="Title"),
        *(
            paragraph(text, style=f"Heading{level}", properties=one if level == 1 else two)
            for text, level in [("方針", 1), ("背景", 2), ("経緯", 2), ("体制", 1), ("人員", 2)]
        ),
        maker=maker,
    )
    assert [title for _, title in outline(report)] == [
        "第1章 方針",
        "1-1. 背景",
        "1-2. 経緯",
        "第2章 体制",
        "2-1. 人員",
    ]


def test_headings_numbered_by_their_styles_take_the_level_that_the_list_keeps_for_them() -> None:
    numbering = design(7, ("japaneseCounting", "第%1部"), ("upperRoman", "%2."))
    for depth, style in enumerate(["bu", "fu"]):
        numbering = numbering.replace(
            f'<w:lvl w:ilvl="{depth}">', f'<w:lvl w:ilvl="{depth}"><w:pStyle w:val="{style}"/>'
        )
    maker = WordMaker().lists(numbering)
    for depth, style in enumerate(["bu", "fu"]):
        maker.styles(
            f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{style}"/>'
            f'<w:basedOn w:val="Heading{depth + 1}"/>'
            '<w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>'
        )
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="bu"),
        paragraph("背景", style="fu"),
        paragraph("経緯", style="fu"),
        paragraph("付記", style="bu", properties='<w:numPr><w:numId w:val="0"/></w:numPr>'),
        maker=maker,
    )
    assert [title for _, title in outline(report)] == ["第一部 方針", "I. 背景", "II. 経緯", "付記"]


def test_without_any_style_numbered_lines_that_stand_out_are_headings() -> None:
    report = read(
        paragraph("調査の報告", properties=CENTRED),
        paragraph("第１章　調査の概要"),
        paragraph(run("1-1. 目的", BOLD)),
        paragraph("特許の使い方を明らかにする。"),
        paragraph("1.5倍の標本を取った。"),
        paragraph("第２章　結果"),
        paragraph(run("2-1. 回答", BOLD)),
        paragraph("1. 製造業が多い。"),
        paragraph("2. 関東が多い。"),
    )
    assert outline(report) == [
        (1, "第１章　調査の概要"),
        (2, "1-1. 目的"),
        (1, "第２章　結果"),
        (2, "2-1. 回答"),
    ]
    assert items(report) == [(0, "1.", "製造業が多い。"), (0, "2.", "関東が多い。")]


def test_without_any_style_plain_numbered_lines_above_text_are_headings_and_those_in_a_row_a_list() -> (
    None
):
    report = read(
        paragraph("文書の保存について", properties=CENTRED),
        paragraph("１　趣旨"),
        paragraph("保存の期間を統一する。"),
        paragraph("２　対象"),
        paragraph("（１）契約の文書"),
        paragraph("（２）会計の文書"),
        paragraph("３　時期"),
        paragraph("七月から実施する。"),
    )
    assert outline(report) == [(1, "１　趣旨"), (1, "２　対象"), (1, "３　時期")]
    assert items(report) == [(0, "（１）", "契約の文書"), (0, "（２）", "会計の文書")]


def test_where_one_heading_has_a_style_bold_lines_are_text() -> None:
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph(run("1-1. 目的", BOLD)),
        paragraph("特許の使い方を明らかにする。"),
    )
    assert outline(report) == [(1, "方針")]


# running text


def test_insertions_are_read_and_deletions_are_not() -> None:
    deleted = '<w:del w:id="1"><w:r><w:delText>九千億円</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2">{run("一兆円")}</w:ins>'
    moved = f'<w:moveFrom w:id="3">{run("旧い文。")}</w:moveFrom>'
    assert text_of("市場は", inserted, deleted, "である。", moved) == "市場は一兆円である。"


def test_paragraphs_whose_parting_was_deleted_are_one() -> None:
    mark = '<w:rPr><w:del w:id="1"/></w:rPr>'
    report = read(
        paragraph("前置きの文である。"),
        paragraph("市場は", properties=mark),
        paragraph("伸びた。"),
    )
    assert blocks(report)[1:] == [("paragraph", "市場は伸びた。")]


def test_of_a_field_the_result_is_read_and_not_the_code() -> None:
    assert text_of("表", field("SEQ 表 \\* ARABIC", run("3")), "に示す。") == "表3に示す。"
    simple = f'<w:fldSimple w:instr="DOCPROPERTY 会社">{run("青葉電機")}</w:fldSimple>'
    assert text_of(simple, "の方針。") == "青葉電機の方針。"


def test_a_field_that_is_never_closed_hides_nothing_of_the_next_paragraph() -> None:
    opened = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    report = read(paragraph("前文である。"), paragraph(opened, "甲"), paragraph("本文である。"))
    assert ("paragraph", "本文である。") in blocks(report)


def test_comments_and_links_leave_their_text_alone() -> None:
    maker = WordMaker()
    link = f'<w:hyperlink r:id="{maker.link("https://example.com/a")}">{run("年報")}</w:hyperlink>'
    comment = '<w:commentRangeStart w:id="1"/>{}<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'
    report = read(
        paragraph("前文である。"),
        paragraph(comment.format(link), "による。"),
        maker=maker,
    )
    assert blocks(report)[1:] == [("paragraph", "年報による。")]


def test_tabs_breaks_hyphens_and_signs_are_characters() -> None:
    tab, hyphen = "<w:r><w:tab/></w:r>", "<w:r><w:noBreakHyphen/></w:r>"
    arrow = '<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>'
    assert text_of("担当", tab, "山野", BREAK, "電話", tab, "03", hyphen, "00", arrow) == (
        "担当 山野\n電話 03-00→"
    )


def test_content_controls_are_read_but_not_their_prompts() -> None:
    prompt = "<w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
    report = read(
        paragraph("前文である。"),
        f"<w:sdt><w:sdtContent>{paragraph('本文である。')}</w:sdtContent></w:sdt>",
        f"<w:sdt>{prompt}<w:sdtContent>{paragraph('ここに入力')}</w:sdtContent></w:sdt>",
        paragraph(f"<w:sdt><w:sdtContent>{run('甲')}</w:sdtContent></w:sdt>", "は乙である。"),
    )
    assert blocks(report)[1:] == [("paragraph", "本文である。"), ("paragraph", "甲は乙である。")]


def test_text_boxes_follow_their_paragraph_once() -> None:
    box = text_box(paragraph("コラム"), paragraph("囲みの文である。"))
    report = read(
        paragraph("前文である。"), paragraph("施策は", box, "三つある。"), paragraph("後の文。")
    )
    assert [text for _, text in blocks(report)[1:]] == [
        "施策は三つある。",
        "コラム",
        "囲みの文である。",
        "後の文。",
    ]


def test_a_text_box_in_a_group_is_read_in_one_of_its_renderings() -> None:
    inner = f"<w:txbxContent>{paragraph('囲みの文である。')}</w:txbxContent>"
    group = (
        "<w:r><w:drawing><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback>"
        "</mc:AlternateContent></w:drawing></w:r>"
    )
    report = read(paragraph("前文である。"), paragraph(group))
    assert blocks(report)[1:] == [("paragraph", "囲みの文である。")]


def test_formulas_are_written_on_a_line() -> None:
    def part(name: str, text: str) -> str:
        return f"<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>"

    fraction = f"<m:oMath><m:f>{part('num', '利益')}{part('den', '資本')}</m:f></m:oMath>"
    power = f"<m:oMath><m:sSup>{part('e', 'x')}{part('sup', 'n+1')}</m:sSup></m:oMath>"
    assert text_of("比率は", fraction, "、", power, "。") == "比率は利益/資本、x^(n+1)。"


def test_ruby_is_told_once_and_its_base_is_read() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{run('ひっぱく')}</w:rt><w:rubyBase>{run('逼迫')}</w:rubyBase></w:ruby></w:r>"
    old = field("EQ \\* jc2 \\o\\ad(\\s\\up 9(けいじ),繋辞)", "")
    report = read(paragraph("前文である。"), paragraph(ruby, "と", ruby, "と", old, "。"))
    assert blocks(report)[1:] == [("paragraph", "逼迫と逼迫と繋辞。")]
    assert warned(report) == [
        ("ruby", {"base": "逼迫", "ruby": "ひっぱく"}),
        ("ruby", {"base": "繋辞", "ruby": "けいじ"}),
    ]


def test_raised_figures_are_marks_or_exponents() -> None:
    report = read(
        paragraph("前文である。"),
        paragraph("広さは120m", raised("2"), "である", raised("3"), "。"),
    )
    assert blocks(report)[1:] == [("paragraph", "広さは120m²である。")]
    (mark,) = report.marks
    assert (mark.number, report.text[: mark.position].endswith("である")) == (3, True)


# what cannot be seen


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        ("<w:vanish/>", "隠し文字"),
        ('<w:rStyle w:val="kakushi"/>', "隠し文字"),
        ('<w:color w:val="FFFFFF"/>', "白い文字"),
        ('<w:sz w:val="2"/>', "極小の文字"),
    ],
)
def test_text_that_cannot_be_seen_is_left_out_with_a_warning(look: str, reason: str) -> None:
    maker = WordMaker().styles(
        '<w:style w:type="character" w:styleId="kakushi"><w:name w:val="隠し"/>'
        "<w:rPr><w:vanish/></w:rPr></w:style>"
    )
    report = read(
        paragraph("前文である。"),
        paragraph("見える。", run("これは", look), run("見えない。", look), "見える。"),
        maker=maker,
    )
    assert blocks(report)[1:] == [("paragraph", "見える。見える。")]
    assert warned(report) == [("hidden_text", {"reason": reason, "found": "これは見えない。"})]


def test_white_text_on_a_colour_is_read() -> None:
    white = '<w:color w:val="FFFFFF"/>'
    dark = '<w:shd w:val="clear" w:fill="1F3864"/>'
    report = read(
        paragraph(run("前文である。", white + '<w:highlight w:val="black"/>')),
        paragraph(run("帯の見出し。", white), properties=dark),
        table(row(cell(paragraph(run("区分", white)), properties=dark), "値"), row("甲", "乙")),
        paragraph(text_box(paragraph(run("箱の文。", white)))),
    )
    assert report.warnings == ()
    assert "区分\t値" in report.text
    assert "帯の見出し。" in report.text
    assert "箱の文。" in report.text


def test_white_text_in_a_table_whose_style_has_colours_is_read() -> None:
    maker = WordMaker().styles(
        '<w:style w:type="table" w:styleId="iro"><w:name w:val="色つき"/>'
        '<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    )
    white = cell(paragraph(run("区分", '<w:color w:val="FFFFFF"/>')))
    rows = [row(white, "値"), row("甲", "乙")]
    styled = table(*rows, properties='<w:tblStyle w:val="iro"/>')
    report = read(
        paragraph("前文である。"), styled, paragraph("文である。"), table(*rows), maker=maker
    )
    assert report.text.count("区分") == 1
    assert [code for code, _ in warned(report)] == ["hidden_text"]


def test_deleted_hidden_and_empty_text_is_not_warned_of() -> None:
    report = read(paragraph("前文である。"), paragraph(run("　 ", "<w:vanish/>")))
    assert report.warnings == ()


# lists


def test_lists_keep_their_depth_and_the_numbers_that_word_sets() -> None:
    maker = WordMaker().lists(
        design(3, ("decimalEnclosedCircle", "%1"), ("aiueo", "(%2)"), ("bullet", "・"))
    )
    report = read(
        paragraph("施策は次のとおりである。"),
        numbered("増産", 3),
        numbered("北工場", 3, 1),
        numbered("新ライン", 3, 2),
        numbered("南工場", 3, 1),
        numbered("海外", 3),
        numbered("北米", 3, 1),
        maker=maker,
    )
    assert items(report) == [
        (0, "①", "増産"),
        (1, "(ア)", "北工場"),
        (2, "", "新ライン"),
        (1, "(イ)", "南工場"),
        (0, "②", "海外"),
        (1, "(ア)", "北米"),
    ]
    lead = lead_span(report, report.blocks[1])
    assert lead is not None
    assert lead.within(report.text) == "施策は次のとおりである。"


@pytest.mark.parametrize(
    ("way", "labels"),
    [
        ("decimal", ["1", "2", "3"]),
        ("decimalFullWidth", ["１", "２", "３"]),
        ("japaneseCounting", ["一", "二", "三"]),
        ("ideographDigital", ["一", "二", "三"]),
        ("iroha", ["イ", "ロ", "ハ"]),
        ("upperRoman", ["I", "II", "III"]),
        ("lowerLetter", ["a", "b", "c"]),
        ("ideographTraditional", ["甲", "乙", "丙"]),
        ("decimalZero", ["01", "02", "03"]),
        ("unheardOf", ["1", "2", "3"]),
    ],
)
def test_word_counts_in_many_ways(way: str, labels: list[str]) -> None:
    maker = WordMaker().lists(design(3, (way, "%1")))
    report = read(paragraph("前文。"), *(numbered("項目", 3) for _ in labels), maker=maker)
    assert [label for _, label, _ in items(report)] == labels


def test_long_numbers_are_counted_in_japanese() -> None:
    numbering = design(3, ("japaneseCounting", "第%1条")).replace(
        '<w:start w:val="1"/>', '<w:start w:val="119"/>'
    )
    maker = WordMaker().lists(numbering)
    report = read(paragraph("前文。"), numbered("甲", 3), numbered("乙", 3), maker=maker)
    assert [label for _, label, _ in items(report)] == ["第百十九条", "第百二十条"]


def test_lists_of_one_design_go_on_counting_unless_one_starts_anew() -> None:
    def another(number: int, extra: str = "") -> str:
        return f'<w:num w:numId="{number}"><w:abstractNumId w:val="3"/>{extra}</w:num>'

    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    maker = WordMaker().lists(design(3, ("decimal", "%1.")), another(4), another(5, anew))
    report = read(paragraph("前文。"), *(numbered("項目", n) for n in (3, 3, 4, 5, 5)), maker=maker)
    assert [label for _, label, _ in items(report)] == ["1.", "2.", "3.", "1.", "2."]


def test_the_list_styles_make_lists() -> None:
    report = read(
        paragraph("前文である。"),
        paragraph("甲", style="ListBullet"),
        paragraph("乙", style="ListBullet2"),
    )
    assert [(depth, text) for depth, _, text in items(report)] == [(0, "甲"), (1, "乙")]


def test_another_list_that_is_set_in_further_lies_within_the_one_before() -> None:
    def placed(text: str, number: int, left: int) -> str:
        place = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
        return paragraph(text, properties=f'{place}<w:ind w:left="{left}"/>')

    maker = WordMaker().lists(
        design(3, ("decimal", "(%1)")), design(4, ("decimalEnclosedCircle", "%1"))
    )
    report = read(
        paragraph("前文である。"),
        placed("甲", 3, 400),
        placed("甲の一", 4, 800),
        placed("甲の二", 4, 800),
        placed("乙", 3, 400),
        maker=maker,
    )
    assert items(report) == [
        (0, "(1)", "甲"),
        (1, "①", "甲の一"),
        (1, "②", "甲の二"),
        (0, "(2)", "乙"),
    ]


def test_typed_signs_make_lists_and_new_signs_go_deeper() -> None:
    report = read(
        paragraph("競合は次のとおりである。"),
        paragraph("(1) 甲社は値を下げた。"),
        paragraph("・北米で二割"),
        paragraph("・欧州で一割"),
        paragraph("(2) 乙社は退いた。"),
    )
    assert items(report) == [
        (0, "(1)", "甲社は値を下げた。"),
        (1, "", "北米で二割"),
        (1, "", "欧州で一割"),
        (0, "(2)", "乙社は退いた。"),
    ]


# tables


def test_a_caption_and_the_unit_above_a_table_are_its_title() -> None:
    report = read(
        paragraph("前文である。"),
        paragraph("表 ", field("SEQ 表", run("1")), "　地域別の売上高", style="Caption"),
        paragraph("（単位：億円）"),
        table(row("地域", "2023年度", "2024年度"), row("国内", "1,200", "1,350")),
    )
    (found,) = report.tables
    assert found.title == "表 1　地域別の売上高（単位：億円）"
    assert cells(report, found) == (["地域", "2023年度", "2024年度"], [["国内", "1,200", "1,350"]])


def test_a_caption_below_a_table_is_its_title_unless_another_table_follows() -> None:
    simple = table(row("地域", "前年", "今年"), row("国内", "12", "15"))
    report = read(
        paragraph("前文である。"),
        simple,
        paragraph("表1　地域別の売上高"),
        paragraph("続く文である。"),
        simple,
        paragraph("表3　次の表"),
        simple,
    )
    assert [found.title for found in report.tables] == ["表1　地域別の売上高", "", "表3　次の表"]


def test_a_caption_names_one_table() -> None:
    simple = table(row("地域", "前年", "今年"), row("国内", "12", "15"))
    report = read(
        paragraph("前文である。"),
        simple,
        paragraph("表1　地域別の売上高"),
        paragraph("（単位：億円）"),
        simple,
    )
    assert [found.title for found in report.tables] == ["表1　地域別の売上高", ""]


def test_a_short_line_right_above_a_table_names_it_where_nothing_else_does() -> None:
    simple = table(row("地域", "前年", "今年"), row("国内", "12", "15"))
    report = read(
        paragraph("前文である。"),
        paragraph("地域別の売上高"),
        paragraph("（単位：億円）"),
        simple,
        paragraph("売上高を次に示す。"),
        simple,
        paragraph("次の内訳のとおり："),
        simple,
    )
    assert [found.title for found in report.tables] == ["地域別の売上高（単位：億円）", "", ""]


def test_a_sentence_about_a_table_is_no_caption() -> None:
    report = read(
        paragraph("前文である。"),
        paragraph("表1に売上高を示す。"),
        table(row("地域", "前年", "今年"), row("国内", "12", "15")),
    )
    assert report.tables[0].title == ""


def test_merged_cells_are_repeated_and_two_rows_of_headings_are_one() -> None:
    wide = '<w:gridSpan w:val="2"/>'
    report = read(
        paragraph("前文である。"),
        table(
            row(cell("地域", properties=DOWN), cell("売上高", properties=wide)),
            row(cell("", properties=ON), "前年", "今年"),
            row(cell("国内", properties=DOWN), "12", "15"),
            row(cell("", properties=ON), "13", "18"),
            row("海外", "3", "4"),
        ),
    )
    assert cells(report, report.tables[0]) == (
        ["地域", "売上高 前年", "売上高 今年"],
        [["国内", "12", "15"], ["国内", "13", "18"], ["海外", "3", "4"]],
    )


def test_a_row_that_leaves_out_columns_keeps_its_cells_below_their_headings() -> None:
    report = read(
        paragraph("前文である。"),
        table(
            row("地域", "前年", "今年"),
            row("15", "16", properties='<w:gridBefore w:val="1"/>'),
        ),
    )
    assert cells(report, report.tables[0])[1] == [["", "15", "16"]]


def test_rows_that_are_repeated_on_every_page_are_the_headings() -> None:
    again = "<w:tblHeader/>"
    report = read(
        paragraph("前文である。"),
        table(
            row("2024年度の実績を事業ごとに示す一覧である。", "12", properties=again),
            row("甲", "13"),
        ),
    )
    assert cells(report, report.tables[0])[0] == [
        "2024年度の実績を事業ごとに示す一覧である。",
        "12",
    ]


def test_names_beside_their_values_have_no_headings() -> None:
    plain = table(row("商号", "株式会社青葉電機"), row("設立", "1962年4月"), row("従業員", "120名"))
    shaded = table(
        row(cell("担当", properties=GREY), "文書課", cell("電話", properties=GREY), "03-0000"),
        row(cell("住所", properties=GREY), "千代田区", cell("郵便", properties=GREY), "100"),
    )
    report = read(paragraph("前文である。"), plain, paragraph("次の文である。"), shaded)
    assert [found.header for found in report.tables] == [(), ()]
    assert cells(report, report.tables[0])[1][0] == ["商号", "株式会社青葉電機"]


def test_two_columns_have_headings_where_figures_of_one_kind_stand_below() -> None:
    report = read(
        paragraph("前文。"), table(row("年", "売上高"), row("2023", "120"), row("2024", "98"))
    )
    assert cells(report, report.tables[0])[0] == ["年", "売上高"]


def test_what_stands_in_a_cell_is_on_one_line() -> None:
    inner = table(row("甲", "1"), row("乙", "2"))
    maker = WordMaker().lists(design(3, ("decimal", "(%1)"), ("bullet", "●")))
    report = read(
        paragraph("前文である。"),
        table(
            row("区分", "内容", "内訳"),
            row(
                cell(paragraph("販売"), paragraph("（国内）")),
                cell(numbered("増産", 3), numbered("在庫", 3), numbered("倉庫", 3, 1)),
                cell(inner, paragraph("合計")),
            ),
        ),
        maker=maker,
    )
    assert cells(report, report.tables[0])[1] == [
        ["販売 （国内）", "(1) 増産 (2) 在庫 ・倉庫", "甲 1 乙 2 合計"]
    ]


def test_a_frame_around_text_is_read_as_text() -> None:
    report = read(
        paragraph("前文である。"),
        table(row(cell(paragraph("【要点】"), paragraph("・増産"), paragraph("囲みの文である。")))),
    )
    assert report.tables == ()
    assert blocks(report)[1:] == [
        ("paragraph", "【要点】"),
        ("list_item", "増産"),
        ("paragraph", "囲みの文である。"),
    ]


def test_deleted_rows_are_not_read() -> None:
    gone = '<w:del w:id="1"/>'
    report = read(
        paragraph("前文。"),
        table(
            row("地域", "前年", "今年"), row("北", "1", "2", properties=gone), row("南", "3", "4")
        ),
    )
    assert cells(report, report.tables[0])[1] == [["南", "3", "4"]]


def test_the_figures_of_a_chart_are_a_table_named_by_the_caption_below() -> None:
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2023年", "2024年"]
    data.add_series("売上高", (1200, 1350))  # type: ignore[no-untyped-call]
    maker = WordMaker()
    report = read(
        paragraph("前文である。"),
        paragraph(chart_in_word(maker, data)),
        paragraph("図1　売上高の推移"),
        maker=maker,
    )
    (found,) = report.tables
    assert found.title == "図1　売上高の推移"
    assert cells(report, found) == (["", "売上高"], [["2023年", "1200"], ["2024年", "1350"]])


# notes and sources


def test_footnotes_and_endnotes_are_numbered_in_the_order_of_the_text_and_told_at_the_end() -> None:
    maker = WordMaker().notes(run("二番目に引く。"), run("甲社「年報」 https://example.com/a"))
    maker.notes(run("文末の注。"), kind="endnote")
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph("規格を公開した", note_mark(2), "。", note_mark(1, "endnote")),
        paragraph("改めた", note_mark(1), "。"),
        maker=maker,
    )
    assert [mark.number for mark in report.marks] == [1, 2, 3]
    assert outline(report) == [(1, "方針"), (1, "脚注")]
    assert blocks(report)[-3:] == [
        ("reference", "甲社「年報」 https://example.com/a"),
        ("note", "文末の注。"),
        ("note", "二番目に引く。"),
    ]
    assert "区切り" not in report.text


def test_beside_a_list_of_sources_footnotes_have_a_series_of_their_own() -> None:
    maker = WordMaker().notes(run("2024年3月現在。"))
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph("規格を公開した[1]。利用者は増えた", note_mark(1), "。"),
        paragraph("参考文献", style="Heading1"),
        paragraph("[1] 甲社「年報」"),
        maker=maker,
    )
    assert [mark.label for mark in report.marks] == ["1", "注1"]
    assert [(r.series, r.number, r.title) for r in report.references] == [
        ("", 1, "甲社「年報」"),
        ("注", 1, "2024年3月現在"),
    ]


def test_entries_of_a_source_list_keep_their_numbers_and_where_they_lead() -> None:
    maker = WordMaker().lists(design(3, ("decimal", "[%1]")))
    address = "https://example.com/annual"
    link = f'<w:hyperlink r:id="{maker.link(address)}">{run("甲社「年報」")}</w:hyperlink>'
    place = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'
    report = read(
        paragraph("題", style="Title"),
        paragraph("本文である。"),
        paragraph("参考文献", style="Heading1"),
        paragraph(link, properties=place),
        paragraph("2) 乙社「白書」"),
        maker=maker,
    )
    assert [(r.number, r.title, r.url) for r in report.references] == [
        (1, "甲社「年報」", address),
        (2, "乙社「白書」", None),
    ]


# what is left out


def test_a_table_of_contents_is_left_out_with_one_warning() -> None:
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    begin, end = field('TOC \\o "1-2"', "|").split("|")
    report = read(
        paragraph("題", style="Title"),
        f"<w:sdt>{gallery}<w:sdtContent>{paragraph('方針<w:tab/>2'.replace('<w:tab/>', ' '))}</w:sdtContent></w:sdt>",
        paragraph(begin, "背景 3"),
        paragraph("体制 4", end),
        paragraph("方針", style="Heading1"),
        paragraph("規格を公開した。"),
    )
    assert blocks(report) == [("heading", "方針"), ("paragraph", "規格を公開した。")]
    assert warned(report) == [("left_out", {"what": "目次"})]


def test_a_table_of_contents_typed_by_hand_is_left_out() -> None:
    report = read(
        paragraph("規格の報告", properties=CENTRED),
        paragraph("目　次"),
        paragraph("第１章　方針・・・・・・２"),
        paragraph("第２章　体制<w:tab/>".replace("<w:tab/>", ""), "<w:r><w:tab/></w:r>", "3"),
        paragraph("第１章　方針"),
        paragraph("規格を公開した。"),
    )
    assert blocks(report) == [("heading", "第１章　方針"), ("paragraph", "規格を公開した。")]
    assert warned(report) == [("left_out", {"what": "目次"})]


def test_headers_and_footers_are_no_part_of_the_text() -> None:
    maker = WordMaker()
    maker.document.sections[0].header.paragraphs[0].text = "社外秘の柱"
    assert "社外秘" not in read(paragraph("本文である。"), maker=maker).text


def test_diagrams_and_embedded_files_are_counted() -> None:
    kind = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    diagram = f'<w:r><w:drawing><wp:inline><a:graphic><a:graphicData uri="{kind}"/></a:graphic></wp:inline></w:drawing></w:r>'
    embedded = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>'
    report = read(paragraph("本文である。"), paragraph(diagram, diagram, embedded))
    assert warned(report) == [
        ("left_out", {"what": "SmartArt2点"}),
        ("left_out", {"what": "埋め込みオブジェクト1点"}),
    ]


# pages


def paged(count: int) -> bytes:
    """A file of three pages that says how many it has."""
    raw = (
        WordMaker()
        .body(
            paragraph("表紙の文である。"),
            paragraph(NEW_PAGE),
            paragraph(SHOWN_PAGE, "二頁の文は長く、", SHOWN_PAGE, "次の頁に続く。"),
            paragraph("三頁の文である。"),
        )
        .saved()
    )

    def change(parts: dict[str, bytes]) -> None:
        name = "docProps/app.xml"
        parts[name] = parts[name].replace(b"<Pages>1<", f"<Pages>{count}<".encode())

    return repacked(raw, change)


def test_pages_are_known_where_the_breaks_agree_with_the_number_of_pages() -> None:
    assert [block.page for block in read_file(paged(3)).blocks] == [1, 2, 3]


def test_pages_are_not_guessed() -> None:
    assert {block.page for block in read_file(paged(7)).blocks} == {None}
    assert {block.page for block in read(paragraph("甲"), paragraph(NEW_PAGE, "乙")).blocks} == {
        None
    }


def test_a_page_that_begins_in_several_cells_of_a_row_is_one() -> None:
    raw = (
        WordMaker()
        .body(
            table(
                row("区分", "前年", "今年"),
                row(*(cell(paragraph("上", SHOWN_PAGE, "下")) for _ in range(3))),
            ),
            paragraph("後の文である。"),
        )
        .saved()
    )

    def change(parts: dict[str, bytes]) -> None:
        name = "docProps/app.xml"
        parts[name] = parts[name].replace(b"<Pages>1<", b"<Pages>2<")

    assert read_file(repacked(raw, change)).blocks[-1].page == 2


# any file


def test_a_file_whose_xml_is_broken_says_so() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["word/document.xml"] = parts["word/document.xml"][:-30]

    raw = repacked(WordMaker().body(paragraph("本文である。")).saved(), change)
    with pytest.raises(FileBroken) as caught:
        read_file(raw)
    assert caught.value.details["format"] == "Word"


def test_a_file_that_may_hold_macros_is_read() -> None:
    def change(parts: dict[str, bytes]) -> None:
        name = "[Content_Types].xml"
        parts[name] = parts[name].replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        )

    maker = WordMaker().body(paragraph("題", style="Title"), paragraph("本文である。"))
    assert read_file(repacked(maker.saved(), change)).title == "題"


def test_offsets_hold_and_blocks_follow_each_other() -> None:
    maker = WordMaker().lists(design(3, ("decimal", "%1.")))
    report = read(
        paragraph("題", style="Title"),
        paragraph("方針", style="Heading1"),
        paragraph("規格を公開した", raised("1"), "。"),
        numbered("甲", 3),
        table(row("地域", "前年", "今年"), row("国内", "12", "15")),
        maker=maker,
    )
    last = 0
    for block in report.blocks:
        assert last <= block.span.start < block.span.end <= len(report.text)
        assert report.sections[block.section].span.covers(block.span)
        last = block.span.end
    (found,) = report.tables
    assert cells(report, found)[1] == [["国内", "12", "15"]]
