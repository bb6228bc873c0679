"""What ``IPQA_INDEX_URL`` may say, and that no password in it is told on."""

from pathlib import Path

import pytest

from ipqa.errors import BadSetting
from ipqa.index.engines import engine_of
from ipqa.index.milvus.address import address_of
from ipqa.index.on_disk import ON_DISK
from ipqa.settings import Settings


def test_by_default_the_folder_of_the_index_has_it_all() -> None:
    assert engine_of(Settings()) is ON_DISK


def test_a_server_is_named_with_its_database() -> None:
    address = address_of("milvus://milvus.example.jp:19999/reports")
    assert (address.uri, address.database) == ("http://milvus.example.jp:19999", "reports")
    assert not address.is_lite


@pytest.mark.parametrize("url", ["milvus://localhost", "milvus://localhost/"])
def test_what_is_left_out_is_as_milvus_has_it(url: str) -> None:
    address = address_of(url)
    assert (address.uri, address.database, address.token) == ("http://localhost:19530", "", "")


def test_an_ipv6_address_keeps_its_brackets() -> None:
    assert address_of("milvus://[::1]:19530/default").uri == "http://[::1]:19530"


def test_a_password_is_sent_and_never_told() -> None:
    address = address_of("milvus://ipqa:h%40nashi@milvus:19530/default")
    assert address.token == "ipqa:h@nashi"  # noqa: S105 - of nothing
    for told in (address.told, repr(address), address.uri):
        assert "nashi" not in told
    assert address.told == "milvus://milvus:19530/default"


def test_a_file_is_named_by_its_path() -> None:
    address = address_of("milvus-lite:///srv/ipqa/milvus.db")
    assert (address.uri, address.is_lite) == ("/srv/ipqa/milvus.db", True)
    assert address_of("milvus-lite:milvus.db").uri == str(Path("milvus.db").absolute())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "milvus:",
        "milvus://",
        "milvus:///default",
        "milvus://host/a/b",
        "milvus://host:port/a",
        "milvus-lite:///srv/index",
        "milvus-lite://srv/milvus.db",
        "faiss:///srv/index",
        "http://host:19530",
        "postgresql://host/db",
    ],
)
def test_anything_else_is_refused_by_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="IPQA_INDEX_URL"):
        engine_of(Settings(index_url=url))
