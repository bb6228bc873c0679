"""A file that is cut short or in which a bit flips is named by doctor, and never answered from."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ipqa.doctor.index import examine_index
from ipqa.doctor.services import examine_records
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.settings import Settings
from tests.parts import records_at, shipped_model
from tests.tally import Tally, Wrong
from tests.torture.place import Place
from tests.torture.world import require_right

_PLACES = 40
"""In each file, of a thousand trials."""


def index_files(place: Place) -> list[Path]:
    """Every file that the index consists of."""
    folder = place.settings.index
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith((".", "records"))
    )


def see(place: Place, damaged: Path) -> None:
    """The damage is named, and answers are those of the last good generation or none."""
    require_right(place.settings, [place.held])
    _, faults = examine_index(place.settings, shipped_model())
    named = [Path(fault.file) for fault in faults]
    if damaged not in named and not _is_told_by_its_reading(damaged, named):
        raise Wrong(f"doctor names {[path.name for path in named]}")


def _is_told_by_its_reading(damaged: Path, named: list[Path]) -> bool:
    """A seal whose record of a file is changed looks as if the file were."""
    return damaged.name == "seal.json" and damaged.parent in {path.parent for path in named}


def places(trials: int) -> int:
    return max(2, trials * _PLACES // 1000)


def test_a_file_that_is_cut_short_is_named_and_never_answered_from(
    place: Place, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "index file cut short"
    for path in index_files(place):
        whole = path.read_bytes()
        ends = {
            0,
            1,
            len(whole) - 1,
            *(chance.randrange(len(whole)) for _ in range(places(trials))),
        }
        for end in sorted(ends):
            path.write_bytes(whole[:end])
            with tally.trial(test, f"{path.name} at {end}"):
                see(place, path)
        path.write_bytes(whole)
    assert require_right(place.settings, [place.held])
    tally.require(test)


def test_a_file_in_which_a_bit_flips_is_named_and_never_answered_from(
    place: Place, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "one bit of an index file flipped"
    for path in index_files(place):
        whole = path.read_bytes()
        for _ in range(places(trials)):
            at, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
            path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            with tally.trial(test, f"{path.name} at {at}, bit {bit}"):
                see(place, path)
        path.write_bytes(whole)
    assert require_right(place.settings, [place.held])
    tally.require(test)


def test_a_file_that_is_lost_is_named_and_the_remedy_mends_it(
    origin: Place, tmp_path: Path, tally: Tally
) -> None:
    test = "index file lost, then mended by the remedy"
    for number, lost in enumerate(index_files(origin)):
        place = origin.copy(tmp_path / str(number))
        path = place.settings.index / lost.relative_to(origin.settings.index)
        path.unlink()
        with tally.trial(test, str(lost.relative_to(origin.settings.index))):
            see(place, path)
            _, (fault, *_) = examine_index(place.settings, shipped_model())
            _mend(place, fault.message_en)
            if not require_right(place.settings, [place.held]):
                raise Wrong("the remedy does not help")
    tally.require(test)


def _mend(place: Place, message: str) -> None:
    if "`ipqa add`" in message:
        (added,) = (edition for name, edition in place.held.items() if name not in _corpus(place))
        task, _ = place.add(added)
        place.do((task, place.held))
    else:
        place.do((place.task("build"), place.held))
    _, faults = examine_index(place.settings, shipped_model())
    if faults:
        raise Wrong(f"doctor still names {faults[0].file}")


def _corpus(place: Place) -> set[str]:
    return {path.stem for path in place.settings.corpus.iterdir()}


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A file of records with conversations in it, all of them in the file itself."""
    path = tmp_path / "records.sqlite3"
    store = ConversationStore(Database(f"sqlite:///{path}"))
    for number in range(50):
        store.start(f"第{number}の会話について")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def test_records_that_are_cut_short_are_named(
    records: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "file of records cut short"
    whole = records.read_bytes()
    for _ in range(places(trials)):
        end = chance.randrange(1, len(whole))
        records.write_bytes(whole[:end])
        with tally.trial(test, f"at {end}"):
            _, faults = examine_records(Settings(database_url=records_at(records)))
            if [fault.error for fault in faults] != ["RecordsDamaged"]:
                raise Wrong("doctor does not name the file")
    tally.require(test)
