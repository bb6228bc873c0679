"""The bundled report: its own words, the agreed size and shape, and a source for every mark."""

import os
import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "corpus" / "nissan-ip-strategy.md"
REAL_REPORT = ROOT.parent / "shared" / "reports" / "nissan-ip-strategy.txt"
RUN = 26
SOURCES_HEADING = "\n## 出典\n"


def normalise(text: str) -> str:
    """Only the wording is left: no marks, addresses, Markdown signs, or white space."""
    text = re.sub(r"https?://[^\s、。)）]+", "", text)
    text = re.sub(r"\[\^\w+\]:?", "", text)
    text = re.sub(r"[⁰¹²³⁴-⁹]", "", text)
    text = re.sub(r"(?m)^[^\S\n]*[#>•-]+", "", text)
    text = re.sub(r"[|*]", "", text)
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def common_runs(ours: str, theirs: str, length: int = RUN) -> list[str]:
    """Each stretch of ours made up of windows of that length that theirs contains as well."""
    ours, theirs = normalise(ours), normalise(theirs)
    windows = {theirs[i : i + length] for i in range(len(theirs) - length + 1)}
    runs: list[str] = []
    last = -2
    for start in range(len(ours) - length + 1):
        window = ours[start : start + length]
        if window not in windows:
            continue
        if start == last + 1:
            runs[-1] += window[-1]
        else:
            runs.append(window)
        last = start
    return runs


def table_rows(text: str, label: str) -> list[list[str]]:
    """The cells of the pipe table below the line that introduces label, without its rule."""
    after = text[text.index(f"**【{label}】") :].splitlines()[1:]
    rows: list[list[str]] = []
    for line in after:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            break
    return [rows[0], *rows[2:]]


@pytest.fixture(scope="module")
def report() -> str:
    """The bundled report as it stands in the repository."""
    return REPORT.read_text(encoding="utf-8")


def test_shares_no_long_run_with_the_real_report(report: str) -> None:
    """Facts carry over from the real report; a run of 26 characters never does."""
    path = Path(os.environ.get("IPQA_REAL_REPORT", REAL_REPORT))
    if not path.is_file():
        pytest.skip("the real report is not at hand; name it in IPQA_REAL_REPORT")
    runs = common_runs(report, path.read_text(encoding="utf-8"))
    assert not runs, "shared with the real report:\n" + "\n".join(runs)


@pytest.mark.parametrize(("length", "count"), [(RUN - 1, 0), (RUN, 1)])
def test_originality_check_can_fail(length: int, count: int) -> None:
    """A shared run of 26 is caught through marks and signs; one of 25 is not."""
    shared = "".join(chr(ord("あ") + i) for i in range(length))
    ours = f"- 甲**{shared[:9]}**[^12]{shared[9:]} 乙"
    theirs = f"丙{shared[:15]}¹² \n{shared[15:]}丁 https://example.org/x"
    assert common_runs(ours, theirs) == [shared] * count


def test_length(report: str) -> None:
    """At most 15,900 code points in all, at least 12,100 of them before the sources."""
    assert len(report) <= 15_900
    assert report.index(SOURCES_HEADING) >= 12_100


def test_chapters(report: str) -> None:
    """A title, a summary, nine numbered chapters, a conclusion, and the sources, in order."""
    assert report.startswith("# ")
    headings = re.findall(r"(?m)^## (第\d章|要旨|総括|出典)", report)
    assert headings == ["要旨", *(f"第{n}章" for n in range(1, 10)), "総括", "出典"]
    assert len(re.findall(r"(?m)^## ", report)) == len(headings)


@pytest.mark.parametrize(("label", "columns", "rows"), [("表1", 6, 4), ("表2", 5, 5)])
def test_tables(report: str, label: str, columns: int, rows: int) -> None:
    """Each table has its columns in every row, and no cell is empty."""
    head, *body = table_rows(report, label)
    assert len(head) == columns
    assert len(body) == rows
    assert all(len(row) == columns and all(row) for row in body)


def test_every_mark_has_a_source_and_every_source_a_mark(report: str) -> None:
    """Marks are numbered in order of first appearance and match the definitions one to one."""
    text, sources = report.split(SOURCES_HEADING)
    cited = list(dict.fromkeys(re.findall(r"\[\^(\d+)\]", text)))
    defined = re.findall(r"(?m)^\[\^(\d+)\]:", sources)
    assert cited == [str(n) for n in range(1, len(cited) + 1)]
    assert defined == cited


def test_every_source_has_an_address(report: str) -> None:
    """Each definition is one line: issuer, short title in brackets, web address."""
    sources = report.split(SOURCES_HEADING)[1].split("\n")
    lines = [line for line in sources if line]
    assert lines
    for line in lines:
        assert re.fullmatch(r"\[\^\d+\]: [^「」]+「[^「」]+」 https?://\S+", line), line
