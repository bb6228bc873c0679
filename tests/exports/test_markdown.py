"""Answers as Markdown: raw, and rendered by a CommonMark parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ipqa.exports.exchange import Exchange, one_line
from ipqa.exports.markdown import markdown
from tests.exports.examples import ADDRESS, DECLINED, PLAN, exchange_of

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

MARKUP = [
    "*強調* と **太字** と _斜体_ と ~~取消~~",
    "[表示](https://evil.example/) と ![図](x.png) と [参照][1] と [1]: https://evil.example/",
    "<script>alert(1)</script> と <https://evil.example/> と <!-- 注 -->",
    "`コード` と ``` と &amp; と &#42; と R&D",
    "# 見出し #",
    "- 項目",
    "+ 項目",
    "1. 項目",
    "2) 項目",
    "> 引用",
    "---",
    "***",
    "前の行\n===\n# 見出し\n\n    字下げ\n- 項目",
    "| 列 | 列 |\n|---|---|\n| 値 | 値 |",
    "行末の逆斜線\\",
    "(括弧) ]( と [",
    "$x_1$ と C:\\data",
    "https://example.com/a_b_(c)?x=1&copy;=2",
]


def tokens_of(text: str) -> list[Token]:
    """All tokens of a rendered document, those within lines too."""
    tokens = []
    for token in PARSER.parse(text):
        tokens += [token, *(token.children or [])]
    return tokens


def lines_of(text: str) -> list[str]:
    """What a reader of the rendered document sees, line by line."""
    return [
        "".join(child.content for child in token.children or [])
        for token in PARSER.parse(text)
        if token.type == "inline"
    ]


def structure_of(text: str) -> list[str]:
    """What the rendered document is built of, its words left out."""
    return [f"{t.type} {t.tag}" for t in tokens_of(text) if t.type not in {"text", "inline"}]


def test_an_exchange_reads_well_raw() -> None:
    assert (
        markdown("新工場", [PLAN], "ja", ADDRESS)
        == """\
# 新工場

## 質問1：新工場の稼働はいつですか

「白浜精機の新工場の稼働はいつですか」という質問として調べました。

**2027年4月**

新工場は2027年4月に稼働する。[1]

- 投資額: 80億円[2][1]
- 稼働率: 初年度は6割にとどまると見込まれる[3]（報告書の推察・見通し）

注: 「2O27年」は2027年とみられます。

確信度：高（0.83）

### 出典

- [1] [白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ](http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=10-27&e=ab12) — 「新工場は2027年4月に稼働する。」
  - 報告書の出典3：[白浜精機「統合報告書2025」](https://example.com/ir/2025.pdf)
  - 報告書の出典4：[業界新聞「軸受の再編」](https://example.com/news)（候補の一つ）
- [2] [白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ](http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=20-34&e=ab12) — 「投資額｜80億円｜前期比2倍」
  - 報告書の出典9：（資料の一覧にありません）
- [3] [白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ](http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=30-47&e=ab12) — 「初年度は6割にとどまると見込まれる」
"""
    )


def test_what_is_declined_comes_with_the_nearest_passages_and_no_confidence() -> None:
    text = markdown("調査", [DECLINED], "ja", ADDRESS)
    assert "資料に記載がありません。「趣味」は資料に出てきません。" in text
    assert "### 近い箇所\n\n- [1] [" in text
    assert "「社長の青木は就任会見で投資の継続を述べた。」" in text
    assert "確信度" not in text
    assert "### 出典" not in text


def test_headings_and_labels_are_english_where_asked_and_the_content_stays() -> None:
    text = markdown("New plant", [PLAN, DECLINED], "en", ADDRESS)
    for label in (
        "## Question 1: 新工場の稼働はいつですか",
        "## Question 2: 社長の趣味は何ですか",
        "Understood as: 白浜精機",
        "(the report infers or expects this)",
        "Confidence: high (0.83)",
        "### Sources",
        "### Nearest passages",
        "page 3",
        "(one of several candidates)",
        "(not in the report's source list)",
    ):
        assert label in text


@pytest.mark.parametrize("text", MARKUP)
def test_markup_from_outside_is_read_as_the_text_that_it_is(text: str) -> None:
    plain = exchange_of("普通の文")
    linked = text.startswith("https://")
    same = exchange_of("https://example.com/") if linked else plain
    assert structure_of(markdown(text, [exchange_of(text)], "ja", ADDRESS)) == structure_of(
        markdown("題", [same], "ja", ADDRESS)
    )


def test_links_lead_to_the_places_and_to_web_addresses_only() -> None:
    shady = exchange_of("javascript:alert(1)")
    tokens = tokens_of(markdown("調査", [PLAN, shady], "ja", ADDRESS))
    targets = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert [target for target in targets if not target.startswith(f"{ADDRESS}/r/")] == [
        "https://example.com/ir/2025.pdf",
        "https://example.com/news",
    ]
    assert len(targets) == 6


def test_an_address_keeps_its_meaning_in_a_link() -> None:
    address = "https://example.com/a_b?x=1&copy;=2&y=*z*"
    tokens = tokens_of(markdown("題", [exchange_of(address)], "ja", ADDRESS))
    assert address in [token.attrs.get("href") for token in tokens]


@given(
    st.text(alphabet=st.one_of(st.sampled_from("\\`*_[]()<>#+-=.!|~&;: \n\t1a日"), st.characters()))
)
def test_whatever_is_asked_or_quoted_can_be_read_when_rendered(text: str) -> None:
    exchange: Exchange = exchange_of(f"問{text}了")
    document = markdown(f"題{text}了", [exchange], "ja", ADDRESS)
    heading, question, understood, short, claim, item, note, _, _, cited, source = lines_of(
        document
    )
    expected = one_line(f"問{text}了")
    assert heading == one_line(f"題{text}了")
    assert question == f"質問1：{expected}"
    assert understood == f"「{expected}」という質問として調べました。"
    assert short == note == expected
    assert claim == f"{expected}[1]"
    assert item == f"項目: {expected}[1]（報告書の推察・見通し）"
    assert cited.endswith(f" — 「{one_line(f'問{text}了'.replace(chr(9), '｜'))}」")
    assert source == f"報告書の出典{expected}：{expected}（候補の一つ）"


@given(st.text(alphabet="\\`*_[]()<>#+-=.!|~&;: \n12a", min_size=1))
def test_markup_at_the_start_of_a_text_is_no_markup(text: str) -> None:
    exchange = exchange_of(text)
    if one_line(text):
        lines = lines_of(markdown("題", [exchange], "ja", ADDRESS))
        assert f"{one_line(text)}[1]" in lines
        assert one_line(text) in lines
