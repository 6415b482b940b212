"""What the rules' lexicon calls a bound or a ranking, grounding does not turn round or take away."""

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
    ],
)
def test_a_bound_of_the_rules_is_that_bound_to_grounding(name: str, template: str, key: str, field: str) -> None:
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
    assert read_so > len(phrases(name)) / 2


def test_every_superlative_of_the_rules_asks_for_its_order() -> None:
    without = []
    for entry in re.split(r"[|\n]", lexicon.PHRASES["SUPER"]):
        phrase, _, value = entry.strip().partition("=")
        claim = f"sort {value.partition(' ')[0]}"
        if phrase and support(claim, phrase) is None and not is_loosely_supported(claim, phrase):
            without.append((phrase, value))
    assert without == []
