"""An index on disk is whole, or it is refused with the reason and the remedy."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ipqa.errors import IndexDamaged, IndexMissing, IndexNotWritable
from ipqa.index import generations, store
from ipqa.index.build import build_index
from ipqa.index.files import FileRecord
from ipqa.index.generations import Manifest, pointer_path, put_in_force, read_pointer
from ipqa.index.store import open_generation, open_index
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, build_small_index, shipped_model


@pytest.fixture
def copy(small_settings: Settings, tmp_path: Path) -> Path:
    """A copy of a good index that a test may damage."""
    folder = tmp_path / "index"
    shutil.copytree(small_settings.index, folder)
    return folder


def generation(folder: Path) -> Path:
    name = (folder / "current").read_text(encoding="utf-8").split()[0]
    return folder / "generations" / name


def built(folder: Path, text: str) -> Settings:
    """An index of one report with this text, made or brought up to date."""
    (folder / "corpus").mkdir(exist_ok=True)
    (folder / "corpus" / "report.md").write_text(f"# 報告\n\n{text}\n", encoding="utf-8")
    return build_small_index(folder / "corpus", folder / "index")


def test_a_folder_without_an_index_is_told_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="ipqa build --index"):
        open_index(tmp_path / "nowhere")


def test_what_was_written_is_what_is_opened(small_settings: Settings) -> None:
    index = open_index(small_settings.index)
    assert index.manifest.counts == {
        "reports": len(index.reports),
        "passages": len(index.passages),
        "sentences": len(index.sentences),
    }
    assert len(index.dense) == len(index.sentences)
    assert len(index.lexical) == len(index.passages)
    for sentence in index.sentences:
        passage = index.passages[sentence.passage]
        assert passage.span.covers(sentence.span)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_every_file_that_is_cut_short_is_noticed(copy: Path, share: float) -> None:
    files = [path for path in generation(copy).rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(IndexDamaged):
            open_index(copy)
        path.write_bytes(whole)
    open_index(copy)


def test_every_file_in_which_one_bit_flips_is_noticed(copy: Path) -> None:
    for path in [path for path in generation(copy).rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with pytest.raises(IndexDamaged, match=path.name):
            open_index(copy)
        path.write_bytes(whole)


def test_a_manifest_does_not_rename_a_report_unnoticed(copy: Path) -> None:
    path = generation(copy) / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"seaweed"', '"seaweee"'), encoding="utf-8")
    with pytest.raises(IndexDamaged, match=r"manifest\.json has changed"):
        open_index(copy)


def test_a_pointer_of_which_a_bit_flips_leads_to_no_other_generation(tmp_path: Path) -> None:
    for number in (2, 3):
        settings = built(tmp_path, f"第{number}版である。")
    pointer = settings.index / "current"
    whole = pointer.read_bytes()
    assert whole.startswith(b"000002 ")
    pointer.write_bytes(whole.replace(b"000002", b"000001"))
    with pytest.raises(IndexDamaged, match="current"):
        open_index(settings.index)


def test_an_index_whose_manifest_has_no_digest_yet_is_opened(copy: Path) -> None:
    path = generation(copy) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["digest"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (copy / "current").write_text(path.parent.name + "\n", encoding="utf-8")
    assert open_index(copy).reports


def test_whoever_opens_while_others_publish_opens_what_is_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = built(tmp_path, "第0版である。")
    listed = store.files_of

    def meanwhile(folder: Path, name: str, manifest: Manifest) -> dict[Path, FileRecord]:
        monkeypatch.undo()
        for number in (1, 2):  # after the second the generation that is being opened is gone
            built(tmp_path, f"第{number}版である。")
        return listed(folder, name, manifest)

    monkeypatch.setattr(store, "files_of", meanwhile)
    assert open_index(settings.index).reports["report"].text.strip() == "第2版である。"


_DENSE = "DenseIndex.of(384, [np.ones((2001, 384), 'f4')]).save(folder / 'file')"
_READING = "Readings(folder).write('key', Cut(report, (), ()), [], np.ones((2001, 384), 'f4'))"


@pytest.mark.parametrize("written", [_DENSE, _READING])
@pytest.mark.parametrize("missing", [1, 300])
def test_no_file_is_taken_for_whole_whose_last_bytes_found_no_room(
    tmp_path: Path, written: str, missing: int
) -> None:
    """A disk that is full just there: what libraries write themselves, they lose without a word."""
    script = (
        "import resource, signal, sys; from pathlib import Path; import numpy as np\n"
        "from ipqa.index.dense import DenseIndex; from ipqa.index.readings import Cut, Readings\n"
        "from ipqa.reports import SourceFile, parse\n"
        "folder, most = Path(sys.argv[1]), int(sys.argv[2])\n"
        "report = parse(SourceFile(folder / 'report.md', '# 報告\\n\\n本文。'.encode()))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))\n" + written
    )

    def run(most: int) -> str:
        command = [sys.executable, "-c", script, str(tmp_path), str(most)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    assert run(10**9) == ""
    whole = max(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert "OSError" in run(whole - missing)


def test_a_manifest_whose_digest_is_lost_is_noticed(copy: Path) -> None:
    path = generation(copy) / "manifest.json"
    head, _, tail = path.read_text("utf-8").rpartition('"digest"')
    path.write_text(f'{head}"digesu"{tail}', encoding="utf-8")
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        open_generation(copy, path.parent.name)


def test_every_file_that_is_missing_is_noticed(copy: Path) -> None:
    for path in [path for path in generation(copy).rglob("*") if path.is_file()]:
        hidden = copy / "hidden"
        path.rename(hidden)
        with pytest.raises(IndexDamaged):
            open_index(copy)
        hidden.rename(path)


@pytest.mark.parametrize("pointer", ["", "000999", "../../etc", "0000x1", "\udcff"])
def test_a_torn_pointer_is_noticed(copy: Path, pointer: str) -> None:
    (copy / "current").write_bytes(pointer.encode("utf-8", "surrogateescape"))
    with pytest.raises(IndexDamaged):
        open_index(copy)


def test_files_of_two_generations_do_not_pass_for_one(copy: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "other"
    corpus.mkdir()
    (corpus / "other.md").write_text(SMALL_REPORT + "\n\n追記がある。", encoding="utf-8")
    other = build_small_index(corpus, tmp_path / "other-index")
    shutil.copy(
        generation(other.index) / "dense/vectors.faiss", generation(copy) / "dense/vectors.faiss"
    )
    with pytest.raises(IndexDamaged):
        open_index(copy)


def test_the_generation_before_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(4):
        (corpus / "report.md").write_text(f"# 報告\n\n第{number}版である。\n", encoding="utf-8")
        settings = build_small_index(corpus, tmp_path / "index")
    kept = sorted(path.name for path in (settings.index / "generations").iterdir())
    assert kept == ["000003", "000004"]
    assert open_index(settings.index).name == "000004"


def test_a_build_that_is_interrupted_leaves_the_index_in_force(
    copy: Path, small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PulledPlug(BaseException):
        pass

    def stop(*_: object) -> None:
        raise PulledPlug

    settings = small_settings.model_copy(update={"index": copy, "passage_length": 100})
    before = open_index(copy)
    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(PulledPlug):
        build_index(settings, shipped_model(), lambda _: None)
    monkeypatch.undo()
    after = open_index(copy)
    assert after.name == before.name
    assert after.manifest == before.manifest


def test_a_folder_that_cannot_be_written_is_told(small_settings: Settings, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    settings = small_settings.model_copy(update={"index": blocked / "index"})
    with pytest.raises(IndexNotWritable, match="--index"):
        build_index(settings, shipped_model(), lambda _: None)


def test_a_generation_that_may_not_stay_in_force_is_not_put_there(
    small_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder cannot be flushed once ``current`` is renamed: what is told is what is so."""
    index = tmp_path / "index"
    index.mkdir()
    manifest = open_index(small_settings.index).manifest

    def flush(path: Path) -> None:
        if path == index:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(generations, "flush", flush)
    with pytest.raises(OSError, match="Input/output"):
        put_in_force(index, "000001", manifest)
    assert not pointer_path(index).exists()
    monkeypatch.undo()
    put_in_force(index, "000001", manifest)
    monkeypatch.setattr(generations, "flush", flush)
    with pytest.raises(OSError, match="Input/output"):
        put_in_force(index, "000002", manifest)
    assert read_pointer(index).name == "000001"
