"""The dashboards' files: what the code makes, valid by Grafana's schema, and laid out so that they can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from jsonschema import Draft7Validator

from monitoring.grafana.build import FOLDER, dashboards
from monitoring.grafana.page import CHOICES
from tests.monitoring.conftest import MONITORING

SCHEMA = json.loads((Path(__file__).parent / "grafana_schema" / "grafana-12.2.0.json").read_text(encoding="utf-8"))
NAMES = ("answers.json", "operations.json")
# What Grafana itself puts into queries.
BUILT_IN = {"__rate_interval", "__interval", "__range"}


def dashboard(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def panels(name: str) -> list[dict[str, Any]]:
    return [panel for panel in dashboard(name)["panels"] if panel["type"] != "row"]


EVERY = [pytest.param(panel, id=f"{name}: {panel['title']}") for name in NAMES for panel in panels(name)]


def complaints(part: str, value: object) -> list[str]:
    """In what `value` is not what Grafana's schema says of this part."""
    schema = {"definitions": SCHEMA["definitions"], **SCHEMA["definitions"]["Schemas"]["properties"][part]}
    return [f"{error.json_path}: {error.message[:200]}" for error in Draft7Validator(schema).iter_errors(value)]


def test_the_files_are_what_the_code_makes_byte_for_byte() -> None:
    made = dashboards()
    assert sorted(made) == sorted(path.name for path in FOLDER.iterdir())
    for name, text in made.items():
        assert (FOLDER / name).read_bytes() == text.encode(), "run: python -m monitoring.grafana.build"


@pytest.mark.parametrize("name", NAMES)
def test_a_dashboard_is_valid_by_grafana_s_schema(name: str) -> None:
    loaded = dashboard(name)
    assert complaints("dashboard", {**loaded, "panels": []}) == []
    for variable in loaded["templating"]["list"]:
        assert complaints("variable", variable) == []
    for row in loaded["panels"]:
        if row["type"] == "row":
            assert complaints("row", row) == []


def test_the_schema_refuses_what_grafana_does_not_know() -> None:
    panel = panels("answers.json")[0]
    assert complaints("panel", {**panel, "gridPos": {**panel["gridPos"], "width": 3}})
    assert complaints("stat", {"options": {**panel["options"], "colorMode": "purple"}})


@pytest.mark.parametrize("panel", EVERY)
def test_a_panel_is_valid_by_grafana_s_schema(panel: dict[str, Any]) -> None:
    assert complaints("panel", panel) == []
    defaults = panel["fieldConfig"]["defaults"]
    custom = {"custom": defaults["custom"]} if "custom" in defaults else {}
    assert complaints(panel["type"], {"options": panel["options"], **custom}) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_library_reads_a_dashboard_as_it_wrote_it(name: str) -> None:
    register_default_plugins()
    read = Dashboard.from_json(dashboard(name))
    assert read.panels is not None
    assert [panel.title for panel in read.panels] == [panel["title"] for panel in dashboard(name)["panels"]]


@pytest.mark.parametrize("name", NAMES)
def test_panels_fill_their_lines_and_do_not_overlap(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard(name)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    height = max(y for _, y in taken) + 1
    assert taken == {(x, y) for x in range(24) for y in range(height)}


@pytest.mark.parametrize("name", NAMES)
def test_ids_and_titles_are_unique(name: str) -> None:
    everything = dashboard(name)["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    rows = [panel["title"] for panel in everything if panel["type"] == "row"]
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("panel", EVERY)
def test_a_panel_explains_itself(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    assert len(panel["description"]) > 20
    assert panel["description"].endswith(".")
    assert defaults["unit"]
    assert panel["targets"]
    if defaults["unit"] == "percentunit" and panel["type"] == "timeseries" and "max" in defaults:
        assert (defaults["min"], defaults["max"]) == (0, 1)
    if panel["type"] == "timeseries":
        assert defaults["min"] == 0
        assert panel["options"]["legend"]["showLegend"]
        assert all(target["legendFormat"] for target in panel["targets"])
        if len(defaults.get("thresholds", {}).get("steps", [])) > 1:
            assert defaults["custom"]["thresholdsStyle"]["mode"] == "line"


@pytest.mark.parametrize("title", ["Time to an answer", "Time to an answer by origin", "Time to an answer by release"])
def test_latencies_have_lines_at_100_and_500_ms(title: str) -> None:
    [panel] = [panel for panel in panels("answers.json") if panel["title"] == title]
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [step["value"] for step in steps] == [None, 0.1, 0.5]
    assert panel["fieldConfig"]["defaults"]["unit"] == "s"


@pytest.mark.parametrize("name", NAMES)
def test_queries_use_variables_and_a_data_source_that_there_are(name: str) -> None:
    variables = {variable["name"] for variable in dashboard(name)["templating"]["list"]}
    assert variables <= {"datasource", *CHOICES}
    for panel in panels(name):
        for target in panel["targets"]:
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            used = set(re.findall(r"\$\{?(\w+)", target["expr"]))
            assert used <= variables | BUILT_IN, panel["title"]


def test_grafana_finds_the_dashboards_and_both_data_sources() -> None:
    folder = MONITORING / "grafana" / "provisioning"
    sources = yaml.safe_load((folder / "datasources" / "tuneserve.yml").read_text(encoding="utf-8"))["datasources"]
    assert {(source["type"], source["url"]) for source in sources} == {
        ("prometheus", "http://prometheus:9090"),
        ("alertmanager", "http://alertmanager:9093"),
    }
    assert [source["name"] for source in sources if source.get("isDefault")] == ["Prometheus"]
    [provider] = yaml.safe_load((folder / "dashboards" / "tuneserve.yml").read_text(encoding="utf-8"))["providers"]
    assert provider["options"]["path"] == "/etc/grafana/dashboards"
