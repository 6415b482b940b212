from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fit_query.amounts import as_number, find_amounts, is_vague, parse_count, parse_kw, parse_span, parse_years
from tasks.fit_query.numerals import read_number


@pytest.mark.parametrize(
    ("written", "kw"),
    [
        ("100kw", 100),
        ("100 KW", 100),
        ("500", 500),
        ("1,500", 1500),
        ("1 500 kW", 1500),
        ("1,234,567 W", 1234.567),
        ("2,5 MW", 2500),
        ("0,5 MW", 500),
        ("1.5k kW", 1500),
        ("1.5k", 1500),
        ("500k", 500),
        ("500kWp", 500),
        ("1.2MWp", 1200),
        ("750 W", 0.75),
        ("0.1 MW", 100),
        ("2 gigawatts", 2_000_000),
        ("5 meg", 5000),
        ("100 kilowats", 100),
        ("100 kilo-watts", 100),
        ("1 megawat", 1000),
        ("half a megawatt", 500),
        ("half MW", 500),
        ("a quarter of a megawatt", 250),
        ("three quarters of a megawatt", 750),
        ("a third of a megawatt", 333.333),
        ("1/2 MW", 500),
        ("1½ MW", 1500),
        ("1 1/2 MW", 1500),
        ("one and a half MW", 1500),
        ("1 and a half megawatts", 1500),
        ("a megawatt and a half", 1500),
        ("a megawatt", 1000),
        ("two hundred and fifty kilowatts", 250),
        ("nine hundred and ninety-nine kW", 999),
        ("twenty five kW", 25),
        ("one point five MW", 1500),
        ("1.5 thousand kW", 1500),
        ("couple of megawatts", 2000),
        (">499", 499),
        ("~75kW", 75),
        ("500 kw+", 500),
        ("about 500 kW", 500),
    ],
)
def test_a_capacity_is_read_in_kw(written: str, kw: float) -> None:
    value = parse_kw(written)
    assert value is not None
    assert as_number(value) == kw


@pytest.mark.parametrize(
    "written",
    [
        "",
        "kw",
        "a",
        "500 kWh",
        "5 years",
        "1-2MW",
        "-5 kW",
        "1e9",
        "a few hundred kW",
        "twelve fifty kW",
        "x",
        "1,2,3",
        "9" * 30,
    ],
)
def test_what_is_no_single_capacity_is_none(written: str) -> None:
    assert parse_kw(written) is None


def test_a_number_without_a_unit_takes_the_one_given_with_it() -> None:
    assert parse_kw("1", unit_hint="MW") == 1000
    assert parse_kw("1 kW", unit_hint="MW") == 1


def test_decimal_amounts_carry_no_binary_noise() -> None:
    value = parse_kw("1.1 MW")
    assert value == Decimal("1100")
    assert str(as_number(round(Decimal("33.3") * Decimal("0.9"), 3))) == "29.97"


@pytest.mark.parametrize("written", ["a few hundred kW", "several MW", "hundreds of kW", "a couple of hundred kW"])
def test_an_amount_without_a_number_is_vague(written: str) -> None:
    assert is_vague(written)
    assert parse_kw(written) is None


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("5 years", 5),
        ("5yrs", 5),
        ("5-year", 5),
        ("5", 5),
        ("five yrs", 5),
        ("18 months", 1.5),
        ("7 months", 0.58),
        ("eight months", 0.67),
        ("half a year", 0.5),
        ("a year", 1),
        ("year", 1),
        ("a year and a half", 1.5),
        ("two and a half years", 2.5),
        ("2 years and 6 months", 2.5),
        ("a decade", 10),
        ("a couple of years", 2),
        ("52 weeks", 1),
        ("10 years left", 10),
    ],
)
def test_a_length_of_time_is_read_in_years(written: str, years: float) -> None:
    value = parse_years(written)
    assert value is not None
    assert as_number(value) == years


@pytest.mark.parametrize("written", ["", "100kw", "a few years", "soon", "years", "1-2 years"])
def test_what_is_no_length_of_time_is_none(written: str) -> None:
    assert parse_years(written) is None


def test_months_and_days_of_a_span_stay_apart() -> None:
    assert parse_span("two and a half years") == (30, 0)
    assert parse_span("90 days") == (0, 90)


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("10", 10),
        ("ten", 10),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("two dozen", 24),
        ("1,000", 1000),
        ("twenty five", 25),
        ("a couple", 2),
    ],
)
def test_a_count_is_read(written: str, count: int) -> None:
    assert parse_count(written) == count


@pytest.mark.parametrize("written", ["1.5", "top ten", "10 kW", "many", ""])
def test_what_is_no_whole_number_is_no_count(written: str) -> None:
    assert parse_count(written) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("between 1 and 2 megawatts", [("1", None), ("2 megawatts", "MW")]),
        ("pv 10-50kw", [("10", None), ("50kw", "kW")]),
        ("100kw/200kw", [("100kw", "kW"), ("200kw", "kW")]),
        ("over 100 w sussex", [("100", None)]),
        ("over 5000 w pv", [("5000 w", "W")]),
        ("since September '16 of five hundred kilowatts", [("16", None), ("five hundred kilowatts", "kW")]),
        ("between one and seven years", [("one", None), ("seven years", "years")]),
        ("more than a few hundred kW", [("a few hundred kW", "kW")]),
        ("RG17 and CO2 in COP26", []),
        ("a wind farm with a turbine", []),
    ],
)
def test_amounts_are_found_in_a_text_with_their_units(text: str, found: list[tuple[str, str | None]]) -> None:
    assert [(amount.text, amount.unit) for amount in find_amounts(text)] == found


@given(st.integers(0, 999_999))
@settings(max_examples=150, deadline=None)
def test_digits_with_and_without_thousands_separators_are_one_number(number: int) -> None:
    assert read_number(str(number)) == read_number(f"{number:,}") == number
    assert read_number(f"{number:,}".replace(",", " ")) == number


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_the_readers_raise(text: str) -> None:
    for read in (parse_kw, parse_years, parse_count, parse_span, read_number, is_vague):
        read(text)
    for amount in find_amounts(text):
        assert text[amount.start : amount.end] == amount.text
