"""What measurements write into pages: tables, between the marks that are kept for them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_between(page: Path, begin: str, end: str, shown: str) -> None:
    """Put a text between two marks of a page, in place of what stands there."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{shown}\n{end}{after}", encoding="utf-8")


def table_of_sizes(sizes: Sequence[Mapping[str, Any]], rows: Sequence[tuple[str, str]]) -> str:
    """A table in Markdown with a column for each size.

    Args:
        sizes: what was measured of each, by name; ``passages`` stands above.
        rows: what each row is called, and how it is shown, in the language of `str.format`.
    """
    head = "| | " + " | ".join(f"{size['passages']:,}" for size in sizes) + " |"
    rule = "|---|" + "---|" * len(sizes)
    shown = [
        f"| {name} | " + " | ".join(shape.format_map(size) for size in sizes) + " |"
        for name, shape in rows
    ]
    return "\n".join([head, rule, *shown])
