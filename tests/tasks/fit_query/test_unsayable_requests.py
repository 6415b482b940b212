"""Requests that are no search are seen, and what only sounds like one is not."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from tasks.fit_query import FOLDER
from tasks.fit_query.dataset.phrases import lines, said
from tasks.fit_query.dataset.refusal import slots
from tasks.fit_query.unsayable import unsayable
from tasks.fit_query.unsayable_requests import families
from tasks.fit_query.words import word_bag

# What a search box, a note or a letter asks for in a deed's own words, each of another kind.
DEEDS = (
    "wind farms in Kent - repeat every fortnight",
    "how many sites are there in Essex? and keep me posted whenever that number changes",
    "solar in Devon over 50 kW, push notification on any change",
    "Could you please publish hydro sites near Bala on our website",
    "which turbines in Fife are the oldest? serve notice on them",
    "FIT 4004 wrong postcode, correct to RG18",
    "mark FIT 4004 as sold to Tesco",
    "largest solar farm in Kent? fly a drone over it",
    "turn FIT 4004 into a QR code sticker for the gate",
    "do us a poster about the turbines in Oban for the fete",
    "save this search: AD plants over 500 kW",
    "right um get hold of an electrician for the hydro plants in Yateley",
    "what's your verdict on turbines of 500 kW",
    "quietest wind turbines over 100 kW",
    "how do I install solar panels in Leeds",
    "show solar in Kent by year and why did the numbers fall",
    "who owns the photovoltaic systems in Caterham",
    "rateable value of every wind site in Essex",
    "CHP installations in Moray refused at appeal",
    "which hydro sites in WF are on green belt land",
    "which plants by Bingley are the loudest",
    "solar sites that are either in Kent or bigger than 500 kW",
    "how do I get wind generation installed in Crewkerne?",
    "would you repower a 250 kW turbine? Liskeard",
    "order me a 50 kW turbine, deliver to CO6",
    "set me a reminder for turbines in Filey with 4 years left",
    "what condition are the Sheerness turbines in",
)
SEARCHES = (
    "I'll publish it myself, just show wind farms in Kent",
    "we repair these for a living, let's see turbines in Fife",
    "order by size: solar in Devon",
    "to update our own books I need AD plants in Kent",
    "invoice 1234567 is paid. solar in Kent",
    "put turbines in Fife up on screen",
    "sites eligible for repowering in Kent",
    "please amend my previous enquiry from Kent to Surrey. solar farms",
    "which wind farms were built by 2012 and sold power to the grid",
    "that is why I need solar over 50 kW in Kent",
    "record FIT 4004",
    "the auditor, who owns a boat, wants solar in Kent",
    "either hydro or solar in Kent",
    "cos that's the spare gearbox I've got: turbines in Kent rated at 500 kW",
    "set me up with turbines in Filey",
    "in order, largest first: turbines in Kent",
    "what's in Kent that is in good condition for repowering",
    "invoice attached. the count please: CHP, London",
)


@pytest.mark.parametrize("text", DEEDS)
def test_a_request_that_is_no_search_is_seen(text: str) -> None:
    assert unsayable(text)


@pytest.mark.parametrize("text", SEARCHES)
def test_a_search_in_its_words_is_none(text: str) -> None:
    assert unsayable(text) is None


@pytest.mark.parametrize("template", lines("errands"))
def test_an_errand_is_a_search(template: str) -> None:
    assert unsayable(said(Random(1), [template], {"set": "wind farms in Kent over 50 kW"})) is None


def test_nothing_that_people_asked_and_that_has_an_answer_is_seen_as_one() -> None:
    paths = sorted(Path(FOLDER).glob("*.jsonl"))
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    answered = [row["query"] for row in rows if row["expected"].get("query_type") != "unsupported"]
    kinds = ("deed", "opinion", "reason", "how-to", "forecast", "not in the data")
    seen = [text for text in answered if (unsayable(text) or ("", ""))[0] in kinds]
    assert len(answered) > 4000
    assert seen == []


def filled(name: str, seed: int) -> list[str]:
    chance = Random(seed)
    return [said(chance, [template], slots(chance)) for template in lines(name)]


def test_a_family_is_tried_wherever_it_would_find_something() -> None:
    texts = [*DEEDS, *SEARCHES, *filled("deeds", 1), *filled("opinions", 2), *filled("look_answerable", 3)]
    tried = 0
    for text in texts:
        for family in families():
            if family.pattern.search(text):
                assert not family.signs.isdisjoint(word_bag(text)), (family.name, text)
                tried += 1
    assert tried > 200


@pytest.mark.parametrize(("name", "least"), [("deeds", 0.45), ("opinions", 0.15)])
def test_most_of_the_examples_of_such_requests_are_seen(name: str, least: float) -> None:
    """The model is trained on them; the wordings are the second pair of eyes, which must not see what is not there."""
    texts = filled(name, 7)
    assert sum(unsayable(text) is not None for text in texts) >= least * len(texts)
