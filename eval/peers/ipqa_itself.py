"""ipqa itself: passages by their best sentence, with and without the reader model."""

from pathlib import Path
from typing import TYPE_CHECKING

from eval.peers.common import CHARACTERS, DEPTH, Embedder, Open, Search, Variant, main

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipqa.assistant import Assistant
    from ipqa.index.store import Index
    from ipqa.retrieval import Hit


def _build(corpus: Path, folder: Path, embedder: Embedder) -> None:
    from ipqa.index.build import build_index  # noqa: PLC0415 - a fresh process builds nothing
    from ipqa.settings import read_settings  # noqa: PLC0415

    build_index(read_settings(corpus=corpus, index=folder), embedder, lambda _: None)


def _ranked(*, reader: bool) -> Open:
    """Retrieval as `Assistant.search` has it: passages in the order of their best sentences."""

    def open_index_in(folder: Path, embedder: Embedder) -> Search:
        assistant = _assistant(folder, embedder, reader=reader)
        return lambda question: _texts(assistant.index, assistant.search(question, DEPTH))

    return open_index_in


def _excerpts(*, reader: bool) -> Open:
    """What the reports say, in as many characters as are looked at."""

    def open_index_in(folder: Path, embedder: Embedder) -> Search:
        assistant = _assistant(folder, embedder, reader=reader)
        reports = assistant.index.reports
        return lambda question: [
            excerpt.span.within(reports[excerpt.report].text)
            for excerpt in assistant.excerpts(question, CHARACTERS)
        ]

    return open_index_in


def _assistant(folder: Path, embedder: Embedder, *, reader: bool) -> "Assistant":
    from ipqa.assistant import Assistant  # noqa: PLC0415 - `ipqa ask` is timed without this process
    from ipqa.index.store import open_index  # noqa: PLC0415
    from ipqa.reader import Reader  # noqa: PLC0415
    from ipqa.settings import read_settings  # noqa: PLC0415

    settings = read_settings(index=folder, reader=reader)
    return Assistant(open_index(folder), embedder, settings, reader=Reader() if reader else None)


def _texts(index: "Index", hits: "Sequence[Hit]") -> list[str]:
    """The passages as they stand in the reports."""
    passages = [hit.passage for hit in hits]
    return [one.span.within(index.reports[one.report].text) for one in passages]


def _fused(folder: Path, embedder: Embedder) -> Search:
    """Both legs and their fusion, without a look at the sentences afterwards."""
    from ipqa.glossary import Glossary  # noqa: PLC0415 - `ipqa ask` is timed without this process
    from ipqa.index.store import open_index  # noqa: PLC0415
    from ipqa.retrieval import Retriever  # noqa: PLC0415

    index = open_index(folder)
    glossary = Glossary(index.names())
    retriever = Retriever(index, embedder, glossary)
    return lambda question: _texts(index, retriever.search(question, DEPTH))


VARIANTS = [
    Variant(
        "passages by their best sentence",
        _build,
        {
            "both legs, fused": _fused,
            "then ranked, without the reader": _ranked(reader=False),
            "then ranked, with the reader": _ranked(reader=True),
            "excerpts, without the reader": _excerpts(reader=False),
            "excerpts, with the reader": _excerpts(reader=True),
        },
    )
]

if __name__ == "__main__":
    main(VARIANTS)
