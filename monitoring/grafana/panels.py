"""Panels with one look, each with a title, a description and a unit; built with Grafana's own typed library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models import heatmap as heatmap_models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE = common.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, AMBER, RED = "green", "orange", "red"

Panel = timeseries.Panel | stat.Panel | heatmap.Panel | statetimeline.Panel | table.Panel
Built = TypeVar("Built", timeseries.Panel, stat.Panel, heatmap.Panel, statetimeline.Panel, table.Panel)


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL; `legend` may hold {{label}}."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """From `value` on the colour is `color`; a line in graphs."""

    value: float
    color: str


def graph(
    title: str,
    description: str,
    unit: str,
    queries: Sequence[Query],
    *,
    span: int = 8,
    highest: float | None = None,
    limits: Sequence[Limit] = (),
    stacked: bool = False,
) -> timeseries.Panel:
    """Lines over time, from 0 up. `span` is the width in 24ths."""
    panel = _begun(timeseries.Panel(), title, description, unit, span, 8)
    for query, target in zip(queries, _targets(queries), strict=True):
        panel.with_target(target.legend_format(query.legend).range())
    panel.min(0).fill_opacity(10).line_width(1).show_points(common.VisibilityMode.AUTO)
    panel.legend(
        common_builders.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.TABLE)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
    panel.tooltip(
        common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
    )
    if highest is not None:
        panel.max(highest)
    if stacked:
        panel.stacking(common_builders.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if limits:
        panel.thresholds(_thresholds(limits, "transparent"))
        style = common.GraphThresholdsStyleMode.LINE
        panel.thresholds_style(common_builders.GraphThresholdsStyleConfig().mode(style))
    return panel


def figure(
    title: str,
    description: str,
    unit: str,
    expr: str,
    *,
    span: int = 4,
    limits: Sequence[Limit] = (),
    base: str = GREEN,
    words: dict[str, tuple[str, str]] | None = None,
    decimals: int | None = None,
) -> stat.Panel:
    """One number as it is now. `words` are {value: (text, colour)}."""
    panel = _begun(stat.Panel(), title, description, unit, span, 4)
    panel.with_target(_targets([Query(expr)])[0].instant())
    panel.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    panel.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    panel.thresholds(_thresholds(limits, base)).no_value("nothing yet")
    if words:
        panel.mappings([_mapping(words)])
    if decimals is not None:
        panel.decimals(decimals)
    return panel


def heat(title: str, description: str, unit: str, expr: str, *, span: int = 12) -> heatmap.Panel:
    """Counts by the buckets (`le`) of a histogram, over time."""
    panel = _begun(heatmap.Panel(), title, description, "short", span, 8)
    target = _targets([Query(expr)])[0].legend_format("{{le}}").range()
    panel.with_target(target.format(PromQueryFormat.HEATMAP))
    panel.calculate(False).y_axis(_axis(unit)).show_legend()
    colors = heatmap.HeatmapColorOptions().mode(heatmap_models.HeatmapColorMode.SCHEME).scheme("Oranges").steps(64)
    return panel.color(colors)


def _axis(unit: str) -> heatmap.YAxisConfig:
    return heatmap.YAxisConfig().unit(unit).axis_placement(common.AxisPlacement.LEFT)


def states(
    title: str,
    description: str,
    queries: Sequence[Query],
    words: dict[str, tuple[str, str]],
    *,
    span: int = 12,
) -> statetimeline.Panel:
    """Bars over time, a colour for each state. `words` are {value: (text, colour)}."""
    panel = _begun(statetimeline.Panel(), title, description, "none", span, 8)
    for query, target in zip(queries, _targets(queries), strict=True):
        panel.with_target(target.legend_format(query.legend).range())
    panel.mappings([_mapping(words)]).merge_values(True).show_value(common.VisibilityMode.AUTO)
    panel.legend(
        common_builders.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    return panel


def listing(
    title: str, description: str, unit: str, expr: str, columns: Sequence[str], *, span: int = 12
) -> table.Panel:
    """A table of the series that there are now: their labels `columns` and the value."""
    panel = _begun(table.Panel(), title, description, unit, span, 8)
    panel.with_target(_targets([Query(expr)])[0].instant().format(PromQueryFormat.TABLE))
    order = {name: place for place, name in enumerate([*columns, "Value"])}
    options = {"includeByName": dict.fromkeys(order, True), "indexByName": order}
    return panel.with_transformation(dashboard.DataTransformerConfig(id_val="organize", options=options))


def _begun(panel: Built, title: str, description: str, unit: str, span: int, height: int) -> Built:
    panel.title(title)
    panel.description(description)
    panel.datasource(DATASOURCE)
    panel.unit(unit)
    panel.span(span)
    panel.height(height)
    return panel


def _targets(queries: Sequence[Query]) -> list[prometheus.Dataquery]:
    references = "ABCDEFGH"[: len(queries)]
    pairs = zip(references, queries, strict=True)
    return [prometheus.Dataquery().expr(query.expr).ref_id(name).datasource(DATASOURCE) for name, query in pairs]


def _thresholds(limits: Sequence[Limit], base: str) -> ThresholdsConfig:
    steps = [dashboard.Threshold(value=None, color=base)]
    steps += [dashboard.Threshold(value=limit.value, color=limit.color) for limit in limits]
    return ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)


def _mapping(words: dict[str, tuple[str, str]]) -> dashboard.ValueMap:
    results = {
        value: dashboard.ValueMappingResult(text=text, color=color, index=place)
        for place, (value, (text, color)) in enumerate(words.items())
    }
    return dashboard.ValueMap(options=results)
