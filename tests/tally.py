"""How many trials there were of each kind, and how many ended well."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ipqa.errors import Language
from tests.parts import ROOT
from tests.trials import told_in

KEPT = ROOT / "eval" / "torture.json"
PAGES: dict[str, Language] = {
    "docs/reliability.md": "en",
    "README.md": "en",
    "README.ja.md": "ja",
}
"""The pages that tell of the trials, and in which language."""

HEADS: dict[Language, str] = {
    "en": "| test | tried | survived | date | command |",
    "ja": "| 試したこと | 試した数 | 耐えた数 | 日付 | コマンド |",
}
BEGIN = "<!-- trials: written by make torture, make load, make fuzz and make schema -->\n"
END = "<!-- end of trials -->"


class Wrong(AssertionError):
    """What was tried did what it must not."""


@dataclass
class Row:
    """Trials of one kind."""

    test: str
    tried: int = 0
    survived: int = 0
    date: str = ""
    wrong: list[str] = field(default_factory=list)


class Tally:
    """Counts trials by their kind."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    @contextmanager
    def trial(self, test: str, told: str) -> Iterator[None]:
        """One trial; what goes wrong in it is noted and does not end the others.

        Args:
            test: the kind of trial.
            told: which one it is, to find it again.
        """
        row = self._row(test)
        row.tried += 1
        try:
            yield
        except Wrong as error:
            row.wrong.append(f"{told}: {error}")
        else:
            row.survived += 1

    def count(self, test: str, tried: int, wrong: list[str]) -> None:
        """Trials that were made together.

        Args:
            test: the kind of trial.
            tried: how many there were.
            wrong: of each that went wrong, how.
        """
        row = self._row(test)
        row.tried += tried
        row.survived += tried - len(wrong)
        row.wrong += wrong

    def require(self, *tests: str) -> None:
        """Fail where a trial of these kinds went wrong, or none was made."""
        rows = [self.rows[test] for test in tests]
        wrong = [
            "\n".join([f"{row.test}: {row.survived} of {row.tried}", *row.wrong])
            for row in rows
            if row.wrong or not row.tried
        ]
        if wrong:
            raise Wrong("\n".join(wrong))

    def _row(self, test: str) -> Row:
        told_in(test, "ja")  # fails before anything is tried where it cannot be told
        row = self.rows.setdefault(test, Row(test))
        row.date = datetime.now(UTC).date().isoformat()
        return row

    def write(self) -> None:
        """Keep the counts, and put the table of them into the pages that tell of them.

        Kinds that were not tried now stay as they were kept, each with its date.
        """
        together = {row.test: row for row in kept()} | self.rows
        rows = [
            {name: value for name, value in asdict(row).items() if name != "wrong"}
            for _, row in sorted(together.items())
        ]
        KEPT.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        for name, language in PAGES.items():
            path = ROOT / name
            head, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
            tail = rest.partition(END)[2]
            path.write_text(head + BEGIN + table(kept(), language) + "\n" + END + tail, "utf-8")


def kept(path: Path = KEPT) -> list[Row]:
    """The counts that were kept, none where none were."""
    if not path.is_file():
        return []
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def table(rows: list[Row], language: Language) -> str:
    """The counts as Markdown, in a language."""
    lines = [HEADS[language], "|---|---|---|---|---|"]
    for row in rows:
        told, command = told_in(row.test, language)
        lines.append(f"| {told} | {row.tried:,} | {row.survived:,} | {row.date} | `{command}` |")
    return "\n".join(lines)
