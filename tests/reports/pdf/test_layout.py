"""How a page is read, told of characters and rules at places; no PDF is needed for that."""

import pytest

from ipqa.reports.pdf.columns import reading_order
from ipqa.reports.pdf.glyphs import Box, Glyph, PageContent, Turn, faces
from ipqa.reports.pdf.labels import label_of
from ipqa.reports.pdf.layout import Words, join_words, joined, same_line
from ipqa.reports.pdf.small_type import words_of
from ipqa.reports.pdf.tables import find_tables
from ipqa.reports.pdf.text import seamless

SIZE = 10.0


def glyph(text: str, x: float, y: float, size: float = SIZE, turn: Turn = Turn.RIGHT) -> Glyph:
    width = size / 2 if text.isascii() else size
    return Glyph(text, x, y - 0.88 * size, x + width, y + 0.12 * size, y, size, "Mincho", turn)


def line(text: str, x: float, y: float, size: float = SIZE, gap: float = 0.0) -> list[Glyph]:
    """Characters in a row; ASCII takes half the width; letters are ``gap`` further apart."""
    glyphs = []
    for character in text:
        glyphs.append(glyph(character, x, y, size))
        x = glyphs[-1].x1 + gap
    return glyphs


def texts(glyphs: list[Glyph]) -> list[str]:
    """What stands on each line."""
    return [joined(row) for row in same_line(words_of(glyphs)[0])]


# characters to words


def test_characters_in_any_order_become_lines_from_the_top() -> None:
    glyphs = [*line("出荷は増えた。", 50, 120), *line("生産も増えた。", 50, 100)]
    assert texts(glyphs[::-1]) == ["生産も増えた。", "出荷は増えた。"]


def test_a_gap_between_latin_letters_parts_words_without_a_space_in_the_file() -> None:
    glyphs = [*line("spindle", 50, 100), *line("unit", 88, 100)]
    assert texts(glyphs) == ["spindle unit"]


def test_a_space_in_the_file_between_japanese_that_touches_is_no_space() -> None:
    spaced = [glyph("岬", 50, 100), glyph(" ", 60, 100), glyph("市", 60, 100)]
    assert texts(spaced) == ["岬市"]


def test_a_space_that_parts_japanese_to_the_eye_stays() -> None:
    assert texts(line("汐見　航", 50, 100)) == ["汐見　航"]


@pytest.mark.parametrize("gap", [3.0, 8.0, 15.0, 30.0])
def test_letters_that_are_spaced_out_evenly_are_one_word(gap: float) -> None:
    assert texts(line("事業概況", 50, 100, gap=gap)) == ["事業概況"]


@pytest.mark.parametrize("text", ["目　次", "以　上", "は　じ　め　に", "目 次"])
def test_letters_with_a_space_typed_after_each_are_one_word(text: str) -> None:
    assert texts(line(text, 50, 100)) == [text.replace("　", "").replace(" ", "")]


def test_latin_within_spread_japanese_gets_no_spaces_around_it() -> None:
    assert texts(line("米国のNOVA社と中国の企業", 50, 100, gap=6.5)) == ["米国のNOVA社と中国の企業"]


def test_words_far_apart_on_one_line_have_a_space_between() -> None:
    assert texts([*line("売上高", 50, 100), *line("320", 150, 100)]) == ["売上高 320"]


def test_what_is_drawn_twice_stands_once_and_is_bold() -> None:
    (words,), _ = words_of([*line("重要", 50, 100), *line("重要", 50.5, 100.3)])
    assert (words.text, words.bold) == ("重要", True)


def test_a_letter_that_is_doubled_in_a_word_stays_doubled() -> None:
    assert texts(line("speed lll", 50, 100)) == ["speed lll"]


# small type


