"""Answers as a Word file: its parts read as Word would read them."""

import zipfile
from io import BytesIO
from posixpath import dirname, join, normpath

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ipqa.assistant import Assistant
from ipqa.exports.exchange import Exchange, one_line, permalink, place, quotation
from ipqa.exports.labels import LABELS
from ipqa.exports.word.document import word
from tests.exports.examples import ADDRESS, DECLINED, PLAN, exchange_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

PLACE = "白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ"


def part_of(file: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(BytesIO(file)) as package:
        return etree.fromstring(package.read(name))


def text_of(element: etree._Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{W}t"))


def paragraphs_of(element: etree._Element) -> list[str]:
    return [text_of(paragraph) for paragraph in element.iter(f"{W}p")]


def footnotes_of(file: bytes) -> dict[str, list[str]]:
    """The paragraphs of each footnote, by id; not the lines between text and footnotes."""
    return {
        note.attrib[f"{W}id"]: paragraphs_of(note)
        for note in part_of(file, "word/footnotes.xml")
        if f"{W}type" not in note.attrib
    }


def references_of(file: bytes) -> list[str]:
    document = part_of(file, "word/document.xml")
    return [found.attrib[f"{W}id"] for found in document.iter(f"{W}footnoteReference")]


@pytest.fixture(scope="module")
def plan() -> bytes:
    return word("新工場の調査", [PLAN, DECLINED], "ja", ADDRESS)


def test_each_citation_of_a_claim_is_a_footnote_with_place_quote_and_sources(plan: bytes) -> None:
    assert footnotes_of(plan) == {
        "1": [
            f" {PLACE} — 「新工場は2027年4月に稼働する。」",
            "報告書の出典3：白浜精機「統合報告書2025」 https://example.com/ir/2025.pdf",
            "報告書の出典4：業界新聞「軸受の再編」 https://example.com/news（候補の一つ）",
        ],
        "2": [
            f" {PLACE} — 「投資額｜80億円｜前期比2倍」",
            "報告書の出典9：（資料の一覧にありません）",
        ],
        "3": [f" {PLACE} — 「初年度は6割にとどまると見込まれる」"],
    }


def test_every_footnote_is_referred_to_once_in_the_order_of_the_text(plan: bytes) -> None:
    assert references_of(plan) == list(footnotes_of(plan)) == ["1", "2", "3"]


def test_a_citation_that_is_named_again_is_a_field_that_repeats_its_number(plan: bytes) -> None:
    document = part_of(plan, "word/document.xml")
    (field,) = document.iter(f"{W}fldSimple")
    assert field.attrib[f"{W}instr"].split() == ["NOTEREF", "_Ref000000001", "\\f", "\\h"]
    assert text_of(field) == "1"
    (bookmark,) = (
        mark
        for mark in document.iter(f"{W}bookmarkStart")
        if mark.attrib[f"{W}name"] == "_Ref000000001"
    )
    reference = bookmark.getnext()
    assert reference is not None
    assert [e.attrib[f"{W}id"] for e in reference.iter(f"{W}footnoteReference")] == ["1"]


def test_the_text_shows_question_understanding_short_answer_claims_notes_and_confidence(
    plan: bytes,
) -> None:
    opened = docx.Document(BytesIO(plan))
    told = [(p.style.name, p.text) for p in opened.paragraphs if p.style]
    assert told[:9] == [
        ("Title", "新工場の調査"),
        ("Heading 1", "質問1：新工場の稼働はいつですか"),
        ("Normal", "「白浜精機の新工場の稼働はいつですか」という質問として調べました。"),
        ("Normal", "2027年4月"),
        ("Normal", "新工場は2027年4月に稼働する。"),
        ("List Bullet", "投資額: 80億円,"),
        ("List Bullet", "稼働率: 初年度は6割にとどまると見込まれる（報告書の推察・見通し）"),
        ("Normal", "注: 「2O27年」は2027年とみられます。"),
        ("Normal", "確信度：高（0.83）"),
    ]


def test_what_is_declined_lists_the_nearest_passages_in_the_text(plan: bytes) -> None:
    paragraphs = paragraphs_of(part_of(plan, "word/document.xml"))
    assert paragraphs[-5:] == [
        "質問2：社長の趣味は何ですか",
        "資料に記載がありません。「趣味」は資料に出てきません。",
        "近い箇所",
        f"[1] {PLACE} — 「社長の青木は就任会見で投資の継続を述べた。」",
        "報告書の出典3：白浜精機「統合報告書2025」 https://example.com/ir/2025.pdf",
    ]


def test_a_citation_that_no_claim_names_is_listed_too() -> None:
    claims = PLAN.answer.claims[:2]
    some = PLAN.model_copy(update={"answer": PLAN.answer.model_copy(update={"claims": claims})})
    file = word("題", [some], "ja", ADDRESS)
    assert len(footnotes_of(file)) == 2
    *_, heading, listed = paragraphs_of(part_of(file, "word/document.xml"))
    assert heading == "出典"
    assert listed.startswith("[3] ")
    assert listed.endswith("「初年度は6割にとどまると見込まれる」")


def test_every_relationship_that_is_named_is_there_and_every_part_it_leads_to(plan: bytes) -> None:
    with zipfile.ZipFile(BytesIO(plan)) as package:
        names = package.namelist()
        for name in ("word/document.xml", "word/footnotes.xml"):
            related = etree.fromstring(
                package.read(f"{dirname(name)}/_rels/{name.split('/')[-1]}.rels")
            )
            named = {
                value
                for element in etree.fromstring(package.read(name)).iter()
                for key, value in element.attrib.items()
                if key.startswith(R)
            }
            assert named
            assert named <= {relation.attrib["Id"] for relation in related}
            for relation in related:
                if relation.get("TargetMode") != "External":
                    assert normpath(join(dirname(name), relation.attrib["Target"])) in names


def test_links_open_the_places_and_the_primary_sources(plan: bytes) -> None:
    related = part_of(plan, "word/_rels/footnotes.xml.rels")
    targets = {relation.attrib["Target"] for relation in related}
    assert targets == {
        *(permalink(citation, ADDRESS) for citation in PLAN.answer.citations),
        "https://example.com/ir/2025.pdf",
        "https://example.com/news",
    }


def test_the_file_is_japanese_and_has_a_title(plan: bytes) -> None:
    opened = docx.Document(BytesIO(plan))
    assert opened.core_properties.title == "新工場の調査"
    assert (opened.core_properties.author, opened.core_properties.comments) == ("ipqa", "")
    (defaults,) = part_of(plan, "word/styles.xml").iter(f"{W}rPrDefault")
    (language,) = defaults.iter(f"{W}lang")
    (fonts,) = defaults.iter(f"{W}rFonts")
    assert language.attrib[f"{W}val"] == language.attrib[f"{W}eastAsia"] == "ja-JP"
    assert fonts.attrib[f"{W}eastAsia"] == "游明朝"
    assert not any("heme" in name for name in fonts.attrib)


def test_the_styles_of_footnotes_are_those_that_word_knows(plan: bytes) -> None:
    styles = {style.get(f"{W}styleId") for style in part_of(plan, "word/styles.xml")}
    for name in ("word/document.xml", "word/footnotes.xml"):
        used = {
            element.attrib[f"{W}val"]
            for element in part_of(plan, name).iter(f"{W}pStyle", f"{W}rStyle")
        }
        assert used & {"FootnoteText", "FootnoteReference"}
        assert used <= styles


def test_the_lines_between_text_and_footnotes_are_named_in_the_settings(plan: bytes) -> None:
    notes = part_of(plan, "word/footnotes.xml")
    lines = {n.attrib[f"{W}id"]: n.get(f"{W}type") for n in notes if f"{W}type" in n.attrib}
    assert lines == {"-1": "separator", "0": "continuationSeparator"}
    (named,) = part_of(plan, "word/settings.xml").iter(f"{W}footnotePr")
    assert [line.attrib[f"{W}id"] for line in named] == list(lines)


def test_headings_and_labels_are_english_where_asked() -> None:
    file = word("New plant", [PLAN, DECLINED], "en", ADDRESS)
    paragraphs = paragraphs_of(part_of(file, "word/document.xml"))
    assert "Question 1: 新工場の稼働はいつですか" in paragraphs
    assert "Nearest passages" in paragraphs
    assert "The report's source 9: (not in the report's source list)" in footnotes_of(file)["2"]


@settings(max_examples=10, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>&\x00\x0c\ufffe"))))
def test_whatever_is_quoted_can_be_read_in_its_footnote(text: str) -> None:
    exchange = exchange_of(f"始{text}終")
    (footnote,) = footnotes_of(word(text, [exchange], "ja", ADDRESS)).values()
    cited = exchange.answer.citations[0]
    assert footnote[0] == f" {place(cited, LABELS['ja'])} — {quotation(cited, LABELS['ja'])}"
    assert one_line(text) in footnote[1]


def test_real_answers_keep_their_quotes_in_footnotes(small_assistant: Assistant) -> None:
    questions = (
        "設備にはどんなものがありますか",
        "出荷量は",
        "地域別の出荷量を表で教えて",
        "社長は誰か",
    )
    exchanges = [Exchange(question=q, answer=small_assistant.ask(q)) for q in questions]
    file = word("海藻事業", exchanges, "ja", ADDRESS)
    notes = footnotes_of(file)
    named = [
        next(c for c in exchange.answer.citations if c.number == number)
        for exchange in exchanges
        for number in dict.fromkeys(n for claim in exchange.answer.claims for n in claim.citations)
    ]
    assert len(named) > 4
    assert references_of(file) == list(notes)
    for citation, (first, *_) in zip(named, notes.values(), strict=True):
        assert first.endswith(quotation(citation, LABELS["ja"]))
