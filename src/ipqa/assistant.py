"""``Assistant.ask``: the one door to an answer, which every face calls."""

import time
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from ipqa.answering.answer import (
    Answer,
    AnswerEvent,
    Citation,
    Mode,
    StageEntered,
    Turn,
)
from ipqa.answering.citing import Citer
from ipqa.answering.confidence import Judge
from ipqa.answering.dialogue import resolve
from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.excerpts import Excerpt, excerpts_of
from ipqa.answering.question import Question, understand
from ipqa.answering.ranking import PASSAGES, Candidate, Ranker, passages_in_order
from ipqa.answering.suggestion import openings
from ipqa.answering.tables import named_table
from ipqa.answering.telling import Found, Teller
from ipqa.answering.weights import Weights, shipped_weights
from ipqa.embedding import EmbeddingModel, model_of
from ipqa.errors import ModeUnavailable, NothingToRead, UnknownReport
from ipqa.glossary import Glossary
from ipqa.index.canaries import require_canaries
from ipqa.index.engines import engine_of, index_of
from ipqa.index.making import require_answerable
from ipqa.index.part import part_of
from ipqa.index.store import Index
from ipqa.japanese import load_dictionary
from ipqa.llm import LanguageModel, language_model
from ipqa.network import give_back_memory
from ipqa.reader import Reader
from ipqa.reports.model import Report, Span
from ipqa.retrieval import DENSE_WEIGHT, Hit, Retriever
from ipqa.settings import Settings
from ipqa.telemetry import OFF, Tracing, tracing_of

if TYPE_CHECKING:
    from ipqa.answering.verification import Verification, Verifier
    from ipqa.generation.writer import Writer

SEARCHED = 2
"""So many events of an answer have come when the search is over: until then it may turn out that it cannot be done."""

_PASSAGES_FOR_TABLE = 100
"""A table that is named by its number is looked for among so many."""

_SUGGESTIONS = 4
_TRIED_SUGGESTIONS = 24


