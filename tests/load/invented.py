"""Small invented reports, each with a figure of its own and the question that asks for it."""

from dataclasses import dataclass

_FIRST = "青赤白黒金銀銅鉄石岩山川谷沢浜浦島崎岬港松杉竹梅桜楓柳桐藤菊鶴亀鷹鷲鳩雁鹿熊狐兎"
_SECOND = "田原野森林池井泉滝橋宮寺城倉蔵塚坂道里村町市国都門戸窓柱梁瓦畑園庭苑屋敷堂塔舟車"
"""A name is a character of each, so that no two are alike but for a digit."""


@dataclass(frozen=True)
class Invented:
    """A report that no other is like.

    Attributes:
        number: from 1 to 1,599; tells it from all others.
    """

    number: int

    @property
    def company(self) -> str:
        """Whom it is about; also the id that the report gets."""
        first, second = divmod(self.number, len(_SECOND))
        return f"架空{_FIRST[first]}{_SECOND[second]}商会"

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
