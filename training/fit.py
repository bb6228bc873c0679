"""Fits the weights of ranking and confidence on the written questions: `make fit`.

Each folder of `training/data` becomes an index of its own; its questions are asked, and so are some of
other folders, which are off its topic. Only families named in `data/held-out.txt` count: the models have not
seen them, and of what they have seen they are surer than of any other question. The results are
`src/ipqa/answering/weights.json` and `weights-with-reader.json`; `docs/evaluation.md` says what the gold sets
make of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from ipqa.answering.composition import compose
from ipqa.answering.confidence import confidence, confidence_features
from ipqa.answering.evidence import Evidence
from ipqa.answering.question import understand
from ipqa.answering.ranking import (
    PASSAGES,
    READ,
    Candidate,
    Features,
    Ranker,
    in_order,
    reweighed,
    weighed,
)
from ipqa.answering.short_answer import ShortAnswer, best_first, is_likely, short_answer
from ipqa.answering.weights import Weights, shipped_weights
from ipqa.embedding import EmbeddingModel, load_model
from ipqa.evaluation.matching import flat, holds
from ipqa.glossary import Glossary
from ipqa.index.build import build_index
from ipqa.index.store import Index, open_index
from ipqa.reader import Reader, Reading, text_of
from ipqa.retrieval import Retriever
from ipqa.settings import SHIPPED_MODEL, Settings
from training.check_data import (
    ROOT,
    Folder,
    WrittenQuestion,
    family_of,
    folders_of_data,
    held_out_families,
    read_folder,
)
from training.likelihood import fit_listwise, fit_logistic

INDEXES = ROOT / "training" / "indexes"
WEIGHTS = ROOT / "src" / "ipqa" / "answering"
OFF_TOPIC = 45
"""Questions of other folders that are asked of each folder."""
REFUSED, REFUSED_AS_READ = 0.05, 0.02
"""Share of the answerable questions that may be refused; fewer where there is a reader, which is surer of reports
like those it was taught on than of others: of `dev` it refused twice the share."""
RISING = frozenset(
    {"cosine", "best_cosine", "coverage", "expected_first", "foreign", "answers", "first_answers"}
)
"""Features that can only add to the confidence; the others can only take from it."""


@dataclass
class Asked:
    """A question as asked of the index of a folder: its candidates, and which of them answer."""

    question: str
    folder: "Library"
    candidates: list[Candidate]
    right: frozenset[int]
    answerable: bool
    own: bool
    family: str
    facts: tuple[tuple[str, ...], ...] = ()
    readings: dict[int, Reading] = field(default_factory=dict)


class Library:
    """The index of a folder of reports, and what reads questions against it."""

    def __init__(self, path: Path, model: EmbeddingModel, indexes: Path = INDEXES) -> None:
        settings = Settings(corpus=path, index=indexes / path.name)
        build_index(settings, model, lambda _: None)
        self.index: Index = open_index(settings.index)
        self.limit = settings.max_question_length
        glossary = Glossary(self.index.names())
        self.evidence = Evidence(self.index, glossary)
        self._retriever = Retriever(self.index, model, glossary)
        self._ranker = Ranker(self.index, self.evidence, shipped_weights(reader=False))

    def ask(self, question: WrittenQuestion, *, own: bool) -> Asked:
        """Ask a question of this folder, or one of another, which is off topic here."""
        understood = understand(question.question, self.limit)
        reports = [question.report] if own and question.scope == "report" else None
        hits = self._retriever.search(understood.text, PASSAGES, reports)
        candidates = self._ranker.rank(understood, self.evidence.terms(understood), hits)
        right = self.sentences_of(question.report, question.evidence) if own else ()
        return Asked(
            question=question.question,
            folder=self,
            candidates=candidates,
            right=frozenset(right),
            answerable=own and question.answerable,
            own=own,
            family=family_of(question.report),
            facts=question.facts if own else (),
        )

    def features(self, asked: Asked) -> Features:
        """What the confidence is told from."""
        understood = understand(asked.question, self.limit)
        terms = self.evidence.terms(understood)
        return confidence_features(understood, terms, asked.candidates, self.index, self.evidence)

    def short_answer(self, asked: Asked, sure: float) -> ShortAnswer | None:
        """What may answer by itself, where the question is answered so surely."""
        understood = understand(asked.question, self.limit)
        terms = self.evidence.terms(understood)
        statements = compose(understood, terms, asked.candidates, self.index, self.evidence)
        told = best_first(statements, asked.candidates)
        return short_answer(understood, terms, asked.candidates, told, sure)

    def read(self, asked: Asked, reader: Reader) -> None:
        """Have the best candidates read, those that were not read before; the others lose their reading."""
        best = asked.candidates[:READ]
        new = [c.number for c in best if c.number not in asked.readings]
        texts = [text_of(self.index, number) for number in new]
        understood = understand(asked.question, self.limit)
        asked.readings.update(zip(new, reader.read(understood.text, texts), strict=True))
        asked.candidates = [
            replace(c, reading=asked.readings[c.number] if place < READ else None)
            for place, c in enumerate(asked.candidates)
        ]

    def near(self, text: str, report: str) -> list[int]:
        """The sentences of a report in the order in which they would answer a text."""
        understood = understand(text, self.limit)
        hits = self._retriever.search(understood.text, PASSAGES, [report])
        ranked = self._ranker.rank(understood, self.evidence.terms(understood), hits)
        return [candidate.number for candidate in ranked]

    def sentences_of(self, report: str, evidence: Sequence[str]) -> list[int]:
        """The sentences of a report that hold a snippet of some evidence, or part of it."""
        snippets = [_cells(snippet) for snippet in evidence]
        found = []
        for number, sentence in enumerate(self.index.sentences):
            if self.index.passages[sentence.passage].report == report:
                said = flat(sentence.alone)
                if any(all(c in said for c in cells) or said in cells[0] for cells in snippets):
                    found.append(number)
        return found


def _cells(snippet: str) -> list[str]:
    """A snippet as it is looked for; of a table's row, its cells."""
    return [flat(re.sub(r"[*`]", "", cell)) for cell in snippet.split("|") if cell.strip()]


