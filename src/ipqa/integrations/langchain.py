"""The reports as a retriever for LangChain; needs the extra ``langchain``."""

from pydantic import Field

from ipqa.assistant import Assistant
from ipqa.errors import ExtraMissing

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:
    raise ExtraMissing(packages="langchain-core", extra="langchain") from error


class IpqaRetriever(BaseRetriever):
    """Finds the passages nearest to a question, by meaning and by words, best first.

    ``page_content`` is the passage word for word; ``metadata`` tells where it stands, as a citation
    does: ``report``, ``edition``, ``title``, ``section``, ``start``, ``end`` (Unicode code points),
    ``page``, ``columns``, ``sources`` (each with ``mark``, ``title``, ``url``, ``status``), and
    ``score``, which compares within one search only.

    Asked with ``ainvoke`` it searches in a thread of its own.

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
        documents = []
        for number, hit in enumerate(self.assistant.search(query, self.k, self.reports), start=1):
            citation = self.assistant.citation(number, hit.passage.report, hit.passage.span)
            place = citation.model_dump(mode="json", exclude={"number", "quote"})
            documents.append(
                Document(
                    id=hit.passage.id,
                    page_content=citation.quote,
                    metadata={**place, "score": hit.score},
                )
            )
        return documents
