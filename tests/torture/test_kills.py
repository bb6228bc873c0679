"""Killed at any moment, a change is made or not made, and what there is answers rightly."""

import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from ipqa.doctor.index import examine_index
from ipqa.errors import IndexTooOld
from ipqa.index.generations import rebuild_command
from ipqa.index.store import open_index
from ipqa.settings import Settings
from tests.parts import shipped_model
from tests.tally import Tally, Wrong
from tests.torture.child import BUSY, DONE, Task, start
from tests.torture.place import Place
from tests.torture.world import (
    EDITIONS,
    IN_CORPUS,
    OTHERS,
    Edition,
    Held,
    earlier_index,
    require_right,
)

_LONGER = 1.1
"""Times the measured duration within which a process is killed: some live to the end."""

_MEASURED = 3
"""Undisturbed runs of each action by which its duration is known."""


class Life:
    """One index that lives through all that is done to it, killed again and again."""

    def __init__(self, place: Place, chance: random.Random) -> None:
        self.place = place
        self._chance = chance
        self._next = dict.fromkeys(IN_CORPUS + OTHERS, 0)
        for (
            added
        ) in OTHERS:  # what was added elsewhere would not be known again by where it came from
            if added in place.held:
                place.do(place.remove(added))
        self._seconds = {action: self._measured(action) for action in ("build", "add", "remove")}

    def planned(self, action: str) -> tuple[Task, Held]:
        """Something of that kind that makes a difference, and what the index holds after it."""
        if action == "build":
            return self.place.build(self._edition(self._chance.choice(IN_CORPUS)))
        if action == "add":
            return self.place.add(self._edition(self._chance.choice(OTHERS)))
        added = [company for company in self.place.held if company in OTHERS]
        if not added:
            self.place.do(self.planned("add"))
            return self.planned("remove")
        return self.place.remove(self._chance.choice(added))

    def kill_during(self, action: str) -> None:
        """Begin something, kill it at a random moment, and see what the index holds then."""
        task, after = self.planned(action)
        process = start(task)
        time.sleep(self._chance.uniform(0, self._seconds[action] * _LONGER))
        process.kill()
        process.join()
        self.see(after)

    def see(self, after: Held) -> None:
        """The index holds what it held or what it was to hold, and nothing is wrong with it."""
        settings = self.place.settings
        held = require_right(settings, [self.place.held, after])
        if held is None:
            raise Wrong("the index is refused after a kill")
        self.place.held = held
        _, faults = examine_index(settings, shipped_model())
        if faults:
            raise Wrong(f"doctor: {faults[0].message_en}")

    def _edition(self, company: str) -> Edition:
        """The next edition of a report, so that each change is one."""
        self._next[company] = (self._next[company] + 1) % EDITIONS
        return Edition(company, self._next[company])

    def _measured(self, action: str) -> float:
        begun = time.monotonic()
        for _ in range(_MEASURED):
            self.place.do(self.planned(action))
        return (time.monotonic() - begun) / _MEASURED


def test_a_killed_change_is_made_or_not_made(
    place: Place, trials: int, tally: Tally, chance: random.Random
) -> None:
    life = Life(place, chance)
    for number in range(trials):
        action = ("build", "add", "remove")[number % 3]
        with tally.trial(f"`kill -9` during {action}", f"kill {number}"):
            life.kill_during(action)
    for action in ("build", "add", "remove"):
        tally.require(f"`kill -9` during {action}")


