"""Whatever is asked, the answer is cited word for word, or it says that there is none."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipqa.answering.answer import Answer, Turn
from ipqa.answering.grounding import figures
from ipqa.assistant import Assistant
from ipqa.errors import IndexMismatch, ModeUnavailable, QuestionError, UnknownReport
from ipqa.reader import Reader
from ipqa.settings import Settings
from tests.parts import assistant_for

FIFTY = """\
日産は全固体電池をいつ実用化する計画ですか
ＡＳＳＢの発売時期
トヨタの2025年の特許公開件数を教えて
ホンダの特許取得件数は
日産は出願で国内何位？
アライアンスでSDVを主導するのはどこ
E/Eアーキテクチャは誰が担当？
知的財産専門支援委員会のメンバーは？
表1でBYDはどう書かれているか
【表２】で影響度が甚大なものは
リスクの一覧
特許室ができたのはいつ
知的資産統括室には何人いたか
知的財産部の拠点
CASE領域は特許の何%？
電動化・自動運転・コネクティッドの比率
充電時間はどれくらい短くなる
ドライ電極とは何ですか
LiCAPとの提携の狙いは
APBに供与した技術
水中ドローンへの応用
ヘラー社との契約はいつ？
GT-Rやスカイラインの商品化権
模倣品対策の相手
ルノーが信託に預けた株式の比率
15%で均衡させるのは何
法律事務所のコメント
Common Roadmap Alliance 2030とは
アンペアは何をする会社か
マイクラの後継車
なぜテスラは特許を開放した？
テスラの特許は何件
HarmonyOSを提供する会社
ブレードバッテリー
営業秘密事件の判決
不正競争防止法
PCTの出願ランキング上位5社
コンピュータ技術の比率
アライアンスが不安定になるとどうなる？
全固体電池のライセンス戦略の選択肢
e-POWERの特徴を教えてください
X-in-1って何？
プロパイロット
ﾌﾞﾗﾝﾄﾞを守る活動
経営への提言は何ですか
When will Nissan sell solid-state battery cars?
Who leads SDV in the alliance?
マツダの特許出願件数は？
日産の2030年の世界シェア予測は？
明日の東京の天気は？
""".splitlines()


def assert_sound(answer: Answer, assistant: Assistant) -> None:
    """What holds for every answer that was ever produced."""
    for citation in answer.citations:
        report = assistant.index.reports[citation.report]
        assert report.text[citation.start : citation.end] == citation.quote
        assert citation.quote.strip()
        assert citation.title == report.title
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert list(quotes) == list(range(1, len(quotes) + 1))
    for claim in answer.claims:
        assert claim.citations
        assert figures(claim.text) <= set().union(*(figures(quotes[n]) for n in claim.citations))
        assert claim.text in answer.answer
    assert answer.answered == bool(answer.claims) == (answer.reason is None)
    assert 0 <= answer.confidence <= 1
    assert answer.answer
    if answer.short_answer:
        stands = re.sub(r".*（原文は「(.*)」）", r"\1", answer.short_answer)
        assert any(stands in claim.text for claim in answer.claims)


def test_there_are_fifty_questions() -> None:
    assert len(FIFTY) == len(set(FIFTY)) == 50


@pytest.mark.parametrize("question", FIFTY)
def test_every_answer_on_the_shipped_report_is_sound(
    corpus_assistant: Assistant, question: str
) -> None:
    assert_sound(corpus_assistant.ask(question), corpus_assistant)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_text_gets_a_sound_answer_or_a_clear_refusal(
    small_assistant: Assistant, text: str
) -> None:
    with suppress(QuestionError):
        assert_sound(small_assistant.ask(text), small_assistant)


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("海藻の養殖はいつ始まりましたか", ["2019年4月"]),
        ("南浜の水温は何度ですか", ["14度"]),
        ("2024年の出荷量はどれくらいですか", ["1,250トン"]),
        ("設備にはどんなものがありますか", ["種苗槽", "乾燥機", "選別台"]),
        ("DRY-2の能力は？", ["50キログラム"]),
        ("品質管理委員会のメンバーは？", ["生産部", "販売部", "検査室"]),
        ("出荷が伸びた理由は何ですか", ["輸出が再開"]),
        ("表1で関西の2024年の値は", ["550トン"]),
        ("肥料に使うのはどの地域か", ["関西"]),
    ],
)
def test_a_report_of_any_domain_is_answered_from(
    small_assistant: Assistant, question: str, facts: list[str]
) -> None:
    answer = small_assistant.ask(question)
    assert answer.answered, answer
    assert [fact for fact in facts if fact not in answer.answer] == []


@pytest.mark.parametrize(
    "question",
    [
        "白波水産の出荷量は？",
        "株価の推移と配当性向は？",
        "今日の天気は？",
        "有給休暇の申請メールの例文を書いて",
    ],
)
def test_what_the_report_does_not_say_is_not_answered(
    small_assistant: Assistant, question: str
) -> None:
    answer = small_assistant.ask(question)
    assert not answer.answered
    assert answer.reason in {"not_in_reports", "off_topic"}
    assert "資料に記載がありません" in answer.answer
    assert answer.claims == ()


def test_a_citation_leads_to_the_primary_source(small_assistant: Assistant) -> None:
    answer = small_assistant.ask("海藻の養殖はいつ始まりましたか")
    urls = [source.url for citation in answer.citations for source in citation.sources]
    assert "https://example.com/history" in urls


def test_a_date_or_quantity_is_also_given_alone(small_assistant: Assistant) -> None:
    assert small_assistant.ask("海藻の養殖はいつ始まりましたか").short_answer == "2019年4月"


def test_an_abbreviation_finds_what_is_written_under_the_full_name(
    small_assistant: Assistant,
) -> None:
    by_name = small_assistant.ask("乾燥機は一時間にどれくらい乾かしますか")
    by_short = small_assistant.ask("DRY-2は一時間にどれくらい乾かしますか")
    assert by_name.citations[0].quote == by_short.citations[0].quote


def test_a_follow_up_is_read_with_the_question_before_it(small_assistant: Assistant) -> None:
    first = Turn(question="海藻の養殖について教えてください")
    answer = small_assistant.ask("それはいつ始まりましたか", history=[first])
    assert "2019年4月" in answer.answer
    assert answer.question == "それはいつ始まりましたか"
    assert answer.interpreted_as is not None
    assert "海藻の養殖" in answer.interpreted_as
    assert small_assistant.ask("海藻の養殖はいつ始まりましたか").interpreted_as is None


def test_what_no_report_mentions_is_named_when_a_question_is_declined(
    small_assistant: Assistant,
) -> None:
    answer = small_assistant.ask("白波水産の出荷量は？")
    assert "「白波」は資料に出てきません" in answer.answer
    assert answer.suggestions


@pytest.mark.parametrize("name", ["Waymo", "ウェイモ"])
def test_a_counterpart_that_no_report_mentions_is_named_too(
    small_assistant: Assistant, name: str
) -> None:
    answer = small_assistant.ask(f"{name}と比べて海藻の出荷量は多いですか")
    assert not answer.answered
    assert f"「{name}」は資料に出てきません" in answer.answer


def test_a_name_is_found_however_it_is_spelt(tmp_path: Path) -> None:
    text = "# 提携の報告\n\nボッシュは2024年に三菱と提携した。日産は2026年に加わる。\n"
    assistant = assistant_for(tmp_path, "partners.md", text)
    for question, spelt, year in (
        ("Boschの提携はいつ", "ボッシュの提携はいつ", "2024年"),
        ("Nissanはいつ加わりますか", "日産はいつ加わりますか", "2026年"),
    ):
        answer = assistant.ask(question)
        assert year in answer.answer
        assert (answer.question, answer.interpreted_as) == (question, spelt)
        assert assistant.search(question, 1) == assistant.search(spelt, 1)
    assert assistant.ask("日産はいつ加わりますか").interpreted_as is None


def test_a_name_that_is_longer_as_it_is_spelt_does_not_make_a_question_too_long(
    tmp_path: Path,
) -> None:
    assistant = assistant_for(tmp_path, "port.md", "# 港の報告\n\nマイクロソフトは港に移った。\n")
    limit = Settings().max_question_length
    question = "Microsoftはいつ港に移りましたか".rjust(limit, "…")
    assert assistant.ask(question).question == question


def test_an_inference_of_the_report_is_marked_as_one(tmp_path: Path) -> None:
    text = "# 港の報告\n\n2024年の取扱量は年30万トンだった。来年は40万トンになると推察される。\n"
    claims = assistant_for(tmp_path, "port.md", text).ask("取扱量の推移").claims
    assert {claim.text[-6:-1]: claim.hedged for claim in claims} == {
        "トンだった": False,
        "推察される": True,
    }


def test_the_same_question_gets_the_same_answer(small_settings: Settings) -> None:
    answers = [
        Assistant.open(small_settings).ask("出荷量は").model_dump(exclude={"timings_ms"})
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_without_the_reader_everything_works_and_it_is_never_asked(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        pytest.fail("the reader was asked")

    monkeypatch.setattr(Reader, "__init__", fail)
    monkeypatch.setattr(Reader, "read", fail)
    assistant = Assistant.open(small_settings.model_copy(update={"reader": False}))
    for one in (assistant, assistant.reopened()):
        assert "2019年4月" in one.ask("海藻の養殖はいつ始まりましたか").answer
        assert not one.ask("今日の天気は").answered
        assert one.search("出荷量は", 3)
        assert one.verify("南浜の水温は年平均14度である。").sentences[0].support == "supported"


def test_a_search_puts_first_the_passage_that_answers(small_assistant: Assistant) -> None:
    hits = small_assistant.search("南浜の水温は何度ですか", 3)
    assert "14度" in hits[0].passage.indexed_text
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len(hits) == 3


def test_an_unknown_report_and_an_unavailable_mode_are_refused(small_assistant: Assistant) -> None:
    with pytest.raises(UnknownReport, match="seaweed"):
        small_assistant.ask("出荷量は", reports=["nothing"])
    with pytest.raises(ModeUnavailable, match="generative"):
        small_assistant.ask("出荷量は", mode="generative")


def test_an_index_made_by_another_model_is_refused_with_the_command_that_rebuilds(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipqa.embedding.ShippedModel.fingerprint", "another/model")
    with pytest.raises(IndexMismatch, match="ipqa build --index") as caught:
        Assistant.open(small_settings)
    assert "another/model" in str(caught.value)


@pytest.mark.slow
@pytest.mark.real_report
@pytest.mark.parametrize(
    ("question", "facts", "quoted"),
    [
        ("全固体電池を搭載した車はいつ発売されますか", ["2028年度"], "2028年度"),
        ("トヨタの2025年の特許出願公開件数は？", ["5,001"], "(5,001)"),
        ("アライアンスでSDVの開発をリードするのはどこですか", ["ルノー"], "ルノー"),
        ("知的財産専門支援委員会の構成メンバーは？", ["商品企画部門", "法務部門"], "生産部門"),
        (
            "【表1】でBYDの欄には何と書かれていますか",
            ["ハードウェア垂直統合", "ブレードバッテリー"],
            "垂直統合",
        ),
    ],
)
def test_the_real_report_is_answered_from(
    real_assistant: Assistant, question: str, facts: list[str], quoted: str
) -> None:
    answer = real_assistant.ask(question)
    assert_sound(answer, real_assistant)
    assert answer.answered
    assert [fact for fact in facts if fact not in answer.answer] == []
    assert any(quoted in citation.quote for citation in answer.citations)


@pytest.mark.slow
@pytest.mark.real_report
@pytest.mark.parametrize("question", ["マツダの特許出願件数は？", "夏目漱石の代表作は何ですか"])
def test_what_the_real_report_does_not_say_is_not_answered(
    real_assistant: Assistant, question: str
) -> None:
    assert not real_assistant.ask(question).answered


def test_an_index_path_may_be_anywhere(small_settings: Settings, tmp_path: Path) -> None:
    moved = tmp_path / "索引 その2"
    moved.symlink_to(small_settings.index)
    assert Assistant.open(small_settings.model_copy(update={"index": moved})).ask("出荷量は")


@pytest.fixture(scope="module")
def damaged_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant for a report in which characters of dates are lost."""
    return assistant_for(
        tmp_path_factory.mktemp("damaged"),
        "shop.md",
        "# 店舗の報告\n\n## 沿革\n\n一号店は201911月に開いた。\n\n二号店は2021115日に開いた。\n\n三号店は計画中である。\n",
    )


