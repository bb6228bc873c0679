"""Generations at Milvus: one alias for the one in force, nothing left of those that are gone, none of another index."""

import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymilvus import MilvusClient

from ipqa.errors import IndexDamaged
from ipqa.index.build import build_index
from ipqa.index.engines import engine_of, index_of
from ipqa.index.generations import generation_names
from ipqa.index.milvus import MilvusEngine, address_of
from ipqa.index.milvus.engine import Written, alias_of
from ipqa.index.milvus.searching import MilvusDense
from ipqa.index.part import part_of
from ipqa.index.rollback import roll_back
from ipqa.index.store import clear_away, open_index, write_generation
from ipqa.settings import Settings
from tests.index.made import RECIPE
from tests.index.milvus import loading
from tests.index.milvus.served import MilvusServer, served
from tests.index.test_engines import ALL, MADE, require_right
from tests.parts import shipped_model

_PATIENCE = 120
"""Seconds that a load may take to begin, on a machine that has much else to do."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A server that several indexes share."""
    with served(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: MilvusServer) -> MilvusClient:
    """Milvus's own client, which sees what anybody sees."""
    return MilvusClient(f"http://127.0.0.1:{server.port}")


@pytest.fixture
def settings(server: MilvusServer, tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index", index_url=server.url)


def written(settings: Settings) -> list[str]:
    """The collections that the generations of an index name."""
    folders = [settings.index / "generations" / name for name in generation_names(settings.index)]
    told = [Written.model_validate_json((one / "milvus.json").read_bytes()) for one in folders]
    return [name for one in told for name in (one.of_passages, one.of_sentences)]


def held(settings: Settings, client: MilvusClient) -> list[str]:
    """The collections of an index at Milvus."""
    beginning = f"{alias_of(settings.index)}_"
    return sorted(name for name in client.list_collections() if name.startswith(beginning))


def in_force(settings: Settings, client: MilvusClient) -> str:
    """The collection that the alias of an index stands for."""
    return str(client.describe_alias(alias_of(settings.index))["collection_name"])


def refused(_: str) -> None:
    raise IndexDamaged(folder="", reason="", reason_ja="", remedy="")


def test_a_server_finds_what_an_exact_search_finds(settings: Settings) -> None:
    require_right(MADE.put(settings, ALL), ALL)


def test_the_alias_stands_for_the_generation_in_force(
    settings: Settings,
    client: MilvusClient,
) -> None:
    for reports in ([0], [0, 1], [1, 2]):
        MADE.put(settings, reports)
        assert in_force(settings, client) == written(settings)[-1]


def test_changes_leave_the_collections_of_two_generations(
    server: MilvusServer, client: MilvusClient, tmp_path: Path
) -> None:
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", index_url=server.url)
    settings.corpus.mkdir()
    for edition in range(3):
        text = f"# 報告\n\n第{edition}版である。\n"
        (settings.corpus / "report.md").write_text(text, encoding="utf-8")
        build_index(settings, shipped_model(), lambda _: None)
        assert held(settings, client) == sorted(written(settings))
    assert generation_names(settings.index) == ["000002", "000003"]
    roll_back(settings, shipped_model())
    assert in_force(settings, client) == written(settings)[1]


def test_a_generation_that_is_not_approved_leaves_the_alias_and_nothing_behind(
    settings: Settings,
    client: MilvusClient,
) -> None:
    MADE.put(settings, [0, 1])
    before, engine = in_force(settings, client), engine_of(settings)
    with pytest.raises(IndexDamaged):
        write_generation(
            settings.index, MADE.records(settings.index, [2]), RECIPE, "0", refused, engine
        )
    assert in_force(settings, client) == before
    assert len(held(settings, client)) == 4
    engine.clear_away(settings.index)
    assert held(settings, client) == sorted(written(settings))
    require_right(index_of(settings), [0, 1])


def test_indexes_that_share_a_database_leave_each_other_alone(
    server: MilvusServer, client: MilvusClient, tmp_path: Path
) -> None:
    one, two = (Settings(index=tmp_path / name, index_url=server.url) for name in ("one", "two"))
    MADE.put(one, [0, 1])
    MADE.put(two, [2, 3])
    engine_of(two).clear_away(two.index)
    require_right(index_of(one), [0, 1])
    require_right(index_of(two), [2, 3])
    assert in_force(one, client) != in_force(two, client)


def test_a_copy_of_a_folder_leaves_the_collections_of_the_first_alone(
    settings: Settings, client: MilvusClient
) -> None:
    MADE.put(settings, [0, 1])
    there, before = held(settings, client), in_force(settings, client)
    copy = settings.model_copy(update={"index": settings.index.with_name("copy")})
    shutil.copytree(settings.index, copy.index)
    require_right(index_of(copy), [0, 1])
    for reports in ([2], [3], [4]):
        MADE.put(copy, reports)
        clear_away(copy.index)
        engine_of(copy).clear_away(copy.index)
    assert held(settings, client) == there
    assert in_force(settings, client) == before
    assert set(held(copy, client)) == set(written(copy)) - set(there)
    require_right(index_of(settings), [0, 1])
    moved = settings.model_copy(update={"index": settings.index.with_name("moved")})
    settings.index.rename(moved.index)
    assert held(moved, client) == there


def test_a_load_that_is_killed_leaves_the_alias_and_the_next_change_clears_it_away(
    settings: Settings, client: MilvusClient
) -> None:
    MADE.put(settings, [0, 1])
    before, there = in_force(settings, client), held(settings, client)
    process = loading.start(settings)
    until = time.monotonic() + _PATIENCE
    while not any(name.endswith("_sentences") for name in set(held(settings, client)) - set(there)):
        assert process.is_alive()
        assert time.monotonic() < until
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert in_force(settings, client) == before
    assert len(held(settings, client)) == len(there) + 2
    require_right(index_of(settings), [0, 1])
    MADE.put(settings, [1, 2])
    clear_away(settings.index)
    engine_of(settings).clear_away(settings.index)
    assert held(settings, client) == sorted(written(settings))
    require_right(index_of(settings), [1, 2])


def test_a_part_too_large_to_compare_in_memory_is_searched_by_a_filter(settings: Settings) -> None:
    engine = MilvusEngine(address_of(settings.index_url), exact=0)
    whole = MADE.put(settings, ALL)
    part = part_of(settings.index, whole, ["r1", "r4", "r5"], engine)
    assert isinstance(part.dense, MilvusDense)
    require_right(part, [1, 4, 5])


def test_a_large_index_is_searched_by_a_graph_and_compared_exactly(settings: Settings) -> None:
    engine = MilvusEngine(address_of(settings.index_url), exact=0)
    records = MADE.records(settings.index, ALL)
    write_generation(settings.index, records, RECIPE, "0", lambda _: None, engine)
    index = open_index(settings.index, engine)
    (told,) = (settings.index / "generations").glob("*/milvus.json")
    assert Written.model_validate_json(told.read_bytes()).index == "HNSW"
    found = MADE.dense(ALL).search(MADE.vectors[3][7], 10)
    assert index.dense.search(MADE.vectors[3][7], 10) == found


def test_a_collection_that_is_gone_or_has_lost_rows_is_damage_with_its_remedy(
    settings: Settings,
    client: MilvusClient,
) -> None:
    MADE.put(settings, [0, 1])
    passages, sentences = written(settings)
    client.delete(sentences, ids=[3])
    with pytest.raises(IndexDamaged, match=r"59 rows instead of 60.*ipqa build"):
        index_of(settings)
    client.drop_collection(passages)
    with pytest.raises(IndexDamaged, match="ipqa build"):
        index_of(settings)
