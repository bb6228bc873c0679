"""Where an instruction stands in a report: each puts it into the report's Markdown, and returns a file's content."""

from collections.abc import Callable

from markdown_it import MarkdownIt


def as_section(report: str, text: str) -> str:
    """As a section of its own, the last."""
    return report.replace("## 出典", f"## 補足\n\n{text}\n\n## 出典")


def in_paragraph(report: str, text: str) -> str:
    """At the end of a paragraph."""
    return report.replace("\n\n## 第2章", f"{text}\n\n## 第2章")


def as_heading(report: str, text: str) -> str:
    """As a heading."""
    return report.replace("## 出典", f"## {text}\n\n社内の様式による。\n\n## 出典")


def as_list_item(report: str, text: str) -> str:
    """As an item of a list."""
    return report.replace("\n\n## 第3章", f"\n- {text}\n\n## 第3章")


def in_cell(report: str, text: str) -> str:
    """In a cell of a table."""
    return report.replace("\n\n## 出典", f"\n| 備考 | {text} | |\n\n## 出典")


def as_footnote(report: str, text: str) -> str:
    """As a footnote."""
    return report.replace("\n\n## 第2章", "詳細は注に記す[^2]。\n\n## 第2章") + f"[^2]: {text}\n"


def as_source(report: str, text: str) -> str:
    """As the title of a source."""
    return report.replace("「年次報告」", f"「{text}」")


def page(report: str, extra: str = "") -> str:
    """The report as a web page, with further markup at its end."""
    body = MarkdownIt("commonmark").enable("table").render(report)
    return f'<!doctype html><html lang="ja"><meta charset="utf-8"><body><main>{body}{extra}</main></body></html>'


def in_page(markup: str) -> Callable[[str, str], str]:
    """At the end of a web page, within markup that has {} for it."""
    return lambda report, text: page(report, markup.format(text))
