"""Files of every format that are mangled by chance, and what reading them must come to.

    python -m tests.mangling 5000        five thousand of them, read in this process
    python -m tests.mangling 5000 7      others: seed 7

prints how many were read and how many refused, and keeps what was neither in a folder.
"""

import io
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

from pptx.chart.data import CategoryChartData
from pptx.util import Inches

from ipqa.errors import ReadError
from ipqa.index.learnt import learnt_of
from ipqa.index.readings import CUT_JSON, Cut
from ipqa.japanese import content_words
from ipqa.passages import split_report
from ipqa.reports import SourceFile, parse
from tests.office_maker import (
    SlidesMaker,
    WordMaker,
    add_diagram,
    cell,
    chart_in_word,
    design,
    field,
    note_mark,
    numbered,
    paragraph,
    raised,
    row,
    run,
    table,
    text_box,
)
from tests.parts import SMALL_REPORT
from tests.pdf_maker import PdfMaker

SECONDS = 5
"""No file may take longer."""

WEB_PAGE = """\
<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>海藻事業</title>
<style>.hidden { display: none } p.small { font-size: 0.1px }</style></head>
<body><nav><ul><li><a href="/">ホーム</a></li></ul></nav><main><h1>海藻事業の報告</h1>
<h2>第1章 生産</h2><p>青海水産は<ruby>海藻<rt>かいそう</rt></ruby>を育てる<sup>[1]</sup>。水温は14度である。</p>
<p class="hidden">隠した文。</p><ol start="3"><li>種苗槽<ul><li>容量は800リットル</li></ul></li><li>乾燥機</li></ol>
<table><caption>表1 出荷量</caption><tr><th rowspan="2">地域</th><th colspan="2">出荷量</th></tr>
<tr><th>2023年</th><th>2024年</th></tr><tr><td>関東</td><td>640トン</td><td>700トン</td></tr></table>
<blockquote>引用した文。</blockquote><pre>形のままの文</pre><dl><dt>用語</dt><dd>その説明。</dd></dl>
<h2>参考資料</h2><ol><li>青海水産 <a href="https://example.com/a">沿革</a></li></ol></main></body></html>
"""


def _word() -> bytes:
    maker = WordMaker()
    maker.lists(design(1, ("decimal", "%1."), ("lowerLetter", "%2)")))
    maker.notes(run("出典は年報。"), run("その続き。"))
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2023年", "2024年"]
    data.add_series("出荷量", (640, 700))  # type: ignore[no-untyped-call]
    maker.body(
        paragraph("第1章 生産", style="Heading1"),
        paragraph("青海水産は海藻を育てる。", note_mark(1), raised("[2]"), field("PAGE", run("3"))),
        numbered("種苗槽", 1),
        numbered("容量は800リットル", 1, 1),
        table(
            row("地域", cell("出荷量", properties='<w:gridSpan w:val="2"/>')),
            row("関東", "640トン", cell("700トン", table(row("内訳", "食用")))),
        ),
        paragraph(text_box(paragraph("囲みの文。")), chart_in_word(maker, data)),
        paragraph("第2章 販売", style="Heading1"),
        paragraph("2024年の出荷量は1,250トンである。", note_mark(2)),
    )
    return maker.saved()


