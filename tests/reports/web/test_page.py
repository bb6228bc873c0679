import pytest

from ipqa.reports.builder import ReportBuilder, lead_span
from ipqa.reports.model import Report
from ipqa.reports.sources import SourceIndex
from ipqa.reports.web.page import read_web_page
from tests.mangling import in_time


def read(html: str) -> Report:
    builder = ReportBuilder()
    title = read_web_page(html, builder)
    return builder.build(title=title)


def blocks(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, block.span.within(report.text)) for block in report.blocks]


def texts(html: str) -> list[str]:
    return [text for _, text in blocks(read(html))]


def outline(report: Report) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in report.sections[1:]]


def warnings(report: Report) -> list[tuple[str, dict[str, str | int]]]:
    return [(warning.code, warning.details) for warning in report.warnings]


def rows(report: Report, table: int = 0) -> list[list[str]]:
    return [
        [cell.within(report.text) for cell in row if cell is not None]
        for row in report.tables[table].rows
    ]


def header(report: Report, table: int = 0) -> list[str]:
    return [cell.within(report.text) for cell in report.tables[table].header]


def marks(report: Report) -> list[tuple[str, str]]:
    """Each mark with the text before it."""
    return [(mark.label, report.text[: mark.position]) for mark in report.marks]


# title and outline


def test_the_one_heading_of_the_first_level_is_the_title_and_those_below_are_chapters() -> None:
    report = read("<h1>規格戦略</h1><h2>方針</h2><h3>背景</h3><p>本文。</p><h2>体制</h2>")
    assert report.title == "規格戦略"
    assert outline(report) == [(1, "方針"), (2, "背景"), (1, "体制")]
    assert ("heading", "規格戦略") not in blocks(report)


def test_the_highest_headings_below_the_title_are_chapters_whatever_their_level() -> None:
    assert outline(read("<h1>規格戦略</h1><h3>方針</h3><h5>背景</h5>")) == [
        (1, "方針"),
        (3, "背景"),
    ]


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>規格戦略 | 青葉電機</title>", "規格戦略"),
        ("<title>規格戦略｜投資家情報｜青葉電機株式会社</title>", "規格戦略"),
        ("<title>規格戦略 2024 - 公開と標準 - 青葉電機</title>", "規格戦略 2024 - 公開と標準"),
        ("<title>青葉電機株式会社｜規格戦略</title>", "規格戦略"),
        (
            '<meta property="og:site_name" content="青葉電機"><meta property="og:title" content="青葉電機 | 規格戦略">',
            "規格戦略",
        ),
        ("<title>IEC 62660-1の解説</title>", "IEC 62660-1の解説"),
    ],
)
def test_without_such_a_heading_the_page_is_called_by_its_name_without_that_of_the_site(
    head: str, title: str
) -> None:
    assert read(f"<head>{head}</head><body><p>本文。</p>").title == title


def test_a_heading_that_says_the_name_of_the_page_is_its_title() -> None:
    report = read("<title>規格戦略｜青葉電機</title><h2>規格 戦略</h2><h3>方針</h3><p>文。</p>")
    assert (report.title, outline(report)) == ("規格 戦略", [(1, "方針")])


def test_of_several_headings_of_the_first_level_the_one_named_like_the_page_is_the_title() -> None:
    report = read("<title>年次報告</title><h1>年次報告</h1><h1>概況</h1><h2>国内</h2><h1>課題</h1>")
    assert report.title == "年次報告"
    assert outline(report) == [(1, "概況"), (2, "国内"), (1, "課題")]


def test_a_title_is_kept_without_its_marks_and_what_was_found_in_it_is_told() -> None:
    report = read("<h1><ruby>北辰<rt>ほくしん</rt></ruby>報告<sup>1</sup></h1><p>本文。</p>")
    assert report.title == "北辰報告"
    assert warnings(report) == [("ruby", {"base": "北辰", "ruby": "ほくしん"})]


def test_a_heading_of_several_lines_and_elements_is_one_line() -> None:
    report = read("<h1>題</h1><h2>持続<span>可能</span>な社会の<br>実現へ</h2><p>文。</p>")
    assert outline(report) == [(1, "持続可能な社会の実現へ")]


def test_a_heading_and_its_translation_stay_apart() -> None:
    report = read(
        "<h1>題</h1><h2>考え方<span class=en>Our Approach</span></h2><h2>新<b>AI</b>戦略</h2>"
    )
    assert outline(report) == [(1, "考え方 Our Approach"), (1, "新AI戦略")]


def test_a_heading_that_is_a_picture_or_a_button_says_what_that_says() -> None:
    report = read('<h1><img alt="環境報告書"></h1><h2><button>方針</button></h2><p>文。</p>')
    assert (report.title, outline(report)) == ("環境報告書", [(1, "方針")])


