"""Exchanges to be exported, about a company that does not exist."""

from ipqa.answering.answer import Answer, Citation, CitedSource, Claim
from ipqa.exports.exchange import Exchange

ADDRESS = "http://127.0.0.1:8000"

RESOLVED = CitedSource(
    mark="3",
    title="白浜精機「統合報告書2025」",
    url="https://example.com/ir/2025.pdf",
    status="resolved",
)
AMBIGUOUS = CitedSource(
    mark="4", title="業界新聞「軸受の再編」", url="https://example.com/news", status="ambiguous"
)
MISSING = CitedSource(mark="9", title="", url=None, status="missing")


def citation(number: int, quote: str, *sources: CitedSource) -> Citation:
    return Citation(
        number=number,
        report="白浜 2025",
        edition="ab12",
        title="白浜精機の中期計画",
        section=("第2章 投資", "2-1. 新工場"),
        quote=quote,
        start=10 * number,
        end=10 * number + len(quote),
        page=3,
        sources=sources,
    )


def answered(*claims: Claim, citations: tuple[Citation, ...], text: str = "") -> Answer:
    return Answer(
        question="白浜精機は新工場をいつ稼働させますか",
        answered=True,
        answer=text,
        short_answer=None,
        claims=claims,
        citations=citations,
        notes=(),
        confidence=0.83,
        reason=None,
        mode="extractive",
        timings_ms={},
    )


PLAN = Exchange(
    question="新工場の稼働はいつですか",
    answer=answered(
        Claim(text="新工場は2027年4月に稼働する。", citations=(1,)),
        Claim(text="投資額: 80億円", citations=(2, 1)),
        Claim(text="稼働率: 初年度は6割にとどまると見込まれる", citations=(3,), hedged=True),
        citations=(
            citation(1, "新工場は2027年4月に稼働する。", RESOLVED, AMBIGUOUS),
            citation(2, "投資額\t80億円\t前期比2倍", MISSING),
            citation(3, "初年度は6割にとどまると見込まれる"),
        ),
        text="新工場は2027年4月に稼働する。[1]\n・投資額: 80億円[2][1]\n"
        "・稼働率: 初年度は6割にとどまると見込まれる[3]\n注: 「2O27年」は2027年とみられます。",
    ).model_copy(
        update={
            "interpreted_as": "白浜精機の新工場の稼働はいつですか",
            "short_answer": "2027年4月",
            "notes": ("注: 「2O27年」は2027年とみられます。",),
        }
    ),
)

DECLINED = Exchange(
    question="社長の趣味は何ですか",
    answer=Answer(
        question="社長の趣味は何ですか",
        answered=False,
        answer="資料に記載がありません。「趣味」は資料に出てきません。",
        short_answer=None,
        claims=(),
        citations=(citation(1, "社長の青木は就任会見で投資の継続を述べた。", RESOLVED),),
        notes=(),
        confidence=0.12,
        reason="not_in_reports",
        mode="extractive",
        timings_ms={},
    ),
)


def exchange_of(text: str) -> Exchange:
    """An exchange that says one text wherever text from outside can stand."""
    source = CitedSource(mark=text, title=text, url=text, status="ambiguous")
    cited = citation(1, text, source).model_copy(update={"section": (text,), "title": text})
    answer = answered(
        Claim(text=text, citations=(1,)),
        Claim(text=f"項目: {text}", citations=(1,), hedged=True),
        citations=(cited,),
        text=f"・項目: {text}",
    )
    told = {"short_answer": text, "interpreted_as": text, "notes": (text,)}
    return Exchange(question=text, answer=answer.model_copy(update=told))
