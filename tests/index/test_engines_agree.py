"""On real reports and real questions, every engine finds the passages that FAISS and BM25 find."""

import json
import random
import shutil
from pathlib import Path

import pytest

from ipqa.glossary import Glossary
from ipqa.index.build import build_index
from ipqa.index.engines import index_of
from ipqa.retrieval import Retriever
from ipqa.settings import Settings
from tests.index.test_engines import KINDS, settings_for
from tests.parts import ROOT, shipped_model

FAMILIES = ("analysis", "cases")
QUESTIONS = 500
AGREED = 0.98


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two families of the written reports, searched exactly."""
    settings = settings_for("faiss", tmp_path_factory.mktemp("exact"))
    settings.corpus.mkdir()
    for family in FAMILIES:
        for path in (ROOT / "training" / "data" / family).glob("*.md"):
            shutil.copy(path, settings.corpus)
    build_index(settings, shipped_model(), lambda _: None)
    return settings


def questions() -> list[str]:
    files = [ROOT / "training" / "data" / family / "questions.jsonl" for family in FAMILIES]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["question"] for line in random.Random(0).sample(lines, QUESTIONS)]


def retriever_of(settings: Settings) -> Retriever:
    index = index_of(settings)
    return Retriever(index, shipped_model(), Glossary(index.names()))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "faiss"])
def test_the_best_ten_passages_are_the_same(exact: Settings, kind: str, tmp_path: Path) -> None:
    other = settings_for(kind, tmp_path).model_copy(update={"corpus": exact.corpus})
    shutil.copytree(exact.index / "readings", other.index / "readings")
    build_index(other, shipped_model(), lambda _: None)
    retrievers = [retriever_of(settings) for settings in (exact, other)]
    same = 0
    for question in questions():
        right, found = (
            {hit.number for hit in retriever.search(question, 10)} for retriever in retrievers
        )
        same += found == right
    assert same >= AGREED * QUESTIONS
