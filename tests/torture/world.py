"""A small world to be tortured: reports in editions, each with a question whose answer is known."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ipqa.assistant import Assistant
from ipqa.embedding import EmbeddingModel, Vectors
from ipqa.errors import IndexProblem
from ipqa.index.build import build_index
from ipqa.index.generations import rebuild_command
from ipqa.index.store import open_index
from ipqa.reports import SourceFile, parse
from ipqa.settings import Settings
from tests.parts import ROOT, shipped_model
from tests.tally import Wrong

IN_CORPUS = ("甲斐水産", "乙部製紙")
OTHERS = ("丙川電機", "丁野食品", "戊田化学")
EDITIONS = 3


@dataclass(frozen=True)
class Edition:
    """One edition of the report of one company."""

    company: str
    number: int

    @property
    def sales(self) -> int:
        """A figure that no other edition of any report has."""
        company = (IN_CORPUS + OTHERS).index(self.company)
        return 1301 + 100 * company + 17 * self.number

    @property
    def source(self) -> str:
        """What the file holds."""
        return (
            f"# {self.company}の報告\n\n## 第1章 業績\n\n"
            f"{self.company}の2024年度の売上高は{self.sales}億円である。"
            f"従業員は{self.sales * 3}人である。\n\n"
            f"## 第2章 設備\n\n{self.company}は2023年10月に本社工場を増築した。\n\n"
            + "".join(f"- 第{n}号機は{n * self.sales}時間動いた。\n" for n in range(1, 9))
        )

    @property
    def question(self) -> str:
        """What the report answers."""
        return f"{self.company}の2024年度の売上高はいくらですか"

    @property
    def says(self) -> str:
        """What the answer must hold."""
        return f"{self.sales}億円"

    @cached_property
    def text(self) -> str:
        """The report's text as it is read."""
        return parse(SourceFile(Path(f"{self.company}.md"), self.source.encode())).text

    def write(self, folder: Path) -> Path:
        """The file, written to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.company}.md"
        path.write_text(self.source, encoding="utf-8")
        return path


Held = Mapping[str, Edition]
"""What an index holds: the id of each report, with its edition."""


def held_of(editions: Iterable[Edition]) -> Held:
    """The editions by the ids that their reports get."""
    return {edition.company: edition for edition in editions}


def require_right(settings: Settings, allowed: Sequence[Held]) -> Held | None:
    """What an index holds, which must be one of those allowed and be answered from; None where it is refused.

    Raises:
        Wrong: it holds something else, answers something else, or refuses without a remedy.
    """
    try:
        index = open_index(settings.index)
    except IndexProblem as error:
        if rebuild_command(settings.index) not in error.message("en"):
            raise Wrong(f"refused without the remedy: {error}") from error
        return None
    texts = {name: report.text for name, report in index.reports.items()}
    for held in allowed:
        if texts == {name: edition.text for name, edition in held.items()}:
            break
    else:
        raise Wrong(f"holds {sorted(texts)}, of which something is no edition that was put in")
    assistant = Assistant(index, shipped_model(), settings)
    for name, edition in held.items():
        answer = assistant.ask(edition.question)
        if not answer.answered or edition.says not in answer.answer:
            raise Wrong(f"{edition.question}: {answer.answer}")
        for citation in answer.citations:
            if citation.quote != held[citation.report].text[citation.start : citation.end]:
                raise Wrong(f"{citation.report} does not say {citation.quote}")
        if name not in {citation.report for citation in answer.citations}:
            raise Wrong(f"{edition.question}: {name} is not cited")
    return held


def earlier_index(folder: Path) -> Settings:
    """A copy of the index that the code of an earlier version made, with its corpus."""
    shutil.copytree(ROOT / "tests" / "fixtures" / "format-3", folder)
    return Settings(corpus=folder / "corpus", index=folder / "index", reader=False)


class Remembered:
    """The shipped model's vectors of texts that it has embedded, without the model: children start at once."""

    def __init__(self, folder: Path) -> None:
        self.fingerprint: str
        self.dimension: int
        texts, self.fingerprint = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        self._vectors: Vectors = np.load(folder / "vectors.npy")
        self._rows = {text: row for row, text in enumerate(texts)}
        self.dimension = int(self._vectors.shape[1])

    def remembers(self, text: str) -> bool:
        """Whether the shipped model has embedded that text."""
        return text in self._rows

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Children ask for nothing but sentences of the reports."""
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that are remembered."""
        found: Vectors = self._vectors[[self._rows[text] for text in texts]]
        return found


class _Remembering:
    """The shipped model, which remembers what it embeds."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model
        self.fingerprint = model.fingerprint
        self.dimension = model.dimension
        self.embed_queries = model.embed_queries
        self.vectors: dict[str, Vectors] = {}

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        found = self._model.embed_passages(texts)
        self.vectors.update(zip(texts, found, strict=True))
        return found


def remember(folder: Path) -> Path:
    """Embed every edition of every report once, and write their vectors to a folder for `Remembered`.

    Those of the index of an earlier version as well.
    """
    model = _Remembering(shipped_model())
    for company in IN_CORPUS + OTHERS:
        for number in range(EDITIONS):
            Edition(company, number).write(folder / "corpus" / str(number))
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    build_index(settings, model, lambda _: None)
    build_index(earlier_index(folder / "earlier"), model, lambda _: None)
    (folder / "texts.json").write_text(
        json.dumps([list(model.vectors), model.fingerprint]), encoding="utf-8"
    )
    np.save(folder / "vectors.npy", np.stack(list(model.vectors.values())))
    return folder
