"""Questions about UK Feed-in Tariff installations -> JSON filters; see README.md in this folder."""

from __future__ import annotations

import json
from pathlib import Path

from tasks.fit_query.dataset import QUALITY, generate
from tasks.fit_query.dataset.periods import REFERENCE_DAY
from tasks.fit_query.ground import ground
from tasks.fit_query.installations import LOOKUP
from tasks.fit_query.rules import read
from tasks.fit_query.score import score
from tuneserve.task import JsonObject, Task

FOLDER = Path(__file__).parent
_READING_SCHEMA = json.loads((FOLDER / "reading.schema.json").read_text(encoding="utf-8"))


def _without_refusal(schema: JsonObject) -> JsonObject:
    """`schema` of readings that refuse nothing."""
    kinds = schema["properties"]["query_type"]
    answered = {**kinds, "enum": [kind for kind in kinds["enum"] if kind != "unsupported"]}
    return {**schema, "properties": {**schema["properties"], "query_type": answered}}


TASK = Task(
    name="fit_query",
    description="Turns a question about UK Feed-in Tariff installations into JSON filters, and looks the rows up.",
    folder=FOLDER,
    schema=json.loads((FOLDER / "schema.json").read_text(encoding="utf-8")),
    reading_schema=_READING_SCHEMA,
    retry_schema=_without_refusal(_READING_SCHEMA),
    prompt=(FOLDER / "prompt.md").read_text(encoding="utf-8").strip(),
    rules=read,
    ground=ground,
    dataset=generate,
    quality=QUALITY,
    score=score,
    gates={"exact": 0.95},
    recipe="cpu",
    max_tokens=160,
    lookup=LOOKUP,
    dataset_day=REFERENCE_DAY,
    table=(
        ("fit_id", "FIT id"),
        ("place", "place"),
        ("year", "year"),
        ("postcode_area", "postcode area"),
        ("technology", "technology"),
        ("capacity_kw", "kW"),
        ("postcode", "postcode"),
        ("commissioned", "commissioned"),
        ("years_left", "years left"),
        ("local_authority", "local authority"),
        ("region", "region"),
        ("tariff", "tariff"),
        ("p_per_kwh", "p/kWh"),
        ("band_kw", "band kW"),
        ("pv_installation_type", "PV type"),
        ("energy_efficiency_rating", "rating"),
        ("tariff_start", "from"),
        ("tariff_end", "to"),
        ("source", "source"),
        ("count", "sites"),
        ("total_capacity_kw", "total kW"),
        ("average_capacity_kw", "average kW"),
        ("estimated_gbp_per_year", "ESTIMATE GBP/year"),
        ("estimated_gbp_per_year_to", "up to GBP/year"),
    ),
    examples=(
        "wind sites over 100kw in berkshire",
        "top 3 biggest wind turbines in Cornwall",
        "turbines in YO17 commissioned since 2013",
        "repowering candidates in norfolk between 50 and 500 kW",
        "show me FIT 4004",
    ),
)
