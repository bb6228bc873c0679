"""LangChain: its recursive splitter, its FAISS store, its BM25 retriever, and its ensemble of both.

Its BM25 retriever cannot be saved: it is made anew of the pieces.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

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

_PIECES = "pieces.json"


Model = Callable[[Embedder, Path], Embeddings]
"""The embedding model as LangChain asks for vectors; the path is the folder of the variant."""


class _Wrapped(Embeddings):
    """The shared model, as LangChain asks for vectors."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._embedder.embed_queries([text])[0].tolist()
        return vector


def wrapped(embedder: Embedder, _: Path) -> Embeddings:
    """The model that is installed with ipqa."""
    return _Wrapped(embedder)


def built(length: int, overlap: int, separators: list[str] | None, model: Model) -> Build:
    """Pieces of so many characters, cut at these separators or at the splitter's own."""

    def build(corpus: Path, folder: Path, embedder: Embedder) -> None:
        from langchain_community.vectorstores import FAISS  # noqa: PLC0415 - a leg imports only its own
        from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415

        splitter = RecursiveCharacterTextSplitter(
            separators, chunk_size=length, chunk_overlap=overlap
        )
        pieces = splitter.create_documents(texts_of(corpus))
        FAISS.from_documents(pieces, model(embedder, folder)).save_local(str(folder))
        text = json.dumps([piece.page_content for piece in pieces], ensure_ascii=False)
        (folder / _PIECES).write_text(text, encoding="utf-8")

    return build


def dense(model: Model) -> Open:
    """The nearest by their vectors."""

    def opened(folder: Path, embedder: Embedder) -> Search:
        store = _store(folder, model(embedder, folder))
        return lambda question: _contents(store.similarity_search(question, k=DEPTH))

    return opened


def _lexical(folder: Path, _: Embedder) -> Search:
    retriever = _bm25(folder)
    return lambda question: _contents(retriever.invoke(question))


def _hybrid(folder: Path, embedder: Embedder) -> Search:
    from langchain_classic.retrievers import EnsembleRetriever  # noqa: PLC0415 - a leg imports only its own

    nearest = _store(folder, wrapped(embedder, folder)).as_retriever(search_kwargs={"k": DEPTH})
    both = EnsembleRetriever(retrievers=[_bm25(folder), nearest], weights=[0.5, 0.5])
    return lambda question: _contents(both.invoke(question))


def _store(folder: Path, embeddings: Embeddings) -> Any:  # noqa: ANN401 - the package is not there to check
    from langchain_community.vectorstores import FAISS  # noqa: PLC0415 - a leg imports only its own

    return FAISS.load_local(str(folder), embeddings, allow_dangerous_deserialization=True)


def _bm25(folder: Path) -> Any:  # noqa: ANN401 - the package is not there to check
    from langchain_community.retrievers import BM25Retriever  # noqa: PLC0415 - a leg imports only its own

    pieces = json.loads((folder / _PIECES).read_text(encoding="utf-8"))
    return BM25Retriever.from_texts(pieces, k=DEPTH)


def _contents(documents: Iterable[Document]) -> list[str]:
    return [document.page_content for document in documents]


_LEGS = {"dense, FAISS": dense(wrapped), "BM25": _lexical, "hybrid": _hybrid}
VARIANTS = [
    Variant("1000/200", built(1000, 200, None, wrapped), _LEGS),
    Variant("400/80, Japanese separators", built(400, 80, JAPANESE_SEPARATORS, wrapped), _LEGS),
]

if __name__ == "__main__":
    main(VARIANTS)