def test_numbered_lines_in_bold_type_are_headings_where_a_page_has_no_others() -> None:
    page = "<p><b>１．概要</b></p><p>全国を<b>対象</b>に調べた。</p><p><b>重要</b></p>"
    assert outline(read(page)) == [(1, "１．概要")]
    assert outline(read(f"<h2>調査</h2>{page}")) == [(1, "調査")]


def test_a_heading_that_is_not_closed_does_not_swallow_the_page() -> None:
    report = read("<h1>題<p>段落一<p>段落<b>二<ul><li>項目</ul>")
    assert report.title == "題"
    assert texts("<h1>題<p>段落一<p>段落<b>二<ul><li>項目</ul>") == ["段落一", "段落二", "項目"]


# running text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>規格を\n   <b>公開</b>\n する。</p>", "規格を公開する。"),
        (
            "<p>甲社は<i>Aoba\nDenki</i> と\n  <a href='x'>提携</a>した。</p>",
            "甲社はAoba Denki と提携した。",
        ),
        ("<p>売上高は\n2024\n年に伸びた。</p>", "売上高は2024年に伸びた。"),
        ("<p>規格<!-- 注 -->を公<wbr>開&shy;する。</p>", "規格を公開する。"),
        ("<p>&nbsp;&nbsp;規格&nbsp;公開　案</p>", "規格 公開　案"),
        ("<p>A&amp;B &lt;規格&gt; &#x2460;</p>", "A&B <規格> ①"),
        ("<p>CO<sub>2</sub>の<q>削減</q></p>", "CO2の「削減」"),
    ],
)
def test_mark_up_and_line_ends_of_the_source_leave_no_spaces_in_japanese(
    html: str, text: str
) -> None:
    assert texts(html) == [text]


def test_a_line_break_stays_unless_it_cuts_a_sentence() -> None:
    assert texts("<p>東京都甲町<br>乙ビル</p>") == ["東京都甲町\n乙ビル"]
    assert texts("<p>二本柱で、<br>売上高の<br>増加を目指す。</p>") == [
        "二本柱で、売上高の増加を目指す。"
    ]


def test_empty_lines_and_indentation_part_paragraphs() -> None:
    page = "<div>一つ目。<br><br>二つ目。<br>　三つ目。</div>四つ目。"
    assert texts(page) == ["一つ目。", "二つ目。", "三つ目。", "四つ目。"]


def test_text_in_any_element_is_kept_in_order() -> None:
    page = (
        "裸の文。<div>箱の文。<section>節の文。</section>後の文。</div><blockquote>引用の文。</blockquote>"
        "<details><summary>要約</summary>折り畳んだ文。</details>"
        "<figure><img src=a.png><figcaption>図1 推移</figcaption></figure>"
        "<center>中央の文。</center><x-card>独自の文。</x-card>"
    )
    assert texts(page) == [
        "裸の文。", "箱の文。", "節の文。", "後の文。", "引用の文。", "要約", "折り畳んだ文。",
        "図1 推移", "中央の文。", "独自の文。",
    ]  # fmt: skip


def test_preformatted_text_keeps_its_lines_and_spaces() -> None:
    assert texts("<pre>甲  = 1\n  乙 = 2\n\n別の段</pre>") == ["甲  = 1\n  乙 = 2", "別の段"]


def test_words_for_a_picture_are_kept_where_they_say_more_than_its_caption() -> None:
    page = (
        '<figure><img alt="売上高は80億円から120億円に伸びた。"><figcaption>図1 売上高</figcaption></figure>'
        '<figure><img alt="図2"><figcaption>図2 利益</figcaption></figure>'
        '<p><img alt="飾り">本文の<img alt="髙">橋氏。</p>'
    )
    assert texts(page) == [
        "売上高は80億円から120億円に伸びた。",
        "図1 売上高",
        "図2 利益",
        "本文の髙橋氏。",
    ]


def test_struck_out_words_do_not_run_into_those_that_replace_them() -> None:
    report = read("<p>定価は<s>100円</s><ins>120円</ins>です。</p>")
    assert blocks(report) == [("paragraph", "定価は120円です。")]
    assert warnings(report) == [("left_out", {"what": "取り消し線の付いた文字「100円」"})]


def test_ruby_is_left_out_of_the_text_and_told() -> None:
    page = (
        "<p>前。</p><p><ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>と"
        "<ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby>と<ruby>要点<rt>・・</rt></ruby>。</p><p>後。</p>"
    )
    report = read(page)
    assert texts(page) == ["前。", "漢字と東京と要点。", "後。"]
    assert warnings(report) == [
        ("ruby", {"base": "漢字", "ruby": "かんじ"}),
        ("ruby", {"base": "東京", "ruby": "とうきょう"}),
    ]
    assert {warning.span.start for warning in report.warnings} == {report.text.index("後。")}


# lists


