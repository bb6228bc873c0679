"""An answer in a model's words: asked for, cut into sentences, and let through the gate one by one."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from ipqa.answering.answer import AnswerEvent, ClaimVerified, Fault, StageEntered
from ipqa.answering.citing import Citer
from ipqa.answering.statement import Statement
from ipqa.generation.gate import Dropped, Gate, Passed
from ipqa.generation.prompt import LONGEST_ANSWER, prompt_of, says_not_in_passages
from ipqa.generation.sentences import written_sentences
from ipqa.index.store import Index
from ipqa.llm import LanguageModel, ModelFailed
from ipqa.retrieval import Hit
from ipqa.telemetry import OFF, Tracing

_MOST_SENTENCES = 12
_MOST_REPEATED = 2
"""So many sentences, or so many that were said before, and the model is stopped."""

_IDLE = frozenset({"nothing_stated", "wrong_language", "repeated"})
"""Why a sentence is left out that says nothing of the reports: it does not count against the others."""

_LONGEST_TEXT = 4 * LONGEST_ANSWER
"""Characters that no model writes which keeps to the tokens that it may."""


@dataclass
class Written:
    """What came of asking a model.

    Attributes:
        statements: what may be said, in the model's order.
        dropped: how many sentences may not, by why.
        fault: why the answer is not to be used; None where it is.
        declined: whether the model says that the passages do not answer.
    """

    statements: list[Statement] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    fault: Fault | None = None
    declined: bool = False


class Writer:
    """Has one model write answers from the passages of one index."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a writer is made of
        self,
        model: LanguageModel,
        index: Index,
        gate: Gate,
        citer: Citer,
        context: int,
        tracing: Tracing = OFF,
    ) -> None:
        self.model = model
        self._index = index
        self._gate = gate
        self._citer = citer
        self._context = context
        self._tracing = tracing

    def write(self, question: str, hits: Sequence[Hit]) -> Generator[AnswerEvent, None, Written]:
        """Have a question answered from passages, telling each sentence once it has passed the gate."""
        written = Written()
        prompt = prompt_of(question, hits, self._index, self._context)
        if not prompt.passages:
            written.fault = "llm_unsupported"
            return written
        said: set[str] = set()
        yield StageEntered(stage="writing")
        try:
            with closing(self.model.stream(prompt.messages, LONGEST_ANSWER)) as pieces:
                text = written_sentences(_bounded(pieces))
                for number, sentence in enumerate(text, start=1):
                    yield StageEntered(stage="verifying")
                    judged: Passed | Dropped = Dropped("repeated")
                    if sentence.text not in said:
                        with self._tracing.stage("grounding"):
                            judged = self._gate.judge(sentence, prompt.passages)
                    said.add(sentence.text)
                    if isinstance(judged, Passed):
                        written.statements.append(judged.statement)
                        yield self._told(written.statements)
                    elif says_not_in_passages(sentence.text):
                        written.declined = not written.statements
                        break
                    else:
                        written.dropped[judged.reason] += 1
                    repeated = written.dropped["repeated"] >= _MOST_REPEATED
                    if repeated or number == _MOST_SENTENCES:
                        break
                    yield StageEntered(stage="writing")
        except ModelFailed as failure:
            written.fault = failure.fault
        failed = sum(count for why, count in written.dropped.items() if why not in _IDLE)
        believed = written.statements and len(written.statements) >= failed
        if not believed and not written.declined and written.fault is None:
            written.fault = "llm_unsupported"
        return written

    def _told(self, statements: Sequence[Statement]) -> ClaimVerified:
        citations, claims = self._citer.cite(statements)
        numbers = claims[-1].citations
        return ClaimVerified(
            claim=claims[-1], citations=tuple(c for c in citations if c.number in numbers)
        )


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a text; one that does not end is nonsense."""
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > _LONGEST_TEXT:
            raise ModelFailed("llm_nonsense")
        yield piece
