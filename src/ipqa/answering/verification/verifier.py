"""A draft against the reports: sentences, the quotes that say most of each, and what differs.

A sentence is supported where one to three sentences of one report say it and no check of ``comparison``
finds a difference; contradicted where they speak of the very same thing and a difference is certain.
Everything in doubt is unsupported.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ipqa.answering.citing import Citer
from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.question import Question, understand
from ipqa.answering.statement import Statement
from ipqa.answering.verification.comparison import (
    Difference,
    certainty_differs,
    direction_differs,
    figures_differ,
    holds,
    negation_differs,
)
from ipqa.answering.verification.names import names_differ
from ipqa.answering.verification.quoting import as_said
from ipqa.answering.verification.reading import Reading, has_opposite, read
from ipqa.answering.verification.stating import stated_by, states_something
from ipqa.answering.verification.verified import Support, Verification, VerifiedSentence
from ipqa.errors import DraftTooLong, EmptyDraft, QuestionError
from ipqa.glossary import Glossary
from ipqa.index.store import Index
from ipqa.japanese import holds_japanese, normalise, plain, sentences
from ipqa.reports.model import Span
from ipqa.retrieval import Hit, Retriever

LONGEST_DRAFT = 20_000
"""Characters of a draft at the most."""

_PASSAGES = 8
_MOST_QUOTES = 3
_RIVALS = 8
"""From so many of the best sentences further quotes are chosen."""

_SAYS = 0.75
_SAYS_ITSELF = 0.55
"""Share of a statement's words, by weight, that its quotes must hold: with what stands above them, and alone."""

_SAYS_AT_LEAST = 0.3
_MEANS = 0.66
"""Or so much of the words, where the meaning is as near as this (cosine to the nearest quote).

Other words are then no sign of another statement, and none of the same one: where one side denies
anything that the other does not, it may be just what they differ in.
"""

_SAME_STATEMENT = 0.8
_SAME_ITSELF = 0.65
"""The same of the first quote, from which a difference contradicts."""

_COSINE_IN_ENGLISH = 0.6
_GAIN = 0.08
"""Share of the words that a further quote must add, unless it adds a figure or a name."""