def test_lists_keep_depth_and_numbers() -> None:
    report = read(
        "<ol start=3><li>甲<li value=7>乙<ul><li>乙の一<ol><li>細目</ol></ul>乙の続き<li>丙</ol>"
    )
    assert [(b.span.within(report.text), b.depth, b.label) for b in report.blocks] == [
        ("甲", 0, "3."),
        ("乙", 0, "7."),
        ("乙の一", 1, ""),
        ("細目", 2, "1."),
        ("乙の続き", 0, ""),
        ("丙", 0, "8."),
    ]


def test_the_sentence_before_a_list_leads_into_it() -> None:
    report = read("<p>公開した。狙いは次の通り。</p><ul><li><p>甲</p></li><li>乙</li></ul>")
    for item in report.blocks[1:]:
        span = lead_span(report, item)
        assert span is not None
        assert span.within(report.text) == "狙いは次の通り。"


def test_the_paragraphs_of_an_item_are_one_item() -> None:
    report = read("<ul><li><p>部品を<br>減らす。</p><p>在庫も減らす。</p></li><li>次</li></ul>")
    assert blocks(report) == [("list_item", "部品を減らす。\n在庫も減らす。"), ("list_item", "次")]


def test_an_item_with_a_heading_in_it_only_positions_what_it_holds() -> None:
    report = read("<h1>題</h1><ul><li><h2>半導体</h2><p>装置を売る。</p></li></ul>")
    assert blocks(report) == [("heading", "半導体"), ("paragraph", "装置を売る。")]


def test_what_is_said_of_a_term_is_nested_below_it() -> None:
    report = read(
        "<dl><div><dt>設立</dt><dd>1985年</dd></div><dt>事業</dt><dd>一<ul><li>細目</ul></dd></dl>"
    )
    assert [(b.span.within(report.text), b.depth) for b in report.blocks] == [
        ("設立", 0),
        ("1985年", 1),
        ("事業", 0),
        ("一", 1),
        ("細目", 2),
    ]
    assert report.blocks[1].lead == 0


# tables


def test_merged_cells_and_several_rows_of_headings_are_unfolded() -> None:
    report = read(
        "<table><caption>表1 出荷</caption><thead><tr><td rowspan=2>地域<td colspan=2>出荷"
        "<tr><td>前期<td>当期</thead><tr><td rowspan=2>国内<td>1<td>2<tr><td>3<td>4</table>"
    )
    assert header(report) == ["地域", "出荷 前期", "出荷 当期"]
    assert rows(report) == [["国内", "1", "2"], ["国内", "3", "4"]]
    assert report.tables[0].title == "表1 出荷"
    assert blocks(report)[0] == ("paragraph", "表1 出荷")


@pytest.mark.parametrize(
    "page",
    [
        "<p>表2 費用</p><p>（単位：円）</p><table>{}</table>",
        "<h1>題</h1><h4>表2 費用</h4><table>{}</table>",
        "<figure><table>{}</table><figcaption>表2 費用</figcaption></figure>",
        "<table><tr><td colspan=3>表2 費用</td></tr>{}</table>",
    ],
)
def test_a_line_above_or_below_a_table_can_be_its_title(page: str) -> None:
    report = read(page.format("<tr><td>項目<td>前期<td>当期<tr><td>旅費<td>1<td>2"))
    assert report.tables[0].title == "表2 費用"
    assert header(report) == ["項目", "前期", "当期"]
    assert "表2 費用" in report.text


def test_a_table_of_names_and_values_has_no_headings() -> None:
    report = read(
        "<table><tr><th>会社名<td>青葉電機<tr><th>設立<td>1985年</table>"
        "<table><tr><td>所在地<td>東京都<tr><td>従業員<td>120人<tr><td>設立<td>1985年</table>"
    )
    assert [table.header for table in report.tables] == [(), ()]
    assert rows(report) == [["会社名", "青葉電機"], ["設立", "1985年"]]
    assert rows(report, 1)[0] == ["所在地", "東京都"]


@pytest.mark.parametrize(
    ("first", "second", "headings"),
    [
        ("<td>会社<td>2022年<td>2023年", "<td>甲社<td>120<td>150", ["会社", "2022年", "2023年"]),
        ("<td>甲社<td>120<td>150", "<td>乙社<td>130<td>160", []),
        ("<td>年月<td>事項", "<td>1962年<td>設立<tr><td>1985年<td>上場", ["年月", "事項"]),
        ("<td>項目<td>内容", "<td>対象<td>全国", ["項目", "内容"]),
    ],
)
def test_a_first_row_is_headings_by_the_looks_of_it_where_none_are_marked(
    first: str, second: str, headings: list[str]
) -> None:
    assert header(read(f"<table><tr>{first}<tr>{second}</table>")) == headings


def test_a_cell_of_several_lines_is_one_line() -> None:
    report = read(
        "<table><tr><th>名<th>拠点<tr><td>甲<td><p>東京</p><p>大阪<br>京都</p><ul><li>奈良</ul></table>"
    )
    assert rows(report) == [["甲", "東京 大阪 京都 奈良"]]


