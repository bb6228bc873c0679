"""Two real servers on one index and one PostgreSQL database, and clients that ask all the time."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ipqa.settings import Settings
from tests.postgres import PostgresqlFolder
from tests.serving import Served, free_port, serving

QUESTION = {"question": "海藻の養殖はいつ始まりましたか"}
ANSWER = "2019年4月"


@dataclass(frozen=True)
class Replicas:
    """Where two servers listen, whether they run or not.

    Attributes:
        folder: with the index that they share.
        environment: their options, the records that they share among these.
        ports: of each.
    """

    folder: Path
    environment: Mapping[str, str]
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))

    @contextmanager
    def serving(self, which: int, *options: str) -> Iterator[Served]:
        """One of them, until this ends; then it is stopped, and has answered what it was asked."""
        given = ["--no-reader", *options]
        with serving(self.folder, given, self.environment, self.ports[which]) as served:
            yield served


@contextmanager
def replicas_of(
    settings: Settings, folder: Path, postgresql: PostgresqlFolder
) -> Iterator[Replicas]:
    """Two servers that are yet to be started, on a copy of an index and a database that holds nothing."""
    shutil.copytree(settings.index, folder / "index")
    with postgresql.new_database() as url:
        yield Replicas(folder, {"IPQA_DATABASE_URL": url})


@dataclass(frozen=True)
class Asked:
    """A request that was sent, and what came of it.

    Attributes:
        what: method and path.
        begun, ended: by the clock of this process.
        status: of the response; None where none came.
    """

    what: str
    begun: float
    ended: float
    status: int | None


@contextmanager
def asking(
    *each: Callable[[], tuple[str, int | None]],
) -> Iterator[list[Asked]]:
    """Clients that do something again and again, for as long as this lasts; each tells what it did, and the status."""
    told: list[Asked] = []
    over = threading.Event()

    def ask(one: Callable[[], tuple[str, int | None]]) -> None:
        while not over.is_set():
            begun = time.monotonic()
            what, status = one()
            told.append(Asked(what, begun, time.monotonic(), status))

    threads = [threading.Thread(target=ask, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()


def answered(told: list[Asked], more: int) -> None:
    """Wait until so many more requests have come to an end."""
    wanted, ends = len(told) + more, time.monotonic() + 60
    while len(told) < wanted:
        assert time.monotonic() < ends
        time.sleep(0.02)
