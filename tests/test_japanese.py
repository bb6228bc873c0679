import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ipqa.japanese import content_words, normalise, sentences, tokenizer_fingerprint, words

FULL_OF_FORMS = "ｱｶﾞﾊﾟヴは゛か\u3099㈱①㍿½ﬁﾡ각e\u0301Å①２０２４年－％、。「」（） \u3000\n"
"""Characters that NFKC takes apart, puts together or moves, besides plain ones."""

any_text = st.text(max_size=40) | st.text(alphabet=FULL_OF_FORMS, max_size=40)
prose = st.text(
    alphabet="電池の研究を進める売上は伸びたＡＢab12１２ｶﾞ㈱①。！？．.「」『』（）()【】、 \u3000\n",
    max_size=60,
)
quick = settings(max_examples=100, deadline=None)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def forms(text: str) -> list[str]:
    return [word.form for word in words(text)]


# normalise


@quick
@given(any_text)
@example("ｶﾞｷﾞ")
@example("e\u0323\u0301")
@example("a\u0301\u0323")
@example("\u1100\u1161\u11a8")
@example("\uff9e")
def test_the_normal_form_of_any_text_is_its_nfkc(text: str) -> None:
    assert normalise(text).text == unicodedata.normalize("NFKC", text)


@quick
@given(any_text)
def test_every_character_has_a_place_of_origin_and_they_never_go_back(text: str) -> None:
    normal = normalise(text)
    assert len(normal.starts) == len(normal.text) + 1
    assert list(normal.starts) == sorted(normal.starts)
    assert normal.starts[0] >= 0
    assert normal.starts[-1] == len(text)


@quick
@given(any_text, st.data())
def test_an_original_span_lies_in_the_text_and_makes_what_it_was_asked_for(
    text: str, data: st.DataObject
) -> None:
    normal = normalise(text)
    start = data.draw(st.integers(0, len(normal.text)))
    end = data.draw(st.integers(start, len(normal.text)))
    first, last = normal.original_span(start, end)
    assert 0 <= first <= last <= len(text)
    assert normal.text[start:end] in unicodedata.normalize("NFKC", text[first:last])


@quick
@given(any_text)
def test_neighbouring_characters_have_origins_in_the_same_order(text: str) -> None:
    normal = normalise(text)
    spans = [normal.original_span(i, i + 1) for i in range(len(normal.text))]
    assert spans == sorted(spans)
    assert all(start < end for start, end in spans)


@quick
@given(any_text)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    again = normalise(once)
    assert again.text == once
    assert again.starts == tuple(range(len(once) + 1))


@pytest.mark.parametrize(
    ("text", "part", "origin"),
    [
        ("ﾊﾞｯﾃﾘｰの価格", "バッテリー", "ﾊﾞｯﾃﾘｰ"),
        ("青葉㈱の株", "(株)", "㈱"),
        ("青葉㈱の株", "株)", "㈱"),
        ("手順①を行う", "1", "①"),
        ("２０２４年に", "2024", "２０２４"),
        ("か\u3099んばる", "が", "か\u3099"),
        ("㍿青葉", "株式会社青", "㍿青"),
    ],
)
def test_a_span_leads_back_to_the_characters_it_was_made_from(
    text: str, part: str, origin: str
) -> None:
    normal = normalise(text)
    start = normal.text.index(part)
    first, last = normal.original_span(start, start + len(part))
    assert text[first:last] == origin


def test_an_empty_span_stays_empty_where_it_is() -> None:
    normal = normalise("㈱青葉")
    assert normal.original_span(3, 3) == (1, 1)
    assert normal.original_span(4, 4) == (2, 2)


# sentences


