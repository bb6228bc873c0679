"""Small invented reports, each with a figure of its own and the question that asks for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invented:
    """A report that no other is like.

    Attributes:
        number: from 1 on; tells it from all others.
    """

    number: int

    @property
    def company(self) -> str:
        """Whom it is about; also the id that the report gets."""
        return f"架空商会{self.number:04}"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.company}.md"

    @property
    def sales(self) -> str:
        """A figure that no other report has."""
        return f"{10_000 + 7 * self.number:,}億円"

    @property
    def source(self) -> str:
        """What the file holds."""
        return (
            f"# {self.company}の報告\n\n## 第1章 業績\n\n"
            f"{self.company}の2024年度の売上高は{self.sales}である。"
            f"従業員は{3 * self.number + 40}人である。\n\n"
            f"## 第2章 設備\n\n{self.company}は2023年10月に本社工場を増築した。"
            "新しい棟では検査と出荷を行う。\n"
        )

    @property
    def question(self) -> str:
        """What the report answers with its figure."""
        return f"{self.company}の2024年度の売上高はいくらですか"