def test_a_killed_command_leaves_an_index_that_answers(
    place: Place, trials: int, tally: Tally, chance: random.Random
) -> None:
    """The command line itself, from its first import on, with the shipped model."""
    test = "`kill -9` of the command `ipqa build`"
    life = Life(place, chance)
    command = [sys.executable, "-m", "ipqa.cli", "build"]
    settings = life.place.settings
    options = ["--corpus", str(settings.corpus), "--index", str(settings.index)]
    begun = time.monotonic()
    _, after = life.planned("build")
    subprocess.run([*command, *options], check=True, capture_output=True)
    life.place.held = after
    seconds = time.monotonic() - begun
    for number in range(max(1, trials // 20)):
        with tally.trial(test, f"kill {number}"):
            _, after = life.planned("build")
            with subprocess.Popen(
                [*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                time.sleep(chance.uniform(0, seconds * _LONGER))
                process.kill()
            life.see(after)
    tally.require(test)


def test_of_two_builders_one_waits_or_is_refused_and_nothing_is_mixed(
    place: Place, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "two builders at once, and a reader"
    life = Life(place, chance)
    for number in range(max(1, trials // 20)):
        with tally.trial(test, f"pair {number}"):
            one, other = life.planned("build"), life.planned("add")
            both = {**one[1], **{name: other[1][name] for name in other[1] if name in OTHERS}}
            running = [start(one[0]), start(other[0])]
            while any(process.is_alive() for process in running):
                _require_readable(life.place, [life.place.held, one[1], other[1], both])
            _require_good_ends([process.exitcode for process in running])
            life.place.held = (
                require_right(life.place.settings, [life.place.held, one[1], other[1], both]) or {}
            )
            if not life.place.held:
                raise Wrong("the index is refused after two builders")
    tally.require(test)


def test_a_clock_that_goes_backwards_changes_nothing(
    place: Place, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "clock put back or forward between changes"
    life = Life(place, chance)
    for number in range(max(1, trials // 20)):
        with tally.trial(test, f"clock {number}"):
            task, after = life.planned(chance.choice(("build", "add", "remove")))
            days = chance.choice((-9000, -400, -1, 400))
            life.place.do((replace(task, clock=days * 86_400), after))
            life.see(after)
    tally.require(test)


def test_a_killed_first_build_can_be_made_again(
    origin: Place, tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "`kill -9` during the first build of all"
    place = Place(tmp_path / "first", origin.vectors, {})
    shutil.copytree(origin.settings.corpus, place.settings.corpus)
    after = {name: edition for name, edition in origin.held.items() if name in IN_CORPUS}
    begun = time.monotonic()
    place.do((place.task("build"), after))
    seconds = time.monotonic() - begun
    for number in range(max(1, trials // 20)):
        shutil.rmtree(place.settings.index)
        with tally.trial(test, f"kill {number}"):
            process = start(place.task("build"))
            time.sleep(chance.uniform(0, seconds * _LONGER))
            process.kill()
            process.join()
            require_right(place.settings, [after])
            place.do((place.task("build"), after))
            if require_right(place.settings, [after]) is None:
                raise Wrong("the remedy does not help")
    tally.require(test)


def test_a_killed_upgrade_loses_no_report(
    vectors: Path, tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    """The index of an earlier version is refused with the command that makes it anew, or is anew as a whole."""
    test = "`kill -9` during an upgrade"
    begun = time.monotonic()
    anew = _upgraded(earlier_index(tmp_path / "whole"), vectors)
    seconds = time.monotonic() - begun
    for number in range(max(2, trials // 10)):
        with tally.trial(test, f"kill {number}"):
            settings = earlier_index(tmp_path / "earlier")
            process = start(_upgrade(settings, vectors))
            time.sleep(chance.uniform(0, seconds * _LONGER))
            process.kill()
            process.join()
            try:
                if _texts(settings) != anew:
                    raise Wrong(f"it holds {sorted(_texts(settings))}")
            except IndexTooOld as error:
                if rebuild_command(settings.index) not in error.message("en"):
                    raise Wrong(f"refused without the remedy: {error}") from error
            if _upgraded(settings, vectors) != anew:
                raise Wrong("the remedy does not help")
            _, faults = examine_index(settings, shipped_model())
            if faults:
                raise Wrong(f"doctor: {faults[0].message_en}")
        shutil.rmtree(tmp_path / "earlier")
    tally.require(test)


def _upgrade(settings: Settings, vectors: Path) -> Task:
    return Task("build", str(settings.index), str(settings.corpus), str(vectors))


def _upgraded(settings: Settings, vectors: Path) -> dict[str, str]:
    """What an index holds once it is made anew to the end."""
    process = start(_upgrade(settings, vectors))
    process.join()
    if process.exitcode != DONE:
        raise Wrong(f"the upgrade ended with {process.exitcode}")
    return _texts(settings)


def _texts(settings: Settings) -> dict[str, str]:
    return {name: report.text for name, report in open_index(settings.index).reports.items()}


def _require_readable(place: Place, allowed: list[Held]) -> None:
    if require_right(place.settings, allowed) is None:
        raise Wrong("the index is refused while others write")


def _require_good_ends(codes: list[int | None]) -> None:
    if DONE not in codes or set(codes) - {DONE, BUSY}:
        raise Wrong(f"the builders ended with {codes}")
