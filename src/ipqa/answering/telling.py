"""What was found, told as an answer: in the report's words or a model's, or as a refusal."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ipqa.answering.answer import (
    Answer,
    AnswerEvent,
    Citation,
    Claim,
    ClaimVerified,
    Reason,
    StageEntered,
)
from ipqa.answering.citing import Citer
from ipqa.answering.composition import compose
from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.grounding import grounded
from ipqa.answering.question import Question
from ipqa.answering.ranking import Candidate
from ipqa.answering.short_answer import best_first, is_likely, short_answer
from ipqa.answering.statement import Statement
from ipqa.answering.suggestion import suggest
from ipqa.answering.weights import Weights
from ipqa.index.store import Index
from ipqa.reports.model import Damage
from ipqa.retrieval import Hit
from ipqa.telemetry import OFF, Tracing

_NEAREST = 3
_WORDS_SHOWN = 3
_WORD_SHOWN = 30
"""So many words that no report holds are named when a question is declined, and so much of each."""

_EVEN = 0.5
"""Below this confidence it is likelier than not that the reports do not answer."""

_UNSURE = "ご質問への直接の答えではない可能性があります。引用をご確認ください。"

_DECLINED: dict[Reason, str] = {
    "not_in_reports": "資料に記載がありません。",
    "off_topic": "この質問は資料の内容と関わりがないようです。資料に記載がありません。",
}


@dataclass(frozen=True)
class Found:
    """What a question was answered from: its words, the passages, the sentences, and how sure that is."""

    question: Question
    terms: tuple[Term, ...]
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    sure: float


class Teller:
    """Makes the answers of one index."""

    def __init__(
        self,
        index: Index,
        evidence: Evidence,
        weights: Weights,
        citer: Citer,
        tracing: Tracing = OFF,
    ) -> None:
        self._index = index
        self._evidence = evidence
        self._weights = weights
        self._citer = citer
        self._tracing = tracing

    def extracted(self, found: Found) -> Generator[AnswerEvent, None, Answer]:
        """The answer in the report's own words."""
        with self._tracing.stage("composition"):
            statements = compose(
                found.question, found.terms, found.candidates, self._index, self._evidence
            )
            citations, claims = self._citer.cite(statements)
        yield StageEntered(stage="verifying")
        with self._tracing.stage("grounding"):
            claims = grounded(claims, citations, self._index.reports)
        if not claims:
            return self.declined(found)
        for claim in claims:
            named = tuple(c for c in citations if c.number in claim.citations)
            yield ClaimVerified(claim=claim, citations=named)
        return self.answered(found, citations, claims, statements)

    def answered(
        self,
        found: Found,
        citations: tuple[Citation, ...],
        claims: tuple[Claim, ...],
        statements: Sequence[Statement],
    ) -> Answer:
        """What claims that were checked answer; the statements are those that they were made of."""
        damages = self._citer.damages(citations)
        unsure = [_UNSURE] if found.sure < _EVEN else []
        notes = tuple(f"注: {note}" for note in (*unsure, *_explained(damages)))
        short = self._short_answer(found, statements)
        if short in damages:
            short = f"{damages[short].reading}（原文は「{short}」）"
        return Answer(
            question=found.question.text,
            answered=True,
            answer="\n".join([_prose(statements, claims), *notes]),
            short_answer=short,
            claims=claims,
            citations=citations,
            notes=notes,
            confidence=found.sure,
            reason=None,
            mode="extractive",
            timings_ms={},
        )

    def _short_answer(self, found: Found, statements: Sequence[Statement]) -> str | None:
        """What answers by itself, where it is likely to be right."""
        best = best_first(statements, found.candidates)
        short = short_answer(found.question, found.terms, found.candidates, best, found.sure)
        return short.text if short is not None and is_likely(short, self._weights) else None

    def declined(self, found: Found) -> Answer:
        """「資料に記載がありません」, with what is missing, the nearest passages and what can be asked."""
        strange = self._evidence.strange_words(found.terms)
        reason: Reason = "off_topic" if len(strange) == len(found.terms) else "not_in_reports"
        text = _DECLINED[reason]
        nouns = [w.surface for w in found.question.terms if w.part_of_speech[0] == "名詞"]
        if reason == "not_in_reports" and (missing := [w for w in nouns if w in strange]):
            named = "、".join(f"「{word[:_WORD_SHOWN]}」" for word in missing[:_WORDS_SHOWN])
            text += f"{named}は資料に出てきません。"
        citations = tuple(
            self._citer.citation(number, hit.passage.report, hit.passage.span)
            for number, hit in enumerate(found.hits[:_NEAREST], start=1)
        )
        return Answer(
            question=found.question.text,
            answered=False,
            answer=text,
            short_answer=None,
            claims=(),
            citations=citations,
            notes=(),
            suggestions=suggest(found.candidates),
            confidence=found.sure,
            reason=reason,
            mode="extractive",
            timings_ms={},
        )


def _explained(damages: Mapping[str | None, Damage]) -> Iterator[str]:
    """What the damaged places in the quotes probably said; those that only look right in one line."""
    for found, damage in damages.items():
        if damage.kind != "look_alike":
            yield f"「{found}」は{damage.reading}とみられます。"
    alike = [f"{found}→{d.reading}" for found, d in damages.items() if d.kind == "look_alike"]
    if alike:
        yield f"引用には字形の似た別の文字が含まれています({'、'.join(alike)})。"


def _prose(statements: Sequence[Statement], claims: Sequence[Claim]) -> str:
    """The claims as one text, each followed by its citation numbers; list items on their own lines."""
    items = {statement.text for statement in statements if statement.list_item}
    lines: list[str] = []
    for claim in claims:
        said = claim.text + "".join(f"[{number}]" for number in claim.citations)
        if claim.text in items and len(claims) > 1:
            lines.append(f"・{said}")
        elif lines and not lines[-1].startswith("・"):
            lines[-1] += said
        else:
            lines.append(said)
    return "\n".join(lines)
