"""Rows that are nobody's installation, as many as one wants: to measure a search in a large database."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from tasks.fit_query.register import SHIPPED_FILE

# Far above every FIT id that has been given out.
FIRST_ID = 9_000_000
# Shares of the scheme's installations, roughly: nearly all are photovoltaic.
_TECHNOLOGIES = {"Photovoltaic": 90, "Wind": 6, "Hydro": 2, "Anaerobic digestion": 1, "Micro CHP": 1}
_KW = {"Photovoltaic": (1, 250), "Wind": (5, 3000), "Hydro": (5, 2000), "Anaerobic digestion": (50, 3000)}
_FIRST_YEAR, _LAST_YEAR = 2010, 2019


def write_made_up(path: Path, count: int) -> None:
    """Writes `count` rows with the columns of data/fit_wind_sites.csv; the same file every time.

    Places are those of the wind sites that ship with the project, everything else is drawn.
    """
    chance = random.Random(count)
    with SHIPPED_FILE.open(encoding="utf-8", newline="") as file:
        places = list(csv.DictReader(file))
    kinds = list(_TECHNOLOGIES)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(places[0]))
        out.writeheader()
        for number in range(count):
            kind = chance.choices(kinds, list(_TECHNOLOGIES.values()))[0]
            low, high = _KW.get(kind, (1, 2))
            day = f"{chance.randint(_FIRST_YEAR, _LAST_YEAR)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            out.writerow(
                {
                    **chance.choice(places),
                    "fit_id": FIRST_ID + number,
                    "technology": kind,
                    "installed_capacity_kw": round(low * (high / low) ** chance.random(), 2),
                    "commissioning_date": day,
                }
            )
