"""``Assistant.ask``: the one door to an answer, which every face calls."""

import math
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from ipqa.answering.answer import Answer, Citation, CitedSource, Claim, Mode, Reason, Turn
from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.extract import PASSAGES, Candidate, compose, rank, short_answer
from ipqa.answering.grounding import grounded
from ipqa.answering.question import Question, points_back, understand, understand_together
from ipqa.answering.statement import Statement
from ipqa.answering.tables import named_table
from ipqa.embedding import EmbeddingModel, load_model
from ipqa.errors import IndexMismatch, ModeUnavailable, UnknownReport
from ipqa.glossary import Glossary
from ipqa.index.store import Index, open_index, rebuild_command
from ipqa.japanese import tokenizer_fingerprint
from ipqa.reports import READER_VERSION
from ipqa.reports.model import Damage, Report, Span
from ipqa.reports.sources import SourceIndex
from ipqa.retrieval import DENSE_WEIGHT, Hit, Retriever
from ipqa.settings import Settings

_PASSAGES_FOR_TABLE = 100
"""A table that is named by its number is looked for among so many."""

_NEAREST = 3
_ANSWERABLE = 0.5
"""Confidence from which an answer is given."""

_COVERAGE = 3.3
_COSINE = 12.7
_CONSTANT = -12.2
"""A logistic model of confidence: set on a few dozen questions, see docs/architecture.md."""

_NAME_MISSING = 0.1
"""Confidence where a name in the question is not in the evidence."""

_DECLINED: dict[Reason, str] = {
    "not_in_reports": "資料に記載がありません。",
    "off_topic": "この質問は資料の内容と関わりがないようです。資料に記載がありません。",
}


