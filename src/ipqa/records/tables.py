"""The tables that records are kept in, as this version has them; ``migrations`` brings older ones up to it."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    false,
)

TABLES = MetaData()

FEEDBACK = Table(
    "feedback",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("created", Text, nullable=False),
    Column("reviewed", Boolean, nullable=False, server_default=false()),
    Column("content", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What people say about answers; ``content`` is the JSON of a ``Feedback``."""

CONVERSATIONS = Table(
    "conversations",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("folded", Text, nullable=False),
)
"""Conversations; ``folded`` is the title as it is searched."""

TURNS = Table(
    "turns",
    TABLES,
    Column("conversation", ForeignKey(CONVERSATIONS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("folded", Text, nullable=False),
)
"""The turns of conversations, which count from 0 without a gap; ``content`` is the JSON of a
``KeptTurn``, ``folded`` its question and the text of its answer as they are searched."""

OWNERS = Table(
    "conversation_owners",
    TABLES,
    Column("conversation", ForeignKey(CONVERSATIONS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("owner", Text, nullable=False),
)
"""The name of the key that a conversation was made with; those made without one are not here."""

KEYS = Table(
    "api_keys",
    TABLES,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("reports", Text),
    Column("digest", Text, nullable=False, unique=True),
    Column("created", Text, nullable=False),
)
"""API keys; ``digest`` is the SHA-256 of the key, ``reports`` a JSON list of ids, NULL for all."""

JOBS = Table(
    "jobs",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("seen", DateTime(timezone=True), nullable=False),
    Column("content", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Changes to the index that servers were asked for, in the order in which they came; ``seen`` is when the server
that has it last said so, by the database's clock, ``content`` the JSON of a ``KeptJob``."""
