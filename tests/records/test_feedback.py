"""Feedback in real SQLite files, and over HTTP."""

import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from ipqa.errors import RecordsUnavailable
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore, RatedCitation
from ipqa.server.feedback import router

QUOTE = "青葉精機は2024年6月に第二工場を稼働させた。"


def feedback(question: str = "第二工場はいつ動き始めましたか", comment: str = "") -> Feedback:
    return Feedback(
        question=question,
        answer="2024年6月です[1]。",
        answered=True,
        helpful=True,
        comment=comment,
        citations=(RatedCitation(report="aoba", quote=QUOTE, start=40, end=40 + len(QUOTE)),),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "索引" / "feedback.sqlite3"


@pytest.fixture
def store(path: Path) -> FeedbackStore:
    return FeedbackStore(Database(path))


def test_a_new_store_is_empty(store: FeedbackStore) -> None:
    assert store.all() == []


def test_what_is_stored_comes_back_with_its_id_and_time(store: FeedbackStore) -> None:
    given = feedback(comment="日付が合っていて助かりました")
    number = store.add(given)
    (stored,) = store.all()
    assert Feedback(**stored.model_dump(exclude={"id", "created", "reviewed"})) == given
    assert (stored.id, stored.reviewed) == (number, False)
    created = datetime.fromisoformat(stored.created)
    assert created.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "comment",
    [
        "第2四半期の数字ではなく、通期の数字が知りたかったです。",
        "👍🏽 とても分かりやすい👨‍👩‍👧‍👦",
        "髙﨑・𠮷野・ｶﾞｷﾞ・か\u3099",
        "1行目\n2行目\tと「引用符」'; DROP TABLE feedback; --",
        "見えない\0文字",
    ],
)
def test_a_comment_comes_back_unchanged(path: Path, comment: str) -> None:
    FeedbackStore(Database(path)).add(feedback(comment=comment))
    assert [stored.comment for stored in FeedbackStore(Database(path)).all()] == [comment]


def test_half_an_emoji_does_not_lose_the_comment(store: FeedbackStore) -> None:
    store.add(feedback(comment="助かりました\ud83d"))
    assert [stored.comment for stored in store.all()] == ["助かりました\ufffd"]


def test_the_oldest_comes_first(store: FeedbackStore) -> None:
    ids = [store.add(feedback(question)) for question in ("売上高は", "営業利益は", "人員は")]
    assert ids == sorted(set(ids))
    assert [(each.id, each.question) for each in store.all()] == [
        *zip(ids, ("売上高は", "営業利益は", "人員は"), strict=True)
    ]


def test_only_what_was_reviewed_is_marked(store: FeedbackStore) -> None:
    first, second, third = (store.add(feedback()) for _ in range(3))
    store.mark_reviewed([first, third, 999])
    assert {each.id: each.reviewed for each in store.all()} == {
        first: True,
        second: False,
        third: True,
    }


def test_a_comment_may_have_2000_characters_and_no_more() -> None:
    assert len(feedback(comment="😀" * 2000).comment) == 2000
    with pytest.raises(ValidationError, match="comment"):
        feedback(comment="あ" * 2001)


def test_many_threads_lose_nothing_even_on_first_use(path: Path) -> None:
    stores = [FeedbackStore(Database(path)), FeedbackStore(Database(path))]
    questions = [f"第{number}工場の生産量は" for number in range(120)]
    with ThreadPoolExecutor(24) as pool:
        ids = list(
            pool.map(lambda at: stores[at % 2].add(feedback(questions[at])), range(len(questions)))
        )
    kept = {each.id: each.question for each in stores[0].all()}
    assert kept == dict(zip(ids, questions, strict=True))
    assert len(kept) == len(questions)


def test_a_file_may_be_made_by_several_threads_at_once(tmp_path: Path) -> None:
    threads = 8
    together = Barrier(threads)

    def first_add(path: Path) -> int:
        together.wait()
        return FeedbackStore(Database(path)).add(feedback())

    with ThreadPoolExecutor(threads) as pool:
        for path in (tmp_path / f"{number}.sqlite3" for number in range(30)):
            ids = sorted(pool.map(first_add, [path] * threads))
            assert [each.id for each in FeedbackStore(Database(path)).all()] == ids


