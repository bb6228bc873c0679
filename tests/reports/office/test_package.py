import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from docx.package import Package

from ipqa.errors import FileBroken, PasswordNeeded, UnpacksTooLarge
from ipqa.reports.office import package
from ipqa.reports.office.package import checked_copy, office_kind
from ipqa.reports.office.text import Piece, flowing, one_line, put_together, typed_entry, typed_item
from tests.office_maker import WordMaker, paragraph, repacked, slides, zipped

PATH = Path("報告.docx")
MAIN = "word/document.xml"
BOMB = 40_000_000
LITTLE = 12_000_000
"""Bytes of memory; a bomb that goes off takes far more."""


def word() -> bytes:
    return WordMaker().body(paragraph("青葉電機は規格を公開した。")).saved()


def with_size(raw: bytes, name: str, size: int) -> bytes:
    """A zip that says of one part that it has a size which it has not."""
    changed = bytearray(raw)
    for signature, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = -1
        while (start := changed.find(signature, start + 1)) >= 0:
            if changed[start + at_name :].startswith(name.encode()):
                struct.pack_into("<I", changed, start + at_size, size)
    return bytes(changed)


# what a zip is


def test_word_and_powerpoint_files_are_told_by_what_they_hold() -> None:
    assert office_kind(word()) == "word"
    assert office_kind(slides().saved()) == "slides"


@pytest.mark.parametrize(
    "raw",
    [
        zipped({"xl/workbook.xml": b"<workbook/>"}),
        zipped({"backup/word/document.xml": b"<document/>"}),
        zipped({"報告.txt": b"PK\x03\x04 word/document.xml"}),
        b"%PDF-1.7",
        b"",
    ],
    ids=["workbook", "zip of a folder", "zip that speaks of one", "no zip", "nothing"],
)
def test_anything_else_is_neither(raw: bytes) -> None:
    assert office_kind(raw) == "other"


