"""`tuneserve ask --rows` as a person meets it: each kind of answer, in a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuneserve.task import project_root


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("asked") / "fit.db"


def asked(database: Path, text: str, **environment: str) -> str:
    command = [sys.executable, "-m", "tuneserve.cli", "ask", "fit_query", text, "--rows", "3", "--through", "rules"]
    environment = {**os.environ, "TUNESERVE_DATABASE_URL": f"sqlite:///{database}", "COLUMNS": "100", **environment}
    done = subprocess.run(command, capture_output=True, cwd=project_root(), env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(environment.get("PYTHONIOENCODING", "utf-8"))


def test_a_rate_is_a_table_row_with_its_line(database: Path) -> None:
    shown = asked(database, "what is the fit rate for FIT 1585", PYTHONIOENCODING="utf-8")
    assert "2 rows:" in shown
    assert "generation  21.35  100.001-500  2013-04-01  2014-03-31  generation table line 760" in shown


def test_an_estimate_is_named_in_its_heading_and_its_note(database: Path) -> None:
    shown = asked(database, "revenue for FIT 4004", PYTHONIOENCODING="utf-8")
    assert "ESTIMATE GBP/year" in shown
    assert "\nESTIMATE, not measured: about GBP 289,000 a year for the installation\n" in shown


@pytest.mark.parametrize(("encoding", "bar"), [("utf-8", "█"), ("ascii", "#")])
def test_groups_are_drawn_as_bars_without_colour_into_a_pipe(database: Path, encoding: str, bar: str) -> None:
    lines = asked(database, "number of wind sites by region", PYTHONIOENCODING=encoding).splitlines()
    scotland = next(line for line in lines if "Scotland" in line)
    assert scotland.endswith(bar * 40)
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("text", ["solar over 50 kW in Kent", "how many solar sites in Kent"])
def test_what_is_not_loaded_is_one_clear_line(database: Path, text: str) -> None:
    assert asked(database, text, PYTHONIOENCODING="utf-8").endswith(
        "0 rows\nno Photovoltaic rows are loaded: import Ofgem's report with `tuneserve import fit_query FILE.csv`\n"
    )
