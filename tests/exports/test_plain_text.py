"""Answers as plain text."""

from ipqa.exports.plain_text import plain_text
from tests.exports.examples import ADDRESS, DECLINED, PLAN, exchange_of

RULE = "-" * 60


def test_exchanges_read_well_as_lines_of_text() -> None:
    assert (
        plain_text("新工場", [PLAN, DECLINED], "ja", ADDRESS)
        == f"""\
新工場
{"=" * 60}

質問1：新工場の稼働はいつですか

「白浜精機の新工場の稼働はいつですか」という質問として調べました。

2027年4月

新工場は2027年4月に稼働する。[1]
・投資額: 80億円[2][1]
・稼働率: 初年度は6割にとどまると見込まれる[3]（報告書の推察・見通し）

注: 「2O27年」は2027年とみられます。

確信度：高（0.83）

出典

[1] 白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ — 「新工場は2027年4月に稼働する。」
    http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=10-27&e=ab12
    報告書の出典3：白浜精機「統合報告書2025」 https://example.com/ir/2025.pdf
    報告書の出典4：業界新聞「軸受の再編」 https://example.com/news（候補の一つ）

[2] 白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ — 「投資額｜80億円｜前期比2倍」
    http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=20-34&e=ab12
    報告書の出典9：（資料の一覧にありません）

[3] 白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ — 「初年度は6割にとどまると見込まれる」
    http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=30-47&e=ab12

{RULE}

質問2：社長の趣味は何ですか

資料に記載がありません。「趣味」は資料に出てきません。

近い箇所

[1] 白浜精機の中期計画「第2章 投資 › 2-1. 新工場」3ページ — 「社長の青木は就任会見で投資の継続を述べた。」
    http://127.0.0.1:8000/r/%E7%99%BD%E6%B5%9C%202025#s=10-31&e=ab12
    報告書の出典3：白浜精機「統合報告書2025」 https://example.com/ir/2025.pdf
"""
    )


def test_labels_are_english_where_asked() -> None:
    text = plain_text("New plant", [PLAN], "en", ADDRESS)
    assert "Question 1: 新工場の稼働はいつですか" in text
    assert "\n\nSources\n\n" in text
    assert "The report's source 9:  (not in" not in text


def test_a_text_from_outside_cannot_start_a_line_of_its_own() -> None:
    text = plain_text("題", [exchange_of("前\n出典\r\n[1] 偽の出典")], "ja", ADDRESS)
    assert not any(line.startswith("[1] 偽") for line in text.splitlines())
