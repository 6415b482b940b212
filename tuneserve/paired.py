"""`Paired`: did one reader do better than another on the same questions, or was it chance?"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

from tuneserve.report import Report
from tuneserve.task import JsonObject


@dataclass(frozen=True, slots=True)
class Paired:
    """`n` questions that both were asked; of them `only_first` and `only_second` were right for one alone."""

    n: int
    only_first: int
    only_second: int

    @property
    def p_value(self) -> float:
        """Two-sided exact McNemar test.

        If neither reader is the better one, each discordant question falls to either side with chance
        1/2, so the count of one side is binomial (McNemar 1947; the exact form in Fagerland, Lydersen
        and Laake 2013, section "The McNemar exact conditional test"). Sums of whole numbers, so no
        rounding before the one division. 1.0 without a discordant question.
        """
        discordant = self.only_first + self.only_second
        tail = sum(comb(discordant, k) for k in range(min(self.only_first, self.only_second) + 1))
        return min(1.0, 2 * tail / (1 << discordant))

    def as_json(self) -> JsonObject:
        return {
            "n": self.n,
            "only_first": self.only_first,
            "only_second": self.only_second,
            "p_value": float(f"{self.p_value:.4g}"),
        }


def paired(first: Report, second: Report) -> Paired:
    """Exact matches of two readers on the questions that both were asked.

    Questions are told apart by their `Case` objects: one text may be asked twice with another answer.
    """
    right = {id(row.case): row.marks["exact"] for row in first.scored}
    both = [(right[id(row.case)], row.marks["exact"]) for row in second.scored if id(row.case) in right]
    return Paired(
        n=len(both),
        only_first=sum(ours and not theirs for ours, theirs in both),
        only_second=sum(theirs and not ours for ours, theirs in both),
    )
