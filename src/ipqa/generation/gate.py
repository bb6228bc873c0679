"""The gate: a sentence that a model wrote is said only if the passages say it.

Each sentence is first held against the passages that it cites, narrowed to the sentences that support it,
then against all that the model was shown: a citation to the wrong passage is put right. What neither
supports is not said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipqa.answering.grounding import figures
from ipqa.answering.statement import Statement
from ipqa.answering.verification import Finding, Verifier
from ipqa.generation.sentences import WrittenSentence
from ipqa.index.store import Index
from ipqa.japanese import content_words, holds_japanese
from ipqa.retrieval import Hit, Retriever

_ADDRESS = re.compile(r"[A-Za-z]+://[^\s、。」）)]+")
_LINK = re.compile(r"\]\s*\(|<\s*[a-z]+[^<>]*>", re.IGNORECASE)
"""Markup that a front end could turn into a link or an image."""

_CITED = re.compile(r"[「『][^「」『』]{12,}[」』]")
_ATTRIBUTED = re.compile(
    r"[「『]|と(?:述べ|語|答え|話|説明|コメント|書|指摘|主張|回答|発言|記)|によ(?:ると|れば)|という"
)
_OUTSIDE = 0.5
"""Share of a sentence's words in its quotes that must stand outside of what is cited there."""


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
        quotes = "\n".join(span.within(report.text) for span in statement.spans)
        if not figures(text) <= figures(quotes):
            return Dropped("figures_differ")
        if _LINK.search(text) or any(address not in quotes for address in _ADDRESS.findall(text)):
            return Dropped("address")
        if _rests_on_what_is_cited(text, quotes):
            return Dropped("only_cited")
        return Passed(statement)


def _rests_on_what_is_cited(text: str, quotes: str) -> bool:
    """Whether the quotes say a sentence only within 「」: as what somebody says, or orders to be said."""
    if _ATTRIBUTED.search(text):
        return False
    said = {word.form for word in content_words(text)}
    whole = said & {word.form for word in content_words(quotes)}
    outside = said & {word.form for word in content_words(_CITED.sub("", quotes))}
    return len(outside) < len(whole) * _OUTSIDE
