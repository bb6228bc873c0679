"""What measures and types of questions are called on a page, and what they tell, in both languages.

`docs/evaluation.md` defines the measures; here is the one line that stands beside a figure.
"""

from dataclasses import dataclass
from typing import Literal

from ipqa.evaluation.gold import QuestionType
from ipqa.evaluation.retrieval import Leg

Unit = Literal["share", "index", "characters", "milliseconds"]
Pair = tuple[str, str]
"""A wording in Japanese and in English."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a measure is told.

    Attributes:
        better: which way is good, None where neither is.
    """

    name: Pair
    meaning: Pair
    unit: Unit = "share"
    better: Literal["high", "low"] | None = "high"


def _recall(depth: int) -> Wording:
    return Wording(
        (f"根拠の再現率（上位{depth}件）", f"Evidence recall, top {depth}"),
        (
            f"正解の根拠のうち、検索結果の上位{depth}件に入ったもの",
            f"Expected evidence that is found by rank {depth}",
        ),
    )


GROUPS: dict[Pair, dict[str, Wording]] = {
    ("検索", "Retrieval"): {
        "evidence_recall@1": _recall(1),
        "evidence_recall@3": _recall(3),
        "evidence_recall@5": _recall(5),
        "evidence_recall@10": _recall(10),
        "mrr@10": Wording(
            ("平均逆順位（MRR@10）", "Mean reciprocal rank (MRR@10)"),
            (
                "最初の根拠が何位に出るか。1なら常に1位",
                "How early evidence first appears; 1 is always first",
            ),
            "index",
        ),
        "ndcg@10": Wording(
            ("順位の良さ（nDCG@10）", "Quality of the order (nDCG@10)"),
            (
                "根拠が上位に集まっているか。1が理想の順",
                "Whether evidence stands near the top; 1 is ideal",
            ),
            "index",
        ),
    },
    ("回答", "Answers"): {
        "all_facts": Wording(
            ("正答率", "Right answers"),
            ("正解に必要な事実をすべて含む回答", "Answers that hold every fact needed"),
        ),
        "fact_recall": Wording(
            ("事実の再現率", "Fact recall"),
            ("必要な事実のうち回答に含まれたもの", "Needed facts that the answer holds"),
        ),
        "exact_match": Wording(
            ("短い回答の完全一致", "Exact match"),
            ("短い回答が正解とそのまま一致", "The short answer is the expected one"),
        ),
        "char_f1": Wording(
            ("短い回答の文字F1", "Character F1"),
            (
                "短い回答と正解の文字の重なり",
                "Characters that the short answer shares with the expected",
            ),
        ),
        "facts_per_100_chars": Wording(
            ("100字あたりの事実", "Facts in 100 characters"),
            ("回答の密度。必要な事実の数で数える", "How dense answers are in needed facts"),
            "index",
        ),
        "answer_chars": Wording(
            ("回答の長さ", "Length of answers"),
            ("回答1件の平均文字数", "Mean characters of an answer"),
            "characters",
            None,
        ),
    },
    ("引用", "Citations"): {
        "citation_recall": Wording(
            ("引用の再現率", "Citation recall"),
            (
                "必要な事実のうち、回答と引用文の両方にあるもの",
                "Needed facts that both the claim and its quote hold",
            ),
        ),
        "citation_precision": Wording(
            ("引用の適合率", "Citation precision"),
            (
                "引用のうち、事実か正解の根拠に当たるもの",
                "Citations that hold a fact or touch the expected evidence",
            ),
        ),
        "expected_evidence": Wording(
            ("正解の根拠の引用率", "Expected evidence cited"),
            ("正解の根拠のうち引用されたもの", "Expected evidence that was cited"),
        ),
        "quote_fidelity": Wording(
            ("引用文の忠実さ", "Quote fidelity"),
            ("報告書と一字一句同じ引用文", "Quotes that stand verbatim in the report"),
        ),
        "number_support": Wording(
            ("数値の裏づけ", "Figures supported"),
            (
                "含まれる数値がすべて引用文にある主張",
                "Claims whose figures all stand in their quotes",
            ),
        ),
    },
    ("回答の見送り", "Declining"): {
        "declined_right": Wording(
            ("正しい見送り", "Rightly declined"),
            (
                "答えのない質問のうち、回答を見送ったもの",
                "Unanswerable questions that were declined",
            ),
        ),
        "declined_wrong": Wording(
            ("誤った見送り", "Wrongly declined"),
            ("答えのある質問のうち、回答を見送ったもの", "Answerable questions that were declined"),
            better="low",
        ),
        "auroc": Wording(
            ("見分ける力（AUROC）", "Telling them apart (AUROC)"),
            (
                "確信度で答えの有無を見分けられるか。0.5は偶然と同じ",
                "Whether confidence tells answerable questions; 0.5 is chance",
            ),
            "index",
        ),
        "ece": Wording(
            ("確信度のずれ（ECE）", "Miscalibration (ECE)"),
            (
                "回答した質問での、確信度と実際に正しかった割合の差",
                "Gap between confidence and the share right, where answered",
            ),
            "index",
            "low",
        ),
    },
    ("時間", "Time"): {
        "ms_p50": Wording(
            ("応答時間（中央値）", "Response time, median"),
            ("半数の質問はこの時間以内", "Half of the questions take no longer"),
            "milliseconds",
            "low",
        ),
        "ms_p95": Wording(
            ("応答時間（95%点）", "Response time, 95th percentile"),
            ("95%の質問はこの時間以内", "95% of the questions take no longer"),
            "milliseconds",
            "low",
        ),
        "ms_retrieval_p50": Wording(
            ("検索の時間（中央値）", "Retrieval, median"),
            ("半数の質問の検索はこの時間以内", "Half of the searches take no longer"),
            "milliseconds",
            "low",
        ),
        "ms_retrieval_p95": Wording(
            ("検索の時間（95%点）", "Retrieval, 95th percentile"),
            ("95%の質問の検索はこの時間以内", "95% of the searches take no longer"),
            "milliseconds",
            "low",
        ),
        "ms_answering_p50": Wording(
            ("回答づくりの時間（中央値）", "Answering, median"),
            ("半数の質問の回答づくりはこの時間以内", "Half of the answers are made in that time"),
            "milliseconds",
            "low",
        ),
        "ms_answering_p95": Wording(
            ("回答づくりの時間（95%点）", "Answering, 95th percentile"),
            ("95%の質問の回答づくりはこの時間以内", "95% of the answers are made in that time"),
            "milliseconds",
            "low",
        ),
        "ms_cold_start": Wording(
            ("起動から最初の回答まで", "Cold start"),
            (
                "新しいプロセスが起動して最初の質問に答えるまで",
                "A new process, from its start to its first answer",
            ),
            "milliseconds",
            "low",
        ),
    },
}

