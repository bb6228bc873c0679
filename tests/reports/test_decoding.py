import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.errors import FormatNotReadable, NotText, UnknownEncoding
from ipqa.reports.decoding import decode

PATH = Path("報告.txt")
SAMPLE = "電池の規格を公開する。\n①価格は3％下がる～\n"

kanji_and_kana = st.text(
    alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
    | st.sampled_from("あいのをんアヴー、。「」（）％２ABCabc019 ,.-\n\t"),
    max_size=40,
).map(lambda text: f"方針の{text}")


def held_by(codec: str) -> st.SearchStrategy[str]:
    """Texts that an encoding can hold."""

    def holds(text: str) -> bool:
        try:
            return text.encode(codec).decode(codec) == text
        except UnicodeEncodeError:
            return False

    return kanji_and_kana.map(
        lambda text: "".join(character for character in text if holds(character))
    )


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_text_comes_back_from_every_encoding_that_can_hold_it(
    codec: str, data: st.DataObject
) -> None:
    text = data.draw(held_by(codec))
    assert decode(text.encode(codec), PATH) == text


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
def test_any_text_comes_back_from_utf_8(text: str) -> None:
    assert decode(text.encode("utf-8"), PATH) == text.removeprefix("\ufeff")


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf_16_is_read_in_both_byte_orders(mark: bytes) -> None:
    codec = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert decode(mark + SAMPLE.encode(codec), PATH) == SAMPLE


def test_signs_that_windows_adds_to_shift_jis_are_read() -> None:
    text = "①㈱青葉の～Ⅳ期髙木"
    assert decode(text.encode("cp932"), PATH) == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_become_line_feeds(line_end: str) -> None:
    assert decode(line_end.join(["甲", "", "乙"]).encode(), PATH) == "甲\n\n乙"


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode(b"", PATH) == ""


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Office 97-2003"),
        (b"{\\rtf1\\ansi", "RTF"),
    ],
)
def test_a_known_format_without_a_reader_is_named(start: bytes, name: str) -> None:
    with pytest.raises(FormatNotReadable, match=name) as caught:
        decode(start + "本文".encode(), PATH)
    assert caught.value.details["path"] == PATH


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"GIF89a\x01\x02\x03\x04\x05",
        bytes(range(256)),
        b"\x7fELF\x02\x01\x01\x00",
        "本文の中に\x00".encode(),
        ("本文" * 500 + "\x00").encode(),
        codecs.BOM_UTF16_LE + "\x01\x02\x03".encode("utf-16-le"),
    ],
)
def test_bytes_that_are_no_text_are_refused(raw: bytes) -> None:
    with pytest.raises(NotText):
        decode(raw, PATH)


def test_a_stray_control_character_does_not_make_a_text_binary() -> None:
    text = f"方針の{'電池' * 100}\x02\n"
    assert decode(text.encode(), PATH) == text


@pytest.mark.parametrize(
    "raw",
    [
        "方針".encode() + b"\xff\xff",
        codecs.BOM_UTF16_LE + b"a",
        "報告".encode("cp932")[:-1] + b"\xff",
    ],
)
def test_an_encoding_that_is_none_of_those_read_is_told_not_guessed(raw: bytes) -> None:
    with pytest.raises(UnknownEncoding):
        decode(raw, PATH)


def test_signs_that_windows_adds_to_euc_jp_are_read() -> None:
    raw = "方針の".encode("euc_jp") + b"\xad\xa1" + "を示す。".encode("euc_jp")
    assert decode(raw, PATH) == "方針の①を示す。"
