"""Clauses of what is asked about the sites: repowering, revenue, rates, aggregates, groups."""

from __future__ import annotations

from random import Random

from tasks.fit_query.dataset import terse
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.question import Clause


def repowering() -> Clause:
    forms = table("remaining")["repowering"] | terse.forms("repowering")
    return Clause("repowering", forms, {"repowering": True}, {"query_intent": "repowering_opportunities"})


def revenue(rng: Random, regional: bool = False) -> Clause:
    phrases = table("rate")
    if not regional:
        forms = phrases["revenue"] | terse.forms("revenue")
        return Clause("revenue", forms, {"revenue": True}, {"include_revenue": True})
    words = phrases["regional"]
    forms = {
        "head": words["revenue"],
        "bare": words["revenue_bare"],
        "tail": words["revenue_tail"],
        "sent": words["revenue_sent"],
    }
    return Clause(
        "revenue", forms, {"revenue": True, "regional": True}, {"include_revenue": True, "include_regional": True}
    )


def rate_of_set() -> Clause:
    return Clause("rate", table("rate")["rate_set"], {"query_type": "fit_rate"}, {"query_type": "fit_rate"})


def aggregate(rng: Random, kind: str | None = None) -> Clause:
    kind = kind or rng.choices(["count", "total_capacity", "average_capacity"], [48, 31, 21])[0]
    return Clause(
        "aggregate", table("aggregate")[kind], {"aggregate": kind}, {"aggregate": kind, "query_type": "aggregation"}
    )


def group(rng: Random, kind: str | None = None) -> Clause:
    kind = kind or rng.choices(["technology", "region", "postcode_area", "year"], [25, 35, 17, 23])[0]
    words = table("aggregate")
    name = str(rng.choice(words["group_names"][kind]))
    return Clause("group", words["group"], {"group_by": kind}, {"group_by": kind}, {"g": name})
