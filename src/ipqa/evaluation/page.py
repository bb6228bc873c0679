"""A page that shows an evaluation run to whoever must decide on a release.

First the figures that decide, then every score with its interval, then charts, then each failure to be
opened and judged. The page is one file without scripts, and loads nothing.
"""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from ipqa.errors import FileNotWritable, Language
from ipqa.evaluation.charts import (
    calibration_chart,
    retrieval_chart,
    risk_chart,
    time_chart,
    types_chart,
)
from ipqa.evaluation.failures import failure_groups
from ipqa.evaluation.run import Record, Scores
from ipqa.evaluation.scores import Score
from ipqa.evaluation.wording import GROUPS, MEASURES, Wording, shown
from ipqa.reports.inspection.markup import Html, escaped, tag
from ipqa.reports.inspection.places import speaker

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_DECIDING: Final = ("all_facts", "declined_right", "quote_fidelity", "ms_p95")


def write_page(folder: Path, records: Sequence[Record], scores: Scores, language: Language) -> None:
    """Write the page of a run into its folder, as ``report.html``.

    Raises:
        FileNotWritable: the folder cannot be written.
    """
    path = folder / "report.html"
    try:
        page = evaluation_page(records, scores, folder.resolve().name, language)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise FileNotWritable(path=path, reason=error.strerror) from error


def evaluation_page(
    records: Sequence[Record], scores: Scores, title: str, language: Language = "ja"
) -> str:
    """The HTML page that shows a run, its interface in the language given.

    Args:
        records: the questions of the run with what came of them.
        scores: what ``scores_of`` makes of the records.
        title: names the run.
        language: of everything but the questions, answers and quotes.
    """
    return "<!DOCTYPE html>\n" + _Page(records, scores, title, language).document()


