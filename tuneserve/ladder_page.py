"""The ladder as a page: tables of report.json and the worst lines of wrong.jsonl in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tuneserve.ladder import GATEWAY
from tuneserve.report import Share
from tuneserve.task import JsonObject

SHOWN = 12  # wrong answers on the page, of each set


def page(report: JsonObject, wrong: Sequence[JsonObject]) -> str:
    """The Markdown page of a report and its wrong answers. No times and no dates: they differ by machine and day."""
    return "\n".join([*_head(report), *_rungs(report), *_sets(report, wrong)]).rstrip() + "\n"


def _head(report: JsonObject) -> Iterator[str]:
    command = report["command"]
    yield f"# Results: {report['task']}"
    yield ""
    yield f"<!-- Written by `{command}`; run that instead of changing this page. -->"
    yield ""
    base = report["base"]
    yield f"- Measured: {report['measured']}."
    yield f"- Base: {base['name']} ({base['revision']})."
    yield f"- Again: `{command}`. A text that was written once for the same weights is not asked for again."
    yield f"- Relative dates count from {report['today']}, unless a question names its day."
    yield (
        "- Decoding is greedy and there is no time limit, so a faster machine gets the same figures; another processor"
        " or build of a library may round otherwise, and change a word of an answer here and there."
    )
    if report["only"]:
        yield f"- **A part only**: {report['only']}."
    for rung, reason in report["left_out"].items():
        yield f"- Left out: {rung} ({reason})."
    yield ""
    yield (
        "**exact**: the whole answer is right, with the 95 % Wilson interval. **silently wrong**: a wrong answer that"
        " came without any problem named, the kind that costs most. **no answer**: unreadable, or blocked by grounding."
        " **Steps**: on how many of the same questions one rung alone was right, and the two-sided exact McNemar p;"
        " several steps are tested, and no p is corrected for that."
    )
    yield ""


def _rungs(report: JsonObject) -> Iterator[str]:
    yield "## The rungs"
    yield ""
    rows = [
        [name, rung["about"], "all" if rung["most"] is None else f"at most {rung['most']} of each set"]
        for name, rung in report["rungs"].items()
    ]
    yield from _table(["rung", "what answers", "questions"], rows)


def _sets(report: JsonObject, wrong: Sequence[JsonObject]) -> Iterator[str]:
    for name in report["sets"]:
        rows = {rung: row[name] for rung, row in report["rows"].items() if name in row}
        yield f"## {name}"
        yield ""
        yield f"{report['sets'][name]} questions: {report['about_sets'][name]}."
        yield ""
        yield from _scores(rows)
        yield from _steps(report["paired"].get(name, []))
        yield from _parts(rows)
        yield from _slices(rows)
        yield from _worst(rows, [row for row in wrong if row["set"] == name])


def _scores(rows: JsonObject) -> Iterator[str]:
    cells = [
        [rung, row["n"], *(_interval(row[key]) for key in ("exact", "silently_wrong", "unanswered"))]
        for rung, row in rows.items()
    ]
    yield from _table(["rung", "n", "exact", "silently wrong", "no answer"], cells)


def _steps(tests: Sequence[JsonObject]) -> Iterator[str]:
    if not tests:
        return
    yield "### Steps"
    yield ""
    cells = [
        [f"{test['first']} → {test['second']}", test["n"], test["only_first"], test["only_second"], _p(test["p_value"])]
        for test in tests
    ]
    yield from _table(["step", "both asked", "only the first right", "only the second right", "p"], cells)


def _parts(rows: JsonObject) -> Iterator[str]:
    """Share of questions with that part of the answer right, in percent."""
    metrics = list(dict.fromkeys(metric for row in rows.values() for metric in row["fields"]))
    if not metrics:
        return
    yield "### Parts of the answer right, %"
    yield ""
    cells = [[metric, *(_percent(row["fields"].get(metric)) for row in rows.values())] for metric in metrics]
    yield from _table(["part", *rows], cells)


def _slices(rows: JsonObject) -> Iterator[str]:
    tags = sorted({tag for row in rows.values() for tag in row["slices"]})
    if not tags:
        return
    yield "### By tag: exact, right of asked"
    yield ""
    cells = [[tag, *(_counted(row["slices"].get(tag)) for row in rows.values())] for tag in tags]
    yield from _table(["tag", *rows], cells)


def _worst(rows: JsonObject, wrong: Sequence[JsonObject]) -> Iterator[str]:
    """The last rung's wrong answers, the silent ones first: what a user would meet."""
    last = GATEWAY if GATEWAY in rows else next(reversed(rows))
    met = sorted((row for row in wrong if row["rung"] == last), key=lambda row: (not row["silently"], row["query"]))
    if not met:
        return
    yield f"### Wrong answers of the {last}"
    yield ""
    shown = min(SHOWN, len(met))
    yield f"{shown} of {len(met)}, the silently wrong first (expected → got); `wrong.jsonl` has all of every rung."
    yield ""
    also = {(row["rung"], row["query"]) for row in wrong}
    for row in met[:SHOWN]:
        # Rungs of fewer questions cannot be told right from not asked, so they are not named.
        right = [
            rung for rung, asked in rows.items() if asked["n"] == rows[last]["n"] and (rung, row["query"]) not in also
        ]
        noted = "silently wrong" if row["silently"] else f"noted: {', '.join(row['problems']) or 'no answer'}"
        yield f"- {_text(row['query'])} — {noted}; right: {', '.join(right) or 'none'}"
        yield from (f"  - {difference}" for difference in _differences(row["expected"], row["got"]))
    yield ""


def _differences(expected: JsonObject, got: JsonObject | None) -> Iterator[str]:
    if got is None:
        yield f"`{_json(expected)}` → no answer"
        return
    for key in sorted({*expected, *got}):
        if expected.get(key) != got.get(key) or (key in expected) != (key in got):
            yield f"{key}: {_value(expected, key)} → {_value(got, key)}"


def _value(answer: JsonObject, key: str) -> str:
    return f"`{_json(answer[key])}`" if key in answer else "nothing"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("`", "'")


def _text(query: str) -> str:
    """A question as one line of code, so that none of its marks is taken for Markdown."""
    line = " ".join(query.split()).replace("`", "'")
    return f"`“{line[:197] + '…' if len(line) > 198 else line}”`"


def _interval(share: JsonObject) -> str:
    return str(Share(share["hits"], share["n"]))


def _percent(share: JsonObject | None) -> str:
    return "" if share is None else f"{100 * share['hits'] / share['n']:.1f}"


def _counted(share: JsonObject | None) -> str:
    return "" if share is None else f"{share['hits']}/{share['n']}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |"
    yield ""
