"""The tables as they were when Alembic came: made where they are missing.

Files of before had no version. Each has some of these tables, all as they stand here: the oldest knew feedback
alone, then conversations came, then keys and owners.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make what is missing; a PostgreSQL database, which no earlier version knew, holds none of it."""
    of_before = op.get_context().dialect.name == "sqlite"
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("reviewed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("content", sa.Text, nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=of_before,
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("updated", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        if_not_exists=of_before,
    )
    op.create_table(
        "turns",
        _of_conversation(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        if_not_exists=of_before,
    )
    op.create_table(
        "conversation_owners",
        _of_conversation(),
        sa.Column("owner", sa.Text, nullable=False),
        if_not_exists=of_before,
    )
    op.create_table(
        "api_keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("reports", sa.Text),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("created", sa.Text, nullable=False),
        if_not_exists=of_before,
    )


def _of_conversation() -> sa.Column[str]:
    return sa.Column(
        "conversation",
        sa.Text,
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    )
