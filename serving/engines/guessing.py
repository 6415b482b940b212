"""What a model will probably write next, so that one pass of it can check many tokens at once.

A guess never decides anything: the engine takes over a guessed token only when it is the one that the
model would have written itself. A wrong guess costs time, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

# Runs of so many tokens are looked up, the longest first: 4 tokens are about one key of a JSON text.
RUN_LENGTHS = (4, 3, 2)
MOST_RUNS = 50_000
# Tokens guessed from habit at once: of 2, 4, 6 and 8, this gave the fewest milliseconds a question.
MOST_FROM_HABIT = 4
LONGEST_MATCH = 8
BEGINNING = -1


class Habits:
    """Which token followed which run of tokens when the model last wrote it: keys, names of kinds, closings."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, ...], int] = {}

    def learn(self, written: Sequence[int]) -> None:
        """Takes over a text that the model has written."""
        tokens = [BEGINNING, *written]
        if written:
            self._next[(BEGINNING,)] = written[0]
        for length in RUN_LENGTHS:
            for end in range(length, len(tokens)):
                self._next[tuple(tokens[end - length : end])] = tokens[end]
        while len(self._next) > MOST_RUNS:
            del self._next[next(iter(self._next))]

    def after(self, written: Sequence[int], most: int) -> list[int]:
        """Up to `most` tokens that used to follow."""
        tokens = [BEGINNING, *written]
        begun = len(tokens)
        while len(tokens) < begun + most:
            token = self._following(tokens)
            if token is None:
                break
            tokens.append(token)
        return tokens[begun:]

    def _following(self, tokens: list[int]) -> int | None:
        for length in RUN_LENGTHS:
            token = self._next.get(tuple(tokens[-length:]))
            if token is not None:
                return token
        return None


class Guesser:
    """Guesses the continuation of one text: from a draft of it where there is one, else from habit."""

    def __init__(self, draft: Sequence[int], habits: Habits) -> None:
        self._draft = list(draft)
        self._habits = habits

    def after(self, written: Sequence[int], most: int) -> list[int]:
        """Up to `most` tokens that may follow `written`.

        Where the model left the draft, it comes back to it behind the longest run of tokens that both have.
        """
        if most <= 0:
            return []
        if not written and self._draft:
            return self._draft[:most]
        place = self._place(written)
        if place is not None:
            return self._draft[place : place + most]
        return self._habits.after(written, min(most, MOST_FROM_HABIT))

    def _place(self, written: Sequence[int]) -> int | None:
        """Where the draft goes on after `written`; None where its last token is not in the draft."""
        longest, place = 0, None
        for end in range(1, len(self._draft) + 1):
            length = _common_ending(self._draft, end, written)
            if length and length >= longest:
                longest, place = length, end
        return place


def _common_ending(draft: Sequence[int], end: int, written: Sequence[int]) -> int:
    """How many tokens before `end` of the draft are the last ones of `written`."""
    most = min(LONGEST_MATCH, end, len(written))
    length = 0
    while length < most and draft[end - 1 - length] == written[-1 - length]:
        length += 1
    return length
