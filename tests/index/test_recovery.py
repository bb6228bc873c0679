"""A build mends a damaged index without losing what was added to it, or taking damage for content."""

import json
import shutil
from pathlib import Path

import pytest

from ipqa.errors import CopyDamaged, IndexDamaged, IndexMismatch
from ipqa.index.build import add_reports, build_index, remove_report
from ipqa.index.builder import BuildResult
from ipqa.index.generations import FORMAT, generation_folder, read_pointer
from ipqa.index.store import open_index
from ipqa.reports import open_file
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, shipped_model

ADDED = "# 甲社\n\n甲社は米を売る。"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An index of one report of the corpus and one that was added, each put in force by itself."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "海藻.md").write_text(SMALL_REPORT, encoding="utf-8")
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    build(settings)
    (tmp_path / "甲社.md").write_text(ADDED, encoding="utf-8")
    add(settings, tmp_path / "甲社.md")
    return settings


def build(settings: Settings) -> BuildResult:
    return build_index(settings, shipped_model(), lambda _: None)


def add(settings: Settings, path: Path) -> BuildResult:
    file = open_file(path, max_bytes=10**6)
    return add_reports(settings, shipped_model(), [(file, str(path))], lambda _: None)


def held(settings: Settings) -> dict[str, str]:
    return {name: report.text for name, report in open_index(settings.index).reports.items()}


def copy_of_added(settings: Settings) -> Path:
    (copy,) = settings.index.glob("library/*/甲社.md")
    return copy


def in_force(settings: Settings) -> Path:
    return generation_folder(settings.index, read_pointer(settings.index).name)


@pytest.mark.parametrize("damage", ["", "{}", "no pointer", "no generations"])
def test_a_build_brings_back_what_was_added_to_an_index_that_cannot_tell(
    settings: Settings, damage: str
) -> None:
    before = held(settings)
    if damage == "no pointer":
        (settings.index / "current").unlink()
    elif damage == "no generations":
        shutil.rmtree(settings.index / "generations")
    else:
        (in_force(settings) / "manifest.json").write_text(damage, encoding="utf-8")
    with pytest.raises(IndexDamaged):
        open_index(settings.index)
    build(settings)
    assert held(settings) == before


def test_nothing_is_added_to_an_index_that_has_lost_its_pointer(
    settings: Settings, tmp_path: Path
) -> None:
    (settings.index / "current").unlink()
    with pytest.raises(IndexDamaged, match="ipqa build"):
        add(settings, tmp_path / "甲社.md")


def test_a_damaged_copy_is_told_and_never_read(settings: Settings, tmp_path: Path) -> None:
    before = held(settings)
    copy_of_added(settings).write_text(ADDED.replace("米", "麦"), encoding="utf-8")
    result = build(settings)
    assert [type(error) for error in result.failures] == [CopyDamaged]
    assert str(tmp_path / "甲社.md") in result.failures[0].message("en")
    assert held(settings) == before


def test_a_copy_that_cannot_be_read_anew_takes_its_report_out(settings: Settings) -> None:
    copy_of_added(settings).unlink()
    longer = settings.model_copy(update={"passage_length": 300})
    result = build(longer)
    assert [type(error) for error in result.failures] == [CopyDamaged]
    assert result.gone == ("甲社",)


def test_what_is_added_again_mends_its_copy(settings: Settings, tmp_path: Path) -> None:
    copy_of_added(settings).write_bytes(b"")
    assert not add(settings, tmp_path / "甲社.md").rebuilt
    assert copy_of_added(settings).read_text(encoding="utf-8") == ADDED
    assert build(settings).failures == ()


@pytest.mark.parametrize("name", ["words.npy", "vectors.npy", "reading.json", "seal.json"])
def test_no_generation_is_made_of_a_damaged_reading(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    before = held(settings)
    for path in settings.index.glob(f"readings/*/{name}"):
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    (tmp_path / "乙社.md").write_text("# 乙社\n\n乙社は麦を売る。", encoding="utf-8")
    with pytest.raises(IndexDamaged, match=f"readings/.*{name}.*ipqa build"):
        add(settings, tmp_path / "乙社.md")
    with pytest.raises(IndexDamaged, match=name):
        remove_report(settings, shipped_model(), "甲社")
    build(settings)
    assert held(settings) == before


def test_content_that_is_added_under_another_name_leaves_the_older_copy(
    settings: Settings, tmp_path: Path
) -> None:
    remove_report(settings, shipped_model(), "甲社")
    (tmp_path / "別名.md").write_text(ADDED, encoding="utf-8")
    add(settings, tmp_path / "別名.md")
    names = {path.name for path in settings.index.glob("library/*/*")}
    assert names == {"甲社.md", "別名.md"}


def test_what_was_added_to_an_index_of_an_earlier_format_keeps_its_origin(
    settings: Settings, tmp_path: Path
) -> None:
    before = held(settings)
    path = in_force(settings) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"format": FORMAT - 1}
    for record in manifest["reports"]:
        del record["files"], record["passages"], record["sentences"]
    del manifest["digest"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (settings.index / "current").write_text(f"{in_force(settings).name}\n", encoding="utf-8")
    with pytest.raises(IndexMismatch, match="ipqa build"):
        open_index(settings.index)
    result = build(settings)
    assert held(settings) == before
    (added,) = (record for record in result.manifest.reports if record.added)
    assert (added.id, added.origin) == ("甲社", str(tmp_path / "甲社.md"))
