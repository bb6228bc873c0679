"""The charts of the page on performance: bars, ours and others', as files that follow the reader into the dark."""

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from eval.bench.parts import Figures
from eval.bench.peers import OURSELVES
from ipqa.evaluation.drawing import BLUE, INK, TINT, VERMILION, Frame, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]

_FORM = "{:.2f}"
_FRAME = Frame(left=300, right=64, below=44, above=8, width=640)
_OURS = {"facecolor": TINT, "edgecolor": BLUE}
_OTHERS = {"facecolor": "none", "edgecolor": VERMILION, "hatch": "//////"}


CHARTS = {
    "performance-fresh": "A fresh process, × LangChain with FAISS",
    "performance-evidence": "Share of questions whose evidence is retrieved",
}
"""What each chart shows, by the name of its file."""

_MEASURES = {"performance-fresh": "fresh_ratio", "performance-evidence": "evidence"}


def charts(peers: Figures) -> dict[str, str]:
    """SVG files by name."""
    return {
        name: _bars(name, peers["rows"], _MEASURES[name], label) for name, label in CHARTS.items()
    }


def _bars(name: str, rows: Sequence[Row], measure: str, label: str) -> str:
    """One bar for each row that has the figure; the figure stands beside it."""
    shown = [row for row in rows if row[measure] is not None]
    names = [" · ".join(filter(None, (row["system"], row["name"], row["leg"]))) for row in shown]
    names = [one.replace("`", "") for one in names]
    values = [row[measure] for row in shown]
    svg = drawn(
        name,
        f"{label}. "
        + "; ".join(f"{n} {_FORM.format(v)}" for n, v in zip(names, values, strict=True)),
        _plot(shown, names, values, label),
        _FRAME.of_bars(len(shown)),
    )
    return _by_itself(svg)


def _plot(
    rows: Sequence[Row], names: Sequence[str], values: Sequence[float], label: str
) -> Callable[["Axes"], None]:
    def plot(axes: "Axes") -> None:
        for place, (row, value) in enumerate(zip(rows, values, strict=True)):
            axes.barh(place, value, 0.66, **(_OURS if row["system"] == OURSELVES else _OTHERS))
            axes.text(value, place, f" {_FORM.format(value)}", va="center", fontsize=11)
        axes.set_yticks(range(len(names)), names, color=INK, fontsize=10)
        axes.set(xlim=(0, max(values, default=1.0)), ylim=(len(names) - 0.4, -0.6))
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(label)

    return plot


def _by_itself(svg: str) -> str:
    """A drawing that stands in a file of its own: with the paints of the evaluation page, light and dark."""
    css = files("ipqa.evaluation").joinpath("page.css").read_text(encoding="utf-8")
    dark = css.index("@media screen")
    paints = css[: css.index("\n}\n", dark) + 2]
    opened = svg.index(">") + 1
    return f"{svg[:opened]}<style>{paints}</style>{svg[opened:]}\n"
