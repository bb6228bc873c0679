"""Question answering data in SQuAD's format (JSQuAD, JaQuAD) as a corpus and gold questions.

Every paragraph becomes a report of one paragraph, so that retrieval looks among all of them.
"""

import json
from pathlib import Path

from ipqa.errors import BadGold
from ipqa.evaluation.gold import GoldQuestion

_AROUND = 10
"""Characters on either side of an answer that are taken into its evidence."""


def read_squad(path: Path, folder: Path, limit: int | None = None) -> list[GoldQuestion]:
    """Write the paragraphs of a file as reports into a folder, and return its questions.

    Args:
        path: the file.
        folder: where the reports go, named by their place in the file.
        limit: only the first questions, and the paragraphs that they are about.

    Raises:
        BadGold: the file is not in SQuAD's format, or holds no questions.
    """
    questions: list[GoldQuestion] = []
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        for number, article in enumerate(articles):
            for place, paragraph in enumerate(article["paragraphs"]):
                if limit is not None and len(questions) >= limit:
                    break
                name = f"p{number:05}-{place:03}"
                (folder / f"{name}.md").write_text(
                    _as_markdown(article, paragraph), encoding="utf-8"
                )
                questions += [_question(name, paragraph["context"], qa) for qa in paragraph["qas"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadGold(
            path=path,
            place_ja="",
            place="",
            reason_ja=f"SQuAD 形式として読めません({error})",
            reason=f"it is not in SQuAD's format ({error})",
        ) from error
    if not questions:
        raise BadGold(
            path=path,
            place_ja="",
            place="",
            reason_ja="質問がありません",
            reason="it holds no questions",
        )
    return questions[:limit]


def _as_markdown(article: dict[str, str], paragraph: dict[str, str]) -> str:
    text = paragraph["context"].replace("\n", " ")
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return f"# {article.get('title', '')}\n\n{text}\n"


def _question(report: str, context: str, qa: dict[str, list[dict[str, str]]]) -> GoldQuestion:
    answers = list(dict.fromkeys(answer["text"] for answer in qa.get("answers", [])))
    start = int(qa["answers"][0]["answer_start"]) if answers else 0
    end = start + len(answers[0]) if answers else 0
    snippet = context[max(0, start - _AROUND) : end + _AROUND].strip()
    return GoldQuestion(
        id=str(qa["id"]),
        type="factoid" if answers else "unanswerable",
        question=str(qa["question"]),
        facts=(tuple(answers),) if answers else (),
        evidence=(snippet,) if answers else (),
        answerable=bool(answers),
        section=report,
    )
