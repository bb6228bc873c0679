"""Conversations, kept until a person deletes them.

A conversation is a row with a title; its turns are rows beside it, each the JSON of what was asked and
answered. A conversation belongs to the name of the key that it was made with, or to nobody where keys
are off; whoever else asks for it is told that there is none. Its id cannot be guessed.
"""

import re
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from ipqa.answering.answer import Answer
from ipqa.errors import UnknownConversation
from ipqa.records.database import Database
from ipqa.records.tables import CONVERSATIONS, OWNERS, TURNS
from ipqa.records.text import Text, folded

_ID_BYTES = 12
"""Bytes of chance in an id; 16 characters."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def _on_one_line(given: object) -> object:
    return _CONTROLS.sub(" ", given).strip() if isinstance(given, str) else given


Title = Annotated[Text, BeforeValidator(_on_one_line), Field(min_length=1, max_length=200)]
"""The title of a conversation: one line, without white space around it."""

_TITLE: TypeAdapter[str] = TypeAdapter(Title)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ConversationSummary(_Frozen):
    """A conversation without what was said.

    Attributes:
        id: cannot be guessed, and stands in an address as it is.
        title: what people know it by.
        created: when it was started, in UTC, as ISO 8601.
        updated: when something was last asked in it, likewise; a new title changes nothing here.
        turns: how many questions were asked.
    """

    id: str
    title: str
    created: str
    updated: str
    turns: int


class KeptTurn(_Frozen):
    """A question of a conversation and its answer.

    Attributes:
        question: as it was typed.
        answer: what came back.
        asked: when it was kept, in UTC, as ISO 8601.
    """

    question: Text
    answer: Answer
    asked: str


class Conversation(_Frozen):
    """A conversation with its turns, oldest first; the rest as in ``ConversationSummary``."""

    id: str
    title: str
    created: str
    updated: str
    turns: tuple[KeptTurn, ...]


_SUMMARIES = select(
    CONVERSATIONS.c.id,
    CONVERSATIONS.c.title,
    CONVERSATIONS.c.created,
    CONVERSATIONS.c.updated,
    select(func.count())
    .where(TURNS.c.conversation == CONVERSATIONS.c.id)
    .scalar_subquery()
    .label("turns"),
)


class ConversationStore:
    """The conversations of one owner among the records; safe to share between threads.

    Every method raises `RecordsUnavailable` where these cannot be used, and what it has returned for
    is on the disk. Those that take a conversation's id raise `UnknownConversation` where the owner has none
    of that id.

    Args:
        database: the records.
        owner: the name of the key whose conversations these are; None for those made without a key.
    """

    def __init__(self, database: Database, owner: str | None = None) -> None:
        self._database = database
        self._owner = owner
        of_one = select(OWNERS.c.owner).where(OWNERS.c.conversation == CONVERSATIONS.c.id)
        self._own: ColumnElement[bool] = (
            ~of_one.exists() if owner is None else of_one.where(OWNERS.c.owner == owner).exists()
        )

    def start(self, title: str) -> ConversationSummary:
        """Keep a new conversation, in which nothing was asked yet.

        Raises:
            ValidationError: the title is none (see ``Title``).
        """
        now = _now()
        summary = ConversationSummary(
            id=token_urlsafe(_ID_BYTES),
            title=_TITLE.validate_python(title),
            created=now,
            updated=now,
            turns=0,
        )
        row = summary.model_dump(exclude={"turns"}) | {"folded": folded(summary.title)}
        with self._database.writing() as connection:
            connection.execute(insert(CONVERSATIONS).values(row))
            if self._owner is not None:
                of_it = {"conversation": summary.id, "owner": self._owner}
                connection.execute(insert(OWNERS).values(of_it))
        return summary

    def all(self, search: str | None = None) -> list[ConversationSummary]:
        """Every conversation, the one that was last asked in first.

        Args:
            search: words; each must stand in the title, a question or an answer. Width and case do not
                matter, and no character has a meaning of its own.
        """
        words = dict.fromkeys(folded(search or "").split())
        newest_first = (CONVERSATIONS.c.updated.desc(), CONVERSATIONS.c.id)
        chosen = _SUMMARIES.where(self._own, *map(_mentions, words)).order_by(*newest_first)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [ConversationSummary(**row._asdict()) for row in rows]

    def get(self, conversation: str) -> Conversation:
        """The conversation of that id, with all that was said.

        Raises:
            RecordsUnavailable: also where a turn was kept by a version whose answers this one cannot
                read; it stays as it is, and what it is called by is told.
        """
        of_it = TURNS.c.conversation == conversation
        with self._database.reading() as connection:
            summary = self._summary(connection, conversation)
            rows = connection.execute(select(TURNS).where(of_it).order_by(TURNS.c.position)).all()
        turns = tuple(self._turn(summary.id, row.position, row.content) for row in rows)
        return Conversation(**summary.model_dump(exclude={"turns"}), turns=turns)

    def add_turn(
        self, conversation: str, question: str, answer: Answer, position: int | None = None
    ) -> None:
        """Keep a question and its answer.

        Args:
            conversation: id of the conversation.
            question: as it was typed.
            answer: what came back.
            position: the turn, counted from 0, that this one replaces together with all after it, as
                where a question is put anew; at the end where None, and where there is no such turn.
        """
        turn = KeptTurn(question=question, answer=answer, asked=_now())
        of_it = TURNS.c.conversation == conversation
        with self._database.writing() as connection:
            self._change(connection, conversation, updated=turn.asked)
            count = connection.execute(select(func.count()).where(of_it)).scalar_one()
            at = count if position is None else min(position, count)
            connection.execute(delete(TURNS).where(of_it, TURNS.c.position >= at))
            connection.execute(
                insert(TURNS).values(
                    conversation=conversation,
                    position=at,
                    content=turn.model_dump_json(),
                    folded=folded(f"{turn.question}\n{answer.answer}"),
                )
            )

    def rename(self, conversation: str, title: str) -> ConversationSummary:
        """Give a conversation another title.

        Raises:
            ValidationError: the title is none (see ``Title``).
        """
        title = _TITLE.validate_python(title)
        with self._database.writing() as connection:
            self._change(connection, conversation, title=title, folded=folded(title))
            return self._summary(connection, conversation)

    def delete(self, conversation: str) -> None:
        """Remove a conversation and all that was said in it."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(CONVERSATIONS).where(*self._called(conversation)))
            if not gone.rowcount:
                raise UnknownConversation(conversation=conversation)

    def _summary(self, connection: Connection, conversation: str) -> ConversationSummary:
        chosen = _SUMMARIES.where(*self._called(conversation))
        row = connection.execute(chosen).one_or_none()
        if row is None:
            raise UnknownConversation(conversation=conversation)
        return ConversationSummary(**row._asdict())

    def _change(self, connection: Connection, conversation: str, **values: str) -> None:
        """Change columns of a conversation, which from here on no other transaction changes."""
        changing = update(CONVERSATIONS).where(*self._called(conversation)).values(values)
        if not connection.execute(changing).rowcount:
            raise UnknownConversation(conversation=conversation)

    def _called(self, conversation: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """What tells the owner's conversation of an id."""
        if "\0" in conversation:  # which PostgreSQL does not even look for
            raise UnknownConversation(conversation=conversation)
        return CONVERSATIONS.c.id == conversation, self._own

    def _turn(self, conversation: str, position: int, content: str) -> KeptTurn:
        try:
            return KeptTurn.model_validate_json(content)
        except ValidationError as error:
            row = f"turn {position} of conversation {conversation}"
            raise self._database.unreadable(row) from error


def _now() -> str:
    """The time in UTC, so fine that the order of two changes is seen, and always of one length."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _mentions(word: str) -> ColumnElement[bool]:
    """Whether a folded word stands in the title or in a turn."""
    return or_(
        CONVERSATIONS.c.folded.contains(word, autoescape=True),
        exists().where(
            TURNS.c.conversation == CONVERSATIONS.c.id,
            TURNS.c.folded.contains(word, autoescape=True),
        ),
    )