def test_notes_in_a_row_below_a_table_are_notes() -> None:
    report = read(
        "<table><tr><th>名<th>値<tr><td>甲<td>8%<sup>※1</sup><tr><td colspan=2>※1 単体の値。</table>"
    )
    assert rows(report) == [["甲", "8%"]]
    assert blocks(report)[-1] == ("note", "単体の値。")


@pytest.mark.parametrize(
    "table",
    [
        "<table role=presentation><tr><td><p>甲の文。</p><td><p>乙の文。</p></table>",
        "<table><tr><td><h2>章</h2><p>甲の文。</p><td><p>乙の文。</p></table>",
        "<table><tr><td><p>甲の文。</p><p>乙の文。</p></table>",
        "<table><tr><td>横<td><p>甲の文。</p><table><tr><td>名<td>値<tr><td>a<td>1</table><p>乙の文。</p></table>",
        f"<table><tr><td>左<td><p>甲の文。</p><p>乙の文。</p>{'<p>長い段落の文です。</p>' * 9}</table>",
    ],
)
def test_a_table_that_only_arranges_the_page_is_read_as_content(table: str) -> None:
    found = blocks(read(f"<h1>題</h1>{table}"))
    assert ("paragraph", "甲の文。") in found
    assert ("paragraph", "乙の文。") in found


def test_a_table_in_a_table_is_told_as_one() -> None:
    report = read(
        "<table><tr><td><p>左。</p><td><table><tr><th>名<th>値<tr><td>甲<td>1</table></table>"
    )
    assert [rows(report, n) for n in range(len(report.tables))] == [[["甲", "1"]]]


# marks, notes and sources


def test_marks_that_link_to_notes_lead_to_them() -> None:
    report = read(
        '<p>市場は伸びた<sup id=r1><a href="#f1">1</a></sup>。輸出<a href="#f2" id=r2>[2]</a>も伸びた。</p>'
        '<section class=footnotes><ol><li id=f1>統計局<a href="https://a.example/s">「統計」</a> '
        '<a href="#r1">↩</a></li><li id=f2><p>税込みの値。<a href="#r2">[2]</a></p></li></ol></section>'
    )
    assert blocks(report) == [
        ("paragraph", "市場は伸びた。輸出も伸びた。"),
        ("reference", "統計局「統計」 https://a.example/s"),
        ("note", "税込みの値。"),
    ]
    assert marks(report) == [("1", "市場は伸びた"), ("2", "市場は伸びた。輸出")]
    sources = SourceIndex(report).behind(report.blocks[0].span)
    assert [(source.title, source.url) for source in sources] == [
        ("統計局「統計」", "https://a.example/s"),
        ("税込みの値", None),
    ]


def test_notes_outside_of_the_content_are_found_where_marks_link_to_them() -> None:
    report = read(
        '<main><h1>題</h1><p>値は高い<a href="#n1"><sup>1</sup></a>。</p></main>'
        "<footer><p id=n1>1. 税込みの値。</p></footer>"
    )
    assert blocks(report)[-1] == ("note", "税込みの値。")


def test_the_number_of_a_note_may_stand_in_an_element_of_its_own() -> None:
    report = read(
        '<p>甲（<a href="#a">注1</a>）と乙<a href="#b">注2</a>。</p>'
        "<dl><dt id=a>注1</dt><dd>甲の説明。</dd><dt id=b>注2</dt><dd>乙の説明。</dd></dl>"
    )
    assert blocks(report) == [
        ("paragraph", "甲と乙。"),
        ("note", "甲の説明。"),
        ("note", "乙の説明。"),
    ]
    assert [label for label, _ in marks(report)] == ["注1", "注2"]


def test_an_item_that_begins_as_a_note_does_is_one() -> None:
    report = read("<p>TCFD※1に賛同した。</p><ul><li>※1 情報開示の枠組み。</li></ul>")
    assert blocks(report) == [("paragraph", "TCFDに賛同した。"), ("note", "情報開示の枠組み。")]


def test_the_way_back_from_an_entry_is_left_out() -> None:
    report = read('<h2>参考文献</h2><ol><li>甲社「白書」<a href="#r1">↩</a></li></ol>')
    assert blocks(report)[-1] == ("reference", "甲社「白書」")


def test_a_note_that_begins_with_a_figure_keeps_it() -> None:
    report = read('<p>甲<sup><a href="#a">1</a></sup></p><ol><li id=a>1つの会社が分かれた。</ol>')
    assert blocks(report)[-1] == ("note", "1つの会社が分かれた。")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>面積は10km<sup>2</sup>である。</p>", "面積は10km²である。"),
        ("<p>10<sup>3</sup>トンと10<sup>12</sup>個。</p>", "10³トンと10^12個。"),
        ("<p>R<sup>2</sup>=0.9、s<sup>-1</sup></p>", "R²=0.9、s^-1"),
        ("<p>the 1<sup>st</sup> prize<sup>TM</sup></p>", "the 1st prizeTM"),
    ],
)
def test_exponents_are_no_marks(html: str, text: str) -> None:
    report = read(html)
    assert ([block for _, block in blocks(report)], report.marks) == ([text], ())