MEASURES = {name: wording for group in GROUPS.values() for name, wording in group.items()}

TYPES: dict[QuestionType, Pair] = {
    "factoid": ("事実", "Factoid"),
    "date": ("日付", "Date"),
    "number": ("数値", "Number"),
    "list": ("列挙", "List"),
    "table": ("表の値", "Table"),
    "why": ("理由", "Why"),
    "how": ("方法・仕組み", "How"),
    "definition": ("定義", "Definition"),
    "compare": ("比較", "Comparison"),
    "multihop": ("複数箇所", "Several places"),
    "yesno": ("はい・いいえ", "Yes or no"),
    "variant": ("くだけた表記", "Loose spelling"),
    "english": ("英語", "English"),
    "unanswerable": ("資料に答えなし", "Not in reports"),
    "falsepremise": ("誤った前提", "False premise"),
    "offtopic": ("無関係", "Off topic"),
    "dialogue": ("対話", "Dialogue"),
}

LEGS: dict[Leg, Pair] = {
    "ranked": ("文で並べ替えた後", "Ranked by sentences"),
    "fused": ("両方", "Both"),
    "dense": ("意味", "Meaning"),
    "lexical": ("語", "Words"),
}


def shown(value: float, unit: Unit) -> str:
    """A value as it is read."""
    match unit:
        case "share":
            return f"{100 * value:.1f}%"
        case "index":
            return f"{value:.3f}"
        case "characters" | "milliseconds":
            return f"{value:,.0f}" + (" ms" if unit == "milliseconds" else "")
