"""What people say about answers, kept until a person reviews it."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import insert, select, update

from ipqa.records.database import Database
from ipqa.records.tables import FEEDBACK
from ipqa.records.text import Text
from ipqa.records.whole import Offset


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RatedCitation(_Frozen):
    """A citation of the answer, as the answer gave it; offsets count Unicode code points."""

    report: Text = Field(min_length=1, max_length=1000)
    quote: Text = Field(min_length=1, max_length=20_000)
    start: Offset
    end: Offset


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

    question: Text = Field(min_length=1, max_length=20_000)
    answer: Text = Field(max_length=100_000)
    answered: bool = Field(strict=True)
    helpful: bool = Field(strict=True)
    comment: Text = Field("", max_length=2000)
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
    """The feedback among the records; safe to share between threads.

    Every method raises `RecordsUnavailable` where these cannot be used.

    Args:
        database: the records.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, feedback: Feedback) -> int:
        """Store feedback and return its id, once it is safely on the disk."""
        row = {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "content": feedback.model_dump_json(),
        }
        adding = insert(FEEDBACK).values(row).returning(FEEDBACK.c.id)
        with self._database.writing() as connection:
            number: int = connection.execute(adding).scalar_one()
        return number

    def all(self) -> list[StoredFeedback]:
        """Everything in the store, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(FEEDBACK).order_by(FEEDBACK.c.id)).all()
        return [
            self._stored(row.id, row.created, row.content, reviewed=row.reviewed) for row in rows
        ]

    def mark_reviewed(self, ids: Iterable[int]) -> None:
        """Note that a person has looked at these, all or none; ids not in the store are ignored."""
        with self._database.writing() as connection:
            chosen = FEEDBACK.c.id.in_(list(ids))
            connection.execute(update(FEEDBACK).where(chosen).values(reviewed=True))

    def _stored(self, number: int, created: str, content: str, *, reviewed: bool) -> StoredFeedback:
        try:
            feedback = Feedback.model_validate_json(content)
        except ValidationError as error:
            raise self._database.unreadable(f"row {number} of feedback") from error
        return StoredFeedback(**dict(feedback), id=number, created=created, reviewed=reviewed)
