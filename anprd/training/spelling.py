"""Labels are typed by people: with blanks and dashes, in small letters, in Cyrillic. The reader knows A-Z and 0-9."""

import unicodedata

from anprd.vision.ctc import ALPHABET

# Plates bear only those letters of Cyrillic and Greek that look like Latin ones, so that anybody can read them.
_LATIN = str.maketrans("АВЕКМНОРСТУХІΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIABEZHIKMNOPTYX")  # noqa: RUF001  # not Latin, indeed
_LETTERS_AND_DIGITS = frozenset({"Lu", "Ll", "Lt", "Nd"})


def plain(text: str) -> str:
    """The text in the reader's alphabet.

    Blanks and dashes go, accents too (`TÖL` is read `TOL`), and signs of scripts without capitals: the reader has no
    word for the province that a Chinese plate begins with.

    Raises:
        ValueError: a letter or digit is not of A-Z and 0-9 nor looks like one.
    """
    kept = []
    for character in unicodedata.normalize("NFKD", text).upper().translate(_LATIN):
        if character in ALPHABET:
            kept.append(character)
        elif unicodedata.category(character) in _LETTERS_AND_DIGITS:
            raise ValueError(f"'{character}' is none of A-Z and 0-9")
    return "".join(kept)