@pytest.mark.parametrize(
    ("small", "mark"),
    [
        ("1", "[1]"),
        ("12)", "[12]"),
        ("1,2", "[1,2]"),
        ("3-5", "[3,4,5]"),
        ("注1", "注1"),
        ("※2", "※2"),
    ],
)
def test_small_raised_figures_are_marks_where_they_stand(small: str, mark: str) -> None:
    raised = line(small, 80, 96, size=5)
    after = line("。", raised[-1].x1, 100)
    assert texts([*line("増えた", 50, 100), *raised, *after]) == [f"増えた{mark}。"]


@pytest.mark.parametrize(
    ("before", "small", "read"),
    [
        ("m", "2", "m²"),
        ("10", "6", "10⁶"),
        ("s", "-1", "s-1"),
        ("km", "2", "km²"),
        ("team", "2", "team[2]"),
    ],
)
def test_a_raised_figure_after_a_unit_is_an_exponent(before: str, small: str, read: str) -> None:
    base = line(before, 50, 100)
    assert texts([*base, *line(small, base[-1].x1, 96, size=5)]) == [read]


def test_a_small_lowered_figure_stays_in_its_word() -> None:
    base = line("CO", 50, 100)
    low = line("2", 60, 102, size=6)
    assert texts([*base, *low, *line("を減らす", 63, 100)]) == ["CO2を減らす"]


def test_small_kana_above_kanji_are_ruby_of_those_below_them() -> None:
    found, (ruby,) = words_of([*line("岬の砥石を", 50, 100), *line("といし", 72, 90, size=5)])
    assert [words.text for words in found] == ["岬の砥石を"]
    assert (ruby.base, ruby.reading) == ("砥石", "といし")


def test_a_small_line_above_that_is_no_kana_is_a_line() -> None:
    glyphs = [*line("二〇二四年", 50, 90, size=5), *line("岬の砥石を", 50, 100)]
    assert texts(glyphs) == ["二〇二四年", "岬の砥石を"]


def test_letters_one_below_the_other_are_one_word() -> None:
    stacked = [glyph(letter, 500, 100 + 11 * n) for n, letter in enumerate("価値創造")]
    assert texts([*stacked, *line("本文である。", 50, 100)]) == ["本文である。 価値創造"]


def test_signs_in_a_column_with_the_leading_of_lines_stay_apart() -> None:
    signs = [glyph("○", 500, 100 + 18 * n) for n in range(4)]
    assert texts(signs) == ["○"] * 4


def test_a_dot_drawn_before_words_is_their_bullet() -> None:
    found, _ = words_of(line("主軸", 50, 100), [Box(40, 94, 44, 98)])
    assert [words.text for words in found] == ["•主軸"]


# lines to text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("歯車を研", "ぐ機械", "歯車を研ぐ機械"),
        ("Harbour", "Institute", "Harbour Institute"),
        ("技術は Harbour", "Institute と", "技術は Harbour Institute と"),
        ("株式会社", "Kaisei", "株式会社Kaisei"),
        ("the infor-", "mation on", "the information on"),
        ("long\u00ad", "term", "longterm"),
        ("売上高は20", "24年に", "売上高は2024年に"),
        ("Table 3", "10 units", "Table 3 10 units"),
        ("https://example.com/re-", "port/4", "https://example.com/re-port/4"),
    ],
)
def test_the_end_of_a_line_and_the_next_one_are_joined(before: str, after: str, text: str) -> None:
    assert seamless(before, after) == text


def test_nothing_joins_to_itself() -> None:
    assert join_words("", "文") == join_words("word", "") == ""


# labels


