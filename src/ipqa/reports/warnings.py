"""What a reader says of a file that it could not read for certain, in Japanese and in English.

Each kind of finding has one sentence here; ``docs/reading.md`` explains them all.
"""

from typing import Literal

from ipqa.errors import Language

WarningCode = Literal[
    "lost_cell",
    "damaged_date",
    "damaged_rank",
    "split_word",
    "font_map",
    "look_alike",
    "stray_markup",
    "hidden_text",
    "page_furniture",
    "ruby",
    "vertical_text",
    "page_without_text",
    "left_out",
]

_MESSAGES: dict[WarningCode, dict[Language, str]] = {
    "lost_cell": {
        "ja": "{table}の行「{row}」で「{column}」の欄が失われています。",
        "en": "{table}: the row “{row}” has lost its cell under “{column}”.",
    },
    "damaged_date": {
        "ja": "「{found}」は{reading}とみられます(日付の文字の欠落)。",
        "en": "“{found}” probably was {reading} (a date that lost a character).",
    },
    "damaged_rank": {
        "ja": "「{found}」は{reading}とみられます(順位の「位」の欠落)。",
        "en": "“{found}” probably was {reading} (a rank that lost its 位).",
    },
    "split_word": {
        "ja": "「{found}」は「{reading}」とみられます(語の中の空白)。",
        "en": "“{found}” probably was {reading} (spaces inside a word).",
    },
    "font_map": {
        "ja": "「{found}」は「{reading}」とみられます(フォントの対応表による文字化け)。",
        "en": "“{found}” probably was {reading} (garbled by a font's character map).",
    },
    "look_alike": {
        "ja": "「{found}」は「{reading}」とみられます(字形の似た別の文字)。",
        "en": "“{found}” probably was {reading} (another character of the same look).",
    },
    "stray_markup": {
        "ja": "書式の記号「{found}」が{count}か所に残っていたため、取り除きました。",
        "en": "Left-over mark-up “{found}” was removed in {count} places.",
    },
    "hidden_text": {
        "ja": "見えない文字({reason})を本文から除きました: 「{found}」",
        "en": "Text that cannot be seen ({reason}) was left out: “{found}”",
    },
    "page_furniture": {
        "ja": "各ページに繰り返される柱・フッターなどを{count}行除きました(例: 「{found}」)。",
        "en": "{count} lines of page headers and footers were left out, such as “{found}”.",
    },
    "ruby": {
        "ja": "「{base}」のふりがな「{ruby}」は本文から除きました。",
        "en": "The ruby “{ruby}” of “{base}” was left out of the text.",
    },
    "vertical_text": {
        "ja": "{page}ページは縦書きとして読みました。",
        "en": "Page {page} was read as vertical text.",
    },
    "page_without_text": {
        "ja": "{page}ページには文字の情報がありません(画像とみられます)。読むにはOCRが必要です。",
        "en": "Page {page} holds no text (it seems to be an image). It needs OCR to be read.",
    },
    "left_out": {
        "ja": "読み飛ばした部分があります: {what}",
        "en": "A part was left out: {what}",
    },
}


def warning_text(code: WarningCode, details: dict[str, str | int], language: Language) -> str:
    """The sentence of a finding in a language, its details filled in."""
    return _MESSAGES[code][language].format_map(details)