@dataclass(frozen=True, slots=True)
class _Quote:
    """A sentence of a report: where it stands, how it reads, and what a reader has seen above it."""

    report: str
    spans: tuple[Span, ...]
    said: Reading
    context: str
    cosine: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What the reports say to one sentence."""

    support: Support
    quotes: tuple[_Quote, ...] = ()
    difference: Difference | None = None

    def statement(self, text: str) -> Statement:
        """A text as resting on the quotes."""
        if not self.quotes:
            return Statement("", text, ())
        spans = tuple(span for quote in self.quotes for span in quote.spans)
        return Statement(self.quotes[0].report, text, spans)


class Verifier:
    """Verifies drafts against one index."""

    def __init__(
        self,
        index: Index,
        retriever: Retriever,
        glossary: Glossary,
        evidence: Evidence,
        citer: Citer,
    ) -> None:
        self._index = index
        self._glossary = glossary
        self._spelling = index.spelling()
        self._retriever = retriever
        self._evidence = evidence
        self._citer = citer

    def verify(self, draft: str, reports: Sequence[str] | None = None) -> Verification:
        """Check each sentence of a draft.

        Raises:
            EmptyDraft: there is no sentence.
            DraftTooLong: the draft is longer than ``LONGEST_DRAFT`` characters.
        """
        if len(draft) > LONGEST_DRAFT:
            raise DraftTooLong(length=len(draft), limit=LONGEST_DRAFT)
        text = draft.encode(errors="replace").decode()
        spans = sentences(text)
        if not spans:
            raise EmptyDraft
        findings = [
            self.check(
                text[start:end], lambda stated: self._retriever.search(stated, _PASSAGES, reports)
            )
            for start, end in spans
        ]
        citations, claims = self._citer.cite([finding.statement("") for finding in findings])
        return Verification(
            text=text,
            sentences=tuple(
                self._verified(text, span, finding, claim.citations)
                for span, finding, claim in zip(spans, findings, claims, strict=True)
            ),
            citations=citations,
        )

    def check(self, sentence: str, passages: Callable[[str], Sequence[Hit]]) -> Finding:
        """What the reports say to one sentence.

        Args:
            sentence: with the marks and signs that it may have.
            passages: those to hold it against, given what it states.
        """
        stated = self._stated_by(sentence)
        if not states_something(stated):
            return Finding("not_checked")
        try:
            question = understand(stated, LONGEST_DRAFT)
        except QuestionError:
            return Finding("not_checked")
        said = read(stated)
        counted = [normalise(stated[f.start : f.end]).text for f in said.figures]
        terms = tuple(
            term
            for term in self._evidence.terms(question)
            if not any(term.surface in figure for figure in counted)
        )
        quotes = self._quotes(said, terms, passages(question.text))
        if not quotes:
            return Finding("unsupported", difference=Difference("no_such_statement", certain=False))
        if not holds_japanese(stated):
            return _judged_in_english(said, quotes)
        return self._judged(said, question, terms, quotes)

    def _stated_by(self, sentence: str) -> str:
        """What a sentence states, its names spelt as the reports spell them."""
        return self._spelling.of_reports(stated_by(sentence))

    def _verified(
        self, text: str, span: tuple[int, int], finding: Finding, numbers: tuple[int, ...]
    ) -> VerifiedSentence:
        start, end = span
        difference = finding.difference
        stated = self._stated_by(text[start:end])
        figures = () if difference is None else difference.figures
        return VerifiedSentence(
            start=start,
            end=end,
            text=text[start:end],
            support=finding.support,
            citations=tuple(dict.fromkeys(numbers)),
            figures=tuple(dict.fromkeys(stated[f.start : f.end] for f in figures)),
            reason=None if difference is None else difference.reason,
        )

    def _judged(
        self,
        said: Reading,
        question: Question,
        terms: tuple[Term, ...],
        quotes: tuple[_Quote, ...],
    ) -> Finding:
        """What quotes say to a statement in Japanese."""
        read_quotes = [quote.said for quote in quotes]
        context = "\n".join(quote.context for quote in quotes)
        itself = "\n".join(quote.said.text for quote in quotes)
        around = f"{itself}\n{context}"
        names = names_differ(
            said,
            read_quotes,
            self._glossary.expand(around),
            self._glossary.expand(f"{quotes[0].said.text}\n{quotes[0].context}"),
        )
        strange = self._evidence.missing_names(terms, around) or any(
            plain(name) not in plain(around) for name in question.organisations
        )
        if strange and names is None:
            names = Difference("names_missing", certain=False)
        if names is not None:
            return Finding("unsupported", difference=names)
        covered = self._evidence.coverage(terms, around)
        covered_itself = self._evidence.coverage(terms, itself)
        lasting = tuple(term for term in terms if not has_opposite(term.surface))
        first = quotes[0]
        same = (
            self._evidence.coverage(lasting, f"{first.said.text}\n{first.context}")
            >= _SAME_STATEMENT
            and self._evidence.coverage(lasting, first.said.text) >= _SAME_ITSELF
        )
        checks = (figures_differ, direction_differs, negation_differs, certainty_differs)
        differences = [d for check in checks if (d := check(said, read_quotes)) is not None]
        if differences:
            if same and all(difference.certain for difference in differences):
                return Finding("contradicted", quotes[:1], differences[0])
            return Finding("unsupported", difference=differences[0])
        says = covered >= _SAYS and covered_itself >= _SAYS_ITSELF
        means = (
            covered >= _SAYS_AT_LEAST
            and max(quote.cosine for quote in quotes) >= _MEANS
            and bool(said.negated) == any(quote.negated for quote in read_quotes)
        )
        if not says and not means:
            return Finding("unsupported", difference=Difference("no_such_statement", certain=False))
        return Finding("supported", quotes)

    def _quotes(
        self, said: Reading, terms: tuple[Term, ...], hits: Sequence[Hit]
    ) -> tuple[_Quote, ...]:
        """The sentence that says most of a statement, and those of its report that add to it."""
        candidates = [quote for hit in hits for quote in self._sentences(said, hit)]
        if not candidates:
            return ()
        first, *others = sorted(candidates, key=lambda q: -self._worth(said, terms, q))
        chosen = [first]
        rivals = [q for q in others if q.report == first.report][:_RIVALS]
        rivals += self._headings(first)
        while len(chosen) < _MOST_QUOTES:
            gains = [self._gain(said, terms, chosen, quote) for quote in rivals]
            best = max(range(len(gains)), key=lambda i: (gains[i], -i), default=None)
            if best is None or gains[best] < _GAIN:
                break
            chosen.append(rivals.pop(best))
        return tuple(chosen)

    def _worth(self, said: Reading, terms: tuple[Term, ...], quote: _Quote) -> float:
        """How much of a statement a sentence says: words, figures, names; nearness in meaning decides."""
        figures = _share([holds(quote.said, figure) for figure in said.figures])
        names = _share([plain(n) in quote.said.plain for n in said.names])
        in_context = self._evidence.coverage(terms, f"{quote.said.text}\n{quote.context}")
        itself = self._evidence.coverage(terms, quote.said.text)
        return itself + 0.5 * in_context + 0.4 * figures + 0.2 * names + quote.cosine

    def _gain(
        self, said: Reading, terms: tuple[Term, ...], chosen: Sequence[_Quote], quote: _Quote
    ) -> float:
        """What a further sentence adds of the words, figures and names of a statement."""
        texts = "\n".join(q.said.text for q in chosen)
        figures = sum(
            holds(quote.said, f) and not any(holds(q.said, f) for q in chosen) for f in said.figures
        )
        context = plain("\n".join([texts, *(q.context for q in chosen)]))
        names = sum(plain(n) in quote.said.plain and plain(n) not in context for n in said.names)
        before = self._evidence.coverage(terms, texts)
        after = self._evidence.coverage(terms, f"{texts}\n{quote.said.text}")
        return after - before + figures + names

    def _sentences(self, said: Reading, hit: Hit) -> Iterator[_Quote]:
        report = self._index.reports[hit.passage.report]
        for number in self._index.sentences_of(hit.number):
            sentence = self._index.sentences[number]
            text, spans = as_said(said, report, sentence)
            above = [sentence.indexed_text.partition("\n")[0]]
            table = report.blocks[sentence.block].table
            if table is not None:
                above.append(report.tables[table].title)
            context = self._evidence.with_subject(report.id, " ".join(above))
            yield _Quote(report.id, spans, read(text), context, hit.cosines[number])

    def _headings(self, quote: _Quote) -> list[_Quote]:
        """The headings above a quote, which may hold the year or the name that it leaves out."""
        report = self._index.reports[quote.report]
        spans = [
            block.span
            for section in report.sections[1:]
            if section.span.covers(quote.spans[0])
            for block in report.blocks
            if block.span.start == section.span.start and block.kind == "heading"
        ]
        return [_Quote(report.id, (s,), read(s.within(report.text)), "") for s in spans]


def _judged_in_english(said: Reading, quotes: tuple[_Quote, ...]) -> Finding:
    """What quotes in Japanese say to a statement in English: only what figures or names pin down."""
    read_quotes = [quote.said for quote in quotes]
    numbers = {f.value for quote in read_quotes for f in quote.figures}
    lost = tuple(f for f in said.figures if f.value not in numbers)
    checks = (direction_differs, negation_differs)
    found = [d for check in checks if (d := check(said, read_quotes)) is not None]
    if lost:
        found.insert(0, Difference("figures_differ", certain=False, figures=lost))
    context = "\n".join(quote.context for quote in quotes)
    if (missing := names_differ(said, read_quotes, context, context)) is not None:
        found.insert(0, missing)
    if found:
        return Finding("unsupported", difference=found[0])
    if said.figures and quotes[0].cosine >= _COSINE_IN_ENGLISH:
        return Finding("supported", quotes)
    return Finding("unsupported", difference=Difference("no_such_statement", certain=False))


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held) if held else 1.0