@pytest.mark.parametrize(
    ("text", "kind", "written", "rest"),
    [
        ("第1章　生産", "chapter", "第1章", "生産"),
        ("第二節 主軸", "section", "第二節", "主軸"),
        ("第１　総論", "clause", "第１", "総論"),
        ("Ⅱ．体制", "roman", "Ⅱ．", "体制"),
        ("一、港の歴史", "kanji", "一、", "港の歴史"),
        ("1. 生産", "number", "1.", "生産"),
        ("１．生産", "number", "１．", "生産"),
        ("1.1 主軸", "decimal", "1.1", "主軸"),
        ("1-1. 主軸", "decimal", "1-1.", "主軸"),
        ("2.1.3主軸", "decimal", "2.1.3", "主軸"),
        ("（１）窓口", "bracket", "（１）", "窓口"),
        ("①生産", "circle", "①", "生産"),
        ("ア　対象", "kana", "ア", "対象"),
        ("(ア) 対象", "kana", "(ア)", "対象"),
        ("a) scope", "letter", "a)", "scope"),
        ("・主軸", "bullet", "・", "主軸"),
        ("- spindle", "bullet", "-", "spindle"),
        ("⼆、これから", "kanji", "二、", "これから"),
    ],
)
def test_numbers_and_bullets_are_told_from_what_they_mark(
    text: str, kind: str, written: str, rest: str
) -> None:
    label = label_of(text)
    assert label is not None
    assert (label.kind, label.written, label.text) == (kind, written, rest)


@pytest.mark.parametrize(
    "text",
    [
        "1.2倍に増えた。",
        "3年後の姿",
        "10-12月期",
        "第一に、",
        "第1部門の長",
        "一つの例",
        "2024年",
        "3.5%増",
        "-5度",
        "OK",
    ],
)
def test_figures_and_words_of_a_sentence_are_no_labels(text: str) -> None:
    assert label_of(text) is None


def test_the_more_parts_a_number_has_the_deeper_it_is() -> None:
    labels = [
        label_of(text)
        for text in ("第1章 甲", "第1節 甲", "1. 甲", "1.1 甲", "1.1.1 甲", "(1) 甲", "① 甲")
    ]
    depths = [label.depth for label in labels if label is not None]
    assert len(depths) == 7
    assert depths == sorted(set(depths))


# columns


def words(text: str, x: float, y: float, size: float = SIZE) -> Words:
    return Words(text, x, x + len(text) * size, y, size, "Mincho", bold=False, count=len(text))


def order(items: list[Words], *boxes: Box) -> list[str]:
    return [item.text for region in reading_order(items, boxes, 600) for item in region.items]


def paragraph(sign: str, x: float, y: float, width: int, lines: int) -> list[Words]:
    return [words(f"{sign}{n}".ljust(width, "文"), x, y + 16 * n) for n in range(lines)]


def signs(items: list[str]) -> list[str]:
    return [item[:2] for item in items]


def test_columns_are_read_one_after_the_other() -> None:
    left, right = paragraph("甲", 50, 100, 20, 4), paragraph("乙", 300, 100, 20, 4)
    mixed = [item for pair in zip(left, right, strict=True) for item in pair]
    assert signs(order(mixed)) == [f"{sign}{n}" for sign in "甲乙" for n in range(4)]


def test_a_line_over_both_columns_parts_them() -> None:
    items = [
        *paragraph("甲", 50, 100, 20, 3),
        *paragraph("乙", 300, 100, 20, 3),
        words("文" * 45, 50, 170),
        *paragraph("丙", 50, 200, 20, 3),
        *paragraph("丁", 300, 200, 20, 3),
    ]
    assert signs(order(items)) == [
        *[f"{sign}{n}" for sign in "甲乙" for n in range(3)],
        "文文",
        *[f"{sign}{n}" for sign in "丙丁" for n in range(3)],
    ]


def test_two_pages_side_by_side_are_read_before_their_columns() -> None:
    items = [
        *paragraph("甲", 30, 120, 10, 9),
        *paragraph("乙", 150, 120, 10, 9),
        *paragraph("丙", 340, 120, 22, 6),
        words("左の題をなす言葉", 30, 90, size=20),
        words("右の題", 340, 90, size=20),
    ]
    assert signs(order(items)) == [
        "左の",
        *[f"{sign}{n}" for sign in "甲乙" for n in range(9)],
        "右の",
        *[f"丙{n}" for n in range(6)],
    ]