def _slides() -> bytes:
    maker = SlidesMaker()
    maker.slide("海藻事業の報告", "生産を広げた", "\t北浜に槽を増やした", notes="口頭で補う。")
    slide = maker.slide("販売", "出荷量は1,250トンである")
    grid = slide.shapes.add_table(2, 2, Inches(1), Inches(3), Inches(4), Inches(1)).table
    for number, text in enumerate(("地域", "出荷量", "関東", "700トン")):
        grid.cell(number // 2, number % 2).text = text
    add_diagram(slide, {"準備": ["調査", "設計"], "実行": ["建設"]})
    return maker.saved()


def _pdf() -> bytes:
    maker = PdfMaker(title="海藻事業の報告")
    for number in (1, 2):
        maker.furniture("海藻事業の報告", str(number))
        maker.heading(f"第{number}章 生産")
        maker.canvas.bookmarkPage(f"p{number}")
        maker.canvas.addOutlineEntry(f"第{number}章 生産", f"p{number}")
        maker.paragraph(
            "青海水産は2019年4月に海藻の養殖を始めた。南浜の水温は年平均14度である。" * 3
        )
        maker.table([["地域", "2023年", "2024年"], ["関東", "640トン", "700トン"]])
        maker.page()
    return maker.bytes()


@cache
def originals() -> Mapping[str, bytes]:
    """A file of each format and encoding, whole."""
    return {
        "a.md": SMALL_REPORT.encode(),
        "b.txt": SMALL_REPORT.replace("#", "").encode("cp932", "ignore"),
        "c.txt": SMALL_REPORT.encode("utf-16"),
        "d.txt": SMALL_REPORT.encode("euc_jp", "ignore"),
        "e.txt": SMALL_REPORT.encode("utf-8-sig"),
        "f.html": WEB_PAGE.encode(),
        "g.html": WEB_PAGE.replace("utf-8", "shift_jis").encode("cp932", "ignore"),
        "h.pdf": _pdf(),
        "i.docx": _word(),
        "j.pptx": _slides(),
    }


Chance = random.Random
_HUGE = (b"0", b"-1", b"99999999999", b"18446744073709551616", b"1e308", b"7" * 5000)
_NESTS = (
    *("> ", "- ", "1. ", "[", "（", "「", "*", "`", "<b>", "<div>", "<ul><li>", "<table><tr><td>"),
    *("<blockquote>", "<ruby>", "[[", "<<", "q ", "<w:p>", "<w:tbl><w:tr><w:tc>", "<a:p>", "&amp;"),
    *("。", "|", "|-", "\t", "\n", "\x00", "\u3000", "¹", "[1]", "﷽", "ゝ", "が", "1", "a", "A."),
)


def _stretch(chance: Chance, raw: bytes) -> slice:
    start = chance.randrange(len(raw) + 1)
    return slice(start, min(len(raw), start + int(2 ** chance.uniform(0, 12))))


def _cut(chance: Chance, raw: bytes) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _flip(chance: Chance, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 3, 30)) if raw else 0):
        changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _noise(chance: Chance, raw: bytes) -> bytes:
    place = _stretch(chance, raw)
    return raw[: place.start] + chance.randbytes(place.stop - place.start) + raw[place.stop :]


def _lose(chance: Chance, raw: bytes) -> bytes:
    place = _stretch(chance, raw)
    return raw[: place.start] + raw[place.stop :]


