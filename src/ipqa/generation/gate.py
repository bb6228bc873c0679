"""The gate: a sentence that a model wrote is said only if the passages say it.

Each sentence is first held against the passages that it cites, narrowed to the sentences that support it,
then against all that the model was shown: a citation to the wrong passage is put right. What neither
supports is not said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ipqa.answering.grounding import figures
from ipqa.answering.statement import Statement
from ipqa.answering.verification import Finding, Verifier
from ipqa.generation.sentences import WrittenSentence
from ipqa.index.store import Index
from ipqa.japanese import holds_japanese
from ipqa.retrieval import Hit, Retriever


@dataclass(frozen=True, slots=True)
class Passed:
    """A sentence that may be said, with the stretches that it rests on."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that may not, and why."""

    reason: str


class Gate:
    """Judges sentences by the passages of one index."""

    def __init__(self, index: Index, retriever: Retriever, verifier: Verifier) -> None:
        self._index = index
        self._retriever = retriever
        self._verifier = verifier

    def judge(self, sentence: WrittenSentence, passages: Sequence[Hit]) -> Passed | Dropped:
        """Whether a sentence may be said, by the passages that the model was shown, in their order."""
        if not holds_japanese(sentence.text):
            return Dropped("wrong_language")
        measured = self._retriever.measured_against(sentence.text, passages)
        cited = [measured[n - 1] for n in sentence.numbers if 0 < n <= len(measured)]
        finding = self._finding(sentence.text, cited)
        if finding.support != "supported" and len(cited) < len(measured):
            anywhere = self._finding(sentence.text, measured)
            if anywhere.support == "supported" or not cited:
                finding = anywhere
        return self._judged(sentence.text, finding)

    def _finding(self, text: str, hits: Sequence[Hit]) -> Finding:
        return self._verifier.check(text, lambda _: hits)

    def _judged(self, text: str, finding: Finding) -> Passed | Dropped:
        if finding.support == "not_checked":
            return Dropped("nothing_stated")
        if finding.support != "supported":
            difference = finding.difference
            return Dropped(difference.reason if difference else "no_such_statement")
        statement = finding.statement(text)
        report = self._index.reports[statement.report]
        quoted = [figures(span.within(report.text)) for span in statement.spans]
        if not figures(text) <= set().union(*quoted):
            return Dropped("figures_differ")
        return Passed(statement)