def test_a_narrow_column_beside_the_text_is_read_after_it() -> None:
    items = [*paragraph("甲", 50, 100, 30, 8), *paragraph("乙", 400, 105, 9, 5)]
    assert signs(order(items)) == [
        *[f"甲{n}" for n in range(8)],
        *[f"乙{n}" for n in range(5)],
    ]


def test_labels_and_values_are_read_row_by_row() -> None:
    items = [words(sign, 50, 100 + 16 * n) for n, sign in enumerate(("商号", "設立", "本社"))]
    items += [words(sign, 200, 100 + 16 * n) for n, sign in enumerate(("海晴", "昭和", "岬市"))]
    assert order(items) == ["商号", "海晴", "設立", "昭和", "本社", "岬市"]


def test_boxes_are_read_as_wholes_row_by_row() -> None:
    boxes = []
    items = []
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        x, y = 50 + 250 * column, 100 + 100 * row
        boxes.append(Box(x, y, x + 200, y + 80))
        items += [words(f"箱{row}{column}{n}", x + 10, y + 20 + 20 * n) for n in range(3)]
    assert order(items, *boxes) == [
        f"箱{row}{column}{n}" for row in range(2) for column in range(2) for n in range(3)
    ]


# faces


def page(glyphs: list[Glyph]) -> PageContent:
    return PageContent(width=600, height=800, glyphs=glyphs)


def column(text: str, x: float, y: float, turn: Turn = Turn.RIGHT) -> list[Glyph]:
    return [glyph(letter, x, y + SIZE * n, turn=turn) for n, letter in enumerate(text)]


def test_columns_of_vertical_text_become_lines_from_the_right() -> None:
    glyphs = [*column("造船所の朝は早い。", 500, 100), *column("六時半に門が開く。", 480, 100)]
    (face,) = faces(page(glyphs))
    assert face.turn is Turn.VERTICAL
    assert texts(face.glyphs) == ["造船所の朝は早い。", "六時半に門が開く。"]
    assert (face.width, face.height) == (800, 600)


def test_figures_side_by_side_and_words_on_their_side_stay_in_a_vertical_line() -> None:
    before, after = column("昭和", 500, 100), column("年に", 500, 130)
    figures = [glyph("3", 500, 120), glyph("5", 505, 120)]
    latin = [
        Glyph(letter, 500, 142.4 + 5 * n, 510, 147.4 + 5 * n, 505, SIZE, "Latin", Turn.DOWN)
        for n, letter in enumerate("NOVA")
    ]
    end = column("社が。", 500, 171)
    (face,) = faces(page([*before, *figures, *after, *latin, *end]))
    assert texts(face.glyphs) == ["昭和35年にNOVA社が。"]


def test_a_page_that_lies_on_its_side_is_turned() -> None:
    for turn, step in ((Turn.DOWN, 1), (Turn.UP, -1)):
        letters = [
            Glyph(letter, 300, 400 + 10 * step * n, 310, 410 + 10 * step * n, 305, SIZE, "M", turn)
            for n, letter in enumerate("横倒しの紙である。")
        ]
        (face,) = faces(page(letters))
        assert texts(face.glyphs) == ["横倒しの紙である。"]


def test_what_runs_another_way_is_a_face_of_its_own_and_a_slanted_stamp_is_none() -> None:
    side = [
        Glyph(letter, 20, 400 - 10 * n, 30, 410 - 10 * n, 28, SIZE, "M", Turn.UP)
        for n, letter in enumerate("軸の名")
    ]
    stamp = [
        glyph(letter, 300 + 20 * n, 400 - 20 * n, turn=Turn.SLANTED)
        for n, letter in enumerate("社外秘")
    ]
    found = faces(page([*line("本文がここに続いている。", 50, 100), *side, *stamp]))
    assert [texts(face.glyphs) for face in found] == [["本文がここに続いている。"], ["軸の名"]]


# tables


def across(x0: float, x1: float, *ys: float) -> list[Box]:
    return [Box(x0, y, x1, y) for y in ys]


