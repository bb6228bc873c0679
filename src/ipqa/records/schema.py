"""Whether the tables in a database are those of this version, and how they become so.

Alembic keeps the version of the tables beside them; a database that knows none is new, or of before there were
versions. What is found to be older is brought up in one transaction, whole or not at all.
"""

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, column, inspect, select, table

from ipqa.errors import RecordsTooNew

LAYOUT = "0002"
"""The version of the tables that this code reads and writes, the last of those in ``migrations/versions``."""

_FOLDER = Path(__file__).resolve().parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))

_ONE_AT_A_TIME = Lock()
"""Alembic hands the migration that it runs round in its module."""


def layout_of(connection: Connection, place: str) -> str | None:
    """The version of the tables in a database; None where it knows none.

    Args:
        connection: to the database, in a transaction.
        place: what the database is told as.

    Raises:
        RecordsTooNew: a later version of ipqa has changed the tables.
    """
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()
    if found is not None and found > LAYOUT:
        raise RecordsTooNew(place=place, found=found, known=LAYOUT)
    return found


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables of a database those of this version, in the transaction of the connection."""
    from alembic import command  # noqa: PLC0415 - heavy, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, LAYOUT)
