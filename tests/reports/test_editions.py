"""Of every sentence of the older edition it is said what became of it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.editions import compare, quoted_spans
from ipqa.reports.model import Report, Span

Chapters = dict[str, list[str]]


def edition(chapters: Chapters) -> Report:
    builder = ReportBuilder()
    for title, paragraphs in chapters.items():
        builder.heading(title, 1)
        for paragraph in paragraphs:
            builder.paragraph(paragraph)
    return builder.build(title="題").named("r", "r.md")


OLD = edition(
    {
        "生産": ["養殖は2019年に始まった。養殖場は二か所にある。", "水温は年平均14度である。"],
        "販売": ["輸出は2024年に再開された。国内の販売は前年より8%増えた。"],
    }
)
NEW = edition(
    {
        "生産": ["養殖は2019年に始まった。", "水温は年平均15度である。"],
        "販売": ["養殖場は二か所にある。国内の販売は前年より８％増えた。新しい商品も出した。"],
    }
)


def test_sentences_are_kept_moved_changed_or_gone() -> None:
    comparison = compare(OLD, NEW)
    assert {s.text: s.fate for s in comparison.sentences} == {
        "養殖は2019年に始まった。": "kept",
        "養殖場は二か所にある。": "moved",
        "水温は年平均14度である。": "changed",
        "輸出は2024年に再開された。": "gone",
        "国内の販売は前年より8%増えた。": "kept",
    }
    assert comparison.counts() == {"kept": 2, "moved": 1, "changed": 1, "gone": 1}
    assert comparison.only_new == 1


def test_places_in_both_editions_are_given() -> None:
    for sentence in compare(OLD, NEW).sentences:
        assert OLD.text[sentence.start : sentence.end] == sentence.text
        if sentence.fate == "gone":
            assert (sentence.new_start, sentence.new_end, sentence.new_text) == (None, None, None)
        else:
            assert NEW.text[sentence.new_start : sentence.new_end] == sentence.new_text


def test_only_what_was_cited_is_looked_at_where_that_is_given() -> None:
    quote = "輸出は2024年に再開された。"
    cited = quoted_spans(OLD, [(quote, OLD.text.index(quote), OLD.text.index(quote) + len(quote))])
    comparison = compare(OLD, NEW, cited)
    assert [(s.text, s.fate) for s in comparison.sentences] == [(quote, "gone")]
    assert comparison.only_new == 1


def test_a_quote_is_found_where_it_stands_even_if_its_offsets_are_of_another_edition() -> None:
    quote = "水温は年平均14度である。"
    at = OLD.text.index(quote)
    assert quoted_spans(OLD, [(quote, 0, 5), ("無い文。", 0, 4)]) == [Span(at, at + len(quote))]


words = st.lists(
    st.sampled_from(["養殖", "輸出", "水温", "増えた", "減った"]), min_size=1, max_size=4
)
texts = st.lists(words.map(lambda w: "が".join(w) + "。"), min_size=1, max_size=6)
chapters = st.dictionaries(st.sampled_from(["生産", "販売"]), texts, min_size=1)


@settings(max_examples=50, deadline=None)
@given(chapters, chapters)
def test_no_sentence_has_two_fates_and_none_is_left_out(one: Chapters, other: Chapters) -> None:
    old, new = edition(one), edition(other)
    comparison = compare(old, new)
    spans = [(s.start, s.end) for s in comparison.sentences]
    assert len(spans) == len(set(spans)) == sum(len(p) for p in one.values())
    partners = [(s.new_start, s.new_end) for s in comparison.sentences if s.fate != "gone"]
    assert len(partners) == len(set(partners))
    assert len(partners) + comparison.only_new == sum(len(p) for p in other.values())


@settings(max_examples=20, deadline=None)
@given(chapters)
def test_an_edition_compared_with_itself_is_kept_whole(one: Chapters) -> None:
    comparison = compare(edition(one), edition(one))
    assert comparison.counts()["kept"] == len(comparison.sentences)
    assert comparison.only_new == 0
