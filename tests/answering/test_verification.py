"""A draft is held against the reports: what they say, what they deny, and what they do not say."""

from pathlib import Path

import pytest

from ipqa.answering.verification import LONGEST_DRAFT, VerifiedSentence
from ipqa.assistant import Assistant
from ipqa.errors import DraftTooLong, EmptyDraft, UnknownReport
from tests.parts import assistant_for

CLINIC = """\
# 灯台病院 年次報告

## 2023年度の診療実績

灯台病院の外来患者数は48,200人で、前年度より3.5%減少した。
救急搬送の受入れは1,905件であり、断った件数は12件未満にとどまった。
新病棟の開設は2026年4月を予定する。
看護師の離職率は改善したとみられる。

## 財務

医業収益は36億4,000万円、医業費用は35億1,000万円だった。
委員会は診療報酬の水準を見直さない。
"""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_for(tmp_path_factory.mktemp("clinic"), "clinic.md", CLINIC)


def verified(assistant: Assistant, sentence: str) -> tuple[VerifiedSentence, list[str]]:
    verification = assistant.verify(sentence)
    (one,) = verification.sentences
    quotes = {citation.number: citation.quote for citation in verification.citations}
    return one, [quotes[number] for number in one.citations]


@pytest.mark.parametrize(
    ("draft", "quote"),
    [
        (
            "海藻の養殖を青海水産が始めたのは2019年4月です。",
            "青海水産は2019年4月に海藻の養殖を始めた。",
        ),
        (
            "2024年の出荷量は前年より8%増え、1,250トンになりました。",
            "2024年の出荷量は1,250トンで、前年より8%増えた。",
        ),
        (
            "品質管理委員会は毎月一回ひらかれます。",
            "品質管理委員会は、生産部・販売部・検査室の三者で構成され、毎月一回ひらかれる。",
        ),
    ],
)
def test_a_paraphrase_is_supported_by_the_sentence_that_says_it(
    small_assistant: Assistant, draft: str, quote: str
) -> None:
    sentence, quotes = verified(small_assistant, draft)
    assert (sentence.support, sentence.reason) == ("supported", None)
    assert quotes == [quote]


@pytest.mark.parametrize(
    "draft",
    [
        "青海水産は令和元年4月に海藻の養殖を始めた。",
        "青海水産は２０１９年四月に海藻の養殖を始めた[1]。",
        "青海水産は2019年4月に海藻の養殖を始めた。¹",
        "2024年の出荷量は一千二百五十トンで、前年より８パーセント増えた。",
        "令和6年の出荷量は1250トンで、前年より8%増えた。",
    ],
)
def test_the_notation_of_figures_does_not_matter(small_assistant: Assistant, draft: str) -> None:
    sentences = small_assistant.verify(draft).sentences
    assert [s.support for s in sentences if s.support != "not_checked"] == ["supported"]


@pytest.mark.parametrize(
    ("draft", "figure"),
    [
        ("青海水産は2018年4月に海藻の養殖を始めた。", "2018年"),
        ("2024年の出荷量は1,350トンで、前年より8%増えた。", "1,350トン"),
        ("2024年の出荷量は1,250トンで、前年より九％増えた。", "九％"),
        ("南浜の水温は年平均15度で、北浜より2度高い。", "15度"),
    ],
)
def test_another_figure_is_contradicted_and_named(
    small_assistant: Assistant, draft: str, figure: str
) -> None:
    sentence, quotes = verified(small_assistant, draft)
    assert (sentence.support, sentence.reason) == ("contradicted", "figures_differ")
    assert sentence.figures == (figure,)
    assert len(quotes) == 1


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ("灯台病院の外来患者数は48,200人で、前年度より3.5%増加した。", "direction_differs"),
        ("灯台病院の外来患者数は48,200人で、前年度より3.5%減少しなかった。", "negation_differs"),
        ("委員会は診療報酬の水準を見直す。", "negation_differs"),
        ("救急搬送の受入れは1,905件であり、断った件数は12件以上だった。", "figures_differ"),
    ],
)
def test_what_is_turned_round_is_contradicted(clinic: Assistant, draft: str, reason: str) -> None:
    sentence, _ = verified(clinic, draft)
    assert (sentence.support, sentence.reason) == ("contradicted", reason)


@pytest.mark.parametrize(
    "draft",
    [
        "白波水産は2019年4月に海藻の養殖を始めた。",
        "北浜の水温は年平均14度である。",
        "品質管理委員会は毎週水曜日にオンラインでひらかれる。",
        "新しい加工場を岬町に建て、従業員を30人雇った。",
        "出荷量は1,250キログラムだった。",
        "関東の2024年の出荷量は640トンである。",
    ],
)
def test_what_no_report_says_is_not_supported(small_assistant: Assistant, draft: str) -> None:
    sentence, quotes = verified(small_assistant, draft)
    assert sentence.support == "unsupported"
    assert sentence.reason is not None
    assert quotes == []


@pytest.mark.parametrize("draft", ["新病棟は2026年4月に開設した。", "看護師の離職率は改善した。"])
def test_a_plan_or_a_guess_told_as_a_fact_is_not_supported(clinic: Assistant, draft: str) -> None:
    sentence, _ = verified(clinic, draft)
    assert (sentence.support, sentence.reason) == ("unsupported", "certainty_differs")


def test_a_sentence_made_of_two_is_supported_by_both(small_assistant: Assistant) -> None:
    draft = "青海水産は2019年4月に海藻の養殖を始め、2024年の出荷量は1,250トンだった。"
    sentence, quotes = verified(small_assistant, draft)
    assert sentence.support == "supported"
    assert set(quotes) == {
        "青海水産は2019年4月に海藻の養殖を始めた。",
        "2024年の出荷量は1,250トンで、前年より8%増えた。",
    }


