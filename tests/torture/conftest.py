"""Fixtures of the trials: how many there are, the counts, an index to be tortured."""

import os
import random
from pathlib import Path

import pytest

from tests.torture.place import Place
from tests.torture.world import IN_CORPUS, OTHERS, Edition, held_of, remember


@pytest.fixture(scope="session")
def trials() -> int:
    """How many processes are killed; the other trials are in proportion to it."""
    return int(os.environ["IPQA_TORTURE"])


@pytest.fixture
def chance() -> random.Random:
    """The same chance in every run, unless IPQA_TORTURE_SEED says otherwise."""
    return random.Random(int(os.environ.get("IPQA_TORTURE_SEED", "1")))


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the shipped model makes of every edition."""
    return remember(tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory, vectors: Path) -> Place:
    """An index of two reports of the corpus and one that was added, in two generations."""
    place = Place(tmp_path_factory.mktemp("origin"), vectors, {})
    editions = [Edition(company, 0) for company in IN_CORPUS]
    for edition in editions:
        edition.write(place.settings.corpus)
    place.do((place.task("build"), held_of(editions)))
    place.do(place.add(Edition(OTHERS[0], 0)))
    return place


@pytest.fixture
def place(origin: Place, tmp_path: Path) -> Place:
    """A copy of it that a trial may damage."""
    return origin.copy(tmp_path / "place")
