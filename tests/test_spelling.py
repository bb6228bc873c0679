"""A name is found however it is spelt, if it sounds the same."""

import string
import unicodedata
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipqa.japanese import Word, words
from ipqa.spelling import Spelling, names_of, sound_of

REPORT = "トヨタと日産と三菱が組む。ボッシュは加わらない。ファーウェイとHuaweiは同じ会社である。Huaweiの本社は深圳にある。"
SOURCES = "https://www.nissan-global.com/ https://www.mitsubishi-motors.com/"


def of_reports(question: str, report: str = REPORT) -> str:
    return Spelling([names_of(report)], lambda word: word in report + SOURCES).of_reports(question)


def sound(word: str) -> str:
    return "".join(sound_of(part) for part in words(word))


@pytest.mark.parametrize(
    ("asked", "spelt"),
    [
        ("Toyotaの件数は", "トヨタの件数は"),
        ("とよたの件数は", "トヨタの件数は"),
        ("ＮＩＳＳＡＮの件数は", "日産の件数は"),
        ("nissanの件数は", "日産の件数は"),
        ("Mitsubishiの役割は", "三菱の役割は"),
        ("Boschは加わりますか", "ボッシュは加わりますか"),
        ("ファーウェイの本社は", "ファーウェイの本社は"),
        ("２０２５年のToyotaとNissanは", "２０２５年のトヨタと日産は"),
    ],
)
def test_a_name_is_spelt_as_the_report_has_it(asked: str, spelt: str) -> None:
    assert of_reports(asked) == spelt


def test_of_two_spellings_a_report_is_asked_with_the_one_that_it_prefers() -> None:
    assert of_reports("Huaweiの本社は") == "Huaweiの本社は"
    assert of_reports("ファーウェイの本社は", "Huaweiの本社") == "Huaweiの本社は"


@pytest.mark.parametrize(
    "question",
    [
        "Waymoの件数は",
        "スバルの件数は",
        "日産の件数は",
        "もうけはどうしてですか",
        "BMWとの違いは",
        "How many does Toyota have?",
    ],
)
def test_what_no_report_names_otherwise_stays_as_it_is(question: str) -> None:
    assert of_reports(question) == question


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tokyo", "トウキョウ"),
        ("Shimbun", "シンブン"),
        ("Hitachi", "ヒタチ"),
        ("Fujitsu", "フジツー"),
        ("ヴァイオリン", "バイオリン"),
        ("ウェスタン", "Wesutan"),
        ("シャープ", "Shaapu"),
    ],
)
def test_hepburn_and_kana_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_no_two_kana_rows_sound_alike() -> None:
    kana = "カサタナハマヤラワガザダバパ"
    assert (
        len({sound(f"{one}ンカ{other}ク") for one, other in product(kana, kana)}) == len(kana) ** 2
    )


@given(st.text(max_size=60))
@example(
    "\u3097\u3098\u3099゠ヿゟ・ゎゕヶ"
)  # what stands among the kana and is none, and small ones
@example("ヱビスのヶ、ゎ、ァは")
def test_whatever_is_written_has_sounds(text: str) -> None:
    assert all(name in unicodedata.normalize("NFKC", text) for _, name in names_of(text))
    sound = sound_of(Word(text, text, text, ("名詞", "固有名詞"), 0, len(text)))
    assert not set(sound) & set("ーっッ")


@given(st.text(alphabet=string.printable + "日産とよたトヨター。", max_size=40))
def test_whatever_is_asked_only_names_change(question: str) -> None:
    spelt = of_reports(question)
    assert of_reports(spelt) == spelt
    if not any(character in question for character in string.ascii_letters + "とよたー"):
        assert spelt == question
