"""What a question asks for: the kind of answer, and the words that must be found."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from ipqa.errors import EmptyQuestion, NoWordsInQuestion, QuestionTooLong
from ipqa.japanese import Word, content_words

Kind = Literal["when", "quantity", "who", "list", "why", "definition", "other"]

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("why", re.compile(r"なぜ|何故|なんで|どうして|理由|背景は|狙い|目的|\bwhy\b", re.IGNORECASE)),
    (
        "when",
        re.compile(
            r"いつ|何年|何月|何日|時期|年月|日付|タイミング|期限|\bwhen\b|what (?:year|date)",
            re.IGNORECASE,
        ),
    ),
    (
        "quantity",
        re.compile(
            r"何(?:件|人|名|位|社|台|個|つ|回|倍|割|分の|パーセント|%|％|ページ)|いくつ|いくら|どれ(?:くらい|ぐらい|ほど)"
            r"|件数|人数|割合|比率|何番|順位|シェア|数は|額は|率は|how (?:many|much)|percent",
            re.IGNORECASE,
        ),
    ),
    (
        "list",
        re.compile(
            r"挙げ|列挙|一覧|リスト|すべて|全て|メンバー|構成要素|内訳|選択肢|種類|何がある|どんなもの"
            r"|それぞれ|どのような.{1,8}(?:か|が)|\d+(?:つ|点|社)|\blist\b|what are|which",
            re.IGNORECASE,
        ),
    ),
    (
        "who",
        re.compile(
            r"誰|だれ|どこ(?:の会社|の企業|が|か|です|と|に|$|[?？])|どの(?:会社|企業|社|部門)|どちら|何社|相手"
            r"|ライセンス先|提携先|\bwho\b|which company",
            re.IGNORECASE,
        ),
    ),
    ("definition", re.compile(r"とは|って(?:何|なに)|どういう意味|何です|what is", re.IGNORECASE)),
)

_ASKING_FORMS = frozenset(
    (
        # question words, as Sudachi writes their normal forms
        "何 何時 いつ 誰 何処 どこ 何れ どれ どの どんな どう 何方 どちら 幾つ 幾ら いくら いくつ 如何 "
        "何故 なぜ どうして 何年 何月 どれ位 位 程 くらい それぞれ 其々 どんなもの "
        # what one asks to be done, and where it would stand
        "教える 下さる 下さい 知る 説明 挙げる 挙がる 上げる 列挙 述べる 言う 呼ぶ 分かる 聞く 答える 頂く "
        "貰う 願う 思う 見る 書く 記す 記述 載る 示す 出る 登場 取る 付く 関する 対する 就て "
        "報告 書 レポート 資料 記載 欄 セル 内容 中身 具体 的 詳しい 見込み "
        # pointing and filling words
        "これ 其れ それ その 其の 此の あの 方 点 所 件 者 先 名 名前 年 月 日 時期 理由 全て 有る 無い 居る する "
        "the a an of in is are was were do does did what who when where why how which to for and on by "
        "at many much list"
    ).split()
)
"""Normalised forms that ask rather than name: they need not occur in the evidence."""

GENERIC_FORMS = frozenset(
    (
        "人数 件数 割合 比率 パーセント スタッフ 数 数字 量 回数 社数 順位 一つ 二つ 三つ 四つ 五つ 列 行 表 "
        "仕組み 役割 特徴 意味 概要 定義 説明 選択肢 提言 提案 種類 要素 項目 対象 相手 会社 企業 社名 メンバー "
        "構成 発表 開始 日付 日 時 時点 状況 内訳 結果 影響 課題 問題 方法 手段 計画 予定 目標 見通し 違い 差 "
        "関係 経緯 背景 狙い 目的 根拠 例 全体 最大 最高 首位 トップ 現在 今後 将来"
    ).split()
)
"""Normalised forms that name the kind of answer; the evidence often says the thing without the word."""

_POINTING = re.compile(
    r"それ|その|これ|この(?!資料|報告|レポート)|そこ|同社|^(?:では|じゃあ?|なら|ほかに|他に)"
)

_CONTROL = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    Attributes:
        text: without control characters and outer white space.
        terms: the words that must be found, in Sudachi's longest units, each form once, in order.
    """

    text: str
    kind: Kind
    terms: tuple[Word, ...]


def understand(raw: str, max_length: int) -> Question:
    """Read a question.

    Raises:
        EmptyQuestion: nothing was asked.
        QuestionTooLong: it is longer than allowed.
        NoWordsInQuestion: it holds symbols only.
    """
    if len(raw) > max_length:
        raise QuestionTooLong(length=len(raw), limit=max_length)
    text = _clean(raw)
    if not text:
        raise EmptyQuestion
    if not any(unicodedata.category(c)[0] in "LN" for c in text):
        raise NoWordsInQuestion
    normal = unicodedata.normalize("NFKC", text)
    kind: Kind = next((name for name, pattern in _KINDS if pattern.search(normal)), "other")
    return Question(text=text, kind=kind, terms=_terms(text))


def points_back(question: Question) -> bool:
    """Whether a question can only be understood with the one before it."""
    return _POINTING.search(question.text) is not None or not question.terms


def understand_together(previous: str, question: Question) -> Question:
    """A question that points back, read together with the one it points to."""
    text = f"{_clean(previous)} {question.text}"
    return Question(text=text, kind=question.kind, terms=_terms(text))


def _clean(raw: str) -> str:
    return "".join(" " if unicodedata.category(c) in _CONTROL else c for c in raw).strip()


def _terms(text: str) -> tuple[Word, ...]:
    terms: dict[str, Word] = {}
    for word in content_words(text, "C"):
        if word.form not in _ASKING_FORMS:
            terms.setdefault(word.form, word)
    return tuple(terms.values())
