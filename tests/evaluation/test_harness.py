"""The harness is checked against answerers of which every score is known beforehand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ipqa.answering.answer import Answer, Citation, Claim
from ipqa.evaluation.compare import compare_runs
from ipqa.evaluation.gold import GoldQuestion, evidence_spans, read_gold
from ipqa.evaluation.run import Record, Scores, read_run, record, scores_of, write_run
from ipqa.reports import read_report
from ipqa.reports.model import Report, Span
from tests.parts import ROOT

Answerer = Callable[[GoldQuestion], Answer]


@pytest.fixture(scope="module")
def report() -> Report:
    return read_report(ROOT / "corpus" / "nissan-ip-strategy.md", max_bytes=10**6)


@pytest.fixture(scope="module")
def questions() -> list[GoldQuestion]:
    return read_gold(ROOT / "eval" / "gold" / "dev.jsonl")


def answer(text: str, citations: list[Citation], confidence: float, short: str | None) -> Answer:
    return Answer(
        question="",
        answered=bool(text),
        answer=text,
        short_answer=short,
        claims=(Claim(text=text, citations=tuple(c.number for c in citations)),) if text else (),
        citations=tuple(citations),
        notes=(),
        confidence=confidence,
        reason=None if text else "not_in_reports",
        mode="extractive",
        timings_ms={"total": 10.0},
    )


def cite(report: Report, number: int, span: Span) -> Citation:
    return Citation(
        number=number,
        report=report.id,
        edition=report.edition,
        title="",
        section=(),
        quote=span.within(report.text),
        start=span.start,
        end=span.end,
        page=None,
        sources=(),
    )


def perfect(report: Report) -> Answerer:
    """Says the evidence of every answerable question, and cites it."""

    def say(question: GoldQuestion) -> Answer:
        if not question.answerable:
            return answer("", [], 0.0, None)
        spans = [places[0][1] for places in evidence_spans(question, {report.id: report})]
        citations = [cite(report, n, span) for n, span in enumerate(spans, start=1)]
        text = "".join(c.quote for c in citations)
        return answer(text, citations, 1.0, question.facts[0][0])

    return say


def mute(_: GoldQuestion) -> Answer:
    return answer("", [], 0.0, None)


def copies_everything(report: Report) -> Answerer:
    whole = [
        cite(report, number, block.span)
        for number, block in enumerate(report.blocks, start=1)
        if block.kind != "heading"
    ]
    return lambda _: answer("".join(c.quote for c in whole), whole, 0.5, None)


def run(answerer: Answerer, questions: list[GoldQuestion], report: Report) -> list[Record]:
    return [record(q, answerer(q), {report.id: report}) for q in questions]


def scores(answerer: Answerer, questions: list[GoldQuestion], report: Report) -> Scores:
    return scores_of(run(answerer, questions, report))


def test_a_perfect_answerer_has_every_score(questions: list[GoldQuestion], report: Report) -> None:
    found = scores(perfect(report), questions, report).overall
    ones = (
        *("all_facts", "fact_recall", "exact_match", "char_f1", "citation_recall"),
        *("citation_precision", "expected_evidence", "quote_fidelity", "number_support"),
        *("declined_right", "auroc"),
    )
    assert {name: found[name].value for name in ones} == dict.fromkeys(ones, 1.0)
    assert found["declined_wrong"].value == found["ece"].value == 0.0


def test_a_mute_one_declines_all_and_finds_nothing(
    questions: list[GoldQuestion], report: Report
) -> None:
    found = scores(mute, questions, report).overall
    assert found["declined_right"].value == found["declined_wrong"].value == 1.0
    for name in ("all_facts", "fact_recall", "citation_recall", "expected_evidence"):
        assert found[name].value == 0.0
    assert found["auroc"].value == 0.5
    assert "answer_chars" not in found


def test_one_that_copies_everything_is_caught_by_length_and_precision(
    questions: list[GoldQuestion], report: Report
) -> None:
    some = questions[::8]
    found = scores(copies_everything(report), some, report).overall
    right = scores(perfect(report), some, report).overall
    assert found["expected_evidence"].value == 1.0
    assert found["all_facts"].value > 0.9
    assert found["declined_right"].value == 0.0
    assert found["citation_precision"].value < 0.1
    assert found["answer_chars"].value > 50 * right["answer_chars"].value
    assert found["facts_per_100_chars"].value < 0.1 * right["facts_per_100_chars"].value


def test_shuffled_citations_fall_to_nearly_nothing(
    questions: list[GoldQuestion], report: Report
) -> None:
    answerable = [question for question in questions if question.answerable]
    say = perfect(report)

    def shuffled(question: GoldQuestion) -> Answer:
        other = answerable[(answerable.index(question) + 40) % len(answerable)]
        return say(question).model_copy(update={"citations": say(other).citations})

    found = scores(shuffled, answerable, report).overall
    for name in ("citation_recall", "citation_precision", "expected_evidence", "number_support"):
        assert found[name].value < (0.6 if name == "number_support" else 0.1), name
    assert found["all_facts"].value == found["quote_fidelity"].value == 1.0


def spoiled(measure: str, given: Answer) -> Answer:
    """An answer that is right but for one thing."""
    first, *others = given.citations
    claim = given.claims[0]
    changes: dict[str, dict[str, object]] = {
        "all_facts": {"answer": "別のこと"},
        "citation_recall": {"claims": (claim.model_copy(update={"citations": ()}),)},
        "quote_fidelity": {
            "citations": (first.model_copy(update={"start": first.start + 1}), *others)
        },
        "number_support": {"claims": (claim.model_copy(update={"text": f"{claim.text}98765"}),)},
        "exact_match": {"short_answer": "別のこと"},
        "char_f1": {"short_answer": "〆"},
        "declined_wrong": {"answered": False},
        "expected_evidence": {"citations": ()},
        "fact_recall": {"answer": "別のこと"},
        "citation_precision": {
            "citations": tuple(
                c.model_copy(update={"quote": "別", "start": 0, "end": 1}) for c in given.citations
            )
        },
    }
    return given.model_copy(update=changes[measure])


@pytest.mark.parametrize(
    "measure",
    [
        *("all_facts", "citation_recall", "quote_fidelity", "number_support", "exact_match"),
        *("char_f1", "declined_wrong", "expected_evidence", "fact_recall", "citation_precision"),
    ],
)
def test_each_measure_notices_its_own_fault(
    measure: str, questions: list[GoldQuestion], report: Report
) -> None:
    question = next(q for q in questions if q.type == "date" and len(q.facts) == 1)
    good = record(question, perfect(report)(question), {report.id: report})
    bad = record(question, spoiled(measure, good.answer), {report.id: report})
    assert abs(good.measures[measure] - bad.measures[measure]) > 0.9


def test_an_answer_to_what_the_report_does_not_say_is_wrong(
    questions: list[GoldQuestion], report: Report
) -> None:
    question = next(q for q in questions if not q.answerable)
    said = answer("ある", [cite(report, 1, Span(0, 5))], 0.9, None)
    found = record(question, said, {report.id: report})
    assert not found.right
    assert found.measures["declined_right"] == 0.0
    assert "all_facts" not in found.measures


def test_scores_are_the_same_each_time(questions: list[GoldQuestion], report: Report) -> None:
    one, other = (scores(perfect(report), questions[:30], report) for _ in range(2))
    assert one == other


def test_a_run_survives_being_written(
    questions: list[GoldQuestion], report: Report, tmp_path: Path
) -> None:
    records = run(perfect(report), questions[:5], report)
    write_run(tmp_path / "run", records, scores_of(records))
    assert read_run(tmp_path / "run") == records
    assert Scores.model_validate_json((tmp_path / "run" / "scores.json").read_text("utf-8"))


def test_a_comparison_gives_the_paired_change_and_what_flipped(
    questions: list[GoldQuestion], report: Report
) -> None:
    good, bad = (run(a, questions, report) for a in (perfect(report), mute))
    answerable = sum(question.answerable for question in questions)
    comparison = compare_runs(good, bad)
    change = comparison.differences["all_facts"]
    assert (change.before, change.after, change.change) == (1.0, 0.0, -1.0)
    assert change.p < 0.001
    assert len(comparison.flips) == answerable
    same = compare_runs(good, good)
    assert same.flips == []
    assert {d.change for d in same.differences.values()} == {0.0}
    assert {d.p for d in same.differences.values()} == {1.0}
