"""Gold candidates from feedback: lines in the gold format that a person must complete.

A candidate states what the feedback tells and leaves open what only a person can decide, so
`ipqa.evaluation.gold.read_gold` refuses each until that is filled in:

=========  ========  ============  ==========  =================  =============================
helpful    answered  type          answerable  evidence           left to the person
=========  ========  ============  ==========  =================  =============================
yes        yes       factoid       true        the quotes         facts
yes        no        unanswerable  null        none               answerable: false, if it is so
no         either    factoid       null        none               answerable; facts and evidence
=========  ========  ============  ==========  =================  =============================

``factoid`` is a first guess. The comment stands in ``section``, which is for reading only; the person
replaces it by the place of the evidence. Quotes of an answer that did not help, or of a declined
question, are no evidence.
"""

from ipqa.records.feedback import FeedbackStore, StoredFeedback


def harvest(store: FeedbackStore) -> list[dict[str, object]]:
    """A candidate for each reviewed feedback, oldest first, ready to be written as JSON.

    Raises:
        RecordsUnavailable: the store cannot be used.
    """
    return [_candidate(feedback) for feedback in store.all() if feedback.reviewed]


def _candidate(feedback: StoredFeedback) -> dict[str, object]:
    good_answer = feedback.helpful and feedback.answered
    rightly_declined = feedback.helpful and not feedback.answered
    quotes = dict.fromkeys(citation.quote for citation in feedback.citations)
    return {
        "id": f"feedback-{feedback.id}",
        "type": "unanswerable" if rightly_declined else "factoid",
        "question": feedback.question,
        "facts": [],
        "evidence": list(quotes) if good_answer else [],
        "answerable": True if good_answer else None,
        "section": feedback.comment,
    }