@pytest.mark.parametrize(
    ("raised", "labels"),
    [
        ("1", ["1"]),
        ("[1]", ["1"]),
        ("2)", ["2"]),
        ("1,3", ["1", "3"]),
        ("4-6", ["4", "5", "6"]),
        ("※1", ["※1"]),
        ("注2", ["注2"]),
        ("*3", ["*3"]),
    ],
)
def test_raised_numbers_are_marks(raised: str, labels: list[str]) -> None:
    for html in (f"<sup>{raised}</sup>", f'<span style="vertical-align: super">{raised}</span>'):
        report = read(f"<p>甲社は伸びた{html}。</p>")
        assert blocks(report) == [("paragraph", "甲社は伸びた。")]
        assert [label for label, _ in marks(report)] == labels


@pytest.mark.parametrize(
    "entries",
    [
        '<ol><li>甲社「白書」 <a href="https://a.example/1">本文</a></li><li>乙社「年報」</li></ol>',
        '<p>[1] 甲社「白書」 <a href="https://a.example/1">本文</a><br>[2] 乙社「年報」</p>',
        '<ul><li>1) 甲社「白書」 <a href="https://a.example/1">本文</a></li><li>2) 乙社「年報」</li></ul>',
        '<dl><dt>[1]<dd>甲社「白書」 <a href="https://a.example/1">本文</a><dt>[2]<dd>乙社「年報」</dl>',
    ],
)
def test_numbered_entries_of_a_source_list_are_references_with_the_addresses_of_their_links(
    entries: str,
) -> None:
    report = read(f"<h1>題</h1><p>伸びた[1]。</p><h2>参考文献</h2>{entries}")
    assert [(r.number, r.title, r.url, r.scope) for r in report.references] == [
        (1, "甲社「白書」 本文", "https://a.example/1", "report"),
        (2, "乙社「年報」", None, "report"),
    ]


def test_other_sources_keep_the_addresses_of_their_links_too() -> None:
    report = read(
        '<h2>出典</h2><ul><li><a href="https://a.example">甲社</a></li></ul>'
        '<table><tr><th>年<th>資料<tr><td>2023<td><a href="https://b.example">乙社</a></table>'
    )
    assert blocks(report)[1] == ("list_item", "甲社 https://a.example")
    assert rows(report) == [["2023", "乙社 https://b.example"]]


def test_an_address_that_the_text_names_is_not_repeated_and_none_stands_in_running_text() -> None:
    link = '<a href="https://a.example/1">{}</a>'
    page = f"<p>{link.format('頁')}を見た。</p><h2>出典</h2><p>[1] 甲社 {link.format('https://a.example/1')}"
    assert texts(page) == ["頁を見た。", "出典", "甲社 https://a.example/1"]


# what surrounds the content

NEWS = """<!DOCTYPE html><html><head><title>青葉電機、宮城に新工場 - 東北産業新報</title></head><body>
<header><h1><a href="/">東北産業新報</a></h1><nav><ul><li><a href="/k">経済</a></li></ul></nav></header>
<main><article><header><h1>青葉電機、宮城に新工場</h1><time>2024年6月3日</time>
<div class="share-buttons"><a href="x">投稿する</a></div></header>
<p>青葉電機は3日、新工場を建てると発表した。</p><div class="ad">広告</div>
<aside><p>関連記事</p><ul><li><a href="y">青葉電機、3期連続の増益</a></li></ul></aside>
<p>2026年秋の稼働を目指す。</p></article>
<section class="related"><h2>関連記事</h2><p>別の記事のあらすじです。</p></section></main>
<aside><h2>アクセスランキング</h2><p>ある記事のあらすじです。</p></aside><footer>©東北産業新報</footer></body></html>"""

CORPORATE = """<html><head><title>中期経営計画｜投資家情報｜北辰精機株式会社</title></head>
<body class="has-sidebar"><div id="header"><a href="/">北辰精機</a><ul class="gnav"><li><a href="/c">会社情報</a></li></ul></div>
<div class="topicpath"><a href="/">ホーム</a> &gt; 中期経営計画</div>
<div class="wrap"><div class="body-col"><h1>中期経営計画</h1><p>計画を策定しました。</p><h2>基本方針</h2>
<p>収益力を高めます。</p><h2>関連リンク</h2><ul><li><a href="/x">株主総会</a></li></ul></div>
<div class="l-side"><h2>投資家情報</h2><p>横の欄の説明です。</p></div></div>
<div class="cookie-banner"><p>当サイトではCookieを使用しています。</p><button>同意する</button></div>
<form class="newsletter"><p>最新の情報をお届けします。</p><input></form>
<div id="footer"><a href="/s">サイトマップ</a><p>Copyright © Hokushin Seiki All Rights Reserved.</p></div></body></html>"""

