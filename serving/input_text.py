"""What a caller may send as the input of a task, and the form in which it is read."""

from __future__ import annotations

import re
import unicodedata

from tuneserve.errors import InputRefused

MOST_CHARACTERS = 2000
DRESSES = ("<font>", "<wide>", "<narrow>")
# What most people type is clean as it is: printable ASCII, one blank between words.
_CLEAN = re.compile(r"[!-~]+(?: [!-~]+)*")


class InputEmpty(InputRefused):
    pass


class InputTooLong(InputRefused):
    pass


def cleaned(text: str) -> str:
    """`text` in Unicode's NFC, without control characters, with plain blanks, and stripped.

    Tabs and runs of blanks become one blank, runs of line breaks one line break: a pasted table or mail
    keeps its lines, which say where a cell or a quoted message ends. Control, surrogate,
    private-use and unassigned characters are removed, and with them the format characters that hide
    text or turn its direction; the joiners that scripts and emoji need (U+200C, U+200D) stay. Letters and
    digits in another dress (fullwidth, mathematical bold) become plain ones: a rule must not miss a filter
    that everybody can read.

    Raises InputTooLong above 2,000 characters as sent, InputEmpty when nothing is left.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputTooLong(f"the input has {len(text)} characters; at most {MOST_CHARACTERS} are read")
    if _CLEAN.fullmatch(text):
        return text
    plain = "".join(_kept(letter) for letter in unicodedata.normalize("NFC", text))
    lines = [" ".join(line.split()) for line in plain.split("\n")]
    read = "\n".join(line for line in lines if line)
    if not read:
        raise InputEmpty("the input is empty")
    return read


def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter in "\n\r\v\f\x85" or category in ("Zl", "Zp"):
        return "\n"
    if letter == "\t" or category == "Zs":
        return " "
    if category == "Cf":
        return letter if letter in "\u200c\u200d" else ""
    if category.startswith("C"):
        return ""
    dress = unicodedata.decomposition(letter).partition(" ")[0]
    return unicodedata.normalize("NFKC", letter) if dress in DRESSES else letter
