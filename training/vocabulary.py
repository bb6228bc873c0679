"""Which pieces of the tokenizer Japanese and English need: the others only take room.

Every piece of kana, of the kanji of JIS X 0208 and of signs stays, and of the Latin ones those that cut the
commonest English words. Ids change, pieces do not: a text that needs none of the removed ones is cut as
before (`tests/training/test_vocabulary.py`).
"""

import unicodedata

import wordfreq
from tokenizers import Tokenizer

ENGLISH_WORDS = 40_000
"""As many of the commonest English words are cut as before."""
LONGEST_ABBREVIATION = 5
"""Letters of a word that is also kept in capitals, as abbreviations stand in Japanese sentences."""
SHORTEST_ALWAYS_KEPT = 2
"""Latin pieces of up to so many characters stay, so that any word can still be cut."""

_AMID = "の"
_SPECIAL = range(4)
_KANA = ((0x3040, 0x30FF), (0x31F0, 0x31FF))
_KANJI = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


def kept_pieces(tokenizer: Tokenizer, pieces: list[str]) -> list[int]:
    """Ids of the pieces to keep, ascending."""
    words = wordfreq.top_n_list("en", ENGLISH_WORDS)
    forms = [form for word in words for form in (word, word.title())]
    capitals = [word.upper() for word in words if len(word) <= LONGEST_ABBREVIATION]
    forms += [before + word for word in capitals for before in ("", _AMID)]
    english = {piece for encoded in tokenizer.encode_batch(forms) for piece in encoded.ids}
    return [
        number
        for number, piece in enumerate(pieces)
        if number in _SPECIAL or _is_kept(piece.replace("▁", ""), number in english)
    ]


def _is_kept(text: str, used_in_english: bool) -> bool:  # noqa: FBT001 - told apart right above
    if text.isascii():
        return used_in_english or len(text) <= SHORTEST_ALWAYS_KEPT or not text.isalpha()
    return all(character.isascii() or _is_japanese(character) for character in text)


def _is_japanese(character: str) -> bool:
    code = ord(character)
    if any(first <= code <= last for first, last in _KANA):
        return True
    if character in "々〆〇" or any(first <= code <= last for first, last in _KANJI):
        return _in_jis(character)
    return unicodedata.category(character)[0] in "PSN"


def _in_jis(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