class Assistant:
    """Answers questions from one opened index."""

    def __init__(
        self,
        index: Index,
        model: EmbeddingModel,
        settings: Settings,
        dense_weight: float = DENSE_WEIGHT,
    ) -> None:
        self._index = index
        self._settings = settings
        glossary = Glossary(report.text for report in index.reports.values())
        self._retriever = Retriever(index, model, glossary, dense_weight)
        self._evidence = Evidence(index, glossary)
        self._sources = {name: SourceIndex(report) for name, report in index.reports.items()}

    @classmethod
    def open(cls, settings: Settings, *, dense_weight: float = DENSE_WEIGHT) -> "Assistant":
        """Open the index and the model that the settings name.

        Args:
            settings: which index, which model.
            dense_weight: share of the dense leg in retrieval; 1 and 0 leave one leg alone, which
                evaluation uses to show what each brings.

        Raises:
            IndexProblem: the index is missing, damaged, or made with other settings.
            ModelUnavailable: the embedding model cannot be loaded.
        """
        index = open_index(settings.index)
        model = load_model(settings.embedding_model)
        _require_same_making(index, model, settings)
        return cls(index, model, settings, dense_weight)

    @property
    def index(self) -> Index:
        """The index that answers come from."""
        return self._index

    def report(self, report_id: str) -> Report:
        """The report of that id.

        Raises:
            UnknownReport: the index holds no such report.
        """
        if report_id not in self._index.reports:
            raise UnknownReport(report=report_id, known="、".join(self._index.reports))
        return self._index.reports[report_id]

    def ask(
        self,
        question: str,
        *,
        reports: Sequence[str] | None = None,
        mode: Mode = "auto",
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Answer a question from the reports, or say that they do not answer it.

        Args:
            question: what the user asked, as typed.
            reports: ids of the reports to ask; all where None.
            mode: how to answer; ``auto`` chooses what is available.
            history: the conversation so far, oldest first; a question that points back
                (それ, その…) is searched together with the one before it.

        Raises:
            QuestionError: the question is empty, too long, without words, names an unknown report
                or asks for a mode that is not available.
        """
        started = time.perf_counter()
        if mode == "generative":
            raise ModeUnavailable(mode=mode)
        for report in reports or ():
            self.report(report)
        understood = understand(question, self._settings.max_question_length)
        if history and points_back(understood):
            previous = history[-1].question[: self._settings.max_question_length]
            understood = understand_together(previous, understood)
        depth = _PASSAGES_FOR_TABLE if named_table(understood) is not None else PASSAGES
        hits = self._retriever.search(understood.text, depth, reports)
        retrieved = time.perf_counter()
        answer = self._answer(understood, hits)
        finished = time.perf_counter()
        return answer.model_copy(
            update={
                "question": question,
                "timings_ms": {
                    "retrieval": round(1000 * (retrieved - started), 2),
                    "answering": round(1000 * (finished - retrieved), 2),
                    "total": round(1000 * (finished - started), 2),
                },
            }
        )

    def search(self, question: str, k: int, reports: Sequence[str] | None = None) -> list[Hit]:
        """The passages nearest to a question; raises as ``ask`` does."""
        for report in reports or ():
            self.report(report)
        understood = understand(question, self._settings.max_question_length)
        return self._retriever.search(understood.text, k, reports)

    def _answer(self, question: Question, hits: Sequence[Hit]) -> Answer:
        terms = self._evidence.terms(question)
        candidates = rank(question, terms, hits, self._index, self._evidence)
        confidence = self._confidence(terms, candidates)
        if confidence < _ANSWERABLE:
            return self._declined(question, hits, confidence, self._reason(terms))
        statements = compose(question, terms, candidates, self._index, self._evidence)
        citations, claims = self._cite(statements)
        claims = grounded(claims, citations, self._index.reports)
        if not claims:
            return self._declined(question, hits, confidence, "not_in_reports")
        damages = self._damages(citations)
        notes = tuple(f"注: {note}" for note in _explained(damages))
        short = short_answer(question, terms, statements)
        if short in damages:
            short = f"{damages[short].reading}（原文は「{short}」）"
        return Answer(
            question=question.text,
            answered=True,
            answer="\n".join([_prose(statements, claims), *notes]),
            short_answer=short,
            claims=claims,
            citations=citations,
            notes=notes,
            confidence=confidence,
            reason=None,
            mode="extractive",
            timings_ms={},
        )

    def _confidence(self, terms: tuple[Term, ...], candidates: Sequence[Candidate]) -> float:
        """How sure it is that the best candidate answers, 0 to 1."""
        if not candidates:
            return 0.0
        best = candidates[0]
        found_in = self._index.passages[best.sentence.passage]
        passage = self._evidence.with_subject(found_in.report, found_in.indexed_text)
        if self._evidence.missing_names(terms, f"{best.sentence.indexed_text}\n{passage}"):
            return _NAME_MISSING
        coverage = max(best.coverage, self._evidence.coverage(terms, passage))
        logit = (
            _COVERAGE * coverage
            + _COSINE * max(candidate.cosine for candidate in candidates)
            + _CONSTANT
        )
        return round(1 / (1 + math.exp(-logit)), 3)

    def _reason(self, terms: tuple[Term, ...]) -> Reason:
        """Off topic where the reports share no word with the question, else not in the reports."""
        known = any(
            self._index.lexical.passages_with(form) for term in terms for form in term.forms
        )
        return "not_in_reports" if known else "off_topic"

    def _declined(
        self, question: Question, hits: Sequence[Hit], confidence: float, reason: Reason
    ) -> Answer:
        """「資料に記載がありません」, with the passages that come nearest."""
        citations = tuple(
            self._citation(number, hit.passage.report, hit.passage.span)
            for number, hit in enumerate(hits[:_NEAREST], start=1)
        )
        return Answer(
            question=question.text,
            answered=False,
            answer=_DECLINED[reason],
            short_answer=None,
            claims=(),
            citations=citations,
            notes=(),
            confidence=confidence,
            reason=reason,
            mode="extractive",
            timings_ms={},
        )

    def _cite(
        self, statements: Sequence[Statement]
    ) -> tuple[tuple[Citation, ...], tuple[Claim, ...]]:
        """Number each stretch once, in order of first use, and make a claim of each statement."""
        numbers: dict[tuple[str, Span], int] = {}
        claims = []
        for statement in statements:
            used = [
                numbers.setdefault((statement.report, span), len(numbers) + 1)
                for span in statement.spans
            ]
            claims.append(Claim(text=statement.text, citations=tuple(used)))
        citations = tuple(
            self._citation(number, report, span) for (report, span), number in numbers.items()
        )
        return citations, tuple(claims)

    def _citation(self, number: int, report_id: str, span: Span) -> Citation:
        report = self._index.reports[report_id]
        return Citation(
            number=number,
            report=report_id,
            title=report.title,
            section=_section_at(report, span),
            quote=span.within(report.text),
            start=span.start,
            end=span.end,
            page=_page_at(report, span),
            sources=tuple(
                CitedSource(mark=s.mark, title=s.title, url=s.url, status=s.status)
                for s in self._sources[report_id].behind(span)
            ),
        )

    def _damages(self, citations: Sequence[Citation]) -> dict[str | None, Damage]:
        """The damaged places in the quotes, by how they stand there."""
        return {
            damage.span.within(report.text): damage
            for citation in citations
            for report in [self._index.reports[citation.report]]
            for damage in report.damages_within(Span(citation.start, citation.end))
        }


def _explained(damages: Mapping[str | None, Damage]) -> Iterator[str]:
    """What the damaged places in the quotes probably said; those that only look right in one line."""
    for found, damage in damages.items():
        if damage.kind != "look_alike":
            yield f"「{found}」は{damage.reading}とみられます。"
    alike = [f"{found}→{d.reading}" for found, d in damages.items() if d.kind == "look_alike"]
    if alike:
        yield f"引用には字形の似た別の文字が含まれています({'、'.join(alike)})。"


def _section_at(report: Report, span: Span) -> tuple[str, ...]:
    """Path of the innermost section that holds a span."""
    holding = [section for section in report.sections if section.span.covers(span)]
    return max(holding, key=lambda section: len(section.path)).path if holding else ()


def _page_at(report: Report, span: Span) -> int | None:
    """The page on which a span begins, where the report has pages."""
    at = bisect_right(report.blocks, span.start, key=lambda block: block.span.start) - 1
    return report.blocks[at].page


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


def _require_same_making(index: Index, model: EmbeddingModel, settings: Settings) -> None:
    """Refuse an index whose vectors or words were made in another way than a question's will be."""
    difference = index.manifest.recipe.differences(
        embedding=model.fingerprint,
        dimension=model.dimension,
        tokenizer=tokenizer_fingerprint(),
        reader=READER_VERSION,
    )
    if difference:
        raise IndexMismatch(
            folder=settings.index, difference=difference, remedy=rebuild_command(settings.index)
        )