def down(y0: float, y1: float, *xs: float) -> list[Box]:
    return [Box(x, y0, x, y1) for x in xs]


def cells(rules: list[Box], glyphs: list[Glyph], shades: tuple[Box, ...] = ()) -> list[list[str]]:
    (table,) = find_tables(rules, shades, glyphs).tables
    grid = table.grid()
    assert grid is not None
    return [list(row) for row in ((grid.header,) if grid.header else ()) + grid.rows]


BODY = [["工場", "台数"], ["岬", "24"], ["北浜", "31"]]


def body(shift: float = 0.0) -> list[Glyph]:
    return [
        mark
        for row, texts_of_row in enumerate(BODY)
        for place, text in enumerate(texts_of_row)
        for mark in line(text, 55 + 100 * place, 114 + 20 * row + shift)
    ]


def test_rules_that_cross_make_cells() -> None:
    rules = [*across(50, 250, 100, 120, 140, 160), *down(100, 160, 50, 150, 250)]
    assert cells(rules, body()) == BODY


def test_a_table_may_be_open_at_its_sides() -> None:
    rules = [*across(50, 250, 100, 120, 140, 160), *down(100, 160, 150)]
    assert cells(rules, body()) == BODY


def test_rules_in_pieces_and_dashes_are_whole() -> None:
    dashes = [Box(x, y, x + 4, y) for y in (100, 120, 140, 160) for x in range(50, 250, 6)]
    assert cells([*dashes, *down(100, 160, 50, 150, 250)], body()) == BODY


def test_rules_across_only_make_a_table_of_what_stands_in_columns() -> None:
    assert cells(across(50, 250, 100, 120, 160), body()) == BODY


def test_every_other_row_shaded_makes_a_table() -> None:
    shades = tuple(Box(50, y, 250, y + 20, (0.9, 0.9, 0.9)) for y in (100, 140))
    assert cells([], body(), shades) == BODY


def test_a_last_row_without_shade_belongs_to_the_shaded_ones() -> None:
    shades = tuple(Box(50, y, 250, y + 20, (0.9, 0.9, 0.9)) for y in (100, 140))
    fourth = [*line("南浜", 55, 174), *line("12", 155, 174)]
    assert cells([], [*body(), *fourth], shades) == [*BODY, ["南浜", "12"]]


def test_headings_wider_than_their_columns_stay_above_them() -> None:
    rows = [["工場", "前年度の出荷", "今年度の出荷"], ["岬", "24", "28"], ["北浜", "31", "29"]]
    glyphs = [
        mark
        for number, row in enumerate(rows)
        for place, text in enumerate(row)
        for mark in line(
            text, (95, 240, 340)[place] - (10 if number else 60) * (place > 0), 114 + 20 * number
        )
    ]
    assert cells(across(50, 360, 100, 120, 160), glyphs) == rows


def test_running_text_between_rules_is_no_table() -> None:
    text = [mark for n in range(4) for mark in line("研ぐ機械の出荷が増えた。", 55, 114 + 16 * n)]
    found = find_tables(across(50, 250, 100, 180, 200), (), text)
    assert (found.tables, len(found.rest)) == ([], len(text))


def test_what_stands_outside_of_a_table_is_left() -> None:
    rules = [*across(50, 250, 100, 120, 140, 160), *down(100, 160, 50, 150, 250)]
    below = line("表の後の文。", 55, 200)
    found = find_tables(rules, (), [*body(), *below])
    assert found.rest == below


def test_a_table_in_a_frame_is_found_within_it() -> None:
    rules = [*across(50, 250, 100, 120, 140, 160), *down(100, 160, 50, 150, 250)]
    frame = [*across(20, 400, 60, 300), *down(60, 300, 20, 400)]
    found = find_tables([*frame, *rules], (), [*body(), *line("枠の中の文。", 55, 200)])
    assert len(found.tables) == 1
    assert found.frames == [Box(20, 60, 400, 300)]
