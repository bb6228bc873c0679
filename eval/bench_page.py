"""How fast the page is (`make bench-page`): until it can be used, and with a report of 300 pages.

Measured in headless Chromium against a server on this machine; each figure is the median of several
runs, in milliseconds, and depends on the machine at hand. The vectors of the long report are made up,
for the page never sees them.
"""

import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from eval.bench.made_up import MadeUpVectors
from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.index.build import build_index
from ipqa.index.store import open_index
from ipqa.server.app import create_app
from ipqa.settings import Settings

RUNS = 5
SECTIONS = 300
_DIMENSION = 8
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SOUGHT = "第150期の決算を締めた"

_SENTENCES = (
    "青海水産は第{n}期に養殖場を広げ、出荷を前の期より{n}パーセント伸ばした[{mark}]。",
    "設備への投資は{n},500万円で、そのうち乾燥機が三分の一を占める。",
    "権利の出願は海外を重んじ、北浜の研究所が明細書を書き、本社が契約を審査する[{mark}]。",
    "水温が高い年には生育が遅れるため、第{n}区では種苗を十日早く沈めている。",
)

WATCH = """
window.tasks = [];
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((e) => e.duration)))
  .observe({ type: 'longtask' });
"""

IN_VIEW = """() => new Promise((resolve) => {
  const look = () => {
    const mark = document.querySelector('report-reader mark');
    const top = mark?.getBoundingClientRect().top;
    if (top > 0 && top < innerHeight) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""

READY = """() => new Promise((resolve) => {
  const look = () => {
    if (document.body?.classList.contains('ready')) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""

SCROLL = """async () => {
  const pane = document.querySelector('.reader-scroll');
  pane.scrollTop = 0;
  await new Promise(requestAnimationFrame);
  let worst = 0;
  for (let last = performance.now(), before = -1; pane.scrollTop !== before; ) {
    before = pane.scrollTop;
    pane.scrollTop += 2400;
    const now = await new Promise(requestAnimationFrame);
    worst = Math.max(worst, now - last);
    last = now;
  }
  return worst;
}"""

SEARCH = """(query) => new Promise((resolve) => {
  const field = document.querySelector('.report-search input');
  CSS.highlights.delete('found-current');
  field.value = query;
  const started = performance.now();
  field.dispatchEvent(new Event('input'));
  const look = () => {
    if (CSS.highlights.get('found-current')?.size) resolve(performance.now() - started);
    else requestAnimationFrame(look);
  };
  look();
})"""


def long_report() -> str:
    """Some 6,000 blocks on some 300 pages of 900 characters: headings, lists, tables and marks."""
    parts = ["# 青海水産百年史"]
    for number in range(1, SECTIONS + 1):
        text = [each.format(n=number, mark=number) for each in _SENTENCES]
        parts += [f"## {number}-1. 第{number}期の生産と販売", *(text[:1] + text[2:]), "".join(text)]
        parts.append("\n".join(f"- {line}" for line in text[1:]))
        rows = "\n".join(f"| 北浜{row} | {row}{number}トン | 食用 |" for row in range(1, 7))
        parts.append(f"| 区 | 出荷 | 用途 |\n|---|---|---|\n{rows}")
        parts += [
            "".join(text[1:]),
            f"こうして第{number}期の決算を締めた。",
            "".join(reversed(text)),
        ]
    entries = (
        f"{n}. 青海水産「第{n}期年報」 https://example.com/{n}" for n in range(1, SECTIONS + 1)
    )
    return "\n\n".join([*parts, "## 引用文献", "\n".join(entries)])


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """A server on the long report; gives its address and the permalink of the middle of the report."""
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "long.md").write_text(long_report(), encoding="utf-8")
    settings = Settings(
        corpus=corpus,
        index=folder / "index",
        database_url=SecretStr(f"sqlite:///{folder}/records.sqlite3"),
        runs=folder / "runs",
    )
    model = MadeUpVectors(_DIMENSION)
    build_index(settings, model, lambda _: None)
    assistant = Assistant(open_index(settings.index), model, settings)
    report = assistant.report("long")
    print(f"{len(report.text):,} characters, {len(report.blocks):,} blocks")
    start = report.text.index(SOUGHT)
    place = f"s={start}-{start + len(SOUGHT)}&e={quote(report.edition)}"
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, CurrentAssistant(settings, lambda _: assistant)),
            log_level="warning",
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield address, f"{address}/r/long#{place}"
    finally:
        server.should_exit = True
        thread.join()


def measure(browser: Browser, address: str, permalink: str) -> dict[str, float]:
    """One run in a browser window that has nothing in its cache."""
    figures: dict[str, float] = {}
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    figures["page: until it can be used"] = page.evaluate(READY)
    page.goto(permalink, wait_until="commit")
    figures["300 pages: permalink until the highlight is in view"] = page.evaluate(IN_VIEW)
    page.wait_for_load_state("networkidle")
    figures["300 pages: longest task while opening"] = _longest_task(page)
    figures["300 pages: longest frame while scrolling through"] = page.evaluate(SCROLL)
    figures["300 pages: longest task while scrolling through"] = _longest_task(page)
    figures["300 pages: search, first (after 120 of typing)"] = page.evaluate(SEARCH, SOUGHT)
    figures["300 pages: search, 1,000 places (after 120 of typing)"] = page.evaluate(
        SEARCH, "青海水産"
    )
    context.close()
    return figures


def _longest_task(page: Page) -> float:
    """The longest since it was last asked for; 0 where none took 50 ms."""
    return float(page.evaluate("() => Math.max(0, ...window.tasks.splice(0))"))


def main() -> None:
    """Print a table of medians."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit("no Chromium: install the package chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as (address, permalink),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        runs = [measure(browser, address, permalink) for _ in range(RUNS)]
        browser.close()
    for name in runs[0]:
        taken = [run[name] for run in runs]
        print(f"{name:58} {statistics.median(taken):7.0f} ms  ({min(taken):.0f}-{max(taken):.0f})")


if __name__ == "__main__":
    main()
