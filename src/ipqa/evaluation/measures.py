"""What is measured of one answer: a value for each measure that applies to its question.

`docs/evaluation.md` defines the measures and says what each cannot tell.
"""

from collections.abc import Mapping, Sequence

from ipqa.answering.answer import Answer, Citation, Claim
from ipqa.answering.grounding import figures, is_verbatim
from ipqa.evaluation.gold import GoldQuestion, evidence_spans
from ipqa.evaluation.matching import character_f1, exact_match, holds
from ipqa.reports.model import Report, Span

Measures = dict[str, float]
"""Values by the name of the measure; a measure that does not apply is left out."""


def measure(question: GoldQuestion, answer: Answer, reports: Mapping[str, Report]) -> Measures:
    """Everything that can be said of one answer."""
    found: Measures = {}
    if question.answerable:
        found["declined_wrong"] = float(not answer.answered)
        found |= _facts(question, answer)
        found |= _evidence(question, answer, reports)
    else:
        found["declined_right"] = float(not answer.answered)
    if answer.answered:
        found["answer_chars"] = float(len(answer.answer))
        found |= _faithfulness(answer, reports)
    return found


def _facts(question: GoldQuestion, answer: Answer) -> Measures:
    said = answer.answer if answer.answered else ""
    held = [holds(said, fact) for fact in question.facts]
    found = {"all_facts": float(all(held)), "fact_recall": sum(held) / len(held)}
    if len(question.facts) == 1:
        short = (answer.short_answer or "") if answer.answered else ""
        found["exact_match"] = exact_match(short, question.facts)
        found["char_f1"] = character_f1(short, question.facts)
    if answer.answered:
        found["facts_per_100_chars"] = 100 * sum(held) / max(len(said), 1)
    return found


def _evidence(question: GoldQuestion, answer: Answer, reports: Mapping[str, Report]) -> Measures:
    """How the citations fare: do they hold the facts, are they needed, are they the expected ones."""
    claims = answer.claims if answer.answered else ()
    by_number = {citation.number: citation for citation in answer.citations}
    held = [
        any(holds(c.text, fact) and holds(_quotes(c, by_number), fact) for c in claims)
        for fact in question.facts
    ]
    evidence = list(evidence_spans(question, reports))
    snippets = [_stands_at(places, answer.citations) for places in evidence]
    found = {
        "citation_recall": sum(held) / len(held),
        "expected_evidence": (
            sum(snippets) / len(snippets) if answer.answered and snippets else 0.0
        ),
    }
    if answer.answered and answer.citations:
        everywhere = [place for places in evidence for place in places]
        needed = [
            _stands_at(everywhere, (c,)) or any(holds(c.quote, fact) for fact in question.facts)
            for c in answer.citations
        ]
        found["citation_precision"] = sum(needed) / len(needed)
    return found


def _faithfulness(answer: Answer, reports: Mapping[str, Report]) -> Measures:
    """Whether quotes are verbatim, and the figures of claims stand in their quotes."""
    by_number = {citation.number: citation for citation in answer.citations}
    verbatim = [is_verbatim(citation, reports) for citation in answer.citations]
    supported = [
        figures(claim.text) <= figures(_quotes(claim, by_number)) for claim in answer.claims
    ]
    return {
        "quote_fidelity": sum(verbatim) / len(verbatim) if verbatim else 0.0,
        "number_support": sum(supported) / len(supported) if supported else 0.0,
    }


def _quotes(claim: Claim, citations: Mapping[int, Citation]) -> str:
    return "\n".join(citations[n].quote for n in claim.citations if n in citations)


def _stands_at(places: Sequence[tuple[str, Span]], citations: Sequence[Citation]) -> bool:
    """Whether one of the citations touches one of the places."""
    return any(
        citation.report == report and citation.start < span.end and span.start < citation.end
        for report, span in places
        for citation in citations
    )