class Assistant:
    """Answers questions from one opened index."""

    def __init__(  # noqa: PLR0913 - all that an assistant is made of
        self,
        index: Index,
        model: EmbeddingModel,
        settings: Settings,
        *,
        dense_weight: float = DENSE_WEIGHT,
        weights: Weights | None = None,
        reader: Reader | None = None,
        language_model: LanguageModel | None = None,
        tracing: Tracing = OFF,
    ) -> None:
        self._index = index
        self._model = model
        self._settings = settings
        self._reader = reader
        self._weights = weights or shipped_weights(reader=reader is not None)
        glossary = Glossary(index.names())
        self._retriever = Retriever(index, model, glossary, dense_weight)
        self._evidence = Evidence(index, glossary)
        self._ranker = Ranker(index, self._evidence, self._weights, reader)
        self._judge = Judge(index, self._evidence, self._weights)
        self._citer = Citer(index)
        self._glossary = glossary
        self._spelling = index.spelling()
        self._tracing = tracing
        self._teller = Teller(index, self._evidence, self._weights, self._citer, tracing)
        self._language_model = language_model
        self._suggestions: dict[tuple[str, ...] | None, tuple[str, ...]] = {}

    @classmethod
    def open(cls, settings: Settings, *, dense_weight: float = DENSE_WEIGHT) -> "Assistant":
        """Open the index and the model that the settings name.

        Args:
            settings: which index, which model.
            dense_weight: share of the dense leg in retrieval; 1 and 0 leave one leg alone, which
                evaluation uses to show what each brings.

        Raises:
            IndexProblem: the index is missing, damaged, or made with other settings.
            ModelUnavailable: the embedding model or the reader cannot be loaded.
            ExtraMissing: the settings ask for what is not installed.
        """
        tracing = tracing_of(settings)
        with ThreadPoolExecutor() as beside:  # the networks load without Python's lock
            loading = beside.submit(model_of, settings)
            reader = beside.submit(Reader) if settings.reader else None
            index = index_of(settings)
            load_dictionary()
        model, read_with = loading.result(), reader.result() if reader is not None else None
        give_back_memory()
        require_answerable(settings.index, index.manifest, model)
        return cls(
            index,
            model,
            settings,
            dense_weight=dense_weight,
            reader=read_with,
            language_model=language_model(settings, tracing),
            tracing=tracing,
        )

    def reopened(self) -> "Assistant":
        """An assistant for the index that is in force by now, with the same model and settings.

        Raises:
            IndexProblem: as for ``open``.
        """
        index = index_of(self._settings)
        require_answerable(self._settings.index, index.manifest, self._model)
        return self._of(index)

    def require_canaries(self) -> None:
        """Have the reports asked for sentences of their own, before anybody relies on what is found.

        Raises:
            CanaryFailed: what a report says is not found.
            DictionaryUnavailable: Japanese cannot be cut into words.
        """
        require_canaries(self._settings.index, self._index, self._model)

    def limited_to(self, reports: Collection[str]) -> "Assistant":
        """An assistant that knows these reports alone, and answers as if there were no others.

        Args:
            reports: ids; those that the index does not hold are passed over.

        Raises:
            NothingToRead: the index holds none of them.
            IndexDamaged: a file of the index is gone.
        """
        if self._index.reports.keys().isdisjoint(reports):
            raise NothingToRead
        engine = engine_of(self._settings)
        return self._of(part_of(self._settings.index, self._index, reports, engine))

    def _of(self, index: Index) -> "Assistant":
        """An assistant for another index, made as this one is."""
        return Assistant(
            index,
            self._model,
            self._settings,
            dense_weight=self._retriever.dense_weight,
            weights=self._weights,
            reader=self._reader,
            language_model=self._language_model,
            tracing=self._tracing,
        )

    @cached_property
    def _verifier(self) -> "Verifier":
        from ipqa.answering.verification import Verifier  # noqa: PLC0415 - an answer needs none

        return Verifier(self._index, self._retriever, self._glossary, self._evidence, self._citer)

    @cached_property
    def _writer(self) -> "Writer | None":
        if self._language_model is None:
            return None
        from ipqa.generation.gate import Gate  # noqa: PLC0415 - only with a language model
        from ipqa.generation.writer import Writer  # noqa: PLC0415

        gate = Gate(self._index, self._retriever, self._verifier)
        context = self._settings.llm_context
        return Writer(self._language_model, self._index, gate, self._citer, context, self._tracing)

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
            raise UnknownReport(report=_encodable(report_id), known="、".join(self._index.reports))
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
            history: the conversation so far, oldest first; a question that leans on it (それはなぜ,
                ではホンダは) is filled in from it, and ``Answer.interpreted_as`` says how.

        Raises:
            QuestionError: the question is empty, too long, without words, names an unknown report
                or asks for a mode that is not available.
        """
        *_, answer = self.stream(question, reports=reports, mode=mode, history=history)
        if not isinstance(answer, Answer):
            raise TypeError(answer)
        return answer

    def stream(
        self,
        question: str,
        *,
        reports: Sequence[str] | None = None,
        mode: Mode = "auto",
        history: Sequence[Turn] = (),
    ) -> Generator[AnswerEvent, None, None]:
        """Answer as ``ask`` does, and tell each stage and each verified claim on the way.

        The last event is the answer itself. What is wrong with the question is raised before the
        first event; to close the iterator is to stop answering.
        """
        return self._tracing.question(question, self._events(question, reports, mode, history))

    def _events(
        self,
        question: str,
        reports: Sequence[str] | None,
        mode: Mode,
        history: Sequence[Turn],
    ) -> Generator[AnswerEvent, None, None]:
        started = time.perf_counter()
        question = _encodable(question)
        history = [
            Turn(question=_encodable(t.question), answer=_encodable(t.answer)) for t in history
        ]
        if mode == "generative" and self._writer is None:
            raise ModeUnavailable(mode=mode)
        for report in reports or ():
            self.report(report)
        understood, interpreted_as = self._understood(question, history)
        yield StageEntered(stage="searching")
        depth = _PASSAGES_FOR_TABLE if named_table(understood) is not None else PASSAGES
        with self._tracing.stage("retrieval"):
            hits = self._retriever.search(understood.text, depth, reports)
        retrieved = time.perf_counter()
        answer = yield from self._answer(understood, hits, mode)
        finished = time.perf_counter()
        self._tracing.answered(answer.mode, answer.reason, answer.fallback)
        yield answer.model_copy(
            update={
                "question": question,
                "interpreted_as": interpreted_as,
                "timings_ms": {
                    "retrieval": round(1000 * (retrieved - started), 2),
                    "answering": round(1000 * (finished - retrieved), 2),
                    "total": round(1000 * (finished - started), 2),
                },
            }
        )

    def citation(self, number: int, report_id: str, span: Span) -> Citation:
        """A stretch of a report as a citation, under a number.

        Raises:
            UnknownReport: the index holds no such report.
        """
        self.report(report_id)
        return self._citer.citation(number, report_id, span)

    def suggestions(self, reports: Sequence[str] | None = None) -> tuple[str, ...]:
        """Questions to begin with, each tried: its answer cites the sentence that it was made of.

        Raises:
            UnknownReport: the index holds no such report.
        """
        for report in reports or ():
            self.report(report)
        asked = tuple(reports) if reports is not None else None
        if asked not in self._suggestions:
            tried = islice(openings(self._index, asked), _TRIED_SUGGESTIONS)
            good = (question for question, number in tried if self._is_answered(question, number))
            self._suggestions[asked] = tuple(islice(good, _SUGGESTIONS))
        return self._suggestions[asked]

    def _is_answered(self, question: str, number: int) -> bool:
        sentence = self._index.sentences[number]
        report = self._index.passages[sentence.passage].report
        answer = self.ask(question, reports=[report], mode="extractive")
        return answer.answered and any(
            citation.start <= sentence.span.start < citation.end for citation in answer.citations
        )

    def search(self, question: str, k: int, reports: Sequence[str] | None = None) -> list[Hit]:
        """The passages that answer a question best, by their best sentences; raises as ``ask`` does."""
        _, hits = self._searched(question, max(k, PASSAGES), reports)
        return hits[:k]

    def excerpts(
        self, question: str, characters: int, reports: Sequence[str] | None = None
    ) -> list[Excerpt]:
        """What answers a question best, in so many characters; raises as ``ask`` does."""
        candidates, _ = self._searched(question, PASSAGES, reports)
        return excerpts_of(self._index, candidates, characters)

    def verify(self, text: str, reports: Sequence[str] | None = None) -> "Verification":
        """Check a draft against the reports, sentence by sentence.

        Raises:
            QuestionError: there is nothing to verify, the draft is too long, or a report is unknown.
        """
        for report in reports or ():
            self.report(report)
        return self._verifier.verify(text, reports)

    def _answer(
        self, question: Question, hits: Sequence[Hit], mode: Mode
    ) -> Generator[AnswerEvent, None, Answer]:
        yield StageEntered(stage="composing")
        terms = self._evidence.terms(question)
        with self._tracing.stage("reading"):
            candidates, hits = self._ranked(question, terms, hits)
        sure = self._judge.sure(question, terms, candidates)
        found = Found(question, terms, hits, candidates, sure)
        if found.sure < self._weights.threshold:
            return self._teller.declined(found)
        if self._writer is None or mode == "extractive":
            return (yield from self._teller.extracted(found))
        written = yield from self._writer.write(question.text, hits)
        made_by = {"model": self._writer.model.name, "dropped_claims": dict(written.dropped)}
        if written.fault is not None:
            answer = yield from self._teller.extracted(found)
            return answer.model_copy(update=made_by | {"fallback": written.fault})
        if written.declined:
            answer = self._teller.declined(found)
        else:
            citations, claims = self._citer.cite(written.statements)
            answer = self._teller.answered(found, citations, claims, written.statements)
        return answer.model_copy(update=made_by | {"mode": "generative"})

    def _understood(self, question: str, history: Sequence[Turn]) -> tuple[Question, str | None]:
        """A question read with what it takes from the conversation, its names spelt as the reports spell them.

        And how that reads, None where nothing is different; raises as ``understand`` does.
        """
        as_asked = understand(question, self._settings.max_question_length)
        text = self._spelling.of_reports(resolve(question, history).text)
        return (as_asked, None) if text == question else (understand(text, len(text)), text)

    def _searched(
        self, question: str, depth: int, reports: Sequence[str] | None
    ) -> tuple[list[Candidate], list[Hit]]:
        """The sentences and the passages that are found for a question by itself, the best first."""
        for report in reports or ():
            self.report(report)
        understood, _ = self._understood(question, ())
        hits = self._retriever.search(understood.text, depth, reports)
        return self._ranked(understood, self._evidence.terms(understood), hits)

    def _ranked(
        self, question: Question, terms: tuple[Term, ...], hits: Sequence[Hit]
    ) -> tuple[list[Candidate], list[Hit]]:
        """The sentences of some passages, the best first, and the passages by their best sentence."""
        candidates = self._ranker.rank(question, terms, hits)
        return candidates, passages_in_order(hits, candidates)


def _encodable(text: str) -> str:
    """A text without lone surrogates, which no answer could be sent back with."""
    return text.encode(errors="replace").decode()