@quick
@given(prose)
def test_sentences_cover_all_but_white_space_once_and_in_order(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()


@quick
@given(prose)
def test_no_sentence_goes_over_a_line_break(text: str) -> None:
    assert all("\n" not in sentence for sentence in cut(text))


@quick
@given(prose)
def test_a_sentence_by_itself_is_one_sentence(text: str) -> None:
    for sentence in cut(text):
        assert cut(sentence) == [sentence]


@pytest.mark.parametrize("stop", ["。", "！", "？", "!", "?", "｡", "．"])
def test_a_stop_ends_a_sentence_and_belongs_to_it(stop: str) -> None:
    assert cut(f"価格が下がる{stop}需要は増える") == [f"価格が下がる{stop}", "需要は増える"]


def test_stops_in_a_row_belong_to_one_sentence() -> None:
    assert cut("本当か！？はい。") == ["本当か！？", "はい。"]


@pytest.mark.parametrize(
    ("opening", "closing"), [*zip("「『（(【［[", "」』）)】］]", strict=True)]
)
def test_a_stop_inside_brackets_does_not_end_a_sentence(opening: str, closing: str) -> None:
    text = f"社長は{opening}増やす。急ぐ。{closing}と述べた。"
    assert cut(f"{text}次の年だ。") == [text, "次の年だ。"]


def test_a_stop_inside_nested_brackets_does_not_end_a_sentence() -> None:
    text = "社長は「急ぐ（年内。）と決めた。」と述べた。"
    assert cut(f"{text}次の年だ。") == [text, "次の年だ。"]


def test_an_opening_bracket_whose_partner_was_lost_is_ignored() -> None:
    assert cut("社長は「増やすと述べた。次の年だ。") == ["社長は「増やすと述べた。", "次の年だ。"]


def test_a_closing_bracket_whose_partner_was_lost_is_ignored() -> None:
    assert cut("増やす」と述べた。次の年だ。") == ["増やす」と述べた。", "次の年だ。"]


def test_a_closing_bracket_right_after_a_stop_stays_with_its_sentence() -> None:
    assert cut("増やす。」次の年だ。") == ["増やす。」", "次の年だ。"]


def test_a_bracket_left_open_does_not_reach_into_the_next_line() -> None:
    assert cut("「増やす。\n次だ。」急ぐ。") == ["「増やす。", "次だ。」", "急ぐ。"]


@pytest.mark.parametrize("figure", ["3．5", "３．５", "3.5"])
def test_a_decimal_point_does_not_end_a_sentence(figure: str) -> None:
    assert cut(f"比率は{figure}倍だ．価格は下がる．") == [f"比率は{figure}倍だ．", "価格は下がる．"]


def test_a_technical_full_stop_before_a_figure_ends_a_sentence() -> None:
    assert cut("試作した．2028年に売る．") == ["試作した．", "2028年に売る．"]


def test_an_english_sentence_ends_at_its_full_stop_but_not_at_an_abbreviation() -> None:
    assert cut("Sold by Aoba Co. Ltd here. They left.") == [
        "Sold by Aoba Co. Ltd here.",
        "They left.",
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n\n", " \n\u3000"])
def test_a_line_break_ends_a_sentence(line_end: str) -> None:
    assert cut(f"方針と背景{line_end}価格が下がる。") == ["方針と背景", "価格が下がる。"]


@pytest.mark.parametrize("text", ["", " ", "\u3000\n \u00a0\n"])
def test_white_space_holds_no_sentence(text: str) -> None:
    assert sentences(text) == []


# words


@quick
@given(prose | any_text)
def test_words_are_in_order_and_within_the_text(text: str) -> None:
    found = words(text)
    spans = [(word.start, word.end) for word in found]
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(text) for start, end in spans)


@quick
@given(prose | any_text)
def test_words_put_together_are_the_normal_form(text: str) -> None:
    assert "".join(word.surface for word in words(text)) == unicodedata.normalize("NFKC", text)


@quick
@given(prose)
def test_a_word_stands_where_it_says(text: str) -> None:
    for word in words(text):
        assert word.surface in unicodedata.normalize("NFKC", text[word.start : word.end])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("引越し", "引っ越し"),
        ("ﾊﾞｯﾃﾘｰ", "バッテリー"),
        ("ＮＩＳＳＡＮ", "nissan"),
        ("２０２４", "2024"),
    ],
)
def test_two_spellings_of_a_word_have_one_form(one: str, other: str) -> None:
    assert forms(one) == forms(other)


