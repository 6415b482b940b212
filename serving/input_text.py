"""What a caller may send as the input of a task, and the form in which it is read."""

from __future__ import annotations

import unicodedata

from tuneserve.errors import InputRefused

MOST_CHARACTERS = 2000
DRESSES = ("<font>", "<wide>", "<narrow>")


class InputEmpty(InputRefused):
    pass


class InputTooLong(InputRefused):
    pass


def cleaned(text: str) -> str:
    """`text` in Unicode's NFC, without control characters, with plain blanks, and stripped.

    Line breaks and tabs become blanks: an input is one line, in the log too. Control, surrogate,
    private-use and unassigned characters are removed, and with them the format characters that hide
    text or turn its direction; the joiners that scripts and emoji need (U+200C, U+200D) stay. Letters and
    digits in another dress (fullwidth, mathematical bold) become plain ones: a rule must not miss a filter
    that everybody can read.

    Raises InputTooLong above 2,000 characters as sent, InputEmpty when nothing is left.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputTooLong(f"the input has {len(text)} characters; at most {MOST_CHARACTERS} are read")
    plain = "".join(_kept(letter) for letter in unicodedata.normalize("NFC", text))
    one_line = " ".join(plain.split())
    if not one_line:
        raise InputEmpty("the input is empty")
    return one_line


def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter in "\t\n\r\v\f\x85" or category in ("Zl", "Zp", "Zs"):
        return " "
    if category == "Cf":
        return letter if letter in "\u200c\u200d" else ""
    if category.startswith("C"):
        return ""
    dress = unicodedata.decomposition(letter).partition(" ")[0]
    return unicodedata.normalize("NFKC", letter) if dress in DRESSES else letter
