"""What a question asks for: the kind of answer, and the words that must be found."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from ipqa.answering.name_forms import names_by_form
from ipqa.errors import EmptyQuestion, NoWordsInQuestion, QuestionTooLong
from ipqa.japanese import ERAS, Word, content_words

Kind = Literal[
    "yesno",
    "why",
    "when",
    "quantity",
    "compare",
    "list",
    "who",
    "where",
    "definition",
    "how",
    "other",
]

_ASKED_BY: tuple[tuple[Kind, str], ...] = (
    (
        "why",
        r"なぜ|何故|なんで|どうして|理由|背景|狙い|目的|要因|原因|わけ[はをで?？]|\bwhy\b|reason|cause",
    ),
    (
        "when",
        (
            r"いつ|何年(?!間)|何月|何日(?!間)|時期|年月日?|日付|日時|日取り|タイミング|期限|何年度|\bwhen\b"
            r"|(?:what|which) (?:year|date|month|day)"
        ),
    ),
    (
        "quantity",
        (
            r"何(?:件|人|名|位|社|台|個|つ|回|倍|割|分の|パーセント|%|ページ|年間|か月|ヶ月|日間|時間|円|トン|歳)"
            r"|いくつ|いくら|いかほど|(?:どれ|どの)(?:くらい|ぐらい|ほど|だけ)|なん(?:%|パー|人|件|番)"
            r"|件数|人数|台数|回数|割合|比率|何番|順位|シェア|数は|額|率は|率$|[^計]数$|[一-龥](?:高|量|額|率|費|単価)(?:は|が|を|って|[?？]|$)|(?:利益|人口|水温|面積)は|金額|費用は|値段"
            r"|how (?:many|much|long|large|old|fast|far)|percent|what (?:share|number|percentage|amount)"
        ),
    ),
    (
        "compare",
        (
            r"違い|違う|異なる|比べ|比較|対比|差は|差を|どちらが|どっちが|どちらの|より(?:多|少|高|低|大|小)"
            r"|\bdiffer|\bcompare|\bversus\b|\bvs\b"
        ),
    ),
    (
        "list",
        (
            r"挙げ|列挙|一覧|リスト|すべて|全て|全部|メンバー|構成要素|内訳|選択肢|種類|何がある|どんなもの"
            r"|それぞれ|どのような.{1,8}(?:か|が)|\d+(?:つ|点|社)|何と何|ぜんぶ|\blist\b|what are|which .*s\b"
        ),
    ),
    (
        "who",
        (
            r"誰|だれ|どなた|(?:どこ|どの|どちら)の?(?:会社|企業|社|部門|部署|組織|機関|団体|省庁)|何社|相手"
            r"|社名|担当者|責任者|ライセンス先|提携先|\bwho\b|which (?:company|department|firm)"
        ),
    ),
    ("where", r"どこ|何処|場所|所在地|開催地|\bwhere\b"),
    ("definition", r"とは|って(?:何|なに)|どういう意味|何の略|何です|what (?:is|does .* mean)"),
    (
        "how",
        r"どのように|どうやって|どうする|どんな(?:方法|やり方|手段)|仕組み|方法|手順|\bhow\b",
    ),
)
"""The first that fits; 「何件」 says more of the answer than the 「どのような」 beside it."""

_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKED_BY)

_CLOSED = re.compile(
    r"(?:です|ます|でしょう|の|ない|た|る|い)か[?？。]*$|(?:[たるうくすつぬむぐ]|なの|だよね|ですよね|ますよね|ない)[?？]+$"
    r"|^(?:is|are|was|were|does|do|did|has|have|can|will) ",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"[何誰]|なん(?!て)|なに|いつ|いくら|いくつ|いかほど|どれ|どの|どこ|どう|どんな|どちら|どっち|どなた|だれ|なぜ|いかに|どんだけ|いずれ"
    r"|教え|知り|(?:分|わ)か[りる]|聞き|理由|割合|内訳|とは|違い|\b(?:what|which|who|when|where|why|how)\b",
    re.IGNORECASE,
)
"""How a question to be answered with yes or no ends, and what no such question holds."""

_COUNTER = re.compile(
    r"何(?![故時処方者事物年月日])([ァ-ヶー]{2,}|[一-龥%]{1,2}?)(?=[^一-龥ァ-ヶー]|$)"
)
_UNITS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), units)
    for pattern, units in (
        (
            r"割合|比率|シェア|率|パーセント|なんパー|%|percent|share",
            ("%", "パーセント", "割", "分の"),
        ),
        (r"順位|何番|なん番|ランキング|何位|rank", ("位",)),
        (r"人数|何人|何名|なん人|スタッフの数|how many people", ("人", "名")),
        (
            r"いくら|金額|額|費用|値段|価格|コスト|how much",
            ("円", "ドル", "ユーロ", "元", "ポンド"),
        ),
        (r"件数|何件", ("件",)),
        (r"回数|何回", ("回",)),
        (r"台数|何台", ("台",)),
        (
            r"期間|何年間|how long",
            ("年間", "年", "か月", "カ月", "ヶ月", "日間", "週間", "時間", "分"),
        ),
    )
)
"""Units that an answer may have, by what the question says."""

_YEAR = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?=年|年度|[-/.]\d)|(?<![\d.,])((?:19|20)\d{2})(?![\d.,件人円名%社])"
)
_ERA_YEAR = re.compile(rf"({'|'.join(ERAS)})(\d{{1,2}}|元)年")
_FISCAL_YEAR = re.compile(r"FY(?:20)?(\d{2})(?!\d)", re.IGNORECASE)

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

_CONTROL = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    Attributes:
        text: without control characters and outer white space.
        terms: the words that must be found, in Sudachi's longest units, each form once, in order.
        units: units that the quantity asked for may have; empty where the question does not tell.
        years: years of the common era that the question names.
        organisations: what companies, towns and the like are called (白波 of 白波水産), told by their form.
    """

    text: str
    kind: Kind
    terms: tuple[Word, ...]
    units: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()
    organisations: tuple[str, ...] = ()


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
    normal = unicodedata.normalize("NFKC", text)
    if not any(unicodedata.category(c)[0] in "LN" for c in normal):
        raise NoWordsInQuestion
    kind = _kind(normal)
    units = _units(normal)
    return Question(
        text=text,
        kind="quantity" if kind == "other" and units else kind,
        terms=_terms(text),
        units=units,
        years=years_in(normal),
        organisations=names_by_form(normal),
    )


