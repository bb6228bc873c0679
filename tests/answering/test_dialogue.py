"""A follow-up is read against the conversation; what stands alone is left as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.answering.answer import Turn
from ipqa.answering.dialogue import resolve
from ipqa.japanese import content_words

BEDS = "しらかば病院の病床数は何床ですか"
FACTORY = "みなと製菓は新工場をどこに建てましたか"
LISTED = "対策は次のとおりである。[1]\n・送迎バスの運行: 町内を一日三便まわる[2]\n・休日の検診日を設ける。[3][4]"


def turns(*said: str | tuple[str, str]) -> list[Turn]:
    pairs = [(one, "") if isinstance(one, str) else one for one in said]
    return [Turn(question=question, answer=answer) for question, answer in pairs]


def understood(question: str, *said: str | tuple[str, str]) -> str:
    resolved = resolve(question, turns(*said))
    assert resolved.interpreted_as is not None
    return resolved.text


@pytest.mark.parametrize(
    "question", ["なぜ？", "ホンダは？", "二つ目は？", "その出典は？", "why?", ""]
)
def test_without_a_conversation_nothing_is_filled_in(question: str) -> None:
    assert resolve(question, []).text == question
    assert resolve(question, []).interpreted_as is None


@pytest.mark.parametrize(
    "question",
    [
        "図書館の利用者は2021年に何人でしたか",
        "では、救急外来の待ち時間はどのくらい短くなりましたか",
        "健康診断とは何ですか",
        "減災とは？",
        "図書館とは？",
        "小児科の夜間診療をやめたのはなぜですか",
        "みなと製菓が2030年に掲げる目標と、その根拠を教えてください",
        "電解質は固体？それとも液体？",
        "よその町の学校はどこの会社が運営していますか",
        "ひまわり園は何人の子どもを預かっていますか",
        "薬剤師は何人いますか",
        "社員数は何人ですか",
        "When did the library of Sakura Town open?",
    ],
)
def test_a_question_with_words_enough_of_its_own_is_left_alone(question: str) -> None:
    resolved = resolve(question, turns((BEDS, LISTED)))
    assert resolved.text == question
    assert resolved.interpreted_as is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("なぜ？", "みなと製菓は新工場をなぜ建てましたか？"),
        ("なんで？", "みなと製菓は新工場をなんで建てましたか？"),
        ("それはいつ？", "みなと製菓は新工場をいつ建てましたか？"),
        ("それはいつのことですか", "みなと製菓は新工場をいつ建てましたか？"),
        ("いつから？", "みなと製菓は新工場をいつから建てましたか？"),
        ("誰と？", "みなと製菓は新工場を誰と建てましたか？"),
        ("何年に？", "みなと製菓は新工場を何年に建てましたか？"),
    ],
)
def test_a_question_word_alone_takes_the_place_of_the_one_before(
    question: str, expected: str
) -> None:
    assert understood(question, FACTORY) == expected


def test_a_question_word_alone_stands_before_the_predicate_where_none_was_asked() -> None:
    assert understood("いつ？", "新庁舎は完成しましたか") == "新庁舎はいつ完成しましたか？"


def test_why_of_a_figure_asks_why_it_is_so() -> None:
    assert understood("なぜ？", BEDS) == "しらかば病院の病床数はなぜそうなのか？"


def test_who_of_something_passive_asks_by_whom() -> None:
    expected = "防災計画は誰によって改定されましたか？"
    assert understood("誰が？", "防災計画はいつ改定されましたか") == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (BEDS, "すずかけ病院は？", "すずかけ病院の病床数は何床ですか？"),
        (BEDS, "医師数は？", "しらかば病院の医師数は？"),
        ("トヨタの販売台数を教えて", "ではホンダは？", "ホンダの販売台数を教えて。"),
        ("トヨタの国内販売台数は？", "ホンダの台数は？", "ホンダの国内販売台数は？"),
        ("町の人口は2019年に何人でしたか", "じゃあ2023年は？", "町の人口は2023年に何人でしたか？"),
        ("昨年度の来館者は何人ですか", "2022年度だと？", "2022年度の来館者は何人ですか？"),
        ("町の小学校はいくつありますか", "中学校は？", "町の中学校はいくつありますか？"),
        ("町の冷凍そばはいくらですか", "冷凍うどんは？", "町の冷凍うどんはいくらですか？"),
        ("調印式はいつ行われた？", "じゃあ枠組みのほうは？", "枠組みはいつ行われた？"),
        ("トヨタの登録の件数は？", "公開の件数だと？", "トヨタの公開の件数は？"),
    ],
)
def test_a_term_takes_the_place_of_one_of_its_kind(
    earlier: str, question: str, expected: str
) -> None:
    assert understood(question, earlier) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("トヨタの公開件数を教えて", "ではホンダは何件？", "ホンダの公開件数は何件？"),
        (
            "町の人口は2019年に何人でしたか",
            "2023年は何人ですか",
            "町の人口は2023年に何人でしたか？",
        ),
        (BEDS, "すずかけ病院は何床ありますか", "すずかけ病院の病床数は何床ですか？"),
        (FACTORY, "ひなた製菓はいつ？", "ひなた製菓は新工場をいつ建てましたか？"),
    ],
)
def test_a_term_of_the_same_kind_may_come_with_its_question_word(
    earlier: str, question: str, expected: str
) -> None:
    assert understood(question, earlier) == expected


def test_a_topic_with_a_predicate_is_asked_of_the_earlier_subject_where_something_links_them() -> (
    None
):
    assert understood("では社員数は何人ですか", "トヨタの本社はどこにありますか").startswith(
        "トヨタ"
    )
    assert understood("社員数は何人だったの？", "トヨタの本社はどこですか").startswith("トヨタ")


@pytest.mark.parametrize("question", ["本当？", "本当ですか", "それは本当なんですか"])
def test_who_doubts_the_answer_is_asked_the_same_again(question: str) -> None:
    resolved = resolve(question, turns(BEDS))
    assert resolved.text == BEDS
    assert resolved.interpreted_as == f"「{BEDS}」の答えは正しいですか？"


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("本社はどこにありますか", "ホンダは？", "ホンダの本社はどこにありますか？"),
        ("来館者は何人ですか", "2022年は？", "2022年の場合、来館者は何人ですか？"),
    ],
)
def test_a_term_without_one_of_its_kind_is_added(
    earlier: str, question: str, expected: str
) -> None:
    assert understood(question, earlier) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (BEDS, "院長は誰？", "しらかば病院の院長は誰？"),
        ("新庁舎はいつ完成しましたか", "建設費は？", "新庁舎の建設費は？"),
        ("新庁舎はいつ完成しましたか", "設計はどこ？", "新庁舎の設計はどこ？"),
        (FACTORY, "投資額は？", "みなと製菓が新工場を建てたことについて、投資額は？"),
        (
            "条例を可決したのはいつですか",
            "何が争われた？",
            "条例を可決したことについて、何が争われた？",
        ),
        ("水道局の局長は誰ですか", "いつ就任した？", "水道局の局長はいつ就任した？"),
    ],
)
def test_what_has_one_plain_word_is_asked_of_the_earlier_subject(
    earlier: str, question: str, expected: str
) -> None:
    assert understood(question, earlier) == expected


@pytest.mark.parametrize(
    ("polite", "plain"),
    [
        ("町は道路を直しましたか", "直した"),
        ("町は道路を売りましたか", "売った"),
        ("町は道路を開きましたか", "開いた"),
        ("町は道路を結びましたか", "結んだ"),
        ("町は道路を広げますか", "広げる"),
        ("町は道路を作りますか", "作る"),
        ("町は道路を整備しています", "整備している"),
        ("町は道路を整備しますか", "整備する"),
    ],
)
def test_an_event_is_spoken_of_in_the_plain_form(polite: str, plain: str) -> None:
    assert understood("費用は？", polite) == f"町が道路を{plain}ことについて、費用は？"


@pytest.mark.parametrize(
    ("question", "item"),
    [
        ("二つ目をもう少し詳しく", "「休日の検診日を設ける」をもう少し詳しく教えてください。"),
        ("1番目の費用は？", "「送迎バスの運行」の費用は？"),
        ("最後の項目は？", "「休日の検診日を設ける」は？"),
        ("最初のものはいつから？", "「送迎バスの運行」はいつから？"),
    ],
)
def test_a_place_in_the_list_becomes_the_words_of_the_item(question: str, item: str) -> None:
    assert (
        understood(question, ("町の健康対策は何ですか", LISTED)) == f"町の健康対策について、{item}"
    )


def test_the_list_is_remembered_over_a_turn_without_one() -> None:
    said = (("町の健康対策は何ですか", LISTED), ("1つ目はいつから？", "2021年からである。[1]"))
    assert understood("2つ目は？", *said) == "町の健康対策について、「休日の検診日を設ける」は？"


def test_a_place_beyond_the_list_is_not_made_up() -> None:
    resolved = resolve("9番目の費用は？", turns(("町の健康対策は何ですか", LISTED)))
    assert resolved.text == "9番目の費用は？"


@pytest.mark.parametrize(
    "question", ["その出典は？", "根拠は？", "ソースはどこですか", "どこに書いてありますか"]
)
def test_who_asks_for_the_source_is_asked_the_same_again(question: str) -> None:
    resolved = resolve(question, turns(BEDS))
    assert resolved.text == BEDS
    assert resolved.interpreted_as == f"「{BEDS}」の答えの出典は何ですか？"


@pytest.mark.parametrize(
    "question", ["もっと詳しく", "もう少し詳しく教えてください", "他には？", "ほかに何がありますか"]
)
def test_who_asks_for_more_is_told_of_what(question: str) -> None:
    resolved = resolve(question, turns(BEDS))
    assert resolved.text == BEDS
    assert resolved.interpreted_as is not None
    assert resolved.interpreted_as.startswith("しらかば病院の病床数について、")


@pytest.mark.parametrize(
    ("earlier", "answer", "question", "expected"),
    [
        ("改修を請け負ったのはどこですか", "請け負ったのは丸山建設である。[1]", "同社の本社はどこ？", "丸山建設の本社はどこ？"),
        ("館長は誰ですか", "館長は大西誠である。[1]", "彼はいつ就任しましたか", "大西誠はいつ就任しましたか？"),
        ("移転先はどこですか", "移転先は旧庁舎である。[1]", "そこには何がありましたか", "旧庁舎には何がありましたか？"),
        ("トヨタの本社はどこにありますか", "", "同社の社長は誰ですか", "トヨタの社長は誰ですか？"),
        ("中期計画の目標はいくらですか", "", "その計画は誰がつくったのですか", "中期計画は誰がつくったのですか？"),
        ("新庁舎はいつ完成しましたか", "", "それはどこにありますか", "新庁舎はどこにありますか？"),
        ("給食費はいくらですか", "", "その内訳は？", "給食費の内訳は？"),
        ("協定はいつ結ばれた？", "", "そのとき町を代表した人は", "協定が結ばれたとき町を代表した人は？"),
    ],
)  # fmt: skip
def test_a_pronoun_gives_way_to_what_it_stands_for(
    earlier: str, answer: str, question: str, expected: str
) -> None:
    assert understood(question, (earlier, answer)) == expected


def test_a_follow_up_of_a_follow_up_is_understood() -> None:
    said = ("トヨタの公開件数は2021年に何件でしたか", "ホンダは？", "2023年だと？", "その出典は？")
    assert understood("なぜ？", *said) == "2023年のホンダの公開件数はなぜそうなのか？"


def test_a_name_that_no_dictionary_lists_takes_the_place_of_one() -> None:
    assert (
        understood("ではWaymoは？", "トヨタの公開件数は何件でしたか")
        == "Waymoの公開件数は何件でしたか？"
    )


def test_a_change_of_subject_is_followed() -> None:
    said = (BEDS, "町立図書館の館長は誰ですか")
    assert understood("いつ就任した？", *said) == "町立図書館の館長はいつ就任した？"


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("When did Minato Foods open the plant?", "why?", "Why did Minato Foods open the plant?"),
        ("Who runs Minato Foods?", "since when?", "Who runs Minato Foods, and since when?"),
        ("Who runs Minato Foods?", "and when?", "Who runs Minato Foods, and when?"),
        ("How many beds does Birch Hospital have?", "what about Maple Clinic?", "How many beds does Maple Clinic have?"),
        ("How many beds does Birch Hospital have?", "And Maple Clinic?", "How many beds does Maple Clinic have?"),
        ("How many staff were there in 2019?", "and in 2023?", "How many staff were there in 2023?"),
        ("How many beds does Birch Hospital have?", "and in 2023?", "How many beds does Birch Hospital have in 2023?"),
        ("How many beds does Birch Hospital have?", "who founded it?", "who founded Birch Hospital?"),
    ],
)  # fmt: skip
def test_english_is_followed_too(earlier: str, question: str, expected: str) -> None:
    assert understood(question, earlier) == expected


def test_english_may_ask_for_the_source() -> None:
    earlier = "When did Minato Foods open the plant?"
    resolved = resolve("What is the source?", turns(earlier))
    assert resolved.text == earlier
    assert resolved.interpreted_as == f"What is the source for: {earlier}"


def test_nothing_of_the_citations_gets_into_the_question() -> None:
    text = understood("二つ目は？", ("町の健康対策は何ですか", LISTED))
    assert "[" not in text
    assert "検診" in {word.surface for word in content_words(text)}


def test_a_long_conversation_does_not_grow_the_question() -> None:
    said = [BEDS] + ["院長は誰？", "費用は？", "何が争われた？", "なぜ？"] * 20
    assert len(resolve("その影響は？", turns(*said)).text) <= 300


def test_what_would_grow_too_long_is_left_alone() -> None:
    long = f"{'長い堤防と高い水門と' * 28}町が海沿いに築いた施設は何ですか"
    assert len(long) < 300
    assert resolve("建設費はおよそいくら？", turns(long)).text == "建設費はおよそいくら？"


def test_japanese_after_english_is_left_alone() -> None:
    resolved = resolve("その根拠となった法律は？", turns("Who runs Minato Foods?"))
    assert resolved.interpreted_as is None


FOLLOW_UPS = st.sampled_from(
    [
        "なぜ？",
        "誰が？",
        "ホンダは？",
        "2023年だと？",
        "その費用は？",
        "二つ目は？",
        "対象は何件？",
        "why?",
    ]
)
TEXT = st.text(
    alphabet="のはがをにで、。？「」・何誰いつ二つ目年23それその同社病院Ab \n[1]", max_size=30
)


@settings(max_examples=60, deadline=None)
@given(question=FOLLOW_UPS | TEXT, earlier=TEXT, answer=TEXT)
def test_whatever_was_said_a_question_comes_back(question: str, earlier: str, answer: str) -> None:
    resolved = resolve(question, turns((earlier, answer)))
    if resolved.interpreted_as is None:
        assert resolved.text == question
    else:
        assert resolved.text.strip()
