"""`Page`: a dashboard with its variables, rows of panels in order, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    Row,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from monitoring.grafana.panels import DATASOURCE, Panel

TAG = "tuneserve"
# Grafana's number for this kind of variable query.
LABEL_VALUES = 1
# {name: (label, query)}; where one narrows another's choice it stands after it.
CHOICES = {
    "task": ("Task", "label_values(tuneserve_release_info, task)"),
    "release": ("Release", 'label_values(tuneserve_release_info{task=~"$task"}, release)'),
    "instance": ("Gateway", 'label_values(up{job="gateway"}, instance)'),
}


class Page:
    """Rows are laid out from top to bottom, panels from left to right, as their spans say."""

    def __init__(self, uid: str, title: str, description: str, variables: Sequence[str]) -> None:
        self._panels = 0
        self._dashboard = (
            Dashboard(title)
            .uid(uid)
            .description(description)
            .tags([TAG])
            .timezone("browser")
            .time("now-6h", "now")
            .refresh("30s")
            .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
            .readonly()
            .link(
                DashboardLink("tuneserve")
                .type(dashboard.DashboardLinkType.DASHBOARDS)
                .tags([TAG])
                .as_dropdown(True)
                .keep_time(True)
            )
            .with_variable(DatasourceVariable("datasource").label("Data source").type("prometheus"))
        )
        for name in variables:
            self._dashboard.with_variable(_choice(name))

    def row(self, title: str, panels: Sequence[Panel]) -> None:
        """Ids are given in order, so that they stay what they are while nothing is put in between."""
        self._dashboard.with_row(Row(title).id(self._next_id()))
        for panel in panels:
            panel.id(self._next_id())
            self._dashboard.with_panel(panel)

    def as_json(self) -> str:
        made = _known_to_grafana_12(json.loads(JSONEncoder().encode(self._dashboard.build())))
        return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def _next_id(self) -> int:
        self._panels += 1
        return self._panels


def _known_to_grafana_12(made: dict[str, Any]) -> dict[str, Any]:
    """Without the defaults that the library writes for newer versions and for other kinds of variables."""
    for link in made["links"]:
        link.pop("placement", None)
    for variable in made["templating"]["list"]:
        for key in ("auto", "auto_count", "auto_min", "definition"):
            variable.pop(key, None)
    for panel in made["panels"]:
        panel.get("options", {}).pop("footer", None)
    return made


def _choice(name: str) -> QueryVariable:
    label, query = CHOICES[name]
    everything = dashboard.VariableOption(selected=True, text=["All"], value=["$__all"])
    return (
        QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query({"qryType": LABEL_VALUES, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"})
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(everything)
    )
