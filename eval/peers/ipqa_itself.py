"""ipqa itself: passages by their best sentence, with and without the reader model, and `ipqa ask`."""

import sys
from pathlib import Path

from eval.peers.common import DEPTH, Embedder, Open, Search, Variant, main


def _build(corpus: Path, folder: Path, embedder: Embedder) -> None:
    from ipqa.index.build import build_index  # noqa: PLC0415 - a fresh process builds nothing
    from ipqa.settings import read_settings  # noqa: PLC0415

    build_index(read_settings(corpus=corpus, index=folder), embedder, lambda _: None)


def _opened(*, reader: bool) -> Open:
    def open_index_in(folder: Path, embedder: Embedder) -> Search:
        from ipqa.assistant import Assistant  # noqa: PLC0415 - `ipqa ask` is timed without this process
        from ipqa.index.store import open_index  # noqa: PLC0415
        from ipqa.reader import Reader  # noqa: PLC0415
        from ipqa.settings import read_settings  # noqa: PLC0415

        index = open_index(folder)
        settings = read_settings(index=folder, reader=reader)
        assistant = Assistant(index, embedder, settings, reader=Reader() if reader else None)

        def search(question: str) -> list[str]:
            passages = [hit.passage for hit in assistant.search(question, DEPTH)]
            return [
                index.reports[one.report].text[one.span.start : one.span.end] for one in passages
            ]

        return search

    return open_index_in


def _typed(*options: str) -> list[str]:
    return [str(Path(sys.executable).with_name("ipqa")), "ask", *options]


VARIANTS = [
    Variant(
        "passages by their best sentence",
        _build,
        {
            "hybrid, without the reader": _opened(reader=False),
            "hybrid, with the reader": _opened(reader=True),
        },
        {
            "`ipqa ask --no-reader`": lambda folder, question: _typed(
                "--no-reader", "--index", str(folder), question
            ),
            "`ipqa ask`": lambda folder, question: _typed("--index", str(folder), question),
        },
    )
]

if __name__ == "__main__":
    main(VARIANTS)
