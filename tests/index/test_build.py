"""A build does what is needed and no more."""

from pathlib import Path

import pytest

from ipqa.errors import EmptyCorpus, FileMissing, NotText
from ipqa.index.build import build_index
from ipqa.index.store import open_index
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, shipped_model


def settings_for(tmp_path: Path, **more: object) -> Settings:
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index").model_copy(update=more)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "report.md").write_text(SMALL_REPORT, encoding="utf-8")
    return folder


def test_nothing_is_embedded_again_while_nothing_has_changed(corpus: Path, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    calls: list[tuple[int, int]] = []
    first = build_index(settings, shipped_model(), lambda *done: calls.append(done))
    assert first.rebuilt
    assert calls[0] == (0, first.manifest.counts["sentences"])
    assert calls[-1] == (first.manifest.counts["sentences"],) * 2
    calls.clear()
    second = build_index(settings, shipped_model(), lambda *done: calls.append(done))
    assert not second.rebuilt
    assert not calls
    assert second.manifest == first.manifest
    (corpus / "report.md").write_text(SMALL_REPORT + "\n付記。", encoding="utf-8")
    assert build_index(settings, shipped_model(), lambda *_: None).rebuilt


def test_another_setting_that_changes_the_index_rebuilds_it(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    build_index(settings_for(tmp_path), shipped_model(), lambda *_: None)
    longer = settings_for(tmp_path, passage_length=400)
    assert build_index(longer, shipped_model(), lambda *_: None).rebuilt


def test_a_damaged_index_is_built_anew(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    settings = settings_for(tmp_path)
    build_index(settings, shipped_model(), lambda *_: None)
    damaged = settings.index / "generations" / "000001" / "passages.json"
    damaged.write_bytes(b"{}")
    assert build_index(settings, shipped_model(), lambda *_: None).rebuilt
    assert open_index(settings.index).name == "000002"


def test_two_builds_of_one_corpus_are_alike(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    one, other = settings_for(tmp_path), settings_for(tmp_path, index=tmp_path / "second")
    files = [
        build_index(settings, shipped_model(), lambda *_: None).manifest.files
        for settings in (one, other)
    ]
    assert files[0] == files[1]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(corpus: Path, tmp_path: Path) -> None:
    (corpus / "broken.txt").write_bytes(b"\x00\x01\x02" * 50)
    (corpus / "figure.png").write_bytes(b"\x89PNG\x00")
    result = build_index(settings_for(tmp_path), shipped_model(), lambda *_: None)
    assert result.manifest.counts["reports"] == 1
    assert [type(error) for error in result.failures] == [NotText]
    assert "broken.txt" in result.failures[0].message("ja")


def test_files_of_the_same_name_get_ids_of_their_own(corpus: Path, tmp_path: Path) -> None:
    (corpus / "deeper").mkdir()
    (corpus / "deeper" / "report.md").write_text("# 別の報告\n\n別の本文。", encoding="utf-8")
    build_index(settings_for(tmp_path), shipped_model(), lambda *_: None)
    index = open_index(tmp_path / "index")
    assert set(index.reports) == {"report", "report-2"}
    assert {passage.report for passage in index.passages} == {"report", "report-2"}


def test_an_empty_corpus_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        build_index(settings_for(tmp_path), shipped_model(), lambda *_: None)
    (tmp_path / "corpus").mkdir()
    with pytest.raises(EmptyCorpus, match=r"\.md"):
        build_index(settings_for(tmp_path), shipped_model(), lambda *_: None)
