"""What people say about answers, kept in one SQLite file until a person reviews it.

Each call opens a connection of its own and closes it: threads and processes share nothing but the
file, and SQLite's locks order them. What `FeedbackStore.add` has returned an id for is on the disk.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ipqa.errors import RecordsUnavailable

_WAIT = 10.0
"""Seconds that a call waits for others to finish writing."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created TEXT NOT NULL,
    reviewed INTEGER NOT NULL DEFAULT 0,
    content TEXT NOT NULL
)
"""


def _without_halves(given: object) -> object:
    """Text with U+FFFD for half characters, which a browser leaves where it cuts an emoji."""
    if not isinstance(given, str):
        return given
    return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_Text = Annotated[str, BeforeValidator(_without_halves)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RatedCitation(_Frozen):
    """A citation of the answer, as the answer gave it; offsets count Unicode code points."""

    report: _Text = Field(min_length=1, max_length=1000)
    quote: _Text = Field(min_length=1, max_length=20_000)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Feedback(_Frozen):
    """What a person thought of one answer.

    Attributes:
        question: what was asked.
        answer: the text that was shown.
        answered: whether it was an answer; otherwise the reports were said not to hold one.
        helpful: whether that was right and of use; a rightly declined question is helpful too.
        comment: what the person adds in their own words.
        citations: what the answer cited.
    """

    question: _Text = Field(min_length=1, max_length=20_000)
    answer: _Text = Field(max_length=100_000)
    answered: bool
    helpful: bool
    comment: _Text = Field("", max_length=2000)
    citations: tuple[RatedCitation, ...] = Field((), max_length=100)


class StoredFeedback(Feedback):
    """Feedback in the store.

    Attributes:
        id: counts from 1 and is never given twice.
        created: when it was stored, in UTC, as ISO 8601.
        reviewed: whether a person has looked at it.
    """

    id: int
    created: str
    reviewed: bool


class FeedbackStore:
    """The feedback in a file, which is made on first use; safe to share between threads.

    Every method raises `RecordsUnavailable` where the file cannot be used.

    Args:
        path: the SQLite file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, feedback: Feedback) -> int:
        """Store feedback and return its id, once it is safely on the disk."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self._connection() as connection:
            cursor = connection.execute(
                "INSERT INTO feedback (created, content) VALUES (?, ?)",
                (created, feedback.model_dump_json()),
            )
            return int(cursor.lastrowid or 0)

    def all(self) -> list[StoredFeedback]:
        """Everything in the store, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, created, reviewed, content FROM feedback ORDER BY id"
            ).fetchall()
        return [self._stored(*row) for row in rows]

    def mark_reviewed(self, ids: Iterable[int]) -> None:
        """Note that a person has looked at these, all or none; ids not in the store are ignored."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "UPDATE feedback SET reviewed = 1 WHERE id = ?", [(each,) for each in ids]
            )
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection in which each statement outside a transaction commits by itself."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            opened = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
            with closing(opened) as connection:
                _use_log(connection)
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(_SCHEMA)
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise RecordsUnavailable(path=self._path, reason=str(error)) from error

    def _stored(self, number: int, created: str, reviewed: int, content: str) -> StoredFeedback:
        try:
            feedback = Feedback.model_validate_json(content)
        except ValidationError as error:
            raise RecordsUnavailable(path=self._path, reason=f"row {number} is broken") from error
        return StoredFeedback(**dict(feedback), id=number, created=created, reviewed=bool(reviewed))


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log, which lets readers read while others write."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # on first use another connection may be switching it, for which SQLite does not wait;
        # the file is as safe either way, and what follows waits its turn
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
