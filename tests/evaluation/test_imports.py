"""Data of the community becomes reports that say what it said, and questions that can be measured."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ipqa.assistant import Assistant
from ipqa.errors import BadGold, FileNotWritable
from ipqa.evaluation.beir import JudgedQuery, measure_beir, read_beir
from ipqa.evaluation.gold import GoldQuestion, evidence_spans
from ipqa.evaluation.matching import flat
from ipqa.evaluation.run import ask_all
from ipqa.evaluation.squad import read_squad, write_report
from ipqa.reports import read_report
from ipqa.reports.marks import take_marks_out
from ipqa.reports.model import Report
from tests.parts import build_small_index

NOT_MARKUP = [
    "# 見出しではない",
    "* 項目ではない",
    "1. 番号ではない",
    "- 線ではない",
    "---",
    "===",
    "~~~~",
    "```python",
    "> 引用ではない",
    "    字下げ",
    "<b>太字</b>ではない",
    "<!-- 注記 -->",
    "<script>",
    "a_b_c と **強調**",
    "| 列 | 列 |",
    "|---|---|",
    "&amp; と &lt;",
    "[文字](https://example.com/a_b)",
    "![図](x.png)",
    "[^a]: 脚注ではない",
    "C:\\temp\\",
    "`符号`",
    "青海水産の本社は北浜市にある。",
    "出荷量は1,250トンで、8%増えた。",
]
MARKED = [
    "北浜市にある[1]。",
    "面積は10m²である。",
    "養殖場¹²は二か所",
    "※2 推計を含む",
    "注1)の値",
]

plain_text = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12)
not_markup = st.lists(st.sampled_from(NOT_MARKUP) | plain_text, min_size=1, max_size=6)


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_read(title: str, text: str) -> Report:
    with TemporaryDirectory() as folder:
        return write_report(Path(folder) / "p.md", title, text)


def paragraph(context: str, *answers: str, name: str = "q1") -> dict[str, Any]:
    """A paragraph with one question, whose answers stand where they first occur."""
    given_answers = [{"text": a, "answer_start": context.find(a)} for a in answers]
    asked = {"id": name, "question": "どれですか。", "answers": given_answers}
    return {"context": context, "qas": [asked]}


def squad(path: Path, *paragraphs: dict[str, Any]) -> Path:
    articles = [{"title": "青海水産", "paragraphs": list(paragraphs)}]
    path.write_text(json.dumps({"version": "1", "data": articles}), encoding="utf-8")
    return path


def reports_in(folder: Path) -> dict[str, Report]:
    reports = [read_report(path, max_bytes=10**6) for path in sorted(folder.iterdir())]
    return {report.id: report for report in reports}


def a_stretch_of(context: str, data: st.DataObject) -> str:
    """Some stretch of a context that is more than white space and marks."""
    start = data.draw(st.integers(0, len(context) - 1))
    answer = context[start : data.draw(st.integers(start + 1, len(context)))]
    assume(flat(take_marks_out(answer)[0]))
    return answer


def evidence_of(context: str, answer: str) -> list[str]:
    """The stretches of the report that are evidence of an answer."""
    with TemporaryDirectory() as name:
        path = squad(Path(name) / "squad.json", paragraph(context, answer))
        [question] = read_squad(path, Path(name) / "reports")
        reports = reports_in(Path(name) / "reports")
    [places] = evidence_spans(question, reports)
    return [span.within(reports[report].text) for report, span in places]


@given(not_markup)
def test_nothing_in_a_text_is_taken_for_markup(parts: list[str]) -> None:
    context = "本文である。\n" + "\n".join(parts)
    text = as_read("題", context).text
    assert lines_of(text) == lines_of(take_marks_out(context)[0])


@given(st.sampled_from(NOT_MARKUP))
def test_nothing_in_a_title_is_taken_for_markup(title: str) -> None:
    assert as_read(title, "本文である。").title == title.strip()


def test_a_report_without_a_title_is_named_by_its_file(tmp_path: Path) -> None:
    assert write_report(tmp_path / "p7.md", " \n", "本文である。").title == "p7"


def test_a_text_of_lines_is_one_paragraph() -> None:
    report = as_read("題", "# 一行目\n\n- 二行目\n\x00三行目")
    assert [block.kind for block in report.blocks] == ["paragraph"]
    assert report.text == "# 一行目\n- 二行目\n 三行目\n"


@given(st.lists(st.sampled_from(NOT_MARKUP), min_size=1, max_size=6), st.data())
def test_the_evidence_of_an_answer_holds_it_wherever_it_stands(
    parts: list[str], data: st.DataObject
) -> None:
    context = "\n".join(["本文である。", *parts])
    answer = a_stretch_of(context, data)
    stretches = evidence_of(context, answer)
    assert stretches
    assert all(flat(answer) in flat(stretch) for stretch in stretches)


@given(st.lists(st.sampled_from(NOT_MARKUP + MARKED), min_size=1, max_size=6), st.data())
def test_reference_marks_do_not_hide_the_evidence(parts: list[str], data: st.DataObject) -> None:
    context = "\n".join(["本文である。", *parts])
    assert evidence_of(context, a_stretch_of(context, data))


def test_an_exponent_does_not_hide_the_evidence(tmp_path: Path) -> None:
    path = squad(tmp_path / "s.json", paragraph("養殖場は10m²の水槽を持つ。", "水槽"))
    [question] = read_squad(path, tmp_path / "reports")
    [[(_, span)]] = evidence_spans(question, reports_in(tmp_path / "reports"))
    assert span.end - span.start < len("養殖場は10m²の水槽を持つ。") + 1
    assert "10m2" in question.evidence[0]


def test_a_mark_inside_an_answer_is_no_part_of_it(tmp_path: Path) -> None:
    context = "青海水産の本社は以前から北浜市※2の中央にあり、山川製紙の本社もその隣にある。"
    path = squad(tmp_path / "s.json", paragraph(context, "北浜市※2の中央"))
    [question] = read_squad(path, tmp_path / "reports")
    assert question.facts == (("北浜市の中央",),)
    assert "北浜市の中央" in question.evidence[0]
    assert "青海水産" not in question.evidence[0]


def test_an_answer_that_cuts_a_mark_has_its_whole_paragraph_as_evidence(tmp_path: Path) -> None:
    context = "養殖の記録[101, 102, 103, 104, 105, 106, 107]は毎月まとめる。"
    path = squad(tmp_path / "s.json", paragraph(context, "104"))
    [question] = read_squad(path, tmp_path / "reports")
    assert question.evidence == ("養殖の記録は毎月まとめる。",)


def test_of_two_places_the_evidence_is_the_one_that_was_meant(tmp_path: Path) -> None:
    context = "北浜の水温は14度である。" + "間の文。" * 10 + "南浜の水温も14度である。"
    given_paragraph = paragraph(context, "14度")
    given_paragraph["qas"][0]["answers"][0]["answer_start"] = context.rfind("14度") - 1
    [question] = read_squad(squad(tmp_path / "s.json", given_paragraph), tmp_path / "reports")
    assert question.evidence[0].startswith("間の文。") or "南浜" in question.evidence[0]


def test_all_paragraphs_are_searched_for_a_question(tmp_path: Path) -> None:
    path = squad(
        tmp_path / "s.json",
        paragraph("青海水産は2019年に海藻の養殖を始めた。", "2019年", name="a"),
        paragraph("山川製紙の工場は静岡にあり、段ボールを作る。", "静岡", "静岡にあり", name="b"),
        paragraph("風見電機は扇風機を輸出している。", name="c"),
    )
    questions = read_squad(path, tmp_path / "reports")
    assert {question.report for question in questions} == {None}
    assert [question.section for question in questions] == sorted(reports_in(tmp_path / "reports"))
    assert questions[1].facts == (("静岡", "静岡にあり"),)
    assert [question.answerable for question in questions] == [True, True, False]

    assistant = Assistant.open(build_small_index(tmp_path / "reports", tmp_path / "index"))
    asked = questions[1].model_copy(update={"question": "山川製紙の工場はどこにありますか。"})
    [record] = ask_all(assistant, [[asked]])
    assert len(assistant.index.reports) == 3
    assert record.legs["ranked"]["evidence_recall@1"] == 1.0


def test_an_impossible_question_has_no_answer_to_find(tmp_path: Path) -> None:
    given_paragraph = paragraph("風見電機は扇風機を輸出している。", "扇風機")
    given_paragraph["qas"][0]["is_impossible"] = True
    [question] = read_squad(squad(tmp_path / "s.json", given_paragraph), tmp_path / "reports")
    assert question == GoldQuestion(
        id="q1",
        type="unanswerable",
        question="どれですか。",
        answerable=False,
        section="p00000-000",
    )


def test_a_limit_leaves_out_the_paragraphs_after_it(tmp_path: Path) -> None:
    paragraphs = [paragraph(f"{n}番の工場。", f"{n}番", name=f"q{n}") for n in range(4)]
    questions = read_squad(squad(tmp_path / "s.json", *paragraphs), tmp_path / "reports", 2)
    assert [question.id for question in questions] == ["q0", "q1"]
    assert len(reports_in(tmp_path / "reports")) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "SQuAD"),
        ("[]", "SQuAD"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', "data.0.paragraphs.0.context"),
        ('{"data": []}', "質問がありません"),
    ],
)
def test_a_file_that_is_no_squad_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "s.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadGold) as refused:
        read_squad(tmp_path / "s.json", tmp_path / "reports")
    assert said in refused.value.message("ja")


@pytest.mark.parametrize(
    ("paragraphs", "said"),
    [
        ([paragraph("工場は静岡にある。", name="a")] * 2, "重複"),
        ([paragraph("工場は静岡にある。", "山梨", name="q9")], "q9"),
        ([paragraph("工場は静岡にある。", "")], "段落にありません"),
        ([paragraph(" \n ")], "本文がありません"),
    ],
)
def test_questions_that_cannot_be_measured_are_refused(
    tmp_path: Path, paragraphs: list[dict[str, Any]], said: str
) -> None:
    for one in paragraphs:
        for answer in one["qas"][0]["answers"]:
            answer["answer_start"] = max(0, answer["answer_start"])
    with pytest.raises(BadGold) as refused:
        read_squad(squad(tmp_path / "s.json", *paragraphs), tmp_path / "reports")
    assert said in refused.value.message("ja")


def test_a_missing_file_and_a_folder_that_is_a_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadGold):
        read_squad(tmp_path / "none.json", tmp_path / "reports")
    path = squad(tmp_path / "s.json", paragraph("工場。"))
    with pytest.raises(FileNotWritable):
        read_squad(path, path)


CORPUS = [
    {"_id": "A/1", "title": "青海水産", "text": "北浜で海藻を養殖し、種苗を育てている。"},
    {"_id": "a-1", "title": "山川製紙", "text": "静岡の工場で段ボールを作る。"},
    {"_id": "3", "title": "風見電機", "text": "扇風機と換気扇を輸出している。"},
    {"_id": "4", "title": "", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "海藻の養殖"},
    {"_id": "q2", "text": "段ボールの工場"},
    {"_id": "q3", "text": "判定のない問い"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\tA/1\t2\nq1\t3\t0\nq2\ta-1\t1\nq3\t3\t0\n"


def beir(folder: Path, **replaced: str) -> Path:
    """A small data set, of which files are replaced."""
    (folder / "qrels").mkdir(parents=True)
    contents = {
        "corpus": "".join(json.dumps(line) + "\n" for line in CORPUS),
        "queries": "".join(json.dumps(line) + "\n" for line in QUERIES),
        "qrels": QRELS,
    } | replaced
    (folder / "corpus.jsonl").write_text(contents["corpus"], encoding="utf-8")
    (folder / "queries.jsonl").write_text(contents["queries"], encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(contents["qrels"], encoding="utf-8")
    return folder


def test_documents_become_reports_and_judgements_follow_them(tmp_path: Path) -> None:
    queries = read_beir(beir(tmp_path / "data"), tmp_path / "reports")
    reports = reports_in(tmp_path / "reports")
    titles = {name: report.title for name, report in reports.items()}
    assert list(titles.values()) == ["青海水産", "山川製紙", "風見電機"]
    assert [(query.id, query.text) for query in queries] == [
        ("q1", "海藻の養殖"),
        ("q2", "段ボールの工場"),
    ]
    assert {titles[name]: degree for name, degree in queries[0].relevance.items()} == {
        "青海水産": 2,
        "風見電機": 0,
    }
    assert lines_of(reports["d0000000"].text) == ["青海水産", CORPUS[0]["text"]]


def test_a_limit_leaves_out_queries_but_no_documents(tmp_path: Path) -> None:
    queries = read_beir(beir(tmp_path / "data"), tmp_path / "reports", limit=1)
    assert [query.id for query in queries] == ["q1"]
    assert len(reports_in(tmp_path / "reports")) == 3


def test_a_search_is_measured_by_the_rank_of_the_documents(tmp_path: Path) -> None:
    queries = read_beir(beir(tmp_path / "data"), tmp_path / "reports")
    assistant = Assistant.open(build_small_index(tmp_path / "reports", tmp_path / "index"))
    names = {"recall@1", "recall@5", "mrr@10", "ndcg@10"}
    right = measure_beir(assistant, queries)
    assert {name: score.value for name, score in right.items()} == dict.fromkeys(names, 1.0)

    hits = assistant.search("海藻の養殖", 100)
    second = list(dict.fromkeys(hit.passage.report for hit in hits))[1]
    lower = measure_beir(assistant, [JudgedQuery("q", "海藻の養殖", {second: 1})])
    assert lower["recall@1"].value == 0.0
    assert lower["recall@5"].value == 1.0
    assert lower["mrr@10"].value == 0.5
    assert lower["ndcg@10"].value == pytest.approx(0.6309, abs=1e-4)


def test_a_document_that_is_no_report_counts_as_not_found(tmp_path: Path) -> None:
    folder = beir(tmp_path / "data", qrels="query-id\tcorpus-id\tscore\nq1\t4\t1\n")
    queries = read_beir(folder, tmp_path / "reports")
    assistant = Assistant.open(build_small_index(tmp_path / "reports", tmp_path / "index"))
    measured = measure_beir(assistant, queries)
    assert {(score.value, score.n) for score in measured.values()} == {(0.0, 1)}
    assert len(measured) == 4


HEADER = "query-id\tcorpus-id\tscore\n"


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        ({"corpus": "{"}, "1 行目"),
        ({"queries": '{"_id": "q1"}\n'}, "text"),
        ({"queries": json.dumps(QUERIES[0]) + "\n" + json.dumps(QUERIES[0])}, "2 行目"),
        ({"qrels": HEADER + "q1\tA/1\tyes\n"}, "2 行目"),
        ({"qrels": HEADER + "q1\tA/1\n"}, "2 行目"),
        ({"qrels": HEADER + "q1\t3\t1\nq1\t99\t1\n"}, "3 行目"),
        ({"qrels": HEADER + "q9\t3\t1\n"}, "2 行目"),
        ({"qrels": HEADER}, "関連する文書がありません"),
    ],
)
def test_data_that_is_no_beir_is_refused(
    tmp_path: Path, replaced: dict[str, str], said: str
) -> None:
    with pytest.raises(BadGold) as refused:
        read_beir(beir(tmp_path / "data", **replaced), tmp_path / "reports")
    assert said in refused.value.message("ja")


def test_a_split_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadGold) as refused:
        read_beir(beir(tmp_path / "data"), tmp_path / "reports", split="dev")
    assert "dev.tsv" in refused.value.message("en")


def test_nothing_is_written_for_a_folder_without_data(tmp_path: Path) -> None:
    with pytest.raises(BadGold):
        read_beir(tmp_path / "nothing", tmp_path / "reports")
    assert not (tmp_path / "reports").exists()