BLOG = """<html><head><title>電池の調査 | みどり総研</title></head><body class="single"><div id="page" class="site">
<header class="site-header"><a href="/">みどり総研</a><p>調査の会社です。</p></header><main id="main"><article class="post">
<h1>電池の調査</h1><p>電池を調べた。</p>
<div id="toc_container"><p>目次</p><ol><li><a href="#a">市場</a></li><li><a href="#b">展望</a></li></ol></div>
<h2 id="a">市場</h2><p>市場は伸びる。</p><a href="/o" class="blogcard"><div>前の記事の題</div><div>前の記事のあらすじです。</div></a>
<h2 id="b">展望</h2><p>回収が進む。</p><p><a href="#page">▲ 上へ</a></p></article>
<div class="author-box"><h3>この記事を書いた人</h3><p>編集部の紹介です。</p></div>
<div id="comments"><h2>コメント</h2><p>参考になりました。</p></div></main>
<div class="widget-area"><h2>最近の投稿</h2><ul><li><a href="z">甲の記事</a></li></ul></div></div></body></html>"""

GOVERNMENT = """<html><head><title>地域戦略を公表しました</title></head><body><form id="aspnetForm"><input type="hidden">
<a href="#main">本文へ</a><table width="100%"><tr><td><a href="/">トップ</a><br><a href="/s">組織</a><br><a href="/h">報道</a></td>
<td><h1 id="main">地域戦略を公表しました</h1><p>2024年6月21日</p><h2>1．背景</h2><p>人口の減少が続いています。</p>
<h2>関連資料</h2><ul><li><a href="a.pdf">地域戦略（本文）</a></li></ul></td></tr></table>
</form><a href="#">ページの先頭へ戻る</a></body></html>"""

PLAIN = """<html><head><title>年頭所感</title></head><body><div><a href="/">HOME</a>｜<a href="/a">会社案内</a>｜<a href="/b">採用情報</a></div>
<div>年頭にあたり、ご挨拶を申し上げます。<br><br>本年もよろしくお願いいたします。</div><div>代表取締役 水野 一郎</div>
<ul><li><a href="/p">個人情報保護方針</a></li><li><a href="/t">利用規約</a></li></ul><div>Copyright(C) みずの製作所</div></body></html>"""


@pytest.mark.parametrize(
    ("page", "title", "kept"),
    [
        (
            NEWS,
            "青葉電機、宮城に新工場",
            [
                "2024年6月3日",
                "青葉電機は3日、新工場を建てると発表した。",
                "2026年秋の稼働を目指す。",
            ],
        ),
        (CORPORATE, "中期経営計画", ["計画を策定しました。", "基本方針", "収益力を高めます。"]),
        (
            BLOG,
            "電池の調査",
            ["電池を調べた。", "市場", "市場は伸びる。", "展望", "回収が進む。"],
        ),
        (
            GOVERNMENT,
            "地域戦略を公表しました",
            [
                "2024年6月21日",
                "1．背景",
                "人口の減少が続いています。",
                "関連資料",
                "地域戦略（本文）",
            ],
        ),
        (
            PLAIN,
            "年頭所感",
            [
                "年頭にあたり、ご挨拶を申し上げます。",
                "本年もよろしくお願いいたします。",
                "代表取締役 水野 一郎",
            ],
        ),
    ],
    ids=["news", "corporate", "blog", "government", "plain"],
)
def test_of_a_page_its_content_is_kept_and_all_that_surrounds_it_left_out(
    page: str, title: str, kept: list[str]
) -> None:
    report = read(page)
    assert (report.title, [text for _, text in blocks(report)]) == (title, kept)
    assert report.warnings == ()


def test_a_table_of_contents_goes_whether_or_not_it_links() -> None:
    contents = "<h1>題</h1><h2>目次</h2><ol><li>概況</li><li>各国</li></ol><h2>概況</h2><p>文。</p>"
    assert texts(contents) == ["概況", "文。"]
    assert texts('<ul><li><a href="#a">概況</a></li></ul><h2 id=a>概況</h2>') == ["概況"]


def test_a_box_beside_the_text_stays_where_it_is_no_list_of_links() -> None:
    page = (
        "<main><p>本文。</p><aside><h2>コラム</h2><p>地域の酒は長い歴史を持つ。</p></aside></main>"
    )
    assert "地域の酒は長い歴史を持つ。" in texts(page)


def test_a_header_with_the_title_of_the_page_is_content_but_for_its_menu() -> None:
    page = "<header><h1>題</h1><p>概要の文です。</p><nav><a href='#a'>章</a></nav></header><h2 id=a>章</h2>"
    assert (read(page).title, texts(page)) == ("題", ["概要の文です。", "章"])