def _repeat(chance: Chance, raw: bytes) -> bytes:
    place = _stretch(chance, raw)
    piece = raw[place]
    times = min(chance.choice((1, 2, 50, 3000)), 200_000 // max(1, len(piece)))
    return raw[: place.stop] + piece * times + raw[place.stop :]


def _splice(chance: Chance, raw: bytes) -> bytes:
    other = chance.choice(list(originals().values()))
    place, taken = _stretch(chance, raw), _stretch(chance, other)
    return raw[: place.start] + other[taken] + raw[place.stop :]


def _swell(chance: Chance, raw: bytes) -> bytes:
    """A number becomes a huge one."""
    digits = [n for n, byte in enumerate(raw) if 48 <= byte <= 57]
    if not digits:
        return raw
    start = end = chance.choice(digits)
    while end < len(raw) and 48 <= raw[end] <= 57:
        end += 1
    return raw[:start] + chance.choice(_HUGE) + raw[end:]


def _nest(chance: Chance, raw: bytes) -> bytes:
    """Something opens again and again."""
    place = chance.randrange(len(raw) + 1)
    times = chance.choice((3, 100, 2000, 20_000))
    codec = "utf-16-le" if raw.startswith(b"\xff\xfe") else "utf-8"
    return raw[:place] + chance.choice(_NESTS).encode(codec) * times + raw[place:]


_OF_BYTES = (_cut, _flip, _noise, _lose, _repeat, _splice, _swell, _nest)


def damaged(chance: Chance, raw: bytes) -> bytes:
    """Bytes to which something has happened."""
    return chance.choice(_OF_BYTES)(chance, raw)


def damaged_within(chance: Chance, raw: bytes, damage: Callable[[Chance, bytes], bytes]) -> bytes:
    """A zip to one of whose members something has happened: to what it holds (``damage``), or to its name."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except Exception:  # noqa: BLE001 - zipfile raises much over a zip that is mangled already
        return damaged(chance, raw)
    # the text is where a reader can be misled: it is chosen half of the time
    told = [n for n, (name, _) in enumerate(members) if name.endswith(("document.xml", "e1.xml"))]
    number = chance.choice(told if told and chance.random() < 1 / 2 else range(len(members)))
    name, data = members[number]
    what = chance.randrange(8)
    if what == 0:
        del members[number]
    elif what == 1:
        members[number] = (chance.choice(members)[0], data)
    elif what == 2:
        members[number] = (name, chance.choice(members)[1])
    else:
        members[number] = (name, damage(chance, data))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in dict(members).items():
            archive.writestr(name, data)
    return stream.getvalue()


def mangled(seed: str, number: int) -> SourceFile:
    """One mangled file; the same for the same seed and number."""
    chance = random.Random(f"{seed} {number}")
    name, raw = chance.choice(list(originals().items()))
    for _ in range(chance.choice((1, 1, 2, 4))):
        packed = raw.startswith(b"PK") and chance.random() < 3 / 4
        raw = damaged_within(chance, raw, damaged) if packed else damaged(chance, raw)
    ending = Path(name).suffix if chance.random() < 0.95 else chance.choice((".md", ".html", ""))
    return SourceFile(Path(f"{number}{ending}"), raw)


class TooSlow(BaseException):
    """A file took longer than it may; no reader takes it for a fault of the file."""


@contextmanager
def in_time() -> Iterator[None]:
    """Within it, what takes too much time of the processor is ended, however busy the machine is."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def come_to(file: SourceFile) -> str:
    """What reading a file comes to, up to where it would be embedded: ``read``, or the error's name.

    Raises:
        Exception: the reader has a fault.
        TooSlow: it takes too long.
    """
    with in_time():
        try:
            report = parse(file)
        except ReadError as error:
            return type(error).__name__
        passages, sentences = split_report(report, 400)
        for passage in passages:
            content_words(passage.indexed_text)
        learnt_of(report)
        cut = Cut(report, tuple(passages), tuple(sentences))
        assert CUT_JSON.validate_json(CUT_JSON.dump_json(cut)) == cut
    return "read"


def _try_all(count: int, seed: str, keep: Callable[[SourceFile], Path]) -> int:
    """Read so many files, print what they came to, and return how many were faults."""
    counts: Counter[str] = Counter()
    faults = 0
    longest = (0.0, "")
    for number in range(count):
        file = mangled(seed, number)
        begun = time.process_time()
        try:
            counts[come_to(file)] += 1
        except (Exception, TooSlow) as error:  # noqa: BLE001 - each is looked into
            faults += 1
            print(f"{keep(file)}: {type(error).__name__}: {error}")  # noqa: T201
            print(traceback.format_exc(limit=-3))  # noqa: T201
        longest = max(longest, (time.process_time() - begun, file.path.name))
    print(count, "files,", faults, "faults;", dict(counts.most_common()))  # noqa: T201
    print(f"longest {longest[0]:.2f} s: {longest[1]}")  # noqa: T201
    return faults


def main() -> None:
    """Read so many files as the command line says."""
    folder = Path(tempfile.mkdtemp(prefix="mangled-"))

    def keep(file: SourceFile) -> Path:
        path = folder / file.path.name
        path.write_bytes(file.raw)
        return path

    count, seed = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1"
    sys.exit(bool(_try_all(count, seed, keep)))


if __name__ == "__main__":
    main()
