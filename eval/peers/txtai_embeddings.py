"""txtai: its segmentation into paragraphs or lines, its embeddings database on FAISS, its keyword index, and both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from txtai import Embeddings

from eval.peers.common import DEPTH, Build, Embedder, Open, Search, Variant, main, texts_of

_KINDS: dict[str, dict[str, bool]] = {
    "dense, FAISS": {},
    "BM25": {"keyword": True},
    "hybrid": {"hybrid": True},
}


def _built(**segmentation: bool) -> Build:
    """One index for each kind of search, of the text in paragraphs or lines."""

    def build(corpus: Path, folder: Path, embedder: Embedder) -> None:
        from txtai.pipeline import Segmentation  # noqa: PLC0415 - a search cuts nothing

        segments = Segmentation(**segmentation)
        pieces = [piece for text in texts_of(corpus) for piece in segments(text)]

        def vectors(texts: Sequence[str]) -> Any:  # noqa: ANN401 - an array
            return embedder.embed_passages(texts)

        for kind, options in _KINDS.items():
            own = {} if kind == "BM25" else {"method": "external", "transform": vectors}
            embeddings = Embeddings(content=True, **own, **options)
            embeddings.index(pieces)
            embeddings.save(str(folder / kind))

    return build


def _opened(kind: str) -> Open:
    def open_leg(folder: Path, embedder: Embedder) -> Search:
        def vectors(texts: Sequence[str]) -> Any:  # noqa: ANN401 - an array
            return embedder.embed_queries(texts)

        embeddings = Embeddings()
        embeddings.load(str(folder / kind), config={"transform": vectors})
        return lambda question: [found["text"] for found in embeddings.search(question, DEPTH)]

    return open_leg


_LEGS = {kind: _opened(kind) for kind in _KINDS}
VARIANTS = [
    Variant("paragraphs", _built(paragraphs=True), _LEGS),
    Variant("lines", _built(lines=True), _LEGS),
]

if __name__ == "__main__":
    main(VARIANTS)
