"""Blocks of a web page that only lead elsewhere: menus, tables of contents, related articles.

A page that does not say what is what still gives them away: they consist of links, stand under a heading
such as 関連記事, or before and after everything that is said.
"""

import re
from collections.abc import Sequence

from ipqa.reports.web.blocks import WebBlock

_FEW_LINKS = 2
_SHORT_TEXT = 20

_CONTENTS = re.compile(
    r"(?:この(?:ページ|記事)の)?(?:目\s*次|もくじ)|このページの内容|contents|table of contents|index",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"(?:関連|おすすめの?|オススメの?|人気の?)記事(?:一覧)?|この記事を(?:書いた人|シェア|読んだ人).*"
    r"|(?:こちらの記事も|あわせて|合わせて|併せて).{0,12}(?:読み|ご覧).{0,8}"
    r"|アクセスランキング|related (?:posts|articles|stories)|シェアする|SNSでシェア.*",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"関連(?:する)?(?:リンク|情報|サイト|商品|サービス|ページ|ニュース|コンテンツ)|カテゴリー?|アーカイブ|タグ"
    r"|(?:最新|新着|注目)の?(?:記事|ニュース)(?:一覧)?|.{0,4}ランキング|最近の投稿|お知らせ"
)
_STRAY = re.compile(
    r"(?:(?:この)?ページの?(?:先頭|トップ|上部?)(?:へ|に)(?:戻る|移動)?|本文へ(?:スキップ|移動)?(?:する)?"
    r"|トップ(?:へ|に)戻る|ツイート(?:する)?|tweet|シェア(?:する)?|印刷(?:する|用ページ)|広告|PR"
    r"|advertisement|スポンサーリンク|文字サイズ.{0,12}"
    r"|(?:copyright\b|©|\(c\)|（c）).{0,150}|.{0,120}all rights reserved\.?)",
    re.IGNORECASE | re.DOTALL,
)


def without_links_elsewhere(blocks: Sequence[WebBlock]) -> list[WebBlock]:
    """The blocks that are content."""
    gone: set[int] = set()
    for index, block in enumerate(blocks):
        if index in gone or block.kind == "table":
            continue
        if _CONTENTS.fullmatch(block.text):
            gone.update(_contents(blocks, index))
        elif _RELATED.fullmatch(block.text) or _MORE.fullmatch(block.text):
            gone.update(_related(blocks, index))
        elif _is_menu(block) or (block.kind == "paragraph" and _STRAY.fullmatch(block.text)):
            gone.add(index)
    gone |= _links_at_the_ends(blocks, gone)
    return [block for index, block in enumerate(blocks) if index not in gone]


def _is_menu(block: WebBlock) -> bool:
    """Whether a block is several links, or leads to another place of the page."""
    if block.kind == "heading" or block.is_source:
        return False
    count = block.count
    return count.only_jumps or (count.only_links and count.links > _FEW_LINKS)


def _contents(blocks: Sequence[WebBlock], label: int) -> range:
    """A table of contents from its label on: the list that follows it."""
    beyond = label + 1
    while beyond < len(blocks) and blocks[beyond].kind == "item":
        beyond += 1
    return range(label, beyond)


def _related(blocks: Sequence[WebBlock], label: int) -> range:
    """What a label or heading such as 関連記事 announces; nothing where it is more than links."""
    heading = blocks[label]
    beyond = label + 1
    if heading.kind != "heading":
        while beyond < len(blocks) and _is_linkish(blocks[beyond]):
            beyond += 1
        return range(label, beyond if beyond > label + 1 else label)
    end = heading.end or len(blocks)
    while beyond < end and (
        blocks[beyond].kind != "heading" or blocks[beyond].level > heading.level
    ):
        beyond += 1
    section = blocks[label + 1 : beyond]
    sure = _RELATED.fullmatch(heading.text) or all(
        block.kind == "heading" or _is_linkish(block) for block in section
    )
    return range(label, beyond if sure else label)


def _is_linkish(block: WebBlock) -> bool:
    """Whether a block is a link, or the date of one."""
    if block.kind in {"heading", "table"}:
        return False
    short = block.count.letters <= _SHORT_TEXT and not block.text.endswith("。")
    return short or block.count.linked * 2 >= block.count.letters


def _links_at_the_ends(blocks: Sequence[WebBlock], gone: set[int]) -> set[int]:
    """Links before the first and after the last content, which no heading or sentence introduces."""
    content = [i for i, block in enumerate(blocks) if i not in gone and _is_content(block)]
    if not content:
        return set()
    first, last = content[0], content[-1]
    introduces = blocks[last].kind == "heading" or blocks[last].text.endswith(
        (":", "：", "通り。", "とおり。", "通りです。", "とおりです。")
    )
    after = range(0) if introduces else range(last + 1, len(blocks))
    return {index for index in (*range(first), *after) if blocks[index].count.only_links}


def _is_content(block: WebBlock) -> bool:
    unlinked = block.count.letters - block.count.linked
    return block.kind in {"heading", "table"} or block.is_source or unlinked > _SHORT_TEXT
