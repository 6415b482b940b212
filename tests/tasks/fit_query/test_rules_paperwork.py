"""Figures of somebody's paperwork are hidden from the rules; figures that may be filters are not."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.fit_query.rules import read
from tasks.fit_query.rules.paperwork import without_paperwork

TODAY = date(2026, 11, 21)
UNSUPPORTED = {"query_type": "unsupported"}
REQUEST = "Hydro in Powys over 50 kW"
READING = {"technology": "Hydro", "location": "Powys", "capacity_min": "50 kW"}


@pytest.mark.parametrize(
    "paperwork",
    [
        "Acct 4410-77.",
        "Our ref: AB/2291.",
        "MPAN 1200054321098.",
        "Ticket #88102, priority 2.",
        "Tel. 0113 496 0321 (ext 12).",
        "Sort code 20-11-33, card ending 8821.",
        "He pays £38 pcm.",
        "The bill was £1,204.50.",
        "Thanks for the £20 voucher.",
        "We use 3,900 kWh a year.",
        "My panels made 3,300 kWh last year.",
        "She got your letter dated 12/03/2022.",
        "We have been waiting three weeks.",
        "I am away until the 12th.",
        "Write to a.brown@example.org.",
        "No phone number given, e-mail only.",
        "Flat 2, 17 Mill Lane, Leeds.",
    ],
)
def test_paperwork_before_and_behind_a_request_changes_nothing(paperwork: str) -> None:
    assert read(f"{paperwork} {REQUEST}, please.", TODAY) == READING
    assert read(f"{REQUEST}, please. {paperwork}", TODAY) == READING


@pytest.mark.parametrize(
    "text",
    [
        "solar sites earning over £5,000 a year",
        "turbines that make 40,000 kWh a year",
        "which sites are paid £5000 a year",
        "I want solar making 5000 kWh a year",
        "show ref 4004",
        "what is the FIT rate? Ref 90021",
        "FIT ref 4004 rate",
        "our account manager wants 500 kW turbines",
        "sort order 10 largest",
        "sites commissioned since two weeks",
        "in case 500 kW turbines exist",
        "wind in Kent with 20 years left",
    ],
)
def test_what_may_be_a_filter_or_the_fit_id_stays(text: str) -> None:
    assert without_paperwork(text) == text


def test_positions_stay_as_they_were() -> None:
    text = "Acct 4410-77, bill of £12. " + REQUEST
    hidden = without_paperwork(text)
    assert len(hidden) == len(text)
    assert hidden.endswith(REQUEST)
    assert "4410" not in hidden
    assert "£" not in hidden


@pytest.mark.parametrize(
    "request_",
    ["Solar earning over £900", "Wind but not in Wales", "Batteries in Kent", "Hydro within 5 miles of Bala"],
)
def test_paperwork_hides_no_refusal(request_: str) -> None:
    assert read(f"Acct 4410-77. {request_}", TODAY) == UNSUPPORTED


def test_a_rate_whose_only_number_was_hidden_is_not_answered_for_all() -> None:
    assert read("customer ref 4471-22: what's his FIT rate", TODAY) is None


@pytest.mark.parametrize(
    ("text", "fit_id"),
    [
        ("Case 7781: rate for FIT 20417 please", "20417"),
        ("My ref is 90021, what is the rate?", "90021"),
        ("the ref on my letter is FIT 20113, whats the tariff", "20113"),
    ],
)
def test_the_fit_id_is_found_among_other_numbers(text: str, fit_id: str) -> None:
    reading = read(text, TODAY)
    assert reading is not None
    assert reading["fit_id"] == fit_id