def test_a_damaged_date_is_quoted_as_it_stands_and_said_as_it_probably_was(
    damaged_assistant: Assistant,
) -> None:
    answer = damaged_assistant.ask("二号店はいつ開きましたか")
    assert_sound(answer, damaged_assistant)
    assert "2021115日" in answer.citations[0].quote
    assert answer.notes == ("注: 「2021115日」は2021年11月5日または2021年1月15日とみられます。",)
    assert answer.answer.endswith(answer.notes[-1])
    assert answer.short_answer == "2021年11月5日または2021年1月15日（原文は「2021115日」）"


def test_a_damaged_date_is_found_under_its_repaired_form(damaged_assistant: Assistant) -> None:
    best = damaged_assistant.search("2019年11月", 1)[0]
    assert "一号店" in best.passage.span.within(damaged_assistant.index.reports["shop"].text)
    assert "2019年11月" in best.passage.indexed_text


def test_a_quote_that_is_a_table_row_comes_with_the_headings_over_it(
    small_assistant: Assistant,
) -> None:
    answer = small_assistant.ask("表1の関東の行を教えてください")
    rows = [citation for citation in answer.citations if citation.columns]
    assert rows
    for row in rows:
        assert row.columns == ("地域", "2023年", "2024年", "主な用途")
        assert len(row.quote.split("\t")) == len(row.columns)
