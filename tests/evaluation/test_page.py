import re
from collections.abc import Sequence
from typing import get_args

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ipqa.answering.answer import Answer, Citation, Claim
from ipqa.errors import Language
from ipqa.evaluation.gold import GoldQuestion, QuestionType
from ipqa.evaluation.page import evaluation_page
from ipqa.evaluation.run import Record, record, scores_of
from ipqa.evaluation.wording import GROUPS, MEASURES, TYPES
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import Report

LEGS = ("ranked", "fused", "dense", "lexical")
CHARTS = ["types", "risk", "calibration", "retrieval", "time"]
NASTY = '<script>alert(1)</script> & "引用" \'</style>'


def report() -> Report:
    builder = ReportBuilder()
    builder.heading("第1章 生産", 1)
    builder.paragraph("青海水産は2019年4月に海藻の養殖を始めた。養殖場は北浜と南浜の二か所にある。")
    builder.paragraph("2024年の出荷量は1,250トンで、前年より8%増えた。")
    return builder.build(title="海藻事業の報告").named("kaiso", "kaiso.md")


REPORT = report()


def gold(
    name: str,
    *facts: str,
    kind: QuestionType = "factoid",
    evidence: Sequence[str] = ("海藻の養殖を始めた",),
    question: str | None = None,
) -> GoldQuestion:
    return GoldQuestion(
        id=name,
        type=kind,
        question=question or f"{name}を聞く質問",
        facts=tuple((fact,) for fact in facts),
        evidence=tuple(evidence) if facts else (),
        answerable=bool(facts),
    )


def citation(quote: str, number: int = 1) -> Citation:
    start = max(REPORT.text.find(quote), 0)
    return Citation(
        number=number,
        report="kaiso",
        edition=REPORT.edition,
        title=REPORT.title,
        section=("第1章 生産",),
        quote=quote,
        start=start,
        end=start + len(quote),
        page=3,
        sources=(),
    )


def answered(text: str, *quotes: str, confidence: float = 0.8) -> Answer:
    citations = tuple(citation(quote, number) for number, quote in enumerate(quotes, start=1))
    numbers = tuple(c.number for c in citations)
    return Answer(
        question="",
        answered=True,
        answer=text,
        short_answer=None,
        claims=(Claim(text=text, citations=numbers),),
        citations=citations,
        notes=(),
        confidence=confidence,
        reason=None,
        mode="extractive",
        timings_ms={"total": 20.0 + 100 * confidence},
    )


def declined(*quotes: str) -> Answer:
    given = answered("資料に記載がありません。", *quotes, confidence=0.2)
    changes = {"answered": False, "claims": (), "reason": "not_in_reports"}
    return given.model_copy(update=changes)


def made(question: GoldQuestion, answer: Answer) -> Record:
    found = record(question, answer, {"kaiso": REPORT})
    if not question.answerable:
        return found
    found_at = {f"evidence_recall@{depth}": depth / 10 for depth in (1, 3, 5, 10)}
    measures = found_at | {"mrr@10": 0.5, "ndcg@10": 0.7}
    return found.model_copy(update={"legs": dict.fromkeys(LEGS, measures)})


def right(name: str = "good", kind: QuestionType = "factoid") -> Record:
    quote = "青海水産は2019年4月に海藻の養殖を始めた。"
    return made(gold(name, "2019年4月", kind=kind), answered(quote, quote, confidence=0.9))


def wrong(name: str = "bad", kind: QuestionType = "factoid") -> Record:
    return made(
        gold(name, "1,250トン", kind=kind), answered("前年より8%増えた。", "前年より8%増えた。")
    )


def rightly_declined() -> Record:
    return made(gold("silent", kind="unanswerable"), declined("養殖場は北浜と南浜"))


def run() -> list[Record]:
    overeager = made(
        gold("overeager", kind="offtopic"), answered("北浜である。", "北浜と南浜", confidence=0.6)
    )
    shy = made(gold("shy", "2019年4月", kind="date"), declined("前年より8%増えた"))
    return [right(), wrong(), rightly_declined(), overeager, shy, wrong("bad2")]


def html(records: Sequence[Record], language: Language = "ja", title: str = "候補版の評価") -> str:
    return evaluation_page(records, scores_of(records), title, language)


def page(records: Sequence[Record], language: Language = "ja") -> LexborHTMLParser:
    return LexborHTMLParser(html(records, language))


