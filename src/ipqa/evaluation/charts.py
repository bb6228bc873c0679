"""The charts of an evaluation run, as SVG to stand inside a page.

Text stays text, so that the browser sets it in its own Japanese type, and paints are the page's own
variables, so that a chart follows the page into the dark. Series differ by marker, stroke or hatching as
well as by colour (Okabe and Ito's). The same figures give the same bytes.
"""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ipqa.evaluation.retrieval import DEPTHS, LEGS, Leg
from ipqa.evaluation.scores import Score, calibration_bins, risk_coverage
from ipqa.evaluation.wording import LEGS as LEG_NAMES
from ipqa.evaluation.wording import TYPES, shown
from ipqa.reports.inspection.markup import NOTHING, Html, escaped
from ipqa.reports.inspection.places import Say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ipqa.evaluation.gold import QuestionType

# stand-ins that the page's variables replace
_INK, _QUIET, _LINE = "#25231f", "#6a645a", "#e0d9cb"
_BLUE, _VERMILION, _GREEN = "#0072b2", "#d55e00", "#009e73"
_PAINTS: Final = {
    _INK: "var(--ink)",
    _QUIET: "var(--quiet)",
    _LINE: "var(--line)",
    _BLUE: "var(--blue)",
    _VERMILION: "var(--vermilion)",
    _GREEN: "var(--green)",
}
_STYLE: Final = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same layout on every machine
    "font.size": 12,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _INK,
    "axes.labelsize": 12,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlecolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "xtick.color": _LINE,
    "ytick.color": _LINE,
    "xtick.labelcolor": _QUIET,
    "ytick.labelcolor": _QUIET,
    "legend.frameon": False,
    "legend.fontsize": 12,
}
_POINTS = 72
_WIDTH = 360  # all sizes in points; a point is about a pixel on a phone


class _Margins(NamedTuple):
    """Room around the axes, for tick labels and titles."""

    left: int
    right: int
    below: int
    above: int


_MARGINS = _Margins(left=48, right=16, below=44, above=28)
_BAR_MARGINS = _Margins(left=106, right=94, below=28, above=8)
_BAR = 24
_LEG_STYLES: Final = {
    "ranked": (_INK, "D", "-", -0.14),
    "fused": (_BLUE, "o", "-.", -0.07),
    "dense": (_VERMILION, "s", "--", 0.0),
    "lexical": (_GREEN, "^", ":", 0.07),
}
_TINT = (_BLUE, 0.4)
_KINDS: Final[dict[str, dict[str, Any]]] = {
    "all_facts": {"facecolor": _TINT, "edgecolor": _BLUE},
    "declined_right": {"facecolor": "none", "edgecolor": _VERMILION, "hatch": "//////"},
}
_TIME_BINS = 20
_COVERAGES = (0.25, 0.5, 0.75, 1.0)


def types_chart(types: Mapping[str, Mapping[str, Score]], say: Say) -> Html:
    """For each type of question the share that was right, with its interval; empty without types."""
    rows: list[tuple[QuestionType, str, Score]] = [
        (kind, measure, types[kind][measure])
        for measure in _KINDS
        for kind in TYPES
        if measure in types.get(kind, {})
    ]
    if not rows:
        return NOTHING
    names = [say(*TYPES[kind]) for kind, _, _ in rows]

    def plot(axes: "Axes") -> None:
        for place, (_, measure, score) in enumerate(rows):
            axes.barh(place, score.value, 0.66, **_KINDS[measure])
            axes.plot([score.low, score.high], [place, place], color=_INK, marker="|", lw=1.2)
            figures = f"{shown(score.value, 'share')}  n={score.n}"
            axes.text(1.03, place, figures, va="center", fontsize=11)
        axes.set_yticks(range(len(rows)), names, color=_INK)
        axes.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6))
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter(_percent)

    told = [
        f"{name} {_with_interval(score)}" for name, (*_, score) in zip(names, rows, strict=True)
    ]
    height = _BAR * len(rows) + _BAR_MARGINS.below + _BAR_MARGINS.above
    label = say("質問の種類ごとの正しさ", "Share right by type of question")
    return _drawn("types", _told(label, told, say), plot, height, _BAR_MARGINS)


