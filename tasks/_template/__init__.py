"""Requests for a meeting room -> JSON: the smallest whole task, to copy and change.

`tuneserve new NAME` copies this folder. README.md says what each file is for and in which order to
change them; `tuneserve check NAME` says what is still wrong.
"""

from __future__ import annotations

import json
from pathlib import Path

from tuneserve.task import Task

from .dataset import QUALITY, generate
from .ground import ground
from .rules import read
from .score import score

FOLDER = Path(__file__).parent

TASK = Task(
    name=FOLDER.name,
    description="Turns a request for a meeting room into JSON.",
    folder=FOLDER,
    schema=json.loads((FOLDER / "schema.json").read_text(encoding="utf-8")),
    prompt=(FOLDER / "prompt.md").read_text(encoding="utf-8").strip(),
    rules=read,
    ground=ground,
    dataset=generate,
    quality=QUALITY,
    score=score,
    gates={"exact": 0.9},
    recipe="quick",
    max_tokens=48,
    examples=("a room for 8 people on friday", "somewhere with a screen, tuesday"),
)