def ask_all(model: EmbeddingModel) -> list[Asked]:
    """The questions about held-out families asked of their own folder, and some of other folders."""
    folders = [read_folder(path) for path in folders_of_data()]
    asked = []
    for path, folder in zip(folders_of_data(), folders, strict=True):
        library = Library(path, model)
        asked += [library.ask(question, own=True) for question in _held_out(folder)]
        others = [q for other in folders if other is not folder for q in _held_out(other)]
        others = [q for q in others if q.scope == "library"]
        asked += [library.ask(q, own=False) for q in others[:: max(1, len(others) // OFF_TOPIC)]]
        print(f"{path.name}: {len(asked)}", flush=True)
    return [one for one in asked if one.candidates]


def _held_out(folder: Folder) -> list[WrittenQuestion]:
    return [q for q in folder.questions if family_of(q.report) in held_out_families()]


def fit_ranking(asked: Sequence[Asked]) -> dict[str, float]:
    """Weights of the candidates' features."""
    return fit_listwise(
        [[c.features for c in one.candidates] for one in asked],
        [[c.number in one.right for c in one.candidates] for one in asked],
    )


def fit_reading(asked: Sequence[Asked]) -> dict[str, float]:
    """Weights of the score before and of what the reader says, by the candidates that were read."""
    read = [[(c, c.reading) for c in one.candidates if c.reading is not None] for one in asked]
    return fit_listwise(
        [[{"score": c.score, "relevance": r.relevance} for c, r in pairs] for pairs in read],
        [[c.number in one.right for c, _ in pairs] for one, pairs in zip(asked, read, strict=True)],
    )


def fit_confidence(asked: Sequence[Asked]) -> tuple[dict[str, float], float]:
    """A logistic model of whether a question is answered, with its constant; no weight against reason."""
    rows = [one.folder.features(one) for one in asked]
    falling = frozenset(rows[0]) - RISING
    return fit_logistic(rows, [one.answerable for one in asked], RISING, falling)


def fit_short(asked: Sequence[Asked], weights: Weights) -> tuple[dict[str, float], float]:
    """A logistic model of whether what may answer by itself is right, of the answers that are given."""
    proposed = short_answers(asked, weights)
    right = [is_right(short, one) for short, one in proposed]
    return fit_logistic([short.features for short, _ in proposed], right)


def short_answers(asked: Sequence[Asked], weights: Weights) -> list[tuple[ShortAnswer, Asked]]:
    """What may answer by itself, for the questions that are answered."""
    sure = [(one, confidence(one.folder.features(one), weights)) for one in asked]
    found = [
        (one.folder.short_answer(one, sureness), one)
        for one, sureness in sure
        if sureness >= weights.threshold
    ]
    return [(short, one) for short, one in found if short is not None]


def is_right(short: ShortAnswer, asked: Asked) -> bool:
    """Whether a short answer holds a fact, or one holds it."""
    said = flat(short.text)
    return any(
        holds(short.text, fact) or any(said in flat(one) for one in fact) for fact in asked.facts
    )


def ranked(asked: Sequence[Asked], ranking: dict[str, float]) -> None:
    """Put the candidates in the order of some weights of their features."""
    for one in asked:
        one.candidates = in_order(
            replace(c, score=weighed(c.features, ranking), reading=None) for c in one.candidates
        )


def reread(asked: Sequence[Asked], reading: dict[str, float]) -> None:
    """Put the candidates, which were read, in the order of some weights of the reader's words."""
    for one in asked:
        one.candidates = in_order(reweighed(one.candidates, reading))


def report(name: str, asked: Sequence[Asked], weights: Weights) -> None:
    """Print how ranking and confidence fare on some questions."""
    answerable = [one for one in asked if one.right]
    first = np.mean([one.candidates[0].number in one.right for one in answerable])
    five = np.mean([any(c.number in one.right for c in one.candidates[:5]) for one in answerable])
    sure = np.array([confidence(one.folder.features(one), weights) for one in asked])
    truth = np.array([one.answerable for one in asked])
    own = np.array([one.own for one in asked])
    said = sure >= weights.threshold
    print(
        f"{name}: {len(asked)} questions, right sentence first {first:.3f}, in five {five:.3f}, "
        f"auroc {roc_auc_score(truth, sure):.3f}, refused {1 - said[truth].mean():.3f}, "
        f"declined near misses {1 - said[~truth & own].mean():.3f} "
        f"and off-topic ones {1 - said[~own].mean():.3f}, "
        f"expected calibration error {calibration_error(sure, truth):.3f}"
    )
    proposed = short_answers(asked, weights)
    shown = [(short, one) for short, one in proposed if is_likely(short, weights)]
    right = sum(is_right(short, one) for short, one in shown)
    print(f"  short answers: {len(proposed)} proposed, {len(shown)} shown, {right} of them right")


def calibration_error(sure: NDArray[np.float64], truth: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance between confidence and share of answerable ones, over bins of like confidence."""
    order = np.argsort(sure)
    return float(
        sum(
            len(part) * abs(sure[part].mean() - truth[part].mean())
            for part in np.array_split(order, bins)
        )
        / len(sure)
    )


def fitted(asked: Sequence[Asked], reader: Reader | None) -> Weights:
    """Weights fitted on some questions, whose candidates are put in the order that they give."""
    ranking = fit_ranking(asked)
    ranked(asked, ranking)
    reading = {}
    if reader is not None:
        for one in asked:
            one.folder.read(one, reader)
        reading = fit_reading(asked)
        reread(asked, reading)
    found, constant = fit_confidence(asked)
    weights = Weights(ranking=ranking, reading=reading, confidence=found, constant=constant, threshold=0.5)  # fmt: skip
    sure = [confidence(one.folder.features(one), weights) for one in asked if one.answerable]
    refused = REFUSED if reader is None else REFUSED_AS_READ
    weights = weights.model_copy(update={"threshold": round(float(np.quantile(sure, refused)), 3)})
    short, short_constant = fit_short(asked, weights)
    return weights.model_copy(update={"short": short, "short_constant": short_constant})


def measured(asked: Sequence[Asked], weights: Weights, reader: Reader | None) -> None:
    """Put the candidates in the order of weights that were fitted on other questions."""
    ranked(asked, weights.ranking)
    if reader is not None:
        for one in asked:
            one.folder.read(one, reader)
        reread(asked, weights.reading)


def halves(asked: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """The questions in two halves, of which no family of reports is in both."""
    families = sorted({one.family for one in asked})
    first = set(families[::2])
    return [o for o in asked if o.family in first], [o for o in asked if o.family not in first]


def fit(asked: Sequence[Asked], reader: Reader | None, file: str) -> None:
    """Fit, measure each half by the weights of the other, and write the weights of all."""
    first, second = halves(asked)
    for name, learned, others in (("first", second, first), ("second", first, second)):
        weights = fitted(learned, reader)
        measured(others, weights, reader)
        report(f"{name} half, by the weights of the other", others, weights)
    weights = fitted(asked, reader)
    (WEIGHTS / file).write_text(weights.model_dump_json(indent=2) + "\n", encoding="utf-8")
    report("all, by their own weights", asked, weights)


def main() -> None:
    """Fit the weights for use without the reader and with it."""
    asked = ask_all(load_model(SHIPPED_MODEL))
    print("without the reader")
    fit(asked, None, "weights.json")
    print("with the reader")
    fit(asked, Reader(), "weights-with-reader.json")


if __name__ == "__main__":
    main()