def risk_chart(confidences: Sequence[float], right: Sequence[bool], say: Say) -> Html:
    """How many answers are wrong if just the more confident ones are given; empty without answers."""
    curve = risk_coverage(confidences, right)
    if not curve:
        return NOTHING
    coverage, risk = zip(*curve, strict=True)

    def plot(axes: "Axes") -> None:
        marker = "o" if len(curve) == 1 else ""
        axes.plot(coverage, risk, color=_BLUE, lw=2, marker=marker)
        everything = say("全部答えた場合", "all given") + f" {_percent(risk[-1])}"
        axes.axhline(risk[-1], color=_VERMILION, ls="--", lw=1.2, label=everything)
        axes.legend(loc="best")
        axes.set(xlim=(0, 1.02), ylim=(0, 1.05))
        axes.set_title(say("回答に占める誤り", "Wrong among those given"))
        axes.set_xlabel(
            say("残す回答の割合（確信度の高い順）", "Answers kept, most confident first")
        )
        axes.xaxis.set_major_formatter(_percent)
        axes.yaxis.set_major_formatter(_percent)

    def at(share: float) -> float:
        return next(wrong for kept, wrong in curve if kept >= share)

    told = [
        say(
            f"{_percent(s)}を残すと誤り {_percent(at(s))}",
            f"{_percent(s)} kept, {_percent(at(s))} wrong",
        )
        for s in _COVERAGES
    ]
    label = say("残す回答の割合と誤りの割合", "Share wrong against share of answers kept")
    return _drawn("risk", _told(label, told, say), plot)


def calibration_chart(confidences: Sequence[float], right: Sequence[bool], say: Say) -> Html:
    """Whether answers are right as often as their confidence says; empty without answers."""
    bins = calibration_bins(confidences, right)
    if not bins:
        return NOTHING
    means, shares, counts = zip(*bins, strict=True)

    def plot(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=_QUIET, ls="--", lw=1.2)
        axes.plot(means, shares, color=_BLUE, marker="o", lw=1.5)
        for mean, share, count in bins:
            below = share > 0.9  # noqa: PLR2004 - no room above
            axes.annotate(
                f"{count}",
                (mean, share),
                (0, -8 if below else 8),
                textcoords="offset points",
                ha="center",
                va="top" if below else "bottom",
            )
        axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.05))
        axes.set_title(say("実際に正しかった割合", "Share that was right"))
        axes.set_xlabel(say("確信度（10区間の平均）", "Confidence, mean of each tenth"))
        axes.xaxis.set_major_formatter(_percent)
        axes.yaxis.set_major_formatter(_percent)

    told = [
        say(
            f"確信度 {_percent(mean)} で正しさ {_percent(share)}（{count}件）",
            f"confidence {_percent(mean)}, right {_percent(share)} (n={count})",
        )
        for mean, share, count in zip(means, shares, counts, strict=True)
    ]
    label = say("確信度と正しさ", "Confidence against share right")
    return _drawn("calibration", _told(label, told, say), plot)


def retrieval_chart(legs: Mapping[Leg, Mapping[str, Score]], say: Say) -> Html:
    """How much evidence is found by depth, for each leg; empty where retrieval was not measured."""
    found = {
        leg: [legs[leg][f"evidence_recall@{depth}"] for depth in DEPTHS]
        for leg in LEGS
        if leg in legs
    }
    if not found:
        return NOTHING

    def plot(axes: "Axes") -> None:
        for leg, scores in found.items():
            colour, marker, stroke, shift = _LEG_STYLES[leg]
            places = [place + shift for place in range(len(DEPTHS))]
            lows, highs = [s.low for s in scores], [s.high for s in scores]
            values = [s.value for s in scores]
            axes.vlines(places, lows, highs, color=colour, lw=1, alpha=0.7)
            name = say(*LEG_NAMES[leg])
            axes.plot(places, values, color=colour, marker=marker, ls=stroke, lw=1.8, label=name)
        axes.set_xticks(range(len(DEPTHS)), [str(depth) for depth in DEPTHS])
        axes.set(ylim=(0, 1.05))
        axes.set_title(say("見つかった根拠", "Evidence found"))
        axes.set_xlabel(say("検索結果の上位（件）", "Passages from the top"))
        axes.yaxis.set_major_formatter(_percent)
        axes.legend(loc="lower right")

    told = [
        f"{say(*LEG_NAMES[leg])} "
        + " ".join(f"@{d} {shown(s.value, 'share')}" for d, s in zip(DEPTHS, scores, strict=True))
        for leg, scores in found.items()
    ]
    label = say("検索の深さと見つかった根拠", "Evidence found by depth of retrieval")
    return _drawn("retrieval", _told(label, told, say), plot)