def test_a_file_that_was_cut_short_is_told_all_the_same() -> None:
    raw = word()
    assert office_kind(raw[: len(raw) // 2]) == "word"


# files that break the rules


@pytest.mark.parametrize("length", [0, 3, 100, -1])
def test_a_file_that_was_cut_short_is_broken(length: int) -> None:
    with pytest.raises(FileBroken) as caught:
        checked_copy(word()[:length], "Word", PATH)
    assert caught.value.details["format"] == "Word"
    assert caught.value.details["path"] == PATH


def test_a_file_without_its_main_part_is_broken() -> None:
    def change(parts: dict[str, bytes]) -> None:
        del parts[MAIN]

    raw = repacked(word(), change)
    with pytest.raises(FileBroken, match="main part"):
        checked_copy(raw, "Word", PATH)


def test_a_word_file_is_no_powerpoint_file() -> None:
    with pytest.raises(FileBroken, match="PowerPoint"):
        checked_copy(word(), "PowerPoint", PATH)


def test_a_part_that_does_not_match_its_checksum_is_broken() -> None:
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        info = archive.getinfo(MAIN)
    raw = bytearray(word())
    raw[info.header_offset + 30 + len(MAIN) + 40] ^= 0xFF
    with pytest.raises(FileBroken):
        checked_copy(bytes(raw), "Word", PATH)


def test_encrypted_parts_need_a_password() -> None:
    raw = bytearray(word())
    for signature, at_flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := raw.find(signature, start + 1)) >= 0:
            raw[start + at_flags] |= 1
    with pytest.raises(PasswordNeeded):
        checked_copy(bytes(raw), "Word", PATH)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_file_with_a_document_type_is_refused(codec: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        text = parts[MAIN].decode().split("?>", 1)[1]
        declared = '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        parts[MAIN] = f'<?xml version="1.0" encoding="{codec}"?>{declared}{text}'.encode(codec)

    with pytest.raises(FileBroken, match="document type"):
        checked_copy(repacked(word(), change), "Word", PATH)


# files that unpack to too much


def test_text_beyond_the_limit_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = repacked(word(), lambda parts: parts.update({"word/more.xml": b" " * BOMB}))
    monkeypatch.setattr(package, "MAX_UNPACKED", BOMB)
    tracemalloc.start()
    with pytest.raises(UnpacksTooLarge) as caught:
        checked_copy(raw, "Word", PATH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.details["size"] > caught.value.details["limit"] == BOMB  # type: ignore[operator]
    assert peak < LITTLE


def test_a_part_that_is_larger_than_it_says_is_not_unpacked_further() -> None:
    raw = repacked(word(), lambda parts: parts.update({"word/more.xml": b" " * BOMB}))
    tracemalloc.start()
    with pytest.raises(FileBroken):
        checked_copy(with_size(raw, "word/more.xml", 500), "Word", PATH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LITTLE


def test_pictures_are_not_unpacked() -> None:
    raw = repacked(word(), lambda parts: parts.update({"word/media/image1.png": b"\0" * BOMB}))
    tracemalloc.start()
    copy = checked_copy(raw, "Word", PATH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LITTLE
    with zipfile.ZipFile(copy) as archive:
        assert archive.read("word/media/image1.png") == b""


def test_a_file_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PARTS", 5)
    with pytest.raises(FileBroken, match="more than 5 parts"):
        checked_copy(word(), "Word", PATH)


def test_other_ways_to_compress_are_refused() -> None:
    # their readers cannot be told how far to unpack
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(MAIN, b"<w/>")
    with pytest.raises(FileBroken, match="compression"):
        checked_copy(stream.getvalue(), "Word", PATH)


# files that bend the rules, which Office opens


def test_links_to_missing_parts_do_no_harm() -> None:
    def change(parts: dict[str, bytes]) -> None:
        name = "word/_rels/document.xml.rels"
        link = b'<Relationship Id="rIdX" Type="x/image" Target="../NULL"/></Relationships>'
        parts[name] = parts[name].replace(b"</Relationships>", link)

    package = Package.open(checked_copy(repacked(word(), change), "Word", PATH))
    assert "rIdX" not in package.main_document_part.rels


def test_a_link_finds_its_part_in_capitals_or_not() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["word/Styles.XML"] = parts.pop("word/styles.xml")
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"/word/styles.xml", b"/word/Styles.XML"
        )

    package = Package.open(checked_copy(repacked(word(), change), "Word", PATH))
    assert package.main_document_part.styles["Heading 1"].name == "Heading 1"


def test_files_in_the_strict_variant_are_made_like_others() -> None:
    def change(parts: dict[str, bytes]) -> None:
        for name, data in parts.items():
            parts[name] = data.replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
                b"http://purl.oclc.org/ooxml/wordprocessingml/",
            ).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )

    raw = repacked(word(), change)
    package = Package.open(checked_copy(raw, "Word", PATH))
    texts = [p.text for p in package.main_document_part.document.paragraphs]
    assert texts == ["青葉電機は規格を公開した。"]


# running text


@pytest.mark.parametrize(
    ("before", "raised", "text"),
    [
        ("規格を公開した。", "3", "規格を公開した。[3]"),
        ("「規格」", "1）", "「規格」[1]"),
        ("規格", "[2]", "規格[2]"),
        ("規格", "1,3", "規格[1,3]"),
        ("規格", "2、4～6", "規格[2,4,5,6]"),
        ("Aoba", "12", "Aoba[12]"),
        ("規格", "注1", "規格注1"),
        ("規格", "※1", "規格※1"),
        ("Aoba", "TM", "AobaTM"),
        ("延べ床1,200m", "2", "延べ床1,200m²"),
        ("容積40km", "３", "容積40km³"),
        ("10", "12", "10¹²"),
        ("10", "-6", "10⁻⁶"),
        ("毎秒2m s", "−1", "毎秒2m s⁻¹"),
        ("決定係数R", "2", "決定係数R2"),
        ("長さ10m", "15", "長さ10m[15]"),
    ],
)
def test_raised_figures_are_marks_after_words_and_exponents_after_units(
    before: str, raised: str, text: str
) -> None:
    assert put_together([Piece(before), Piece(raised, raised=True)]) == text


def test_a_mark_that_is_written_in_several_pieces_is_one() -> None:
    pieces = [Piece("規格"), *(Piece(c, raised=True) for c in "1,2"), Piece("を公開")]
    assert put_together(pieces) == "規格[1,2]を公開"


def test_a_text_on_one_line_has_spaces_between_latin_words_alone() -> None:
    assert one_line("規格を\n公開する\tAoba\nDenki の\n方針") == "規格を公開する Aoba Denki の方針"


def test_lines_broken_for_want_of_room_are_joined_and_others_stay() -> None:
    full = "青葉電機は蓄電池の規格を公開し、各社の参入を"
    assert flowing(f"{full}\n促した。") == f"{full}促した。"
    assert flowing(f"{full}促した。\n次の段落である。") == f"{full}促した。\n次の段落である。"
    assert flowing("東京都\n千代田区") == "東京都\n千代田区"
    assert flowing(f"{full}\n・甲\n・乙") == f"{full}\n・甲\n・乙"


@pytest.mark.parametrize(
    ("line", "label", "text"),
    [
        ("・部品", "", "部品"),
        ("　● 部品", "", "部品"),
        ("- parts", "", "parts"),
        ("(1) 部品", "(1)", "部品"),
        ("（ア）部品", "（ア）", "部品"),
        ("②部品", "②", "部品"),
        ("3. 部品", "3.", "部品"),
        ("１　部品", "１", "部品"),
        ("イ　部品", "イ", "部品"),
    ],
)
def test_a_typed_sign_makes_an_item(line: str, label: str, text: str) -> None:
    item = typed_item(line)
    assert item is not None
    assert (item.label, item.text) == (label, text)


@pytest.mark.parametrize(
    "line",
    [
        "1.5倍に増えた",
        "-5%となった",
        "●●株式会社",
        "アイデア",
        "2024年4月",
        "（注）概算",
        "e.g. これ",
    ],
)
def test_figures_and_words_that_look_like_signs_make_no_item(line: str) -> None:
    assert typed_item(line) is None


def test_items_of_one_list_are_of_one_kind() -> None:
    kinds = [item.kind for line in ("(1) 甲", "(2) 乙", "・丙") if (item := typed_item(line))]
    assert kinds[0] == kinds[1] != kinds[2]


@pytest.mark.parametrize("line", ["[3] 甲社「年報」", "３）甲社「年報」", "3. 甲社「年報」"])
def test_an_entry_of_a_source_list_has_its_number(line: str) -> None:
    assert typed_entry(line) == (3, "甲社「年報」")
