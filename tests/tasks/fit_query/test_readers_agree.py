"""What the rules' lexicon calls a bound, a ranking or another mark, grounding does not turn round or take away."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tasks.fit_query.evidence import is_loosely_supported, support
from tasks.fit_query.ground import ground
from tasks.fit_query.rules import lexicon, read

TODAY = date(2026, 11, 21)


def phrases(name: str) -> list[str]:
    listed = [entry.strip().partition("=")[0] for entry in re.split(r"[|\n]", lexicon.PHRASES[name])]
    return sorted({phrase for phrase in [*listed, *lexicon.comparisons().get(name, [])] if phrase})


@pytest.mark.parametrize(
    ("name", "template", "key", "field"),
    [
        ("MORE", "wind {} 60 kW in Kent", "capacity_min", "capacity_min_kw"),
        ("LESS", "wind {} 60 kW in Kent", "capacity_max", "capacity_max_kw"),
        ("MORE_AFTER", "wind 60 kW {} in Kent", "capacity_min", "capacity_min_kw"),
        ("LESS_AFTER", "wind 60 kW {} in Kent", "capacity_max", "capacity_max_kw"),
        ("SINCE", "wind {} 2014 in Kent", "built_from", "commissioned_from"),
        ("AFTER", "wind {} 2014 in Kent", "built_after", "commissioned_from"),
        ("BEFORE", "wind {} 2014 in Kent", "built_before", "commissioned_to"),
        ("UNTIL", "wind {} 2014 in Kent", "built_to", "commissioned_to"),
        ("ONWARDS", "wind farms in Kent from 2014 {}", "built_from", "commissioned_from"),
        ("BUILT", "wind farms in Kent {} in 2014", "built_in", "commissioned_from"),
        ("LEFT", "wind farms in Kent with under 5 years {}", "remaining_max", "fit_remaining_max_years"),
        ("EXPIRE", "wind farms in Kent that {} within 5 years", "remaining_max", "fit_remaining_max_years"),
        ("COUNT", "{} wind farms in Kent", "aggregate", "aggregate"),
        ("TOTAL", "{} capacity of wind farms in Kent", "aggregate", "aggregate"),
        ("AVERAGE", "{} capacity of wind farms in Kent", "aggregate", "aggregate"),
        ("GROUP", "number of wind farms by {} in Kent", "group_by", "group_by"),
        ("REVENUE", "{} of wind farms in Kent", "revenue", "include_revenue"),
        ("REGIONAL", "{} revenue of wind farms in Kent", "regional", "include_regional"),
        ("REPOWERING", "{} wind farms in Kent", "repowering", "query_intent"),
        ("COMPARE", "wind {} solar in Kent", "query_type", "query_type"),
        ("SIZE", "{} wind farms in Kent", "size", "technology"),
    ],
)
def test_a_mark_of_the_rules_is_that_mark_to_grounding(name: str, template: str, key: str, field: str) -> None:
    read_so, turned = 0, []
    for phrase in phrases(name):
        text = template.format(phrase)
        reading = read(text, TODAY)
        if reading is None or key not in reading:
            continue
        read_so += 1
        output = ground(text, reading, TODAY).output
        if output is None or field not in output:
            turned.append((text, output))
    assert turned == []
    assert read_so > len(phrases(name)) / 3


def test_every_superlative_of_the_rules_asks_for_its_order() -> None:
    without = []
    for entry in re.split(r"[|\n]", lexicon.PHRASES["SUPER"]):
        phrase, _, value = entry.strip().partition("=")
        claim = f"sort {value.partition(' ')[0]}"
        if phrase and support(claim, phrase) is None and not is_loosely_supported(claim, phrase):
            without.append((phrase, value))
    assert without == []