def test_a_year_in_a_heading_is_cited_with_the_sentence_below(clinic: Assistant) -> None:
    sentence, quotes = verified(clinic, "2023年度の外来患者数は48,200人だった。")
    assert sentence.support == "supported"
    assert quotes == [
        "灯台病院の外来患者数は48,200人で、前年度より3.5%減少した。",
        "2023年度の診療実績",
    ]


@pytest.mark.parametrize(
    "draft",
    [
        "# 出荷の状況",
        "出荷量の推移",
        "出荷量はどれくらいですか。",
        "いつもお世話になっております。",
        "…！？",
        "\u202e\u202d",
        "[1]",
    ],
)
def test_what_states_nothing_is_not_checked(small_assistant: Assistant, draft: str) -> None:
    assert {s.support for s in small_assistant.verify(draft).sentences} == {"not_checked"}


def test_offsets_hold_quotes_are_verbatim_and_numbers_run_over_the_draft(
    small_assistant: Assistant,
) -> None:
    draft = (
        "　出荷について\n\n- 2024年の出荷量は1,250トンだった。青海水産は🐟2019年4月に海藻の養殖を始めた。\r\n"
        "2024年の出荷量は1,250トンである。\u202e出荷\ud800量は？"
    )
    verification = small_assistant.verify(draft)
    assert len(verification.text) == len(draft)
    for sentence in verification.sentences:
        assert verification.text[sentence.start : sentence.end] == sentence.text
    for citation in verification.citations:
        report = small_assistant.report(citation.report)
        assert report.text[citation.start : citation.end] == citation.quote
    assert [c.number for c in verification.citations] == [1, 2]
    assert [s.citations for s in verification.sentences[1:4]] == [(1,), (2,), (1,)]
    assert verification == small_assistant.verify(draft)
    assert verification.model_dump_json()


def test_only_the_reports_that_are_named_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "clinic.md").write_text(CLINIC, encoding="utf-8")
    other = CLINIC.replace("灯台", "岬").replace("48,200", "51,700")
    assistant = assistant_for(tmp_path / "corpus", "cape.md", other)
    assert (
        assistant.verify("岬病院の外来患者数は51,700人だった。").sentences[0].support == "supported"
    )
    with pytest.raises(UnknownReport):
        assistant.verify("外来患者数は51,700人だった。", ["lighthouse"])


@pytest.mark.parametrize(
    ("draft", "support", "figures"),
    [
        ("Mitsubishiは2024年に加わった。", "supported", ()),
        ("ＮＩＳＳＡＮは2026年に加わる。", "supported", ()),
        ("Nissanは2029年に加わる。", "contradicted", ("2029年",)),
        ("Waymoは2026年に加わる。", "unsupported", ()),
    ],
)
def test_a_name_may_be_spelt_otherwise_than_in_the_report(
    tmp_path: Path, draft: str, support: str, figures: tuple[str, ...]
) -> None:
    text = "# 提携の報告\n\n三菱は2024年に加わった。日産は2026年に加わる。\n"
    sentence, _ = verified(assistant_for(tmp_path, "partners.md", text), draft)
    assert (sentence.support, sentence.figures, sentence.text) == (support, figures, draft)


@pytest.mark.parametrize("draft", ["", " 　\n\t"])
def test_an_empty_draft_is_refused(small_assistant: Assistant, draft: str) -> None:
    with pytest.raises(EmptyDraft):
        small_assistant.verify(draft)


def test_a_draft_that_is_too_long_is_refused_and_a_long_sentence_is_not(
    small_assistant: Assistant,
) -> None:
    with pytest.raises(DraftTooLong):
        small_assistant.verify("あ" * (LONGEST_DRAFT + 1))
    (sentence,) = small_assistant.verify("海藻" * (LONGEST_DRAFT // 2)).sentences
    assert sentence.support in {"unsupported", "not_checked"}


def test_a_statement_in_english_is_supported_by_its_figures_only(
    small_assistant: Assistant,
) -> None:
    drafts = {
        "Shipments in 2024 were 1,250 tons, 8% more than the year before.": "supported",
        "Shipments in 2024 were 1,350 tons.": "unsupported",
        "Shipments were very good.": "unsupported",
    }
    assert {d: small_assistant.verify(d).sentences[0].support for d in drafts} == drafts


RANKED = """\
# 潮見鉄工 年次報告

## 4. 中期の計画

潮見鉄工は国内に七つの工場を持つ。主なリスクは次の3つである。
配当は1株50円とし、実現すれば6期連続の増配となる。
設備の費用は国が3分の1を補助し、検査は年2回行う。
"""


@pytest.mark.parametrize(
    "draft",
    [
        "潮見鉄工は国内に7つの工場を持ち、規模は世界第4位である。",
        "潮見鉄工は国内に7つの工場を持ち、規模は世界第3位である。",
        "配当は1株50円とし、実現すれば一期連続の増配となる。",
        "配当は1株50円とし、実現すれば三期連続の増配となる。",
        "設備の費用は国が3分の2を補助し、検査は年2回行う。",
        "設備の費用は国が3分の1を補助し、検査は月2回行う。",
    ],
)
def test_a_number_that_counts_something_else_proves_nothing(tmp_path: Path, draft: str) -> None:
    one, _ = verified(assistant_for(tmp_path, "ranked.md", RANKED), draft)
    assert one.support != "supported"
    assert one.reason == "figures_differ"


def test_what_is_counted_with_tsu_may_be_counted_otherwise(tmp_path: Path) -> None:
    one, _ = verified(assistant_for(tmp_path, "ranked.md", RANKED), "潮見鉄工は国内に7工場を持つ。")
    assert one.support == "supported"
