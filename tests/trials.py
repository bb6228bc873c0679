"""What is tried of trials that are counted, in both languages, and the command that tries it again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ipqa.errors import Language


@dataclass(frozen=True)
class Kind:
    """Trials of one kind; ``{…}`` stands for numbers that differ from run to run.

    Attributes:
        command: tries them again.
        en, ja: what is tried.
    """

    command: str
    en: str
    ja: str

    def named(self, test: str, language: Language) -> str | None:
        """A trial, named in English, in a language; None where it is of another kind."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[\\d,]+)", re.escape(self.en))
        found = re.fullmatch(pattern, test)
        if found is None:
            return None
        return (self.en if language == "en" else self.ja).format(**found.groupdict())


def _of_load() -> Iterator[Kind]:
    told = {
        "changes by other processes": "ほかのプロセスによる更新",
        "memory after a third and at the end": "三分の一を過ぎたときと終わりのメモリー",
        "requests": "リクエスト",
        "uploads and removals": "アップロードと削除",
    }
    for reader, with_reader in (("with", "あり"), ("without", "なし")):
        for en, ja in told.items():
            yield Kind(
                "make load",
                f"load ({{users}} users, {{seconds}} seconds, {reader} the reader): {en}",
                f"負荷({{users}}人、{{seconds}}秒、読解モデル{with_reader}): {ja}",
            )


KINDS = (
    Kind("make torture", "`kill -9` during add", "`kill -9`: 報告書を加えている途中"),
    Kind("make torture", "`kill -9` during build", "`kill -9`: 索引を作っている途中"),
    Kind("make torture", "`kill -9` during remove", "`kill -9`: 報告書を外している途中"),
    Kind(
        "make torture",
        "`kill -9` during an upgrade",
        "`kill -9`: 前の版の索引を作り直している途中",
    ),
    Kind(
        "make torture",
        "`kill -9` during the first build of all",
        "`kill -9`: 最初の索引を作っている途中",
    ),
    Kind(
        "make torture", "`kill -9` of the command `ipqa build`", "`kill -9`: コマンド `ipqa build`"
    ),
    Kind(
        "make torture",
        "`kill -9` of processes that keep conversations and feedback",
        "`kill -9`: 会話と評価を書き込んでいるプロセス",
    ),
    Kind(
        "make torture",
        "`kill -9` while records of an earlier version become those of this one",
        "`kill -9`: 前の版の記録を今の版に移している途中",
    ),
    Kind(
        "make torture",
        "clock put back or forward between changes",
        "更新と更新の間に、時計を戻したり進めたりする",
    ),
    Kind(
        "make torture",
        "disk full (a small one, filled up to some bytes)",
        "ディスクの空きがなくなる(小さなディスクを残り数バイトまで埋める)",
    ),
    Kind("make torture", "file of records cut short", "記録のファイルが途中で切れる"),
    Kind("make torture", "index file cut short", "索引のファイルが途中で切れる"),
    Kind(
        "make torture",
        "index file lost, then mended by the remedy",
        "索引のファイルがなくなり、案内のとおりに直す",
    ),
    Kind(
        "make torture",
        "mangled files of every format, added, {seconds} s of the processor each at the most",
        "壊した各形式のファイルを加える(1件につき CPU 時間 {seconds} 秒まで)",
    ),
    Kind(
        "make torture",
        "mangled files, a folder at a time, by the command `ipqa add`",
        "壊したファイルをフォルダごとに `ipqa add` で加える",
    ),
    Kind(
        "make torture",
        "no file may grow beyond some bytes",
        "どのファイルも決まったバイト数までしか書けない",
    ),
    Kind("make torture", "one bit of an index file flipped", "索引のファイルの1ビットが反転する"),
    Kind(
        "make torture",
        "the n-th write, fsync, rename or mkdir fails",
        "n 回目の write、fsync、rename、mkdir が失敗する",
    ),
    Kind(
        "make torture",
        "two builders at once, and a reader",
        "二つのプロセスが同時に索引を作り、一つが読む",
    ),
    *_of_load(),
    Kind(
        "make load",
        "load: {questions} questions at one moment, answered or refused with 429",
        "負荷: 同時に {questions} 問(答えるか、429 で断る)",
    ),
    Kind(
        "make load",
        "load: slow, silent and half-closed clients, whose connections are ended",
        "負荷: 遅い、黙っている、片側だけ閉じたクライアント(接続を切る)",
    ),
    *(
        Kind(
            "make fuzz",
            f"inputs that atheris makes for the readers: {name}",
            f"atheris が作る入力を読む: {'テキスト' if name == 'text' else name}",
        )
        for name in ("HTML", "Markdown", "PDF", "PowerPoint", "Word", "text")
    ),
    Kind(
        "make schema",
        "requests made from `/openapi.json` (Schemathesis)",
        "`/openapi.json` から作ったリクエスト(Schemathesis)",
    ),
)


def told_in(test: str, language: Language) -> tuple[str, str]:
    """What was tried, named in English, in a language, and the command that tries it again.

    Raises:
        LookupError: no kind is of that name.
    """
    for kind in KINDS:
        named = kind.named(test, language)
        if named is not None:
            return named, kind.command
    raise LookupError(f"{test!r} is no kind of trial: tell it in both languages in KINDS")
