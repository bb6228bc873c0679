"""Of conversations and feedback nothing that was acknowledged is lost, whatever is killed."""

import itertools
import multiprocessing
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from ipqa.errors import RecordsUnavailable
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore
from tests.tally import Tally, Wrong
from tests.torture.world import earlier_index

_AT_ONCE = 2
"""Processes that write, and are killed at one moment."""

_SECONDS = 0.3
"""Seconds within which they are killed."""

_LONGER = 1.1
"""Times the measured duration of an upgrade within which it is killed: some live to the end."""

_CONTEXT = multiprocessing.get_context("forkserver")

Kept = dict[str, list[str]]
"""What is kept: the questions of each conversation by its title, and each feedback by its question."""


def held(path: Path) -> Kept:
    """What a file of records holds.

    Raises:
        Wrong: it is damaged, or cannot be read.
    """
    database = Database(f"sqlite:///{path}")
    store = ConversationStore(database)
    try:
        database.examine()
        found: Kept = {
            summary.title: [turn.question for turn in store.get(summary.id).turns]
            for summary in store.all()
        }
        feedback = FeedbackStore(database).all()
    except RecordsUnavailable as error:
        raise Wrong(str(error)) from error
    for each in feedback:
        if each.question in found:
            raise Wrong(f"{each.question} is there twice")
        found[each.question] = [each.comment]
    return found


def stages(name: str) -> list[list[str]]:
    """How a conversation grows: nothing is asked yet, one question, the same put anew, one more."""
    return [[], [f"{name}は"], [f"{name}はいつ"], [f"{name}はいつ", f"{name}はどこ"]]


def keep(path: Path, name: str, told: Connection) -> None:
    """Keep conversations and feedback until killed, and tell of each stage once it is acknowledged."""
    database = Database(f"sqlite:///{path}")
    conversations, feedback = ConversationStore(database), FeedbackStore(database)
    (earlier, *_) = (summary for summary in conversations.all() if summary.turns)
    answer = conversations.get(earlier.id).turns[0].answer
    told.send(None)
    for number in itertools.count():
        title = f"{name}{number}"
        new = conversations.start(title)
        told.send((title, 0))
        for stage, questions in enumerate(stages(title)[1:], start=1):
            conversations.add_turn(new.id, questions[-1], answer, position=len(questions) - 1)
            told.send((title, stage))
        one = Feedback(question=f"{title}の評価", answer="", answered=False, helpful=True)
        feedback.add(one)
        told.send((one.question, None))


def bring_up(path: Path, told: Connection) -> None:
    """Open records of an earlier version, which become those of this one."""
    import_module("alembic.command")  # which is not what is to be killed
    told.send(None)
    held(path)


@contextmanager
def running(*calls: tuple[Callable[..., None], *tuple[object, ...]]) -> Iterator[list[Connection]]:
    """Processes at work, each with what it tells; they are killed at one moment at the end."""
    with ExitStack() as ended:
        processes, readers = [], []
        for call, *arguments in calls:
            reader, writer = _CONTEXT.Pipe(duplex=False)
            process = _CONTEXT.Process(target=call, args=(*arguments, writer))
            process.start()
            writer.close()
            ended.callback(process.join)
            processes.append(process)
            readers.append(reader)
        for process in processes:
            ended.callback(process.kill)
        for reader in readers:
            reader.recv()  # it has imported what it needs
        yield readers


def told_by(readers: list[Connection]) -> dict[str, int | None]:
    """The last stage that was acknowledged of each conversation; None of a feedback."""
    told: dict[str, int | None] = {}
    for reader in readers:
        with reader:
            try:
                while True:
                    name, stage = reader.recv()
                    told[name] = stage
            except EOFError:
                continue
    return told


def require_kept(found: Kept, before: Kept, acknowledged: dict[str, int | None]) -> None:
    """What was there before is as it was, and what was acknowledged is there as far, or further.

    Raises:
        Wrong: something is not.
    """
    for name, content in before.items():
        if found.get(name) != content:
            raise Wrong(f"{name} was {content} and is {found.get(name)}")
    for name, stage in acknowledged.items():
        allowed = [[""]] if stage is None else stages(name)[stage:]
        if found.get(name) not in allowed:
            raise Wrong(f"{name} was acknowledged as {allowed[0]} and is {found.get(name)}")


def test_nothing_that_was_acknowledged_is_lost(
    tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    """Each time into the same file, in which earlier code has left conversations too."""
    test = "`kill -9` of processes that keep conversations and feedback"
    path = earlier_index(tmp_path / "earlier").index / "records.sqlite3"
    before = held(path)
    at_first = len(before)
    for number in range(max(2, trials // 10)):
        with tally.trial(test, f"kill {number}"):
            with running(*((keep, path, f"{number}-{each}-") for each in range(_AT_ONCE))) as told:
                time.sleep(chance.uniform(0, _SECONDS))
            found = held(path)
            require_kept(found, before, told_by(told))
            before = found
    assert len(before) > at_first
    tally.require(test)


def test_an_upgrade_of_records_that_is_killed_loses_nothing(
    tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "`kill -9` while records of an earlier version become those of this one"
    origin = earlier_index(tmp_path / "origin").index
    shutil.copytree(origin, tmp_path / "whole")
    begun = time.monotonic()
    before = held(tmp_path / "whole" / "records.sqlite3")
    seconds = time.monotonic() - begun
    for number in range(max(2, trials // 10)):
        folder = tmp_path / str(number)
        shutil.copytree(origin, folder)
        with tally.trial(test, f"kill {number}"):
            with running((bring_up, folder / "records.sqlite3")):
                time.sleep(chance.uniform(0, seconds * _LONGER))
            if held(folder / "records.sqlite3") != before:
                raise Wrong("what is kept is not what was")
    tally.require(test)
