"""The types of an answer, as they leave every face: command line, HTTP, evaluation."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["extractive", "generative", "auto"]
Reason = Literal["not_in_reports", "off_topic"]
Stage = Literal["searching", "composing", "writing", "verifying"]
Fault = Literal[
    "llm_unreachable",
    "llm_timeout",
    "llm_rate_limited",
    "llm_refused",
    "llm_interrupted",
    "llm_nonsense",
    "llm_unsupported",
]
"""Why an answer of a language model could not be used; ``llm_unsupported``: more sentences failed their check than passed it, or none passed."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Turn(_Frozen):
    """One earlier exchange of the conversation."""

    question: str
    answer: str = ""


class CitedSource(_Frozen):
    """A primary source behind a citation: what a reference mark in the quoted stretch leads to.

    ``ambiguous``: more than one entry of the report's source lists fits the mark, and each of them is
    given; ``missing``: none does.
    """

    mark: str
    title: str
    url: str | None
    status: Literal["resolved", "ambiguous", "missing"]


class Citation(_Frozen):
    """The place in a report that supports a claim: ``report.text[start:end] == quote``.

    ``page`` counts from 1, where the report has pages or slides. ``edition`` names the text that the
    offsets count in: a report that was read anew, and reads differently, is another edition.
    ``columns`` are the headings over the cells of a quote that is a table row, tabs between the cells.
    """

    number: int
    report: str
    edition: str
    title: str
    section: tuple[str, ...]
    quote: str
    start: int
    end: int
    page: int | None
    columns: tuple[str, ...] = ()
    sources: tuple[CitedSource, ...]


class Claim(_Frozen):
    """One statement of an answer and the numbers of the citations that support it.

    ``hedged``: the report itself says it as an inference (と推察される), not as a fact.
    """

    text: str
    citations: tuple[int, ...]
    hedged: bool = False


class Answer(_Frozen):
    """What comes back for a question.

    Where ``answered`` is false, ``reason`` says why, there are no claims, the citations are the
    passages nearest to the question, and ``suggestions`` are questions that the reports do answer.
    ``interpreted_as`` is how a question was understood that leans on the conversation, or that spells a
    name otherwise than the reports (Toyota, トヨタ). ``notes`` say that the answer may not be to the point,
    and how damaged places in the quotes probably read.

    ``model`` is the language model that was shown passages, whoever's words the claims are; ``fallback``
    says why its answer is not the one that is given. ``dropped_claims`` counts the sentences that it wrote
    and that were not said, by why.
    """

    question: str
    interpreted_as: str | None = None
    answered: bool
    answer: str
    short_answer: str | None
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    suggestions: tuple[str, ...] = ()
    confidence: float
    reason: Reason | None
    mode: Literal["extractive", "generative"]
    model: str | None = None
    fallback: Fault | None = None
    dropped_claims: dict[str, int] = Field(default_factory=dict)
    timings_ms: dict[str, float]


class StageEntered(_Frozen):
    """An answer in the making has come to its next stage."""

    stage: Stage


class ClaimVerified(_Frozen):
    """A claim of the answer to come has passed its check; ``citations`` are those that it names."""

    claim: Claim
    citations: tuple[Citation, ...]


AnswerEvent = StageEntered | ClaimVerified | Answer
"""What ``Assistant.stream`` tells: stages and verified claims as they come, and last the answer."""