def test_a_process_that_dies_has_lost_nothing_it_acknowledged(path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from ipqa.records.database import Database\n"
        "from ipqa.records.feedback import Feedback, FeedbackStore\n"
        "store = FeedbackStore(Database(Path(sys.argv[1])))\n"
        "for number in range(5):\n"
        "    one = Feedback(question=f'{number}年目は', answer='', answered=False, helpful=False)\n"
        "    os.write(1, f'{store.add(one)} '.encode())\n"
        "os._exit(9)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, check=False, timeout=60
    )
    assert result.returncode == 9, result.stderr
    acknowledged = [int(number) for number in result.stdout.split()]
    assert [each.id for each in FeedbackStore(Database(path)).all()] == acknowledged
    assert len(acknowledged) == 5


def test_it_is_written_while_another_reads(store: FeedbackStore, path: Path) -> None:
    store.add(feedback())
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM feedback").fetchone() == (1,)
        store.add(feedback())
    assert len(store.all()) == 2


def _no_database(path: Path) -> None:
    path.write_text("これはデータベースではありません。" * 100, encoding="utf-8")


def _other_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE feedback (memo TEXT)")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [_no_database, _other_table, _folder])
def test_a_file_that_is_no_store_is_told_by_its_name(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "feedback.sqlite3"
    assert callable(spoil)
    spoil(path)
    for use in (
        lambda: FeedbackStore(Database(path)).add(feedback()),
        FeedbackStore(Database(path)).all,
    ):
        with pytest.raises(RecordsUnavailable, match=r"feedback\.sqlite3"):
            use()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("ファイル", encoding="utf-8")
    with pytest.raises(RecordsUnavailable, match=r"feedback\.sqlite3"):
        FeedbackStore(Database(tmp_path / "index" / "feedback.sqlite3")).add(feedback())


def test_a_broken_row_is_told_by_its_number(store: FeedbackStore, path: Path) -> None:
    store.add(feedback())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE feedback SET content = '{'")
    with pytest.raises(RecordsUnavailable, match="row 1"):
        store.all()


@pytest.fixture
def client(store: FeedbackStore) -> Iterator[TestClient]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, FeedbackStore]]:
        yield {"feedback": store}

    app = FastAPI(lifespan=lifespan)
    app.include_router(router)
    with TestClient(app) as client:
        yield client


def test_feedback_over_http_is_stored(client: TestClient, store: FeedbackStore) -> None:
    given = feedback(comment="分かりやすい😊")
    response = client.post("/api/feedback", json=given.model_dump(mode="json"))
    (stored,) = store.all()
    assert response.status_code == 201
    assert response.json() == {"id": stored.id}
    assert (stored.question, stored.comment) == (given.question, given.comment)
    assert stored.citations == given.citations


def test_half_an_emoji_over_http_does_not_lose_the_feedback(
    client: TestClient, store: FeedbackStore
) -> None:
    body = feedback(comment="CUT").model_dump_json().replace("CUT", "\\ud83d")
    response = client.post(
        "/api/feedback", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == 201
    assert [stored.comment for stored in store.all()] == ["\ufffd"]


def test_comment_and_citations_may_be_left_out(client: TestClient, store: FeedbackStore) -> None:
    body = {"question": "株価は", "answer": "見つかりません。", "answered": False, "helpful": True}
    assert client.post("/api/feedback", json=body).status_code == 201
    assert [(each.comment, each.citations) for each in store.all()] == [("", ())]


@pytest.mark.parametrize(
    "change",
    [
        {"comment": "長" * 2001},
        {"question": ""},
        {"helpful": None},
        {"reviewed": True},
        {"citations": [{"report": "aoba", "quote": QUOTE, "start": -1, "end": 3}]},
    ],
)
def test_bad_feedback_is_refused_and_not_stored(
    client: TestClient, store: FeedbackStore, change: dict[str, object]
) -> None:
    body = feedback().model_dump(mode="json") | change
    assert client.post("/api/feedback", json=body).status_code == 422
    assert store.all() == []
