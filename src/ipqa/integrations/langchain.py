"""The reports as retrievers for LangChain; they need the extra ``langchain``.

``page_content`` of a document is the text word for word; ``metadata`` tells where it stands, as a citation does:
``report``, ``edition``, ``title``, ``section``, ``start``, ``end`` (Unicode code points), ``page``, ``columns``,
``sources`` (each with ``mark``, ``title``, ``url``, ``status``), and ``score``, which compares within one search only.
Asked with ``ainvoke`` they search in a thread of their own.
"""

from pydantic import Field

from ipqa.assistant import Assistant
from ipqa.errors import ExtraMissing
from ipqa.reports.model import Span

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:
    raise ExtraMissing(packages="langchain-core", extra="langchain") from error


class IpqaRetriever(BaseRetriever):
    """Finds the passages nearest to a question, by meaning and by words, best first.

    Raises:
        QuestionError: the question is empty, too long, without words, or a report is unknown; when it
            is asked.
    """

    assistant: Assistant = Field(exclude=True, repr=False)
    k: int = Field(5, ge=1, description="How many passages.")
    reports: tuple[str, ...] | None = Field(
        None, description="Ids of the reports to search; all where None."
    )

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain hands it over
    ) -> list[Document]:
        passages = (
            (hit.passage, hit.score) for hit in self.assistant.search(query, self.k, self.reports)
        )
        return [
            _document(self.assistant, number, passage.report, passage.span, score)
            for number, (passage, score) in enumerate(passages, start=1)
        ]


class IpqaExcerptRetriever(BaseRetriever):
    """Finds the paragraphs, list items and table rows that answer a question best, as many as fit into a prompt.

    Raises:
        QuestionError: as for `IpqaRetriever`.
    """

    assistant: Assistant = Field(exclude=True, repr=False)
    characters: int = Field(
        1500, ge=1, description="How long they may be together, a line break after each."
    )
    reports: tuple[str, ...] | None = Field(
        None, description="Ids of the reports to search; all where None."
    )

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain hands it over
    ) -> list[Document]:
        excerpts = self.assistant.excerpts(query, self.characters, self.reports)
        return [
            _document(self.assistant, number, excerpt.report, excerpt.span, excerpt.score)
            for number, excerpt in enumerate(excerpts, start=1)
        ]


def _document(assistant: Assistant, number: int, report: str, span: Span, score: float) -> Document:
    citation = assistant.citation(number, report, span)
    place = citation.model_dump(mode="json", exclude={"number", "quote"})
    return Document(
        id=f"{report}:{span.start}-{span.end}",
        page_content=citation.quote,
        metadata={**place, "score": score},
    )