def time_chart(milliseconds: Sequence[float], say: Say) -> Html:
    """How long answers took; empty where nothing was timed."""
    if not milliseconds:
        return NOTHING
    median, most = (float(np.percentile(milliseconds, share)) for share in (50, 95))
    marks = [
        (median, say("中央値", "median"), "-"),
        (most, say("95%点", "95th percentile"), "--"),
    ]

    def plot(axes: "Axes") -> None:
        axes.hist(milliseconds, _TIME_BINS, facecolor=_TINT, edgecolor=_BLUE)
        for at, name, stroke in marks:
            axes.axvline(at, color=_INK, ls=stroke, lw=1.4, label=f"{name} {at:,.0f} ms")
        axes.set_title(say("質問の数", "Questions"))
        axes.set_xlabel(say("応答時間（ms）", "Response time (ms)"))
        axes.locator_params(axis="y", integer=True)
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper right")

    told = [f"{name} {at:,.0f} ms" for at, name, _ in marks]
    told.append(f"{say('最大', 'longest')} {max(milliseconds):,.0f} ms")
    label = say("応答時間の分布", "Distribution of response times")
    return _drawn("time", _told(label, told, say), plot)


def _drawn(
    name: str,
    alternative: str,
    plot: Callable[["Axes"], None],
    height: int = 260,
    margins: _Margins = _MARGINS,
) -> Html:
    """What is plotted, as an SVG element whose ids begin with the name."""
    from matplotlib import style  # noqa: PLC0415 - an optional extra
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    written = StringIO()
    with style.context(["default", _STYLE | {"svg.hashsalt": name}]), warnings.catch_warnings():
        # the browser has the Japanese glyphs that the layout font lacks
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(_WIDTH / _POINTS, height / _POINTS), facecolor="none")
        FigureCanvasSVG(figure)
        axes = figure.add_axes(_frame(height, margins), facecolor="none")
        plot(axes)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing)
    return _embedded(written.getvalue(), name, alternative)


def _frame(height: int, margins: _Margins) -> tuple[float, float, float, float]:
    """Where the axes stand in the figure, in its shares."""
    return (
        margins.left / _WIDTH,
        margins.below / height,
        1 - (margins.left + margins.right) / _WIDTH,
        1 - (margins.below + margins.above) / height,
    )


def _embedded(drawing: str, name: str, alternative: str) -> Html:
    """A drawing without its XML prologue, with ids and paints of the page, and a text for the ear."""
    inner = drawing[drawing.index("<svg") + len("<svg") :]
    inner = re.sub(r'\bid="|url\(#|href="#', lambda found: f"{found[0]}{name}-", inner)
    inner = re.sub("|".join(_PAINTS), lambda found: _PAINTS[found[0]], inner)
    return Html(f'<svg role="img" aria-label="{escaped(alternative)}"{inner.rstrip()}')


def _percent(share: float, _place: float = 0) -> str:
    return f"{100 * share:.0f}%"


def _with_interval(score: Score) -> str:
    low, high = shown(score.low, "share"), shown(score.high, "share")
    return f"{shown(score.value, 'share')} ({low}–{high}, n={score.n})"


def _told(label: str, figures: Sequence[str], say: Say) -> str:
    """The alternative text: what is shown, and its figures."""
    return label + say("。", ". ") + say("、", "; ").join(figures)
