"""What is said: the right sentence, the whole list, the cell; no more, no less, word for word."""

import pytest

from ipqa.assistant import Assistant
from tests.parts import assistant_for

REPORT = """\
# 港湾事業の報告

## 1. 施設

港湾局は、倉庫を三棟もつ。冷蔵倉庫は2015年に、定温倉庫は2018年に建てられた。

局の仕事は次の二つに分かれる。

- 荷役
    - 積み込み: クレーンで積む
    - 荷おろし: ベルトで運ぶ
- 保守: 岸壁を直す

## 2. 危険

**【表2】危険の一覧**

| 危険 | 内容 | 影響 | 出典 |
|---|---|---|---|
| 天候 | 台風で岸壁がこわれる | 大 | [^1] |
| 人員 | 熟練者が退職する | 中 | [^1][^2] |
| 設備 | クレーンが止まる | 大 | [^2] |

## 3. 見通し

2027年度には新しい岸壁が完成する見込みである。取扱量は年30万トンになると推察される。

## 出典

[^1]: 港湾局「年報」 https://example.com/a
[^2]: 港湾局「計画」 https://example.com/b
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_for(tmp_path_factory.mktemp("port"), "port.md", REPORT)


def test_a_list_comes_whole_with_what_stands_below_its_items(assistant: Assistant) -> None:
    answer = assistant.ask("港湾局の仕事にはどんなものがありますか").answer
    positions = [
        answer.find(words) for words in ("次の二つ", "荷役", "積み込み", "荷おろし", "保守")
    ]
    assert -1 not in positions
    assert positions == sorted(positions)


def test_a_table_that_is_named_by_its_number_comes_whole(assistant: Assistant) -> None:
    claims = assistant.ask("表2には何が書かれていますか").claims
    assert [claim.text.partition(":")[0] for claim in claims] == ["天候", "人員", "設備"]


def test_rows_are_found_by_what_a_cell_says(assistant: Assistant) -> None:
    claims = assistant.ask("【表２】で影響が大のものは").claims
    assert [claim.text.partition(":")[0] for claim in claims] == ["天候", "設備"]


def test_a_column_that_is_named_gives_its_cells(assistant: Assistant) -> None:
    answer = assistant.ask("表2で設備の影響は")
    assert [claim.text for claim in answer.claims] == ["影響・設備: 大"]
    assert [citation.quote for citation in answer.citations] == ["大"]


def test_numbers_of_sources_are_cited_not_said(assistant: Assistant) -> None:
    answer = assistant.ask("表2には何が書かれていますか")
    assert not any("出典" in claim.text for claim in answer.claims)
    urls = {source.url for citation in answer.citations for source in citation.sources}
    assert urls == {"https://example.com/a", "https://example.com/b"}


def test_the_short_answer_stands_nearest_to_what_is_named(assistant: Assistant) -> None:
    assert assistant.ask("新しい岸壁はいつ完成しますか").short_answer == "2027年度"
    assert assistant.ask("取扱量はどれくらいになりますか").short_answer == "30万トン"


@pytest.mark.parametrize(
    "question", ["岸壁とは何ですか", "なぜ岸壁がこわれるのですか", "局の仕事は"]
)
def test_a_short_answer_stands_in_what_is_quoted(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    quoted = "".join(citation.quote for citation in answer.citations)
    assert answer.short_answer is None or answer.short_answer in quoted


def test_what_the_report_infers_stays_an_inference(assistant: Assistant) -> None:
    assert "推察される" in assistant.ask("取扱量はどれくらいになりますか").answer


def test_a_line_that_only_announces_is_no_answer(assistant: Assistant) -> None:
    for question in ("表2", "危険の一覧", "施設について"):
        answer = assistant.ask(question)
        assert not answer.answer.rstrip("[]0123456789").endswith((":", "："))


@pytest.fixture(scope="module")
def byline_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """A report that calls the company that it is about 当社, and names it once, at its head."""
    return assistant_for(
        tmp_path_factory.mktemp("byline"),
        "report.txt",
        "年次の報告書\n\n株式会社あおば水産\n\n第1章 事業\n\n"
        "当社は昨年、売上高120億円を計上した。\n\n新しい倉庫の案が4月に出た。費用は3,000万円である。\n",
    )


def test_a_report_is_known_to_be_about_whom_it_names_at_its_head(
    byline_assistant: Assistant,
) -> None:
    answer = byline_assistant.ask("あおば水産の売上高は")
    assert answer.short_answer is None or answer.short_answer == "120億円"
    assert answer.claims[0].text == "当社は昨年、売上高120億円を計上した。"


def test_a_name_that_the_report_never_mentions_is_declined(byline_assistant: Assistant) -> None:
    assert not byline_assistant.ask("トヨタの売上高は").answered


def test_the_sentence_that_goes_on_is_said_where_it_holds_the_rest(
    byline_assistant: Assistant,
) -> None:
    assert "3,000万円" in byline_assistant.ask("倉庫の費用").answer
