"""Feedback, in a real SQLite file and in a real PostgreSQL database, and over HTTP."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import func, select

from ipqa.errors import RecordUnreadable
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore, RatedCitation
from ipqa.records.tables import FEEDBACK
from ipqa.server.feedback import router
from tests.records.conftest import Opened, Queried

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
def store(database: Database) -> FeedbackStore:
    return FeedbackStore(database)


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
def test_a_comment_comes_back_unchanged(opened: Opened, comment: str) -> None:
    FeedbackStore(opened()).add(feedback(comment=comment))
    assert [stored.comment for stored in FeedbackStore(opened()).all()] == [comment]


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


def test_many_threads_lose_nothing_even_on_first_use(opened: Opened) -> None:
    stores = [FeedbackStore(opened()), FeedbackStore(opened())]
    questions = [f"第{number}工場の生産量は" for number in range(120)]
    with ThreadPoolExecutor(24) as pool:
        ids = list(
            pool.map(lambda at: stores[at % 2].add(feedback(questions[at])), range(len(questions)))
        )
    kept = {each.id: each.question for each in stores[0].all()}
    assert kept == dict(zip(ids, questions, strict=True))
    assert len(kept) == len(questions)


def test_a_process_that_dies_has_lost_nothing_it_acknowledged(
    store: FeedbackStore, url: str
) -> None:
    script = (
        "import os, sys\n"
        "from ipqa.records.database import Database\n"
        "from ipqa.records.feedback import Feedback, FeedbackStore\n"
        "store = FeedbackStore(Database(sys.argv[1]))\n"
        "for number in range(5):\n"
        "    one = Feedback(question=f'{number}年目は', answer='', answered=False, helpful=False)\n"
        "    os.write(1, f'{store.add(one)} '.encode())\n"
        "os._exit(9)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, url], capture_output=True, check=False, timeout=60
    )
    assert result.returncode == 9, result.stderr
    acknowledged = [int(number) for number in result.stdout.split()]
    assert [each.id for each in store.all()] == acknowledged
    assert len(acknowledged) == 5


def test_it_is_written_while_another_reads(store: FeedbackStore, database: Database) -> None:
    store.add(feedback())
    count = select(func.count()).select_from(FEEDBACK)
    with database.reading() as reader:
        assert reader.execute(count).scalar() == 1
        store.add(feedback())
        assert reader.execute(count).scalar() == 1  # as it was at one moment
    assert len(store.all()) == 2


def test_a_broken_row_is_told_by_its_number(store: FeedbackStore, queried: Queried) -> None:
    store.add(feedback())
    queried("UPDATE feedback SET content = '{'")
    with pytest.raises(RecordUnreadable, match="row 1"):
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
