"""A build does what is needed and no more."""

from pathlib import Path

import pytest

from ipqa.errors import (
    EmptyCorpus,
    FileMissing,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    LastReport,
    NotText,
    ReadingTooSlow,
    UnknownReport,
)
from ipqa.index.build import add_reports, build_index, remove_report
from ipqa.index.builder import BuildResult, Progress
from ipqa.index.store import one_writer, open_index
from ipqa.reports import open_file
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
    steps: list[Progress] = []
    first = build_index(settings, shipped_model(), steps.append)
    assert first.rebuilt
    assert (first.read, first.reused) == (("report",), ())
    assert steps[0].done == 0
    assert steps[-1].done == steps[-1].total == (corpus / "report.md").stat().st_size
    assert steps[-1].sentences == first.manifest.counts["sentences"]
    steps.clear()
    second = build_index(settings, shipped_model(), steps.append)
    assert not second.rebuilt
    assert (second.read, second.reused) == ((), ("report",))
    assert not steps
    assert second.manifest == first.manifest
    (corpus / "report.md").write_text(SMALL_REPORT + "\n付記。", encoding="utf-8")
    assert build_index(settings, shipped_model(), lambda _: None).rebuilt


def test_another_setting_that_changes_the_index_rebuilds_it(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    build_index(settings_for(tmp_path), shipped_model(), lambda _: None)
    longer = settings_for(tmp_path, passage_length=300)
    assert build_index(longer, shipped_model(), lambda _: None).rebuilt


def test_a_damaged_index_is_built_anew(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    settings = settings_for(tmp_path)
    build_index(settings, shipped_model(), lambda _: None)
    before = held(settings)
    for damaged in ("readings/*/reading.json", "generations/*/dense/vectors.faiss"):
        next(settings.index.glob(damaged)).write_bytes(b"{}")
        with pytest.raises(IndexDamaged):
            open_index(settings.index)
        build_index(settings, shipped_model(), lambda _: None)
        assert held(settings) == before


def test_two_builds_of_one_corpus_are_alike(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    one, other = settings_for(tmp_path), settings_for(tmp_path, index=tmp_path / "second")
    files = [
        build_index(settings, shipped_model(), lambda _: None).manifest.files
        for settings in (one, other)
    ]
    assert files[0] == files[1]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(corpus: Path, tmp_path: Path) -> None:
    (corpus / "broken.txt").write_bytes(b"\x00\x01\x02" * 50)
    (corpus / "figure.png").write_bytes(b"\x89PNG\x00")
    result = build_index(settings_for(tmp_path), shipped_model(), lambda _: None)
    assert result.manifest.counts["reports"] == 1
    assert [type(error) for error in result.failures] == [NotText]
    assert "broken.txt" in result.failures[0].message("ja")


def test_files_of_the_same_name_get_ids_of_their_own(corpus: Path, tmp_path: Path) -> None:
    (corpus / "deeper").mkdir()
    (corpus / "deeper" / "report.md").write_text("# 別の報告\n\n別の本文。", encoding="utf-8")
    build_index(settings_for(tmp_path), shipped_model(), lambda _: None)
    index = open_index(tmp_path / "index")
    assert set(index.reports) == {"report", "report-2"}
    assert {passage.report for passage in index.passages} == {"report", "report-2"}


def test_an_empty_corpus_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        build_index(settings_for(tmp_path), shipped_model(), lambda _: None)
    (tmp_path / "corpus").mkdir()
    with pytest.raises(EmptyCorpus, match="Markdown"):
        build_index(settings_for(tmp_path), shipped_model(), lambda _: None)


# reports that are added and removed one by one


def add(settings: Settings, *paths: Path) -> BuildResult:
    files = [(open_file(path, max_bytes=10**6), str(path)) for path in paths]
    return add_reports(settings, shipped_model(), files, lambda _: None)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def held(settings: Settings) -> dict[str, str]:
    """Each report in the index with its text."""
    return {name: report.text for name, report in open_index(settings.index).reports.items()}


def test_a_report_is_added_without_touching_the_others(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    settings = settings_for(tmp_path)
    build_index(settings, shipped_model(), lambda _: None)
    before = held(settings)
    result = add(settings, written(tmp_path / "mine" / "甲社.md", "# 甲社\n\n甲社は米を売る。"))
    assert (result.read, result.reused, result.gone) == (("甲社",), ("report",), ())
    assert held(settings) == before | {"甲社": "甲社は米を売る。\n"}


def test_an_index_can_be_made_of_added_reports_alone(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    add(settings, written(tmp_path / "甲社.md", "# 甲社\n\n甲社は米を売る。"))
    assert list(held(settings)) == ["甲社"]


def test_what_was_added_survives_a_build_and_the_loss_of_its_file(
    corpus: Path, tmp_path: Path
) -> None:
    assert corpus.is_dir()
    settings = settings_for(tmp_path)
    mine = written(tmp_path / "甲社.md", "# 甲社\n\n甲社は米を売る。")
    add(settings, mine)
    mine.unlink()
    longer = settings.model_copy(update={"passage_length": 300})
    assert build_index(longer, shipped_model(), lambda _: None).read == ("report", "甲社")
    assert set(held(settings)) == {"report", "甲社"}


def test_a_file_added_again_changes_nothing_until_it_has_changed(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    mine = written(tmp_path / "甲社.md", "# 甲社\n\n甲社は米を売る。")
    add(settings, mine)
    assert not add(settings, mine).rebuilt
    changed = add(settings, written(mine, "# 甲社\n\n甲社は麦を売る。"))
    assert (changed.read, changed.gone) == (("甲社",), ())
    assert held(settings) == {"甲社": "甲社は麦を売る。\n"}


def test_two_files_of_one_name_and_two_names_of_one_content_are_told_apart(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    one = written(tmp_path / "a" / "年報.md", "# 甲社\n\n甲社は米を売る。")
    other = written(tmp_path / "b" / "年報.md", "# 乙社\n\n乙社は麦を売る。")
    copy = written(tmp_path / "c" / "写し.md", "# 甲社\n\n甲社は米を売る。")
    assert add(settings, one, other, copy).read == ("年報", "年報-2")


def test_a_removed_report_is_gone_with_its_copy_and_its_reading(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    for name in ("甲社", "乙社", "丙社"):
        add(settings, written(tmp_path / f"{name}.md", f"# {name}\n\n{name}は米を売る。"))
    assert remove_report(settings, shipped_model(), "甲社").gone == ("甲社",)
    remove_report(
        settings, shipped_model(), "乙社"
    )  # the generation before the last one is kept, and then goes
    assert list(held(settings)) == ["丙社"]
    kept = {path.name for path in (settings.index / "library").glob("*/*")}
    assert kept == {"乙社.md", "丙社.md"}
    assert len(list((settings.index / "readings").iterdir())) == len(kept)


def test_the_last_report_and_an_unknown_one_cannot_be_removed(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    add(settings, written(tmp_path / "甲社.md", "# 甲社\n\n甲社は米を売る。"))
    with pytest.raises(LastReport):
        remove_report(settings, shipped_model(), "甲社")
    with pytest.raises(UnknownReport):
        remove_report(settings, shipped_model(), "乙社")
    assert list(held(settings)) == ["甲社"]


def test_an_index_made_in_another_way_must_be_built_before_it_is_added_to(
    corpus: Path, tmp_path: Path
) -> None:
    assert corpus.is_dir()
    build_index(settings_for(tmp_path), shipped_model(), lambda _: None)
    with pytest.raises(IndexMismatch, match="passage_length"):
        add(settings_for(tmp_path, passage_length=300), written(tmp_path / "甲社.md", "甲社は米。"))


def test_an_interrupted_build_goes_on_where_it_stopped(corpus: Path, tmp_path: Path) -> None:
    for number in range(4):
        written(corpus / f"report-{number}.md", f"# 第{number}号\n\n第{number}号の本文である。")
    settings = settings_for(tmp_path)

    def interrupt(step: Progress) -> None:
        if step.file == "report-2.md":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(settings, shipped_model(), interrupt)
    result = build_index(settings, shipped_model(), lambda _: None)
    assert result.reused == ("report-0", "report-1")
    assert result.read == ("report-2", "report-3", "report")


def test_reports_keep_their_ids_when_others_come_before_them(corpus: Path, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    build_index(settings, shipped_model(), lambda _: None)
    before = held(settings)
    written(corpus / "a" / "report.md", "# 別の報告\n\n別の本文。")
    build_index(settings, shipped_model(), lambda _: None)
    assert held(settings) == before | {"report-2": "別の本文。\n"}


def test_of_many_files_the_broken_ones_are_told_and_the_others_added(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    good = [written(tmp_path / f"{n}.md", f"# 第{n}号\n\n第{n}号の本文である。") for n in range(20)]
    broken = [tmp_path / f"broken-{n}.txt" for n in range(3)]
    for path in broken:
        path.write_bytes(b"\x00\x01" * 99 + path.name.encode())
    result = add(settings, *good[:7], *broken, *good[7:])
    assert len(result.read) == len(held(settings)) == len(good)
    assert [error.details["path"] for error in result.failures] == [str(path) for path in broken]
    again = add(settings, *good, *broken)
    assert (again.rebuilt, len(again.reused), len(again.failures)) == (False, len(good), 3)
    assert len(list((settings.index / "library").iterdir())) == len(good)


def test_two_builders_do_not_write_at_once(corpus: Path, tmp_path: Path) -> None:
    assert corpus.is_dir()
    settings = settings_for(tmp_path)
    with one_writer(settings.index), pytest.raises(IndexBusy):
        build_index(settings, shipped_model(), lambda _: None)
    assert build_index(settings, shipped_model(), lambda _: None).rebuilt


LONG_REPORT = "\n".join(f"{n}. [項目](a) **{n}**" for n in range(200_000))


def test_a_report_that_takes_too_long_leaves_the_others_and_no_copy(
    corpus: Path, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, max_report_seconds=1.0)
    build_index(settings, shipped_model(), lambda _: None)
    paths = [tmp_path / "long.md", tmp_path / "other.md"]
    paths[0].write_text(LONG_REPORT, encoding="utf-8")
    paths[1].write_text(SMALL_REPORT.replace("青海水産", "白樺乳業"), encoding="utf-8")
    files = [(open_file(path, max_bytes=10**8), str(path)) for path in paths]
    result = add_reports(settings, shipped_model(), files, lambda _: None)
    assert corpus.is_dir()
    (failure,) = result.failures
    assert isinstance(failure, ReadingTooSlow)
    assert failure.details["path"] == str(paths[0])
    assert [record.id for record in result.manifest.reports] == ["report", "other"]
    assert [path.name for path in (settings.index / "library").glob("*/*")] == ["other.md"]


def test_a_first_report_that_is_refused_leaves_no_copy_for_the_next_build(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    bad = tmp_path / "bad.md"
    bad.write_bytes(bytes(range(256)))
    with pytest.raises(NotText):
        add_reports(
            settings, shipped_model(), [(open_file(bad, max_bytes=999), "bad.md")], lambda _: None
        )
    assert not list((settings.index / "library").glob("*"))