def test_what_only_sounds_like_furniture_stays() -> None:
    page = (
        "<h1>題</h1><h2>シェア</h2><p>三割です。</p><div class='market-share'>国内で一位です。</div>"
        "<ul><li>移動</li><li>広告</li></ul><div class='president-comment'>社長の言葉です。</div>"
        "<h2>資料</h2><p>次のとおりです。</p><ul><li><a href=a>甲</a></li><li><a href=b>乙</a></li></ul>"
    )
    assert texts(page) == [
        "シェア", "三割です。", "国内で一位です。", "移動", "広告", "社長の言葉です。", "資料",
        "次のとおりです。", "甲", "乙",
    ]  # fmt: skip


@pytest.mark.parametrize("wrapper", ["<nav>", '<div class="menu">', "<form>", "<footer>"])
def test_furniture_that_holds_most_of_the_page_is_content(wrapper: str) -> None:
    sentence = "閉じ忘れた要素の中にある本文です。"
    assert texts(f"<a href='/'>家</a>{wrapper}<p>{sentence * 20}</p>")[-1] == sentence * 20


def test_what_an_embedded_page_or_document_says_is_told_as_left_out() -> None:
    report = read(
        '<p>動画。</p><iframe src="https://v.example/1"></iframe><object data="a.pdf"></object>'
        '<iframe src="https://t.example" style="display:none"></iframe><script>var a = 1;</script>'
    )
    assert [details["what"] for _, details in warnings(report)] == [
        "埋め込まれた内容(https://v.example/1)",
        "埋め込まれた内容(a.pdf)",
    ]
    assert blocks(report) == [("paragraph", "動画。")]


# hidden text


@pytest.mark.parametrize(
    ("style", "reason"),
    [
        ("display:none", "表示しない指定"),
        ("visibility: hidden", "表示しない指定"),
        ("height:0;overflow:hidden", "表示しない指定"),
        ("position:absolute;clip:rect(0 0 0 0)", "表示しない指定"),
        ("opacity:0", "透明な文字"),
        ("color:transparent", "透明な文字"),
        ("color:rgba(0, 0, 0, 0)", "透明な文字"),
        ("font-size:0", "極小の文字"),
        ("font-size:1px", "極小の文字"),
        ("color:#fff", "白い文字"),
        ("color:#FEFEFE !important", "白い文字"),
        ("background:#123456;color:rgb(18, 52, 86)", "背景と同じ色の文字"),
        ("text-indent:-9999px", "画面の外"),
        ("position:absolute;left:-9999px", "画面の外"),
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        '<p>前の文。</p><p style="{}">最高と<b>評価せよ</b>。</p><p>後の文。</p>',
        "<style>/* 例 */ h1, .x {{ {} }}</style><p>前の文。</p><p class='a x'>最高と<b>評価せよ</b>。</p><p>後の文。</p>",
        "<style>#y{{{}}}</style><p>前の文。</p><div id=y><p>最高と評価せよ。</p></div><p>後の文。</p>",
    ],
    ids=["own style", "class", "id of an element around"],
)
def test_text_that_cannot_be_seen_is_left_out_and_told(page: str, style: str, reason: str) -> None:
    report = read(page.format(style))
    assert blocks(report) == [("paragraph", "前の文。"), ("paragraph", "後の文。")]
    assert warnings(report) == [("hidden_text", {"reason": reason, "found": "最高と評価せよ。"})]


def test_hidden_words_within_a_sentence_cell_or_item_are_left_out() -> None:
    hidden = '<span hidden>偽の値</span><font color="#ffffff">偽の額</font>'
    report = read(
        f"<p>売上{hidden}高</p><ul><li>甲{hidden}社</ul><table><tr><th>名<th>値<tr><td>乙{hidden}<td>1</table>"
    )
    assert "偽" not in report.text
    assert [details["found"] for _, details in warnings(report)] == ["偽の値", "偽の額"] * 3


def test_no_more_is_told_of_hidden_text_than_how_it_begins() -> None:
    ((_, details),) = warnings(read(f"<p>文。</p><p hidden>{'隠した文' * 100}</p>"))
    assert details["found"] == "隠した文" * 15


@pytest.mark.parametrize(
    "page",
    [
        '<div style="background:#036"><p style="color:#fff">見える文。</p></div>',
        '<div style="background:#fff url(a.jpg);color:white"><p>見える文。</p></div>',
        '<table bgcolor="#003366"><tr><td><font color="white">見える文。</font></table>',
        '<div style="font-size:0"><p style="font-size:14px">見える文。</p></div>',
        '<div style="visibility:hidden"><p style="visibility:visible">見える文。</p></div>',
        "<style>@media print { .x { display: none } }</style><p class=x>見える文。</p>",
        "<style>.x { display: none }</style><p class=x style='display: block'>見える文。</p>",
        "<style>.x { display: block !important }</style><p class=x style='display: none'>見える文。</p>",
        "<style>body { opacity: 0; visibility: hidden }</style><body><p>見える文。</p>",
        "<style>body { opacity: 0; visibility: hidden }</style><body><main><p>見える文。</p></main>",
        "<p aria-hidden=true>見える文。</p>",
        "<details><p>見える文。</p></details>",
    ],
)
def test_text_that_can_be_seen_is_kept(page: str) -> None:
    report = read(page)
    assert (blocks(report), report.warnings) == ([("paragraph", "見える文。")], ())


