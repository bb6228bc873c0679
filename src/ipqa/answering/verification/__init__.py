"""Whether the reports say what a text says, sentence by sentence: for drafts that others wrote."""

from ipqa.answering.verification.verified import Verification, VerifiedSentence
from ipqa.answering.verification.verifier import LONGEST_DRAFT, Verifier

__all__ = ["LONGEST_DRAFT", "Verification", "VerifiedSentence", "Verifier"]
