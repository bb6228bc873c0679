"""The endpoints that show the latest evaluation: what ``ipqa eval run --out`` wrote."""

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from ipqa.errors import NoEvaluation, RunUnreadable
from ipqa.evaluation.run import Scores
from ipqa.evaluation.scores import Score
from ipqa.server.current import SettingsOf
from ipqa.server.html_response import html_response

router = APIRouter(prefix="/api/evaluation", tags=["evaluation"])


class EvaluationRun(BaseModel):
    """The scores of a run.

    Attributes:
        name: of the folder that the run was written to.
        written: when, in UTC.
        questions: how many were asked; null where the answers are no longer beside the scores.
        overall: by the name of the measure: its value, the 95 % interval, and how many questions count.
        types: the same for the questions of each type.
        page: whether the run has a page to look at.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    written: datetime
    questions: int | None
    overall: dict[str, Score]
    types: dict[str, dict[str, Score]]
    page: bool


@router.get("", summary="The scores of the latest evaluation")
def latest_evaluation(settings: SettingsOf) -> EvaluationRun:
    """The run that was written last into the folder of runs."""
    scores_file = _latest(settings.runs)
    folder = scores_file.parent
    answers = folder / "answers.jsonl"
    try:
        scores = Scores.model_validate_json(scores_file.read_bytes())
        written = datetime.fromtimestamp(scores_file.stat().st_mtime, UTC)
        questions = len(answers.read_bytes().splitlines()) if answers.is_file() else None
    except (OSError, ValueError) as error:
        raise RunUnreadable(path=folder, reason=str(error).splitlines()[0]) from error
    return EvaluationRun(
        name=folder.resolve().name,
        written=written,
        questions=questions,
        overall=scores.overall,
        types=scores.types,
        page=(folder / "report.html").is_file(),
    )


@router.get(
    "/page", summary="The page of the latest evaluation, to look at", response_class=HTMLResponse
)
def evaluation_page(settings: SettingsOf) -> HTMLResponse:
    """The page as the run wrote it, with its charts and the questions that went wrong."""
    path = _latest(settings.runs).parent / "report.html"
    if not path.is_file():
        raise NoEvaluation(folder=settings.runs)
    try:
        return html_response(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunUnreadable(path=path, reason=str(error)) from error


def _latest(runs: Path) -> Path:
    """The scores that were written last, in the folder of runs itself or in one below it."""
    found = [*runs.glob("scores.json"), *runs.glob("*/scores.json")]
    if not found:
        raise NoEvaluation(folder=runs)
    return max(found, key=lambda path: path.stat().st_mtime)