class _Page:
    """The parts of one page, from the top."""

    def __init__(
        self, records: Sequence[Record], scores: Scores, title: str, language: Language
    ) -> None:
        self._records = records
        self._scores = scores
        self._title = title
        self._language: Language = language
        self._say = speaker(language)

    def document(self) -> Html:
        style = files("ipqa.evaluation").joinpath("page.css").read_text(encoding="utf-8")
        head = tag(
            "head",
            Html('<meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<meta name="referrer" content="no-referrer">'),
            tag("title", escaped(self._title)),
            tag("style", Html(style)),
        )
        main = tag("main", self._summary(), self._charts(), self._failures())
        return tag("html", head, tag("body", self._top(), main), lang=self._language)

    # the top

    def _top(self) -> Html:
        deciding = [
            self._deciding(MEASURES[name], self._scores.overall[name])
            for name in _DECIDING
            if name in self._scores.overall
        ]
        return tag(
            "header",
            tag("p", escaped(self._say("評価結果", "Evaluation"))),
            tag("h1", escaped(self._title)),
            tag("p", escaped(self._sizes()), class_="sizes"),
            tag("ul", *deciding, class_="deciding"),
        )

    def _sizes(self) -> str:
        asked = len(self._records)
        answerable = sum(r.gold.answerable for r in self._records)
        wrong = sum(not r.right for r in self._records)
        return self._say(
            f"質問{asked}問（答えあり{answerable}、答えなし{asked - answerable}）のうち"
            f"{asked - wrong}問が正しく、{wrong}問が誤り",
            f"Of {asked} questions ({answerable} answerable, {asked - answerable} not) "
            f"{asked - wrong} went right, {wrong} wrong",
        )

    def _deciding(self, wording: Wording, score: Score) -> Html:
        return tag(
            "li",
            tag("span", escaped(self._say(*wording.name))),
            tag("b", escaped(shown(score.value, wording.unit))),
            tag("small", escaped(f"{_interval(score, wording)} · n={score.n}")),
        )

    # the table of scores

    def _summary(self) -> Html:
        head = tag(
            "thead",
            tag(
                "tr",
                *(tag("th", escaped(name), scope="col") for name in self._columns()),
            ),
        )
        groups = []
        for names, measures in GROUPS.items():
            rows = [
                self._row(wording, self._scores.overall[name])
                for name, wording in measures.items()
                if name in self._scores.overall
            ]
            if rows:
                title = tag("th", escaped(self._say(*names)), colspan=5, scope="rowgroup")
                groups.append(tag("tbody", tag("tr", title, class_="group"), *rows))
        note = self._say(
            "区間は質問を復元抽出するブートストラップ法による。全問で同じ値だと幅が出ないが、確実という"
            "意味ではない。↑は高いほど、↓は低いほど良い。",
            "Intervals are bootstrap intervals over questions; where all questions have one value they "
            "have no width, which does not mean certainty. ↑ higher is better, ↓ lower is.",
        )
        return tag(
            "section",
            tag("h2", escaped(self._say("指標", "Scores"))),
            tag("table", head, *groups),
            tag("p", escaped(note), class_="note"),
        )

    def _columns(self) -> tuple[str, ...]:
        return (
            self._say("指標", "Measure"),
            self._say("値", "Value"),
            self._say("95%区間", "95% interval"),
            "n",
            self._say("意味", "Meaning"),
        )

    def _row(self, wording: Wording, score: Score) -> Html:
        way = {"high": "\N{NO-BREAK SPACE}↑", "low": "\N{NO-BREAK SPACE}↓", None: ""}[
            wording.better
        ]
        return tag(
            "tr",
            tag("th", escaped(self._say(*wording.name) + way), scope="row"),
            tag("td", escaped(shown(score.value, wording.unit)), class_="value"),
            tag("td", escaped(_interval(score, wording)), class_="interval"),
            tag("td", escaped(f"{score.n:,}"), class_="n"),
            tag("td", escaped(self._say(*wording.meaning)), class_="meaning"),
        )

    # the charts

    def _charts(self) -> Html:
        answered = [r for r in self._records if r.answer.answered]
        confidences = [r.answer.confidence for r in answered]
        right = [r.right for r in answered]
        times = [r.answer.timings_ms["total"] for r in self._records if r.answer.timings_ms]
        say = self._say
        figures = [
            self._figure(
                say("質問の種類別", "By type of question"),
                types_chart(self._scores.types, say),
                say(
                    "塗りは正答率、斜線は正しい見送りの割合。横線は95%区間。",
                    "Filled: right answers. Hatched: rightly declined. Lines: 95% intervals.",
                ),
            ),
            self._figure(
                say("回答を絞ったときの誤り", "Risk and coverage"),
                risk_chart(confidences, right, say),
                say(
                    "確信度の低い回答を捨てるほど誤りが減るなら、線は左で低くなる。",
                    "If confidence tells wrong answers, the line is lower on the left.",
                ),
            ),
            self._figure(
                say("確信度は当てになるか", "Calibration"),
                calibration_chart(confidences, right, say),
                say(
                    "点が破線に乗れば確信度どおり、下なら過信。数字は回答の件数。",
                    "On the dashed line confidence is right, below it is too high. Figures: answers.",
                ),
            ),
            self._figure(
                say("検索の深さ別", "Retrieval by depth"),
                retrieval_chart(self._scores.legs, say),
                say(
                    "意味による検索、語による検索、両方を合わせた検索。縦線は95%区間。",
                    "By meaning, by words, and both together. Vertical lines: 95% intervals.",
                ),
            ),
            self._figure(
                say("応答時間", "Response time"),
                time_chart(times, say),
                say("質問1問を受けてから回答を返すまで。", "From question to answer."),
            ),
        ]
        heading = tag("h2", escaped(say("グラフ", "Charts")))
        return tag("section", heading, tag("div", *figures, class_="charts"))

    def _figure(self, title: str, chart: Html, caption: str) -> Html:
        none = self._say("この評価にはデータがありません。", "This run has no data for it.")
        return tag(
            "figure",
            tag("h3", escaped(title)),
            chart or tag("p", escaped(none), class_="none"),
            tag("figcaption", escaped(caption)),
        )

    # the failures

    def _failures(self) -> Html:
        groups = failure_groups(self._records, self._say)
        none = self._say("誤りはありません。", "Nothing went wrong.")
        count = sum(not r.right for r in self._records)
        heading = self._say(f"誤りの一覧（{count}問）", f"Failures ({count})")
        return tag(
            "section",
            tag("h2", escaped(heading)),
            groups or tag("p", escaped(none), class_="none"),
            class_="failures",
        )


def _interval(score: Score, wording: Wording) -> str:
    return f"{shown(score.low, wording.unit)}–{shown(score.high, wording.unit)}"
