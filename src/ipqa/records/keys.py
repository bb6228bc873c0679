"""API keys: who may use a server, for what, and which reports they may read.

Only the SHA-256 of a key is kept, so that whoever reads the records cannot use what stands there.
A plain, fast hash is right for it: slow, salted hashes defend secrets that people choose, which can be
guessed from a list; a key is 256 bits of chance, and there is no list to guess it from.
"""

import hashlib
import hmac
import re
from collections.abc import Collection
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ipqa.errors import BadKey, KeyExists, UnknownKey
from ipqa.records.database import Database
from ipqa.records.tables import KEYS

Role = Literal["ask", "admin"]
"""``ask`` asks, searches, reads, has drafts checked and keeps its own conversations; ``admin`` may do
everything, and reads every report."""

_CHANCE = 32
"""Bytes of chance in a key."""

_PREFIX = "ipqa_"
"""What a key begins with, so that it is known for one where it turns up (in a log, in a repository)."""

_NAME = re.compile(r"\w[\w.@-]{0,99}")

_REPORTS: TypeAdapter[frozenset[str]] = TypeAdapter(frozenset[str])


class ApiKey(BaseModel):
    """What is known of a key; not the key itself.

    Attributes:
        name: of the person or program that has it.
        role: what it may do.
        reports: ids of the reports that it may read; all where None.
        created: when it was made, in UTC, as ISO 8601.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    role: Role
    reports: frozenset[str] | None
    created: str


class KeyRing(BaseModel):
    """The keys of a server at one moment, each under the hash of the key itself."""

    model_config = ConfigDict(frozen=True)

    keys: tuple[tuple[str, ApiKey], ...] = ()

    def owner_of(self, token: str) -> ApiKey | None:
        """What is known of a key that was sent; None where it is none of these.

        Every hash is compared to its end and all of them are, so that the time tells nothing of them.
        """
        given = _digest(token)
        found = [key for digest, key in self.keys if hmac.compare_digest(digest, given)]
        return found[0] if found else None


class KeyStore:
    """The API keys among the records; safe to share between threads.

    Every method raises `RecordsUnavailable` where these cannot be used.

    Args:
        database: the records.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: Role, reports: Collection[str] | None = None) -> str:
        """Make a key and return it; it is kept nowhere and cannot be shown again.

        Args:
            name: of whoever gets it: letters, figures and ``_ . @ -``, at most 100.
            role: what it may do.
            reports: ids of the reports that it may read; all where None.

        Raises:
            BadKey: the name is none, or a key of the role admin is to be limited to some reports.
            KeyExists: there is a key of that name.
        """
        if not _NAME.fullmatch(name):
            raise BadKey(
                reason_ja=f"名前「{name}」に使えるのは文字、数字、_ . @ - で、100文字までです",
                reason=f"the name “{name}” may hold letters, figures and _ . @ -, at most 100",
            )
        if role == "admin" and reports is not None:
            raise BadKey(
                reason_ja="admin はすべての報告書を扱うため、報告書を限れません",
                reason="admin handles every report and cannot be limited to some",
            )
        token = _PREFIX + token_urlsafe(_CHANCE)
        row = {
            "name": name,
            "role": role,
            "reports": None if reports is None else _REPORTS.dump_json(frozenset(reports)).decode(),
            "digest": _digest(token),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with self._database.writing() as connection:
            try:
                connection.execute(insert(KEYS).values(row))
            except IntegrityError as error:
                raise KeyExists(name=name) from error
        return token

    def remove(self, name: str) -> None:
        """Take a key away: from now on it is refused.

        Raises:
            UnknownKey: there is none of that name.
        """
        with self._database.writing() as connection:
            if not connection.execute(delete(KEYS).where(KEYS.c.name == name)).rowcount:
                raise UnknownKey(name=name)

    def all(self) -> list[ApiKey]:
        """Every key, by name."""
        return [key for _, key in self.ring().keys]

    def ring(self) -> KeyRing:
        """The keys as they are now; none where no file of records was made yet, which this leaves so."""
        if not self._database.is_there():
            return KeyRing()
        with self._database.reading() as connection:
            rows = connection.execute(select(KEYS)).all()
        by_name = sorted(rows, key=lambda row: row.name)  # a database may have an order of its own
        return KeyRing(keys=tuple((row.digest, self._key(row)) for row in by_name))

    def _key(self, row: Row[tuple[str, str, str | None, str, str]]) -> ApiKey:
        try:
            reports = None if row.reports is None else _REPORTS.validate_json(row.reports)
            return ApiKey(name=row.name, role=row.role, reports=reports, created=row.created)
        except ValidationError as error:
            raise self._database.unreadable(f"the key {row.name}") from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
