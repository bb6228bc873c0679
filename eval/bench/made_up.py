"""Reports and vectors that are made up, for what has to be measured on many."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ipqa.embedding import Vectors

_SENTENCES = (
    "{name}は第{n}期に養殖場を広げ、出荷を前の期より{n}パーセント伸ばした。",
    "設備への投資は{n},500万円で、そのうち乾燥機が三分の一を占める。",
    "権利の出願は海外を重んじ、{name}の研究所が明細書を書き、本社が契約を審査する。",
    "水温が高い年には生育が遅れるため、第{n}区では種苗を十日早く沈めている。",
)


class MadeUpVectors:
    """An embedding model that is fast because it means nothing."""

    fingerprint = "made-up"

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """A vector of length one for each text."""
        seeds = (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts)
        rows = [np.random.default_rng(seed).normal(size=self.dimension) for seed in seeds]
        vectors = np.asarray(rows, dtype=np.float32).reshape(-1, self.dimension)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, dtype=np.float32)

    embed_passages = embed_queries


def write_reports(folder: Path, count: int, sections: int) -> list[Path]:
    """Reports of companies that do not exist, a section of two paragraphs for each of some periods."""
    folder.mkdir(parents=True)
    paths = [folder / f"company-{number:04}.md" for number in range(1, count + 1)]
    for number, path in enumerate(paths, start=1):
        path.write_text(report_text(f"第{number}水産", sections), encoding="utf-8")
    return paths


def report_text(name: str, sections: int) -> str:
    """One such report."""
    parts = [f"# {name}の報告"]
    for number in range(1, sections + 1):
        said = [sentence.format(name=name, n=number) for sentence in _SENTENCES]
        parts += [f"## {number}. 第{number}期", "".join(said[:2]), "".join(said[2:])]
    return "\n\n".join(parts) + "\n"
