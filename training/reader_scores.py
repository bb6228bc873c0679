"""How well items are judged: the right sentence first, answered or not, borne out or not, the span found."""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from ipqa.reader import Reading
from training.reader_examples import Item, Pair


def scores(items: Sequence[Item], judged: Mapping[Pair, Reading]) -> dict[str, float]:
    """The figures of a run, by name."""
    asked = [item for item in items if item.kind in {"question", "contrast"}]
    found = {"first": first_right(asked, judged)}
    for kind in ("question", "contrast"):
        of_kind = [item for item in asked if item.kind == kind and (item.right or item.wrong)]
        sure = [max(judged[p].answers for p in (*item.right, *item.wrong)) for item in of_kind]
        found[f"{kind}_auroc"] = _auroc([bool(item.right) for item in of_kind], sure)
    claims = [item for item in items if item.kind == "claim"]
    right = np.array([judged[item.right[0]].supports for item in claims])
    wrong = np.array([judged[item.wrong[0]].supports for item in claims])
    found["claim_auroc"] = _auroc([True] * len(right) + [False] * len(wrong), [*right, *wrong])
    found["claim_pairs"] = float((right > wrong).mean()) if claims else 0.0
    exact, shared = spans(items, judged)
    return {name: round(value, 3) for name, value in (found | {"exact": exact, "f1": shared}).items()}  # fmt: skip


def first_right(items: Sequence[Item], judged: Mapping[Pair, Reading]) -> float:
    """How often a right sentence is judged more relevant than all wrong ones."""
    of = [
        max(judged[p].relevance for p in i.right) > max(judged[p].relevance for p in i.wrong)
        for i in items
        if i.right and i.wrong
    ]
    return float(np.mean(of)) if of else 0.0


def spans(items: Sequence[Item], judged: Mapping[Pair, Reading]) -> tuple[float, float]:
    """Exact matches and shared characters (F1) of answers in paragraphs, the surest of all their stretches."""
    exact, shared = [], []
    for item in items:
        if item.kind == "paragraph" and item.right:
            pairs = [*item.right, *(p for p in item.wrong if p.text.context == item.right[0].text.context)]  # fmt: skip
            best = max(pairs, key=lambda p: judged[p].answers)
            wanted = item.right[0]
            exact.append(_said(best, judged[best].answer) == _said(wanted, wanted.answer or (0, 0)))
            shared.append(_f1(_said(best, judged[best].answer), _said(wanted, wanted.answer or (0, 0))))  # fmt: skip
    return (float(np.mean(exact)), float(np.mean(shared))) if exact else (0.0, 0.0)


def _said(pair: Pair, span: tuple[int, int]) -> str:
    return "".join(unicodedata.normalize("NFKC", pair.text.said[span[0] : span[1]]).split())


def _f1(said: str, wanted: str) -> float:
    common = sum(min(said.count(c), wanted.count(c)) for c in set(said))
    return 2 * common / (len(said) + len(wanted)) if said or wanted else 1.0


def _auroc(truth: Sequence[bool], sure: Sequence[float]) -> float:
    return float(roc_auc_score(truth, sure)) if len(set(truth)) > 1 else 0.0
