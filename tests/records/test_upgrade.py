"""What people kept with an earlier version of ipqa is there with this one, also where that version was killed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.records.feedback import FeedbackStore
from ipqa.records.keys import KeyStore
from ipqa.records.tables import TABLES
from ipqa.settings import Settings
from tests.parts import ROOT, records_at
from tests.server.running import running

FIXTURES = ROOT / "tests" / "fixtures"
ASKED = ["灯台はいつ建て替えましたか", "氷は年に何トン切り出しますか"]
TANAKAS_KEY = "ipqa_JWUZYrjdWy6weUfs6lbLWQRbLZaotT1EwwXxZ1Jthto"
ADMINS_KEY = "ipqa_ntrv8UE0vxFjkD8dRfLMdRU_53Ls1jyNCgpnr-bG2JI"


def copied(folder: Path, of: str) -> Path:
    """A copy of the records in a folder of fixtures, with what stands in their write-ahead log."""
    files = list((FIXTURES / of).glob("records.sqlite3*"))
    assert {file.name for file in files} == {"records.sqlite3", "records.sqlite3-wal"}
    for file in files:
        shutil.copy(file, folder)
    return folder / "records.sqlite3"


@pytest.fixture
def without_keys(tmp_path: Path) -> Path:
    """Records as the code of format 3 left them, which knew no keys."""
    return copied(tmp_path, "format-3/index")


@pytest.fixture
def with_keys(tmp_path: Path) -> Path:
    """Records as the first code with keys left them."""
    return copied(tmp_path, "format-4")


def test_without_its_log_the_file_would_not_hold_what_was_acknowledged(without_keys: Path) -> None:
    """Otherwise the tests below would not show that the log is read."""
    without_keys.with_name("records.sqlite3-wal").unlink()
    database = Database(f"sqlite:///{without_keys}")
    assert sum(c.turns for c in ConversationStore(database).all()) < len(ASKED)
    assert FeedbackStore(database).all() == []


def test_conversations_and_feedback_of_a_killed_server_of_before_are_there(
    without_keys: Path,
) -> None:
    database = Database(f"sqlite:///{without_keys}")
    (summary,) = ConversationStore(database).all()
    conversation = ConversationStore(database).get(summary.id)
    assert conversation.title == "白浜港について"
    assert [turn.question for turn in conversation.turns] == ASKED
    assert "2022年" in conversation.turns[0].answer.answer
    assert conversation.turns[1].answer.citations[0].report == "氷室"
    (feedback,) = FeedbackStore(database).all()
    assert (feedback.id, feedback.comment, feedback.reviewed) == (1, "助かりました", False)
    assert database.examine()


@pytest.mark.parametrize("records", ["without_keys", "with_keys"])
def test_their_tables_become_those_of_this_version(
    records: str, request: pytest.FixtureRequest
) -> None:
    database = Database(f"sqlite:///{request.getfixturevalue(records)}")
    with database.writing() as connection:
        assert compare_metadata(MigrationContext.configure(connection), TABLES) == []


def test_they_are_found_changed_and_added_to(without_keys: Path) -> None:
    database = Database(f"sqlite:///{without_keys}")
    store = ConversationStore(database)
    (found,) = store.all("40トン")
    answer = store.get(found.id).turns[0].answer
    store.add_turn(found.id, "もう一度", answer)
    store.rename(found.id, "港と氷")
    assert store.get(found.id).title == "港と氷"
    assert [turn.question for turn in store.get(found.id).turns] == [*ASKED, "もう一度"]
    token = KeyStore(database).add("tanaka", "ask")
    owner = KeyStore(database).ring().owner_of(token)
    assert owner is not None
    assert ConversationStore(database, owner.name).all() == []


def test_keys_open_what_they_opened_and_conversations_stay_their_owners(with_keys: Path) -> None:
    database = Database(f"sqlite:///{with_keys}")
    ring = KeyStore(database).ring()
    tanaka, admin = ring.owner_of(TANAKAS_KEY), ring.owner_of(ADMINS_KEY)
    assert tanaka is not None
    assert admin is not None
    assert (tanaka.name, tanaka.role) == ("tanaka", "ask")
    assert tanaka.reports == frozenset({"氷室"})
    assert (admin.name, admin.role, admin.reports) == ("admin", "admin", None)
    assert ring.owner_of(TANAKAS_KEY[:-1]) is None
    titles = {
        owner: [c.title for c in ConversationStore(database, owner).all()]
        for owner in ("tanaka", "admin", None)
    }
    assert titles == {"tanaka": ["氷室について"], "admin": [], None: ["白浜港について"]}
    assert [feedback.comment for feedback in FeedbackStore(database).all()] == ["助かりました"]


def test_a_server_lets_the_keys_of_before_in(with_keys: Path, tmp_path: Path) -> None:
    settings = Settings(index=tmp_path / "none", database_url=records_at(with_keys))
    with running(settings) as client:
        assert client.get("/api/conversations").status_code == 401
        headers = {"authorization": f"Bearer {TANAKAS_KEY}"}
        found = client.get("/api/conversations", headers=headers).json()
    assert "氷室について" in str(found)
    assert "白浜港" not in str(found)


def test_a_process_of_this_version_that_is_killed_loses_nothing_of_either(
    without_keys: Path,
) -> None:
    script = (
        "import os, signal, sqlite3, sys\n"
        "from ipqa.records.conversations import ConversationStore\n"
        "from ipqa.records.database import Database\n"
        "path = sys.argv[1]; store = ConversationStore(Database(f'sqlite:///{path}'))\n"
        "log = sqlite3.connect(path); log.execute('SELECT 1 FROM turns').fetchall()\n"
        "(old,) = store.all(); answer = store.get(old.id).turns[0].answer\n"
        "new = store.start('新しい会話')\n"
        "for number in range(3): store.add_turn(new.id, f'{number}番目', answer); print(number, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", script, str(without_keys)]
    killed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    acknowledged = killed.stdout.split()
    assert acknowledged == ["0", "1", "2"]
    store = ConversationStore(Database(f"sqlite:///{without_keys}"))
    by_title = {c.title: [t.question for t in store.get(c.id).turns] for c in store.all()}
    assert by_title == {"白浜港について": ASKED, "新しい会話": [f"{n}番目" for n in acknowledged]}