def test_a_word_in_half_width_katakana_spans_its_voicing_marks() -> None:
    text = "新しいﾊﾞｯﾃﾘｰだ"
    assert "ﾊﾞｯﾃﾘｰ" in [text[word.start : word.end] for word in words(text)]


def test_content_words_leave_out_particles_symbols_and_light_verbs() -> None:
    text = "電池の研究を、している。"
    assert [word.surface for word in content_words(text)] == ["電池", "研究"]


def test_content_words_keep_repeats_in_order() -> None:
    assert [word.surface for word in content_words("電池と水と電池")] == ["電池", "水", "電池"]


def test_short_units_are_parts_of_long_ones() -> None:
    text = "選挙管理委員会"
    short, long = words(text, "A"), words(text, "C")
    assert len(short) > len(long)
    assert {word.start for word in long} <= {word.start for word in short}


def test_names_and_numbers_are_told_from_other_words() -> None:
    by_surface = {word.surface: word for word in words("トヨタは東京で電池を25個作る", "C")}
    assert by_surface["トヨタ"].is_name
    assert not by_surface["東京"].is_name  # a place says where, not who
    assert not by_surface["電池"].is_name
    assert [surface for surface, word in by_surface.items() if word.is_number] == ["25"]


@pytest.mark.parametrize("text", ["", " ", "。", "\n\n"])
def test_a_text_without_content_has_no_content_words(text: str) -> None:
    assert content_words(text) == []


def test_a_text_longer_than_sudachi_takes_is_read_to_its_end() -> None:
    text = "電池の研究。" * 3000
    found = words(text)
    assert len(text.encode()) > 49_149
    assert found[-1].end == len(text)
    assert all(one.end == other.start for one, other in pairwise(found))


def test_no_word_of_a_long_text_is_cut() -> None:
    line = "電池の研究を進める。\n"
    assert {word.surface for word in words(line * 3000)} == {word.surface for word in words(line)}


def test_characters_that_become_many_do_not_make_a_text_too_long() -> None:
    found = words("㌖" * 3000)
    assert (found[0].start, found[-1].end) == (0, 3000)


def test_threads_read_the_same_words() -> None:
    texts = [f"第{number}章では電池の研究を進める。" for number in range(40)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(forms, texts)) == [forms(text) for text in texts]


def test_the_fingerprint_names_program_dictionary_and_mode() -> None:
    fingerprint = tokenizer_fingerprint()
    assert fingerprint == tokenizer_fingerprint()
    for part in ("sudachipy-", "core-", "mode-A", "nfkc"):
        assert part in fingerprint


def test_brackets_without_partners_are_passed_over_however_many_there_are() -> None:
    text = "「" * 100_000 + "一文。" + "）" * 100_000 + "二文。"
    assert [text[start:end][-3:] for start, end in sentences(text)][-1] == "二文。"
    nested = "（" * 100_000 + "中。" + "）" * 100_000 + "外。次。"
    assert [nested[start:end] for start, end in sentences(nested)][1:] == ["次。"]


@pytest.mark.parametrize("text", ["Waymo", "QuantumScape"])
def test_a_latin_word_that_the_dictionary_cannot_read_is_coined(text: str) -> None:
    (word,) = words(text)
    assert word.is_coined


@pytest.mark.parametrize("text", ["NTTC", "Toyota", "waymo", "ウェイモ", "日産"])
def test_an_abbreviation_a_known_name_or_one_in_kana_is_not(text: str) -> None:
    (word,) = words(text)
    assert not word.is_coined
