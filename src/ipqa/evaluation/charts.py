"""The charts of an evaluation run, as SVG to stand inside a page.

Series differ by marker, stroke or hatching as well as by colour.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ipqa.evaluation.drawing import (
    BARS,
    BLUE,
    GREEN,
    INK,
    QUIET,
    TINT,
    VERMILION,
    drawn,
)
from ipqa.evaluation.retrieval import DEPTHS, LEGS, Leg
from ipqa.evaluation.scores import Score, calibration_bins, risk_coverage
from ipqa.evaluation.wording import LEGS as LEG_NAMES
from ipqa.evaluation.wording import TYPES, shown
from ipqa.reports.inspection.markup import NOTHING, Html
from ipqa.reports.inspection.places import Say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ipqa.evaluation.gold import QuestionType

_LEG_STYLES: Final = {
    "ranked": (INK, "D", "-", -0.14),
    "fused": (BLUE, "o", "-.", -0.07),
    "dense": (VERMILION, "s", "--", 0.0),
    "lexical": (GREEN, "^", ":", 0.07),
}
_KINDS: Final[dict[str, dict[str, Any]]] = {
    "all_facts": {"facecolor": TINT, "edgecolor": BLUE},
    "declined_right": {"facecolor": "none", "edgecolor": VERMILION, "hatch": "//////"},
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
            axes.plot([score.low, score.high], [place, place], color=INK, marker="|", lw=1.2)
            figures = f"{shown(score.value, 'share')}  n={score.n}"
            axes.text(1.03, place, figures, va="center", fontsize=11)
        axes.set_yticks(range(len(rows)), names, color=INK)
        axes.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6))
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter(_percent)

    told = [
        f"{name} {_with_interval(score)}" for name, (*_, score) in zip(names, rows, strict=True)
    ]
    label = say("質問の種類ごとの正しさ", "Share right by type of question")
    return drawn("types", _told(label, told, say), plot, BARS.of_bars(len(rows)))


def risk_chart(confidences: Sequence[float], right: Sequence[bool], say: Say) -> Html:
    """How many answers are wrong if just the more confident ones are given; empty without answers."""
    curve = risk_coverage(confidences, right)
    if not curve:
        return NOTHING
    coverage, risk = zip(*curve, strict=True)

    def plot(axes: "Axes") -> None:
        marker = "o" if len(curve) == 1 else ""
        axes.plot(coverage, risk, color=BLUE, lw=2, marker=marker)
        everything = say("全部答えた場合", "all given") + f" {_percent(risk[-1])}"
        axes.axhline(risk[-1], color=VERMILION, ls="--", lw=1.2, label=everything)
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
    return drawn("risk", _told(label, told, say), plot)


def calibration_chart(confidences: Sequence[float], right: Sequence[bool], say: Say) -> Html:
    """Whether answers are right as often as their confidence says; empty without answers."""
    bins = calibration_bins(confidences, right)
    if not bins:
        return NOTHING
    means, shares, counts = zip(*bins, strict=True)

    def plot(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=QUIET, ls="--", lw=1.2)
        axes.plot(means, shares, color=BLUE, marker="o", lw=1.5)
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
    return drawn("calibration", _told(label, told, say), plot)


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
    return drawn("retrieval", _told(label, told, say), plot)


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
        axes.hist(milliseconds, _TIME_BINS, facecolor=TINT, edgecolor=BLUE)
        for at, name, stroke in marks:
            axes.axvline(at, color=INK, ls=stroke, lw=1.4, label=f"{name} {at:,.0f} ms")
        axes.set_title(say("質問の数", "Questions"))
        axes.set_xlabel(say("応答時間（ms）", "Response time (ms)"))
        axes.locator_params(axis="y", integer=True)
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper right")

    told = [f"{name} {at:,.0f} ms" for at, name, _ in marks]
    told.append(f"{say('最大', 'longest')} {max(milliseconds):,.0f} ms")
    label = say("応答時間の分布", "Distribution of response times")
    return drawn("time", _told(label, told, say), plot)


def _percent(share: float, _place: float = 0) -> str:
    return f"{100 * share:.0f}%"


def _with_interval(score: Score) -> str:
    low, high = shown(score.low, "share"), shown(score.high, "share")
    return f"{shown(score.value, 'share')} ({low}–{high}, n={score.n})"


def _told(label: str, figures: Sequence[str], say: Say) -> str:
    """The alternative text: what is shown, and its figures."""
    return label + say("。", ". ") + say("、", "; ").join(figures)
