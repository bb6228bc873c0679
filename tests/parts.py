"""Real parts that many tests share: a small report, the shipped model, a built index."""

from functools import cache
from pathlib import Path

from pydantic import SecretStr

from ipqa.assistant import Assistant
from ipqa.embedding import EmbeddingModel, load_model
from ipqa.index.build import build_index
from ipqa.reader import Reader
from ipqa.settings import SHIPPED_MODEL, Settings

ROOT = Path(__file__).resolve().parents[1]

SMALL_REPORT = """\
# 海藻事業の報告

## 第1章 生産

青海水産は2019年4月に海藻の養殖を始めた[^1]。養殖場は北浜と南浜の二か所にある。
南浜の水温は年平均14度で、北浜より2度高い。

設備は次の三つである。

- 種苗槽: 稚苗を育てる水槽で、容量は800リットル
- 乾燥機（DRY-2）: 一時間に50キログラムを乾かす
- 選別台

## 第2章 販売

2024年の出荷量は1,250トンで、前年より8%増えた[^2]。伸びたのは、輸出が再開されたためである。

**【表1】地域別の出荷量**

| 地域 | 2023年 | 2024年 | 主な用途 |
|---|---|---|---|
| 関東 | 640トン | 700トン | 食用 |
| 関西 | 517トン | 550トン | 肥料 |

品質管理委員会は、生産部・販売部・検査室の三者で構成され、毎月一回ひらかれる。

## 出典

[^1]: 青海水産「沿革」 https://example.com/history
[^2]: 青海水産「年報2024」 https://example.com/report-2024
"""


@cache
def shipped_model() -> EmbeddingModel:
    """The embedding model that is installed with ipqa, loaded once."""
    return load_model(SHIPPED_MODEL)


@cache
def shipped_reader() -> Reader:
    """The reader that is installed with ipqa, loaded once."""
    return Reader()


def assistant_for(folder: Path, name: str, text: str) -> Assistant:
    """An assistant that answers from one report, written to a file of that name in the folder."""
    (folder / name).write_text(text, encoding="utf-8")
    return Assistant.open(build_small_index(folder / name, folder / "index"))


def records_at(path: Path) -> SecretStr:
    """The address of a file of records, for settings."""
    return SecretStr(f"sqlite:///{path}")


def build_small_index(corpus: Path, index: Path) -> Settings:
    """Build an index of a corpus and return the settings that open it."""
    settings = Settings(corpus=corpus, index=index)
    build_index(settings, shipped_model(), lambda _: None)
    return settings