def one(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    (node,) = tree.css(selector)
    return node


def attribute(node: LexborNode, name: str) -> str:
    value = node.attributes[name]
    assert value is not None
    return value


def failures(tree: LexborHTMLParser | LexborNode) -> list[str]:
    return [attribute(node, "data-question") for node in tree.css(".failure")]


def failure(records: Sequence[Record], name: str) -> LexborNode:
    return one(page(records), f'.failure[data-question="{name}"]')


# failures


def test_every_failure_and_no_success_is_listed() -> None:
    assert sorted(failures(page(run()))) == ["bad", "bad2", "overeager", "shy"]


def test_failures_stand_under_their_type_with_counts() -> None:
    tree = page(run())
    groups = {
        attribute(group, "data-type"): (failures(group), group.css(".count")[0].text())
        for group in tree.css(".kind")
    }
    assert groups == {
        "factoid": (["bad", "bad2"], "3問中2問が誤り"),
        "date": (["shy"], "1問中1問が誤り"),
        "offtopic": (["overeager"], "1問中1問が誤り"),
    }


def test_a_failure_tells_which_facts_are_missing() -> None:
    mixed = made(
        gold("mixed", "8%", "1,250トン"), answered("前年より8%増えた。", "前年より8%増えた。")
    )
    shown = failure([mixed], "mixed")
    assert ["1,250トン" in node.text() for node in shown.css(".missing")] == [True]
    assert ["8%" in node.text() for node in shown.css(".held")] == [True]
    assert one(shown, ".outcome").text() == "事実 2件中1件が不足"


def test_what_a_declined_answer_says_does_not_count_as_held() -> None:
    quiet = declined().model_copy(update={"answer": "2019年4月の記載はありません。"})
    shown = failure([made(gold("shy", "2019年4月"), quiet)], "shy")
    assert len(shown.css(".missing")) == 1
    assert one(shown, ".outcome").text() == "見送り"


def test_gold_evidence_is_marked_in_a_quote_whatever_its_white_space_and_width() -> None:
    evidence = ("出荷量は１,２５０トン", "1,250トンで、前年")
    quote = "2024年の出荷量は1,250\nトンで、前年より8%増えた。"
    shown = failure(
        [made(gold("q", "9,999トン", evidence=evidence), answered("増えた。", quote, "南浜"))], "q"
    )
    assert [node.text() for node in shown.css("mark")] == ["出荷量は1,250\nトンで、前年"]
    assert [quote.text() for quote in shown.css(".citation blockquote")] == [quote, "南浜"]
    assert [len(node.css(".holding")) for node in shown.css(".citation")] == [1, 0]


def test_a_failure_shows_question_answer_confidence_and_evidence() -> None:
    shown = failure(run(), "bad").text()
    for expected in ("badを聞く質問", "前年より8%増えた。", "80.0%", "海藻の養殖を始めた", "p.3"):
        assert expected in shown


def test_failures_open_without_scripts_and_begin_closed() -> None:
    tree = page(run())
    assert all("open" not in node.attributes for node in tree.css("details"))
    assert {node.parent.tag for node in tree.css("summary") if node.parent} == {"details"}


# scores


def test_every_score_of_a_run_is_in_the_table_with_its_interval() -> None:
    scores = scores_of(run())
    assert set(scores.overall) <= set(MEASURES)
    assert all(name.startswith("ms_") for name in set(MEASURES) - set(scores.overall))
    table = one(page(run()), "table")
    rows = {
        row.css("th")[0].text().rstrip("\N{NO-BREAK SPACE}↑↓"): row
        for row in table.css("tbody tr:not(.group)")
    }
    assert set(rows) == {MEASURES[name].name[0] for name in scores.overall}
    facts = rows[MEASURES["all_facts"].name[0]]
    score = scores.overall["all_facts"]
    assert one(facts, ".value").text() == f"{100 * score.value:.1f}%"
    assert one(facts, ".interval").text() == f"{100 * score.low:.1f}%–{100 * score.high:.1f}%"
    assert one(facts, ".n").text() == "4"
    assert len(table.css("tr.group")) == len(GROUPS)


def test_every_type_of_question_has_a_name() -> None:
    assert list(TYPES) == list(get_args(QuestionType))


# charts


def test_each_chart_is_there_with_its_alternative_text() -> None:
    tree = page(run())
    drawings = tree.css("figure svg")
    assert len(drawings) == len(CHARTS)
    for drawing in drawings:
        assert drawing.attributes["role"] == "img"
    alternatives = [attribute(drawing, "aria-label") for drawing in drawings]
    assert "定義" not in alternatives[0]
    assert "事実 33.3%" in alternatives[0]
    assert "100%を残すと誤り 75%" in alternatives[1]
    assert "（1件）" in alternatives[2]
    assert "両方 @1 10.0%" in alternatives[3]
    assert "中央値 90 ms、95%点 108 ms、最大 110 ms" in alternatives[4]


def test_the_words_of_charts_stay_words() -> None:
    drawn = {node.text() for node in page(run()).css("svg text")}
    assert {"事実", "資料に答えなし", "確信度（10区間の平均）", "両方"} <= drawn


def test_charts_are_painted_by_the_page_alone() -> None:
    drawings = "".join(node.html or "" for node in page(run()).css("svg"))
    assert re.findall(r"#[0-9a-f]{6}\b", drawings) == []
    used = set(re.findall(r"var\((--\w+)\)", drawings))
    style = one(page(run()), "head > style").text()
    assert used
    assert {name for name in used if f"{name}:" not in style} == set()


def test_no_two_elements_share_an_id_and_every_reference_leads_somewhere() -> None:
    text = html(run())
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(#|href="#)([^")]*)', text)) <= set(ids)


# the whole page


@pytest.mark.parametrize("language", get_args(Language))
def test_what_others_wrote_is_text(language: Language) -> None:
    given = answered(NASTY, NASTY).model_copy(update={"short_answer": NASTY})
    cited = given.citations[0].model_copy(update={"title": NASTY, "section": (NASTY,)})
    given = given.model_copy(update={"citations": (cited,)})
    asked = gold(NASTY, NASTY + "1", question=NASTY, evidence=[NASTY])
    asked = asked.model_copy(update={"section": NASTY})
    text = html([made(asked, given)], language, title=NASTY)
    tree = LexborHTMLParser(text)
    assert tree.css("script") == []
    assert one(tree, "title").text() == one(tree, "h1").text() == NASTY
    assert one(tree, "mark").text() == NASTY
    assert one(tree, ".said").text() == NASTY
    assert failures(tree) == [NASTY]


def test_the_page_loads_nothing() -> None:
    tree = page(run())
    policy = one(tree, 'meta[http-equiv="Content-Security-Policy"]')
    assert attribute(policy, "content").startswith("default-src 'none'")
    assert tree.css("script, link, img, iframe, object, embed, image, base, form") == []
    assert not re.search(r"@import|url\((?!#)", html(run()))
    hrefs = [
        v for n in tree.css("*") for k, v in n.attributes.items() if k in {"href", "xlink:href"}
    ]
    assert [href for href in hrefs if not (href or "").startswith("#")] == []


def test_the_same_run_gives_the_same_bytes() -> None:
    assert html(run()) == html(run())


def test_an_english_page_has_no_japanese_but_the_content() -> None:
    tree = page(run(), "en")
    assert one(tree, "html").attributes["lang"] == "en"
    for content in tree.css('[lang="ja"], h1, title, style, .citation > .place'):
        content.decompose()
    assert re.findall(r"[ぁ-んァ-ヶ一-龠]+", tree.html or "") == []


def test_the_top_counts_the_questions() -> None:
    said = one(page(run()), ".sizes").text()
    assert said == "質問6問（答えあり4、答えなし2）のうち2問が正しく、4問が誤り"


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize(
    ("records", "charts"),
    [
        pytest.param([right()], 5, id="one question, no failures"),
        pytest.param([wrong()], 5, id="one question, wrong"),
        pytest.param([rightly_declined()], 2, id="nothing answerable, nothing answered"),
        pytest.param([made(gold("x"), answered("はい。"))], 4, id="nothing answerable"),
        pytest.param([], 0, id="nothing"),
    ],
)
def test_small_runs_have_a_page_that_says_what_it_lacks(
    records: list[Record], charts: int, language: Language
) -> None:
    tree = page(records, language)
    assert len(tree.css("figure svg")) == charts
    assert len(tree.css("figure .none")) == len(CHARTS) - charts
    wrong_ones = [r.gold.id for r in records if not r.right]
    assert failures(tree) == wrong_ones
    assert len(tree.css(".failures .none")) == (not wrong_ones)


def test_a_run_that_was_not_timed_says_so() -> None:
    given = right().answer.model_copy(update={"timings_ms": {}})
    tree = page([right().model_copy(update={"answer": given})])
    assert len(tree.css("figure svg")) == len(CHARTS) - 1
