"""What the tools give, beside answers and verifications."""

from pydantic import BaseModel, ConfigDict

from ipqa.answering.answer import Citation


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SearchHit(_Frozen):
    """A passage near to a question.

    Attributes:
        citation: the whole passage as a quote; ``number`` counts the hits from 1.
        score: nearness by meaning and by words; compares within one search only.
    """

    citation: Citation
    score: float


class SearchHits(_Frozen):
    """Passages, best first."""

    hits: tuple[SearchHit, ...]


class OpenedCitation(_Frozen):
    """A stretch of a report in its surroundings: ``before + quote + after`` is the report's text.

    Attributes:
        citation: the quote with its section, page and sources; ``number`` is 1.
        before: about 300 characters that stand before the quote, from the beginning of a sentence.
        after: about 300 characters that stand after it, to the end of a sentence.
        same_edition: whether the offsets were counted in the text that is indexed now; false where
            the report reads differently by now and the quote may be another, null where no edition
            was given.
    """

    citation: Citation
    before: str
    after: str
    same_edition: bool | None


class ReportEntry(_Frozen):
    """A report that can be asked.

    Attributes:
        source: the file's name.
        edition: names the text; another edition, another text.
        pages: pages or slides with text; null where the file has none.
        chapters: titles of the outline's highest level.
    """

    id: str
    title: str
    source: str
    edition: str
    characters: int
    pages: int | None
    chapters: tuple[str, ...]


class ReportList(_Frozen):
    """The reports that can be asked."""

    reports: tuple[ReportEntry, ...]
