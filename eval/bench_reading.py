"""How fast files are read, by format, and whether memory grows with the number of reports.

The same invented report is written in every format, so the figures can be held against each other: one
page is 1,000 characters for all. Each figure is the median of several runs in one process; memory is the
peak of a process of its own that reads a folder of reports one after the other.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ipqa.reports import read_report

PAGE = 1000
SECTIONS = 24
RUNS = 5
FEW, MANY = 10, 100
LIMIT = 10**9

_SENTENCES = (
    "青海水産は第{n}期に養殖場を広げ、出荷を前の期より{n}パーセント伸ばした。",
    "設備への投資は{n},500万円で、そのうち乾燥機が三分の一を占める。",
    "権利の出願は海外を重んじ、北浜の研究所が明細書を書き、本社が契約を審査する。",
    "水温が高い年には生育が遅れるため、第{n}区では種苗を十日早く沈めている。",
)
Paragraphs = list[tuple[str, list[str]]]


def invented_report() -> Paragraphs:
    """Sections of an invented report: a title and its paragraphs."""
    return [
        (
            f"{number}-1. 第{number}期の生産と販売",
            ["".join(s.format(n=number + shift) for s in _SENTENCES) for shift in range(6)],
        )
        for number in range(1, SECTIONS + 1)
    ]


def _markdown(path: Path, sections: Paragraphs) -> None:
    parts = ["# 青海水産の報告"]
    for title, paragraphs in sections:
        parts += [f"## {title}", *paragraphs]
    path.write_text("\n\n".join(parts), encoding="utf-8")


def _pasted(path: Path, sections: Paragraphs) -> None:
    parts = ["青海水産の報告"]
    for title, paragraphs in sections:
        parts += [title, *paragraphs]
    path.write_text("\n\n".join(parts), encoding="utf-8")


def _web_page(path: Path, sections: Paragraphs) -> None:
    body = "".join(
        f"<h2>{title}</h2>" + "".join(f"<p>{text}</p>" for text in paragraphs)
        for title, paragraphs in sections
    )
    menu = "<nav><ul><li><a href='/'>ホーム</a></li></ul></nav>"
    page = f"<html><body>{menu}<main><h1>青海水産の報告</h1>{body}</main></body></html>"
    path.write_text(page, encoding="utf-8")


def _pdf(path: Path, sections: Paragraphs) -> None:
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - only for the bench
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate  # noqa: PLC0415

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    body = ParagraphStyle(
        "body", fontName="HeiseiMin-W3", fontSize=10.5, leading=18, wordWrap="CJK"
    )
    head = ParagraphStyle("head", parent=body, fontSize=14, leading=24)
    story: list[Flowable] = []
    for title, paragraphs in sections:
        story += [Paragraph(title, head), *(Paragraph(text, body) for text in paragraphs)]
    SimpleDocTemplate(str(path), pagesize=A4).build(story)


def _word(path: Path, sections: Paragraphs) -> None:
    import docx  # noqa: PLC0415

    document = docx.Document()
    for title, paragraphs in sections:
        document.add_heading(title, 1)
        for text in paragraphs:
            document.add_paragraph(text)
    document.save(str(path))


def _slides(path: Path, sections: Paragraphs) -> None:
    import pptx  # noqa: PLC0415

    deck = pptx.Presentation()
    for title, paragraphs in sections:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(paragraphs)
    deck.save(str(path))


WRITERS: dict[str, Callable[[Path, Paragraphs], None]] = {
    "md": _markdown,
    "txt": _pasted,
    "html": _web_page,
    "docx": _word,
    "pptx": _slides,
    "pdf": _pdf,
}


def main() -> None:
    """Print pages per second by format, and the peak of memory for few and many reports."""
    sections = invented_report()
    with tempfile.TemporaryDirectory() as folder:
        for ending, write in WRITERS.items():
            path = Path(folder) / f"report.{ending}"
            write(path, sections)
            report = read_report(path, max_bytes=LIMIT)
            seconds = statistics.median(_seconds(path) for _ in range(RUNS))
            pages = len(report.text) / PAGE
            print(
                f"{ending:5} {pages / seconds:8,.0f} pages/s  ({pages:.0f} pages of {PAGE:,} characters)"
            )
        few, many = (_peak(Path(folder), count) for count in (FEW, MANY))
        print(
            f"memory: {many / few:.2f} times as much for {MANY} reports as for {FEW} ({many:.0f} MB)"
        )


def _seconds(path: Path) -> float:
    started = time.perf_counter()
    read_report(path, max_bytes=LIMIT)
    return time.perf_counter() - started


def _peak(folder: Path, count: int) -> float:
    """The most memory, in MB, that a process took which read the files of a folder, each in turn."""
    command = [sys.executable, __file__, str(folder), str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - ourselves


def _read_in_turn(folder: Path, count: int) -> None:
    files = sorted(folder.iterdir())
    for number in range(count):
        read_report(files[number % len(files)], max_bytes=LIMIT)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _read_in_turn(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()
