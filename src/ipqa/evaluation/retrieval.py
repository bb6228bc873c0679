"""How well passages with the evidence are found: as they are ranked at last, by both legs, and by each.

Recall, reciprocal rank and discounted gain are computed by ir-measures. A snippet of evidence counts as
found when a passage holds at least half of it.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ipqa.evaluation.gold import GoldQuestion, evidence_spans
from ipqa.evaluation.measures import Measures
from ipqa.reports.model import Report, Span
from ipqa.retrieval import Hit

Leg = Literal["ranked", "fused", "dense", "lexical"]
LEGS: tuple[Leg, ...] = ("ranked", "fused", "dense", "lexical")
DEPTHS = (1, 3, 5, 10)
_HALF = 0.5


def measure_retrieval(
    question: GoldQuestion, hits: Sequence[Hit], reports: Mapping[str, Report]
) -> dict[Leg, Measures]:
    """The measures of each leg for an answerable question, given every candidate of its search."""
    needs = [
        {hit.number for hit in hits if _holds(hit, places)}
        for places in evidence_spans(question, reports)
    ]
    return {leg: _of_ranking(needs, _ranking(hits, leg)) for leg in LEGS}


def _ranking(hits: Sequence[Hit], leg: Leg) -> list[tuple[int, float]]:
    """The candidates as one leg alone would order them; what it did not propose is left out."""
    if leg == "ranked":
        scored = [(hit.number, hit.score) for hit in hits]
    elif leg == "fused":
        scored = [(hit.number, hit.fused) for hit in hits]
    elif leg == "dense":
        scored = [(hit.number, hit.dense) for hit in hits if hit.cosines]
    else:
        scored = [(hit.number, hit.lexical) for hit in hits if hit.lexical > 0]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def _of_ranking(needs: Sequence[set[int]], ranking: Sequence[tuple[int, float]]) -> Measures:
    from ir_measures import RR, Qrel, ScoredDoc, Success, iter_calc, nDCG  # noqa: PLC0415 - evaluation only

    # equal scores would be ordered by the library's own rule, so the rank itself is the score
    run = [(str(number), -float(rank)) for rank, (number, _) in enumerate(ranking)]
    found: Measures = {}
    by_snippet: dict[str, list[float]] = {f"evidence_recall@{depth}": [] for depth in DEPTHS}
    for need in needs:
        qrels = [Qrel("q", str(number), 1) for number in need] or [Qrel("q", "none", 1)]
        docs = [ScoredDoc("q", number, score) for number, score in run]
        for metric in iter_calc([Success @ depth for depth in DEPTHS], qrels, docs):
            by_snippet[f"evidence_recall@{metric.measure['cutoff']}"].append(float(metric.value))
    found |= {
        name: float(np.mean(values)) if values else 0.0 for name, values in by_snippet.items()
    }
    wanted = set().union(*needs)
    qrels = [Qrel("q", str(number), 1) for number in wanted] or [Qrel("q", "none", 1)]
    docs = [ScoredDoc("q", number, score) for number, score in run]
    for metric in iter_calc([RR @ 10, nDCG @ 10], qrels, docs):
        found["mrr@10" if metric.measure.NAME == "RR" else "ndcg@10"] = float(metric.value)
    return found


def _holds(hit: Hit, places: Sequence[tuple[str, Span]]) -> bool:
    """Whether a passage holds at least half of a snippet, wherever that stands."""
    span = hit.passage.span
    return any(
        hit.passage.report == report
        and min(span.end, place.end) - max(span.start, place.start)
        >= _HALF * (place.end - place.start)
        for report, place in places
    )
