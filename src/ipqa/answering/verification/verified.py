"""The types of a verification, as they leave every face."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ipqa.answering.answer import Citation

Support = Literal["supported", "contradicted", "unsupported", "not_checked"]
Objection = Literal[
    "figures_differ",
    "negation_differs",
    "direction_differs",
    "certainty_differs",
    "names_missing",
    "no_such_statement",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class VerifiedSentence(_Frozen):
    """One sentence of a draft, ``text[start:end]`` of it, and what the reports say to it.

    Attributes:
        support: ``supported`` where quotes say it; ``contradicted`` where they say otherwise;
            ``unsupported`` where neither is certain; ``not_checked`` where nothing is stated.
        citations: numbers of the citations that support or contradict it.
        figures: those of its figures, as written, that no quote holds.
        reason: why it is not supported.
    """

    start: int
    end: int
    text: str
    support: Support
    citations: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()
    reason: Objection | None = None


class Verification(_Frozen):
    """A draft with each of its sentences checked, and the citations, numbered over the whole draft.

    Offsets of sentences are Unicode code points into ``text``: the draft as given, lone surrogates,
    which could not be sent back, replaced by question marks.
    """

    text: str
    sentences: tuple[VerifiedSentence, ...]
    citations: tuple[Citation, ...]
