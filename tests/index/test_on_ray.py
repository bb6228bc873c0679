"""Readings made by the workers of a Ray cluster are those that one process makes, whatever happens to the workers."""

import os
import pickle
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread, Timer

import pytest
from pydantic import SecretStr

from ipqa.errors import ClusterUnavailable, ExtraMissing
from ipqa.index import on_ray as of_ray
from ipqa.index.build import build_index
from ipqa.index.builder import BuildResult
from ipqa.index.on_ray import on_ray, work_settings
from ipqa.index.store import read_manifest
from ipqa.reports import open_file
from ipqa.settings import Settings
from tests.index.ray_cluster import PATIENCE, processes_of, ray_cluster
from tests.index.test_workers import corpus, files, script
from tests.parts import SMALL_REPORT, shipped_model

__all__ = ["corpus"]

needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="Ray is not installed: pip install 'ipqa[ray]'"
)

Build = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[dict[str, str]]:
    with ray_cluster() as environment:
        yield environment


@pytest.fixture
def build(cluster: dict[str, str], tmp_path: Path) -> Build:
    """`ipqa build --ray`, called where nothing of it is to be left."""

    def run(
        corpus: Path, index: Path, *options: str, language: str = "ja"
    ) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-c",
            "from ipqa.cli import main; main()",
            "build",
            "--ray",
            *options,
        ]
        return subprocess.run(
            [*command, "--corpus", str(corpus), "--index", str(index)],
            env=cluster | {"IPQA_LANGUAGE": language},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    return run


def built_here(corpus: Path, index: Path) -> BuildResult:
    return build_index(Settings(corpus=corpus, index=index), shipped_model(), lambda _: None)


@needs_ray
@pytest.mark.slow
def test_a_cluster_makes_what_one_process_makes_to_the_bit(
    corpus: Path, tmp_path: Path, build: Build
) -> None:
    here = built_here(corpus, tmp_path / "here")
    done = build(corpus, tmp_path / "index")
    assert files(tmp_path / "index") == files(tmp_path / "here")
    assert read_manifest(tmp_path / "index").reports == here.manifest.reports
    assert f"索引を更新しました: 報告書 {len(here.manifest.reports)} 件" in done.stdout
    assert f"新しく読んだもの {len(here.read)} 件" in done.stdout
    assert done.returncode == 1
    assert done.stderr.count("読めませんでした") == 3
    assert all(f"broken-{number}.txt" in done.stderr for number in range(3))
    again = build(corpus, tmp_path / "index", "--workers", "1", language="en")
    assert "The index is up to date" in again.stdout
    assert f"0 read, {len(here.manifest.reports)} as before" in again.stdout
    assert (again.returncode, again.stderr.count("Not read: ")) == (1, 3)


@needs_ray
@pytest.mark.slow
def test_a_lost_worker_is_tried_again_and_a_report_that_loses_all_is_told(
    tmp_path: Path, build: Build
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    unlucky, fatal = (f"{name}-{secrets.token_hex(8)}.md" for name in ("unlucky", "fatal"))
    (folder / unlucky).write_text("# 不運\n\n受注は3件である。", encoding="utf-8")
    right = built_here(folder, tmp_path / "right")
    (folder / fatal).write_text("# 凶運\n\n受注は4件である。", encoding="utf-8")
    killed: dict[str, set[int]] = {unlucky: set(), fatal: set()}
    done = Event()

    def kill() -> None:
        while not done.wait(0.01):
            for name, most in ((unlucky, 1), (fatal, 99)):
                for process in processes_of(f"ray::ipqa {name}"):
                    if len(killed[name]) < most and process not in killed[name]:
                        killed[name].add(process)
                        os.kill(process, signal.SIGKILL)

    killer = Thread(target=kill)
    killer.start()
    try:
        result = build(folder, tmp_path / "index")
    finally:
        done.set()
        killer.join()
    assert {name: len(processes) for name, processes in killed.items()} == {unlucky: 1, fatal: 3}
    assert result.returncode == 1
    assert result.stderr.count("読めませんでした") == 1
    assert fatal in result.stderr
    assert "3 回続けて失われました" in result.stderr.replace("\n", "")
    assert files(tmp_path / "index") == files(tmp_path / "right")
    assert read_manifest(tmp_path / "index").reports == right.manifest.reports


_BUILD = """
import os, signal, sys
from pathlib import Path
from ipqa.embedding import model_of
from ipqa.index.build import build_index
from ipqa.index.on_ray import on_ray
from ipqa.settings import Settings

steps = []

def watch(step):
    steps.append(step.sentences)
    if step.sentences and sys.argv[3] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)

settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))
build_index(settings, model_of(settings), watch, makers=on_ray(1))
print(steps[-1])
"""


@needs_ray
@pytest.mark.slow
def test_a_build_that_was_killed_goes_on_with_what_is_missing(
    corpus: Path, tmp_path: Path, cluster: dict[str, str]
) -> None:
    here = built_here(corpus, tmp_path / "here")
    command = [*script(tmp_path, _BUILD), str(corpus), str(tmp_path / "index")]

    def run(how: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, how],
            env=cluster,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    assert run("killed").returncode == -signal.SIGKILL
    kept = [path.name for path in (tmp_path / "index" / "readings").iterdir()]
    embedded = int(run("whole").stdout)
    all_of_them = sum(r.sentences for r in here.manifest.reports if r.source != "the-same.md")
    assert kept
    assert 0 < embedded < all_of_them
    assert files(tmp_path / "index") == files(tmp_path / "here")


@needs_ray
@pytest.mark.filterwarnings("ignore")  # Ray warns of itself when it is imported
def test_a_cluster_that_does_not_answer_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    settings = Settings(corpus=tmp_path / "seaweed.md", index=tmp_path / "index")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setenv("RAY_ADDRESS", address)
        with pytest.raises(ClusterUnavailable) as caught:
            build_index(settings, shipped_model(), lambda _: None, makers=on_ray())
        for message in (caught.value.message("ja"), caught.value.message("en")):
            assert address in message
            assert "RAY_ADDRESS" in message
            assert "pip install 'ipqa[ray]'" in message
        build_index(settings, shipped_model(), lambda _: None)
        again = build_index(settings, shipped_model(), lambda _: None, makers=on_ray())
    assert not again.rebuilt  # and no cluster was asked


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_cluster_that_is_away_is_waited_for_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, *, comes_back: bool
) -> None:
    with socket.socket() as head:
        head.bind(("127.0.0.1", 0))
        cluster = of_ray._Cluster(object(), f"127.0.0.1:{head.getsockname()[1]}")  # noqa: SLF001
        if comes_back:
            back = Timer(0.2, head.listen)
            back.start()
            cluster._await_answer()  # noqa: SLF001 - else a real cluster would have to fall for half a minute
            back.join()
        else:
            monkeypatch.setattr(of_ray, "_SILENCE", 0.0)
            with pytest.raises(ClusterUnavailable):
                cluster._await_answer()  # noqa: SLF001


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExtraMissing) as caught:
        on_ray()
    for message in (caught.value.message("ja"), caught.value.message("en")):
        assert "pip install 'ipqa[ray]'" in message


def test_a_worker_that_would_make_something_else_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    file = open_file(tmp_path / "seaweed.md", max_bytes=1_000_000)
    settings = work_settings(Settings())
    here = of_ray._making(settings, shipped_model())  # noqa: SLF001 - what a worker of another version would be sent
    there = here | {"reader": -1}
    refused = of_ray._made(file, "key", settings, there)  # noqa: SLF001
    assert isinstance(refused, ClusterUnavailable)
    assert f"reader: -1 ≠ {here['reader']}" in str(refused)
    assert isinstance(of_ray._made(file, "key", settings, here), dict)  # noqa: SLF001


def test_workers_are_told_no_key_but_that_of_the_embedding_server() -> None:
    settings = Settings(
        llm_api_key=SecretStr("himitsu"),
        database_url=SecretStr("postgresql://ipqa:himitsu@db/ipqa"),
        index_url="milvus://ipqa:himitsu@milvus/default",
        embedding_api_key=SecretStr("kagi"),
    )
    sent = pickle.dumps(work_settings(settings))
    assert b"himitsu" not in sent
    assert b"kagi" in sent