def _kind(text: str) -> Kind:
    if _CLOSED.search(text) and not _OPEN.search(text):
        return "yesno"
    return next((name for name, pattern in _KINDS if pattern.search(text)), "other")


def years_in(text: str) -> frozenset[int]:
    """Years that a text in NFKC names, of the common era: 令和7年 and 2025年度 are 2025, FY25 too."""
    found = {int(match[1] or match[2]) for match in _YEAR.finditer(text)}
    found |= {
        ERAS[match[1]] + (0 if match[2] == "元" else int(match[2]) - 1)
        for match in _ERA_YEAR.finditer(text)
    }
    found |= {2000 + int(match[1]) for match in _FISCAL_YEAR.finditer(text)}
    return frozenset(found)


def _clean(raw: str) -> str:
    """Without control characters, and without what is not seen (a soft hyphen within a word)."""
    seen = (c for c in raw if unicodedata.category(c) != "Cf")
    return "".join(" " if unicodedata.category(c) in _CONTROL else c for c in seen).strip()


def _units(text: str) -> tuple[str, ...]:
    """The units that a quantity asked for may have: what is counted with 何, or what the words imply."""
    counted = [match[1] for match in _COUNTER.finditer(text)]
    implied = [unit for pattern, units in _UNITS if pattern.search(text) for unit in units]
    return tuple(dict.fromkeys([*counted, *implied]))


def _terms(text: str) -> tuple[Word, ...]:
    terms: dict[str, Word] = {}
    for word in content_words(text, "C"):
        if word.form not in _ASKING_FORMS:
            terms.setdefault(word.form, word)
    return tuple(terms.values())
