"""Writes the dashboards' JSON from the code beside it: `python -m monitoring.grafana.build`.

With `--check` nothing is written; the exit code says whether the files are what the code makes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from monitoring.grafana.answers import answers
from monitoring.grafana.operations import operations

FOLDER = Path(__file__).resolve().parent / "dashboards"


def dashboards() -> dict[str, str]:
    """{file name: JSON}."""
    return {"answers.json": answers().as_json(), "operations.json": operations().as_json()}


def main(arguments: list[str]) -> int:
    old = []
    for name, text in dashboards().items():
        path = FOLDER / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            old.append(name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
                print(f"wrote {path}")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
