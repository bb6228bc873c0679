"""Haystack: its splitters, its in-memory store and FAISS, its BM25 retriever, and its joiner of both, in pipelines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from haystack import Document, Pipeline, component

from eval.peers.common import (
    DEPTH,
    JAPANESE_SEPARATORS,
    Build,
    Embedder,
    Open,
    Search,
    Variant,
    main,
    texts_of,
)

_MEMORY, _FAISS = "memory.json", "faiss"


@component
class _QuestionEmbedder:
    """The shared model, as a Haystack pipeline asks for a question's vector."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @component.output_types(embedding=list[float])  # type: ignore[untyped-decorator]  # nothing to check by
    def run(self, text: str) -> dict[str, list[float]]:
        return {"embedding": self._embedder.embed_queries([text])[0].tolist()}


def _passages(documents: list[Document]) -> list[Document]:
    from haystack.components.preprocessors import DocumentSplitter  # noqa: PLC0415 - a leg imports only its own

    splitter = DocumentSplitter(split_by="passage", split_length=1)
    pieces: list[Document] = splitter.run(documents=documents)["documents"]
    return pieces


def _characters(documents: list[Document]) -> list[Document]:
    from haystack.components.preprocessors import RecursiveDocumentSplitter  # noqa: PLC0415 - a leg imports only its own

    splitter = RecursiveDocumentSplitter(
        split_length=400, split_overlap=80, split_unit="char", separators=JAPANESE_SEPARATORS
    )
    pieces: list[Document] = splitter.run(documents=documents)["documents"]
    return pieces


def _built(split: Callable[[list[Document]], list[Document]], *, faiss: bool) -> Build:
    def build(corpus: Path, folder: Path, embedder: Embedder) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415 - a leg imports only its own

        pieces = split([Document(content=text) for text in texts_of(corpus)])
        vectors = embedder.embed_passages([piece.content or "" for piece in pieces])
        for piece, vector in zip(pieces, vectors, strict=True):
            piece.embedding = vector.tolist()
        memory = InMemoryDocumentStore()
        memory.write_documents(pieces)
        memory.save_to_disk(str(folder / _MEMORY))
        if faiss:
            store = _faiss_store(folder, embedder.dimension)
            store.write_documents(pieces)
            store.save(folder / _FAISS)

    return build


def _dense(*, faiss: bool) -> Open:
    def open_leg(folder: Path, embedder: Embedder) -> Search:
        pipeline = Pipeline()
        pipeline.add_component("embedder", _QuestionEmbedder(embedder))
        pipeline.add_component("dense", _dense_retriever(folder, embedder.dimension, faiss=faiss))
        pipeline.connect("embedder.embedding", "dense.query_embedding")
        return lambda question: _contents(
            pipeline.run({"embedder": {"text": question}})["dense"]["documents"]
        )

    return open_leg


def _lexical(folder: Path, _: Embedder) -> Search:
    pipeline = Pipeline()
    pipeline.add_component("bm25", _bm25(folder))
    return lambda question: _contents(
        pipeline.run({"bm25": {"query": question}})["bm25"]["documents"]
    )


def _hybrid(*, faiss: bool) -> Open:
    def open_leg(folder: Path, embedder: Embedder) -> Search:
        from haystack.components.joiners import DocumentJoiner  # noqa: PLC0415 - a leg imports only its own

        pipeline = Pipeline()
        pipeline.add_component("embedder", _QuestionEmbedder(embedder))
        pipeline.add_component("dense", _dense_retriever(folder, embedder.dimension, faiss=faiss))
        pipeline.add_component("bm25", _bm25(folder))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder.embedding", "dense.query_embedding")
        pipeline.connect("dense", "joiner")
        pipeline.connect("bm25", "joiner")
        return lambda question: _contents(
            pipeline.run({"embedder": {"text": question}, "bm25": {"query": question}})["joiner"][
                "documents"
            ]
        )

    return open_leg


def _dense_retriever(folder: Path, dimension: int, *, faiss: bool) -> Any:  # noqa: ANN401 - the package is not there to check
    if faiss:
        from haystack_integrations.components.retrievers.faiss import (  # noqa: PLC0415 - a leg imports only its own
            FAISSEmbeddingRetriever,
        )

        return FAISSEmbeddingRetriever(document_store=_faiss_store(folder, dimension), top_k=DEPTH)
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever  # noqa: PLC0415 - as above

    return InMemoryEmbeddingRetriever(_memory_store(folder), top_k=DEPTH)


def _bm25(folder: Path) -> Any:  # noqa: ANN401 - the package is not there to check
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever  # noqa: PLC0415 - a leg imports only its own

    return InMemoryBM25Retriever(_memory_store(folder), top_k=DEPTH)


def _memory_store(folder: Path) -> Any:  # noqa: ANN401 - the package is not there to check
    from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415 - a leg imports only its own

    return InMemoryDocumentStore.load_from_disk(str(folder / _MEMORY))


def _faiss_store(folder: Path, dimension: int) -> Any:  # noqa: ANN401 - the package is not there to check
    """The store in a folder, or a new one that is to be saved there."""
    from haystack_integrations.document_stores.faiss import FAISSDocumentStore  # noqa: PLC0415 - a leg imports only its own

    return FAISSDocumentStore(index_path=str(folder / _FAISS), embedding_dim=dimension)


def _contents(documents: list[Document]) -> list[str]:
    return [document.content or "" for document in documents]


VARIANTS = [
    Variant(
        "passages",
        _built(_passages, faiss=False),
        {"dense, own store": _dense(faiss=False), "BM25": _lexical, "hybrid": _hybrid(faiss=False)},
    ),
    Variant(
        "400/80, Japanese separators",
        _built(_characters, faiss=True),
        {"dense, FAISS": _dense(faiss=True), "BM25": _lexical, "hybrid": _hybrid(faiss=True)},
    ),
]

if __name__ == "__main__":
    main(VARIANTS)
