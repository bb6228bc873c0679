"""Whether the reports say what a text says, sentence by sentence: for drafts that others wrote."""

from ipqa.answering.verification.verified import Objection, Verification, VerifiedSentence
from ipqa.answering.verification.verifier import LONGEST_DRAFT, Finding, Verifier

__all__ = [
    "LONGEST_DRAFT",
    "Finding",
    "Objection",
    "Verification",
    "VerifiedSentence",
    "Verifier",
]
