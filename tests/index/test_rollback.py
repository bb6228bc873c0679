"""The generation before can be put back in force, if it is there and opens."""

from pathlib import Path

import pytest

from ipqa.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, NoGenerationBefore
from ipqa.index.build import build_index
from ipqa.index.generations import generation_names, read_pointer
from ipqa.index.rollback import roll_back
from ipqa.index.store import one_writer, open_index
from ipqa.settings import Settings
from tests.parts import shipped_model


class Library:
    """A folder with one report, of which edition after edition is built."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(corpus=folder / "corpus", index=folder / "index")
        self.settings.corpus.mkdir()

    def build(self, edition: int) -> None:
        text = f"# 報告\n\n第{edition}版である。\n"
        (self.settings.corpus / "report.md").write_text(text, encoding="utf-8")
        build_index(self.settings, shipped_model(), lambda _: None)

    def edition(self) -> str:
        return open_index(self.settings.index).reports["report"].text.strip()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def test_the_generation_before_is_put_back_in_force(library: Library) -> None:
    library.build(1)
    library.build(2)
    result = roll_back(library.settings, shipped_model())
    assert (result.left, result.name) == ("000002", "000001")
    assert [record.id for record in result.manifest.reports] == ["report"]
    assert library.edition() == "第1版である。"


def test_where_there_is_none_the_command_that_helps_is_told(library: Library) -> None:
    with pytest.raises(IndexMissing):
        roll_back(library.settings, shipped_model())
    assert not library.settings.index.exists()
    library.build(1)
    with pytest.raises(NoGenerationBefore, match="ipqa build --index"):
        roll_back(library.settings, shipped_model())
    library.build(2)
    roll_back(library.settings, shipped_model())
    with pytest.raises(NoGenerationBefore):
        roll_back(library.settings, shipped_model())
    assert library.edition() == "第1版である。"


def test_what_is_built_after_a_rollback_leads_back_to_where_it_was_built_from(
    library: Library,
) -> None:
    library.build(1)
    library.build(2)
    roll_back(library.settings, shipped_model())
    library.build(3)
    assert generation_names(library.settings.index) == ["000001", "000003"]
    roll_back(library.settings, shipped_model())
    assert library.edition() == "第1版である。"


def test_one_that_does_not_open_is_not_put_in_force(library: Library) -> None:
    library.build(1)
    library.build(2)
    (library.settings.index / "generations" / "000001" / "dense/vectors.faiss").write_bytes(b"")
    with pytest.raises(IndexDamaged, match=r"generations/000001/dense/vectors\.faiss"):
        roll_back(library.settings, shipped_model())
    assert library.edition() == "第2版である。"


def test_a_damaged_generation_is_not_kept_to_go_back_to(library: Library) -> None:
    for edition in (1, 2):
        library.build(edition)
    (library.settings.index / "generations" / "000002" / "dense/vectors.faiss").write_bytes(b"")
    library.build(3)
    assert generation_names(library.settings.index) == ["000001", "000003"]


def test_one_that_questions_are_not_asked_of_any_more_is_not_put_in_force(
    library: Library,
) -> None:
    class OtherModel:
        fingerprint = "another"
        dimension = shipped_model().dimension
        embed_queries = staticmethod(shipped_model().embed_queries)
        embed_passages = staticmethod(shipped_model().embed_passages)

    library.build(1)
    library.build(2)
    with pytest.raises(IndexMismatch, match="another"):
        roll_back(library.settings, OtherModel())
    assert read_pointer(library.settings.index).name == "000002"


def test_nothing_is_rolled_back_while_another_writes(library: Library) -> None:
    library.build(1)
    library.build(2)
    with one_writer(library.settings.index), pytest.raises(IndexBusy):
        roll_back(library.settings, shipped_model())