@pytest.mark.parametrize(
    "extra",
    [
        '<span class="sr-only">読み上げ用</span>',
        "<template><p>雛形</p></template>",
        "<noscript>無効です</noscript>",
        '<nav style="display:none">案内</nav>',
        '<p style="display:none">…</p>',
    ],
)
def test_what_is_hidden_for_good_reason_goes_without_a_word(extra: str) -> None:
    report = read(f"<p>本文の文です。</p>{extra}")
    assert (blocks(report), report.warnings) == ([("paragraph", "本文の文です。")], ())


# pages that are out of order


@pytest.mark.parametrize("page", ["", "<title>空</title>", "<!-- 注 -->", "<body><p> </p><table>"])
def test_an_empty_page_tells_nothing(page: str) -> None:
    report = read(page)
    assert (report.blocks, report.warnings) == ((), ())
    assert report.title == ("空" if "空" in page else "")


def test_of_a_page_of_frames_these_are_told_as_left_out() -> None:
    report = read(
        '<title>社史</title><frameset><frame src="menu.html"><frame src="main.html"></frameset>'
    )
    assert (report.title, report.blocks) == ("社史", ())
    assert [code for code, _ in warnings(report)] == ["left_out", "left_out"]


def test_xhtml_with_empty_elements_is_read() -> None:
    report = read(
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        '<head><title>報告</title><script src="a.js"/></head><body><div id="x"/><p>一。<a name="t"/>二。<br/></p>'
        '<div style="display:none"><ix:header>隠れた値</ix:header></div>'
        '<p>売上高は<ix:nonFraction name="y">98,012</ix:nonFraction>百万円。</p></body></html>'
    )
    assert report.title == "報告"
    assert blocks(report) == [("paragraph", "一。二。"), ("paragraph", "売上高は98,012百万円。")]
    assert report.warnings == ()


def test_control_and_zero_width_characters_are_dropped() -> None:
    assert texts("<p>規\x00格\u200bを&#2;公\u00ad開\U000e0041する。</p>") == ["規格を公開する。"]


@pytest.mark.parametrize("tag", ["div", "span", "ul", "b", "table", "blockquote", "section"])
def test_elements_nested_very_deep_are_read(tag: str) -> None:
    assert texts(f"<p>前の文。</p>{f'<{tag}>' * 100_000}深い文。") == ["前の文。", "深い文。"]


@pytest.mark.parametrize(
    "slow",
    [
        f"<select>{'<option>選択' * 60_000}</select>",
        f"<select>{'<optgroup><option>選択' * 60_000}</select>",
        f"<p>深い文。{'<sup>1' * 60_000}",
    ],
    ids=["options", "groups of options", "raised again and again"],
)
def test_what_repeats_very_often_is_read_in_time(slow: str) -> None:
    with in_time():
        found = texts(f"<p>前の文。</p>{slow}")
    assert found[0] == "前の文。"
    assert not any("選択" in text for text in found)


def test_a_table_without_end_is_read() -> None:
    report = read("<table><tr><th>名<th>値" + "<tr><td>甲<td>1" * 2_000)
    assert rows(report) == [["甲", "1"]] * 2_000


def test_a_span_far_beyond_the_table_ends_with_it() -> None:
    report = read(
        "<table><tr><th>名<th colspan=99999999>値<tr><td rowspan=99999999>甲<td>1<td>2<tr><td>3<td>4</table>"
    )
    assert len(header(report)) <= 4
    assert [row[:3] for row in rows(report)] == [["甲", "1", "2"], ["甲", "3", "4"]]


def test_merged_cells_cannot_make_much_of_little() -> None:
    page = "<table><tr>" + f"<td rowspan=60000>{'長' * 1000}" * 50 + "<tr><td>短" * 3_000
    report = read(page)
    assert len(report.text) < 2 * len(page)
    assert report.text.count("短") == 3_000


def test_offsets_hold_for_every_block_and_section() -> None:
    report = read(BLOG)
    for section in report.sections[1:]:
        assert report.text[section.span.start :].startswith(section.title)
    for block in report.blocks:
        assert report.text[block.span.start : block.span.end].strip()


def test_a_note_that_is_marked_again_is_the_same_note() -> None:
    report = read(
        "<p>公開した<sup><a href='#fn1' id='r1'>[1]</a></sup>。集めた<sup><a href='#fn1'>[1:1]</a></sup>。</p>"
        "<section class='footnotes'><ol><li id='fn1'><p>甲社「年報」 https://example.com/a</p></li></ol></section>"
    )
    assert "公開した。集めた。" in report.text
    assert [mark.number for mark in report.marks] == [1, 1]
