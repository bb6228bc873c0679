"""Question answering data in SQuAD's format (JSQuAD, JaQuAD) as a corpus and gold questions.

Every paragraph becomes a report of one paragraph, so that retrieval looks among all of them. The text
stands between two rows of ``~`` in a Markdown file, where no sign of it is mark-up, so that a report says
what the data said. Reference marks ([1], ※2) are taken out of it as of any report.
"""

import string
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from ipqa.errors import BadGold, FileNotWritable, ReadError
from ipqa.evaluation.gold import GoldQuestion, places
from ipqa.evaluation.matching import flat
from ipqa.reports import read_report
from ipqa.reports.marks import take_marks_out
from ipqa.reports.model import Report

_AROUND = (10, 5, 2, 0)
"""Characters on either side of an answer that are taken into its evidence, best first."""

_SHORTEST_FENCE = 3
_ESCAPED = {ord(sign): f"\\{sign}" for sign in string.punctuation}


class _Answer(BaseModel):
    text: str
    answer_start: int = Field(ge=0)


class _Asked(BaseModel):
    id: str = Field(min_length=1, coerce_numbers_to_str=True)
    question: str = Field(min_length=1)
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False


class _Paragraph(BaseModel):
    context: str
    qas: tuple[_Asked, ...]


class _Article(BaseModel):
    title: str = ""
    paragraphs: tuple[_Paragraph, ...]


class _Data(BaseModel):
    data: tuple[_Article, ...]


def read_squad(path: Path, folder: Path, limit: int | None = None) -> list[GoldQuestion]:
    """Write the paragraphs of a file as reports into a folder, and return its questions.

    A question without answers, or one that is said to be impossible, is unanswerable.

    Args:
        path: the file.
        folder: where the reports go, named by their place in the file; made where it is missing.
        limit: only the first questions, and the paragraphs as far as theirs.

    Raises:
        BadGold: the file is not in SQuAD's format, holds no questions or an id twice, or an answer
            does not stand in its paragraph.
        FileNotWritable: the folder cannot be written.
    """
    questions: dict[str, GoldQuestion] = {}
    for name, title, paragraph in _paragraphs(path):
        if limit is not None and len(questions) >= limit:
            break
        try:
            report = write_report(folder / f"{name}.md", title, paragraph.context)
        except ReadError as error:
            raise _bad(path, name, error.message("ja"), error.message("en")) from error
        for asked in paragraph.qas:
            if asked.id in questions:
                raise _bad(path, asked.id, "ID が重複しています", "the id is given twice")
            questions[asked.id] = _question(path, asked, paragraph.context, report)
    if not questions:
        raise _bad(path, "", "質問がありません", "it holds no questions")
    return list(questions.values())[:limit]


def write_report(path: Path, title: str, text: str) -> Report:
    """Write a text as a report of one paragraph, and return the report that is read from it.

    Empty lines and control characters are left out; nothing else of the text is changed.

    Raises:
        FileNotWritable: the file cannot be written.
        ReadError: the text has nothing to read.
    """
    lines = [_printable(line) for line in text.splitlines() if line.strip()]
    longest = max((len(list(run)) for sign, run in groupby(text) if sign == "~"), default=0)
    fence = "~" * max(_SHORTEST_FENCE, longest + 1)
    heading = " ".join(_printable(title).split()).translate(_ESCAPED)
    above = [f"# {heading}", ""] if heading else []
    raw = "\n".join([*above, fence, *lines, fence, ""]).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    except OSError as error:
        raise FileNotWritable(path=path, reason=error.strerror) from error
    return read_report(path, max_bytes=len(raw))


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)


def _paragraphs(path: Path) -> Iterator[tuple[str, str, _Paragraph]]:
    """Each paragraph with the name of its report and the title of its article."""
    try:
        articles = _Data.model_validate_json(path.read_bytes()).data
    except OSError as error:
        raise _bad(path, "", "読み込めません", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise _bad(
            path,
            "",
            f"SQuAD 形式として読めません({reason})",
            f"it is not in SQuAD's format ({reason})",
        ) from error
    for number, article in enumerate(articles):
        for place, paragraph in enumerate(article.paragraphs):
            yield f"p{number:05}-{place:03}", article.title, paragraph


def _question(path: Path, asked: _Asked, context: str, report: Report) -> GoldQuestion:
    answers = () if asked.is_impossible else asked.answers
    if not answers:
        return GoldQuestion(
            id=asked.id,
            type="unanswerable",
            question=asked.question,
            answerable=False,
            section=report.id,
        )
    texts = dict.fromkeys(take_marks_out(answer.text)[0].strip() for answer in answers)
    snippet = _evidence(context, answers[0], report)
    if snippet is None or not all(map(flat, texts)):
        said = " / ".join(answer.text for answer in answers)
        raise _bad(
            path,
            asked.id,
            f"答え「{said}」が段落にありません",
            f"the answer “{said}” does not stand in the paragraph",
        )
    return GoldQuestion(
        id=asked.id,
        type="factoid",
        question=asked.question,
        facts=(tuple(texts),),
        evidence=(snippet,),
        answerable=True,
        section=report.id,
    )


def _evidence(context: str, answer: _Answer, report: Report) -> str | None:
    """A snippet around an answer that the report holds; None where the answer is not in the context.

    Where reading took a mark out of the answer's surroundings, fewer of them are taken, or all.
    """
    found = [at for at in range(len(context)) if context.startswith(answer.text, at)]
    if not found:
        return None
    start = min(found, key=lambda at: abs(at - answer.answer_start))
    end = start + len(answer.text)
    windows = [context[max(0, start - around) : end + around] for around in _AROUND]
    # in NFKC, because an exponent (m²) as it stands would be compared as if it were a mark
    snippets = [unicodedata.normalize("NFKC", take_marks_out(w)[0]).strip() for w in windows]
    snippets.append(unicodedata.normalize("NFKC", report.text).strip())
    return next((s for s in snippets if flat(s) and any(places(s, report.text))), None)


def _bad(path: Path, place: str, reason_ja: str, reason: str) -> BadGold:
    at_ja, at = (f"({place})", f" ({place})") if place else ("", "")
    return BadGold(path=path, place_ja=at_ja, place=at, reason_ja=reason_ja, reason=reason)
