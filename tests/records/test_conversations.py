"""Conversations, in a real SQLite file and in a real PostgreSQL database."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from ipqa.answering.answer import Answer, Citation, Claim
from ipqa.errors import RecordsUnavailable, UnknownConversation
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from tests.records.conftest import Opened, Queried

QUOTE = "潮見製作所は2023年10月に広島工場を増築した。"


def answer(text: str = f"{QUOTE}[1]") -> Answer:
    citation = Citation(
        number=1,
        report="shiomi",
        edition="0123abcd",
        title="設備投資の報告",
        section=("第1章 投資",),
        quote=QUOTE,
        start=120,
        end=120 + len(QUOTE),
        page=3,
        sources=(),
    )
    return Answer(
        question="広島工場を増築したのはいつですか",
        answered=True,
        answer=text,
        short_answer="2023年10月",
        claims=(Claim(text=QUOTE, citations=(1,)),),
        citations=(citation,),
        notes=(),
        confidence=0.93,
        reason=None,
        mode="extractive",
        timings_ms={"total": 12.5},
    )


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database)


def questions(store: ConversationStore, conversation: str) -> list[str]:
    return [turn.question for turn in store.get(conversation).turns]


def found(store: ConversationStore, search: str) -> list[str]:
    return [summary.title for summary in store.all(search)]


def asked(store: ConversationStore, *each: str) -> str:
    """The id of a conversation in which these were asked."""
    conversation = store.start("設備投資について").id
    for question in each:
        store.add_turn(conversation, question, answer())
    return conversation


def test_what_was_said_comes_back(store: ConversationStore, opened: Opened) -> None:
    started = store.start("広島工場の増築")
    store.add_turn(started.id, "広島工場を増築したのはいつですか", answer())
    store.add_turn(started.id, "それはなぜですか", answer("資料に記載がありません。"))
    kept = ConversationStore(opened()).get(started.id)
    assert (kept.id, kept.title, kept.created) == (started.id, started.title, started.created)
    assert [(turn.question, turn.answer) for turn in kept.turns] == [
        ("広島工場を増築したのはいつですか", answer()),
        ("それはなぜですか", answer("資料に記載がありません。")),
    ]


def test_times_are_in_utc_and_the_last_question_tells_when_it_was_updated(
    store: ConversationStore,
) -> None:
    started = store.start("広島工場の増築")
    assert started.updated == started.created
    store.add_turn(started.id, "増築の費用はいくらですか", answer())
    (summary,) = store.all()
    (turn,) = store.get(started.id).turns
    assert (summary.created, summary.updated) == (started.created, turn.asked)
    assert summary.updated > summary.created
    now = datetime.now(UTC)
    for time in map(datetime.fromisoformat, (summary.created, turn.asked)):
        assert time.utcoffset() == timedelta(0)
        assert now - timedelta(minutes=5) < time <= now


def test_ids_differ_and_are_too_long_to_guess(store: ConversationStore) -> None:
    ids = {store.start("同じ題").id for _ in range(20)}
    assert len(ids) == 20
    for each in ids:
        assert len(each) >= 16
        assert each.replace("-", "").replace("_", "").isalnum()


def test_the_one_that_was_last_asked_in_comes_first(store: ConversationStore) -> None:
    first, second, third = (store.start(title).id for title in ("投資", "人員", "受注"))
    assert [each.id for each in store.all()] == [third, second, first]
    store.add_turn(first, "投資額は", answer())
    store.rename(second, "人員の計画")
    assert [(each.id, each.turns) for each in store.all()] == [(first, 1), (third, 0), (second, 0)]


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("計画", ["広島工場の増築"]),
        ("ｶﾞｽﾀｰﾋﾞﾝ", ["受注の見通し"]),
        ("ガスタービン", ["受注の見通し"]),
        ("gt-9", ["受注の見通し"]),
        ("ＧＴ－９　何台", ["受注の見通し"]),
        ("2023年10月", ["受注の見通し", "広島工場の増築"]),
        ("見通し ２０２３年", ["受注の見通し"]),
        ("見通し 増築", ["受注の見通し"]),
        ("見通し 費用", []),
        ("50%", ["広島工場の増築"]),
        ("5%", []),
        ("c_1", ["広島工場の増築"]),
        ("c/1", []),
        ("%", ["広島工場の増築"]),
        ("_", ["広島工場の増築"]),
        ("  ", ["受注の見通し", "広島工場の増築"]),
        ("\ud83d", []),
    ],
)
def test_every_word_must_stand_in_the_title_a_question_or_an_answer(
    store: ConversationStore, search: str, titles: list[str]
) -> None:
    works = store.start("広島工場の増築").id
    store.add_turn(works, "増築の費用は", answer("費用は30億円で、計画の50％である。"))
    store.add_turn(works, "建屋C_1の完成は", answer("2023年10月である。"))
    orders = store.start("受注の見通し").id
    store.add_turn(orders, "ｶﾞｽﾀｰﾋﾞﾝ「ＧＴ-９」は何台売れましたか", answer())
    assert found(store, search) == titles


def test_what_was_replaced_or_renamed_is_no_longer_found(store: ConversationStore) -> None:
    conversation = store.start("広島工場の増築").id
    store.add_turn(conversation, "費用はいくらですか", answer("30億円である。"))
    store.add_turn(conversation, "人員は何人ですか", answer("80名である。"), position=0)
    store.rename(conversation, "工場の人員")
    assert found(store, "広島") == found(store, "費用") == found(store, "30億円") == []
    assert found(store, "工場 ８０名") == ["工場の人員"]


@pytest.mark.parametrize(
    ("position", "left"),
    [
        (None, ["一つ目", "二つ目", "三つ目", "新しい質問"]),
        (0, ["新しい質問"]),
        (1, ["一つ目", "新しい質問"]),
        (2, ["一つ目", "二つ目", "新しい質問"]),
        (3, ["一つ目", "二つ目", "三つ目", "新しい質問"]),
        (99, ["一つ目", "二つ目", "三つ目", "新しい質問"]),
    ],
)
def test_a_question_that_is_put_anew_replaces_its_turn_and_all_after_it(
    store: ConversationStore, position: int | None, left: list[str]
) -> None:
    conversation = asked(store, "一つ目", "二つ目", "三つ目")
    other = asked(store, "別の質問", "別の次の質問")
    store.add_turn(conversation, "新しい質問", answer(), position)
    assert questions(store, conversation) == left
    assert questions(store, other) == ["別の質問", "別の次の質問"]
    store.add_turn(conversation, "次の質問", answer())
    assert questions(store, conversation) == [*left, "次の質問"]


def test_a_deleted_conversation_takes_its_turns_along(
    store: ConversationStore, queried: Queried
) -> None:
    conversation = asked(store, "投資額は", "回収の見込みは")
    other = asked(store, "人員は")
    store.delete(conversation)
    assert [each.id for each in store.all()] == [other]
    assert queried("SELECT conversation FROM turns") == [(other,)]


@pytest.mark.parametrize("unknown", ["無い", "見えない\0文字"])
def test_an_unknown_conversation_is_told_by_its_id(store: ConversationStore, unknown: str) -> None:
    for use in (
        lambda: store.get(unknown),
        lambda: store.add_turn(unknown, "投資額は", answer()),
        lambda: store.rename(unknown, "新しい題"),
        lambda: store.delete(unknown),
    ):
        with pytest.raises(UnknownConversation, match=unknown):
            use()
    assert store.all() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("　広島工場の増築\n", "広島工場の増築"),
        ("増築の\n費用\tと期間", "増築の 費用 と期間"),
        ("工場\0の一覧", "工場 の一覧"),
        ("助かりました\ud83d", "助かりました\ufffd"),
        ("長" * 200, "長" * 200),
        ("家族手当👨‍👩‍👧", "家族手当👨‍👩‍👧"),
    ],
)
def test_a_title_is_one_line_without_space_around_it(
    store: ConversationStore, given: str, kept: str
) -> None:
    started = store.start(given)
    assert started.title == store.get(started.id).title == kept
    assert store.rename(asked(store), given).title == kept


@pytest.mark.parametrize("title", ["", "　 \n", "長" * 201])
def test_a_title_that_is_none_changes_nothing(store: ConversationStore, title: str) -> None:
    kept = store.start("広島工場の増築")
    with pytest.raises(ValidationError):
        store.start(title)
    with pytest.raises(ValidationError):
        store.rename(kept.id, title)
    assert store.all() == [kept]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (
            "髙﨑・𠮷野・か\u3099\n'; DROP TABLE turns; --",
            "髙﨑・𠮷野・か\u3099\n'; DROP TABLE turns; --",
        ),
        ("見えない\0文字", "見えない\0文字"),
        ("助かりました\ud83d", "助かりました\ufffd"),
    ],
)
def test_a_question_comes_back_as_it_was_typed(
    store: ConversationStore, given: str, kept: str
) -> None:
    assert questions(store, asked(store, given)) == [kept]


def test_what_stands_after_an_invisible_character_is_found(store: ConversationStore) -> None:
    asked(store, "見えない\0文字の後ろ")
    assert found(store, "後ろ") == ["設備投資について"]


def test_an_answer_of_another_version_is_told_by_its_turn_and_stays(
    store: ConversationStore, queried: Queried
) -> None:
    conversation = asked(store, "投資額は", "回収の見込みは")
    queried("UPDATE turns SET content = '{}' WHERE position = 1")
    with pytest.raises(RecordsUnavailable, match=f"turn 1 of conversation {conversation}"):
        store.get(conversation)
    assert [each.turns for each in store.all()] == [2]
    store.add_turn(conversation, "回収はいつですか", answer(), position=1)
    assert questions(store, conversation) == ["投資額は", "回収はいつですか"]


def test_threads_that_ask_in_one_conversation_lose_nothing(opened: Opened) -> None:
    stores = [ConversationStore(opened()), ConversationStore(opened())]
    conversation = stores[0].start("設備投資について").id
    each = [f"第{number}工場の投資額は" for number in range(60)]
    with ThreadPoolExecutor(12) as pool:
        list(
            pool.map(
                lambda at: stores[at % 2].add_turn(conversation, each[at], answer()), range(60)
            )
        )
    assert sorted(questions(stores[0], conversation)) == sorted(each)


def test_processes_that_write_at_once_lose_nothing(store: ConversationStore, url: str) -> None:
    conversation = asked(store, "はじめの質問")
    script = (
        "import sys\n"
        "from ipqa.records.conversations import ConversationStore\n"
        "from ipqa.records.database import Database\n"
        "store = ConversationStore(Database(sys.argv[1]))\n"
        "answer = store.get(sys.argv[2]).turns[0].answer\n"
        "for number in range(20):\n"
        "    store.add_turn(sys.argv[2], f'{sys.argv[3]}{number}', answer)\n"
        "    store.start(f'{sys.argv[3]}{number}')\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, url, conversation, name])
        for name in ("甲", "乙")
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    written = {f"{name}{number}" for name in ("甲", "乙") for number in range(20)}
    kept = questions(store, conversation)
    assert (kept[0], set(kept[1:]), len(kept)) == ("はじめの質問", written, 41)
    assert {each.title for each in store.all()} == written | {"設備投資について"}


def test_a_process_that_dies_has_lost_nothing_it_has_returned_for(
    store: ConversationStore, url: str
) -> None:
    conversation = asked(store, "はじめの質問")
    script = (
        "import os, sys\n"
        "from ipqa.records.conversations import ConversationStore\n"
        "from ipqa.records.database import Database\n"
        "store = ConversationStore(Database(sys.argv[1]))\n"
        "answer = store.get(sys.argv[2]).turns[0].answer\n"
        "store.add_turn(sys.argv[2], '次の質問', answer)\n"
        "os._exit(9)"
    )
    died = subprocess.run([sys.executable, "-c", script, url, conversation], check=False)
    assert died.returncode == 9
    assert questions(store, conversation) == ["はじめの質問", "次の質問"]


def test_what_people_wrote_is_in_no_error(
    store: ConversationStore, database: Database, queried: Queried
) -> None:
    store.start("広島工場の増築")
    queried("CREATE UNIQUE INDEX one_of_each ON conversations (title)")
    try:
        store.start("社外秘の買収案件")
        with pytest.raises(RecordsUnavailable, match=r"one_of_each|UNIQUE") as told:
            store.start("社外秘の買収案件")
    finally:
        queried("DROP INDEX one_of_each")
    assert database.place in str(told.value)
    assert "社外秘" not in str(told.value)
    assert "sqlalche.me" not in str(told.value)


def test_a_conversation_is_there_for_its_owner_alone(database: Database) -> None:
    stores = {
        owner: ConversationStore(database, owner) for owner in ("田中", "佐藤", "田中さん", None)
    }
    ids = {owner: asked(store, f"{owner}の質問") for owner, store in stores.items()}
    for owner, store in stores.items():
        assert [summary.id for summary in store.all()] == [ids[owner]]
        assert [summary.id for summary in store.all("質問")] == [ids[owner]]
        assert questions(store, ids[owner]) == [f"{owner}の質問"]


@pytest.mark.parametrize("other", ["佐藤", None])
def test_somebody_elses_conversation_is_one_that_does_not_exist(
    database: Database, other: str | None
) -> None:
    own, others = ConversationStore(database, "田中"), ConversationStore(database, other)
    for mine, theirs in ((own, others), (others, own)):
        conversation = asked(mine, "増築の費用はいくらですか")
        for act in (
            theirs.get,
            theirs.delete,
            lambda one, store=theirs: store.rename(one, "別の題"),
            lambda one, store=theirs: store.add_turn(one, "割り込み", answer()),
        ):
            messages = []
            for one in (conversation, "x" * len(conversation)):
                with pytest.raises(UnknownConversation) as caught:
                    act(one)
                messages.append(caught.value.message("ja").replace(one, ""))
            assert messages[0] == messages[1]
        assert questions(mine, conversation) == ["増築の費用はいくらですか"]
        assert mine.get(conversation).title == "設備投資について"


def test_whoever_gets_the_name_of_a_key_finds_its_conversations_again(
    database: Database, queried: Queried
) -> None:
    conversation = asked(ConversationStore(database, "田中"), "増築の費用はいくらですか")
    again = ConversationStore(database, "田中")
    assert questions(again, conversation) == ["増築の費用はいくらですか"]
    again.delete(conversation)
    assert queried("SELECT count(*) FROM conversation_owners") == [(0,)]
