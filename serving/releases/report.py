"""What there is to know of a task's releases, as one JSON object: for HTTP, and for `tuneserve releases`."""

from __future__ import annotations

from typing import Any

from serving.releases.evidence import ANSWERS, DISAGREED, FAILED, PAIRED, READ_TWICE, SAME, SLOW, Evidence
from serving.releases.interval import share
from serving.releases.registry import Registry
from serving.releases.state import Change, Experiment, Version
from serving.releases.stopping import MEASURES, judge
from tuneserve.release import RULES
from tuneserve.task import JsonObject


def report(registry: Registry, task: str) -> JsonObject:
    """Versions, who answers, what is tried or was tried last with its evidence, the latest changes.

    Intervals hold at every moment (serving/releases/interval.py). Raises DataError.
    """
    route = registry.route(task)
    experiment = registry.latest_experiment(task)
    return {
        "task": task,
        "answers": None if route is None else f"{task}@{route.champion}",
        "goes_back_to": None if route is None or route.previous is None else f"{task}@{route.previous}",
        "releases": [_version(task, one) for one in registry.versions(task)],
        "experiment": None if experiment is None else _experiment(task, experiment, registry.evidence(experiment.id)),
        "changes": [_change(task, one) for one in registry.changes(task)],
    }


def _version(task: str, one: Version) -> JsonObject:
    return {
        "release": f"{task}@{one.version}",
        "version": one.version,
        "status": one.status,
        "share": one.share,
        "shadow": one.shadow,
        "quantization": one.quantization,
        "released_at": one.released_at.isoformat(),
        "metrics": one.metrics,
        "hashes": one.hashes,
    }


def _experiment(task: str, one: Experiment, evidence: Evidence) -> JsonObject:
    verdict = judge(evidence, one.champion, one.challenger, one.rule, one.shadow)
    return {
        "old": f"{task}@{one.champion}",
        "new": f"{task}@{one.challenger}",
        "share": one.share,
        "shadow": one.shadow,
        "aim": one.aim,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "outcome": one.outcome,
        "rule": one.rule.as_json(),
        "measured": {
            "old": _measured(evidence, one.champion, one.rule.alpha),
            "new": _measured(evidence, one.challenger, one.rule.alpha),
        },
        "agreement": _agreement(evidence, one),
        "verdict": {
            "decision": verdict.decision,
            "reason": verdict.reason,
            "comparisons": [comparison.as_json() for comparison in verdict.comparisons],
        },
    }


def _measured(evidence: Evidence, version: str, alpha: float) -> JsonObject:
    """Of one release; success and the like are of 1, times are upper bounds in milliseconds."""
    answers, read_twice = evidence.of(version, ANSWERS), evidence.of(version, READ_TWICE)
    part = alpha / MEASURES / 2
    succeeded = answers - evidence.of(version, FAILED)
    return {
        "questions": answers,
        "success": share(succeeded, answers, part).as_json() if answers else None,
        "slow": share(evidence.of(version, SLOW), answers, part).as_json() if answers else None,
        "readers_disagree": (
            share(evidence.of(version, DISAGREED), read_twice, part).as_json() if read_twice else None
        ),
        "p50_ms": evidence.quantile_ms(version, 0.5),
        "p95_ms": evidence.quantile_ms(version, 0.95),
    }


def _agreement(evidence: Evidence, one: Experiment) -> dict[str, Any] | None:
    """How often the two releases give the same output: of a shadow's pairs; where one of them is the rules, of the
    other's questions, which the rules read too. None where nothing tells."""
    if pairs := evidence.of(one.challenger, PAIRED):
        return {"questions": pairs, **share(evidence.of(one.challenger, SAME), pairs, one.rule.alpha).as_json()}
    if RULES in (one.champion, one.challenger):
        model = one.champion if one.challenger == RULES else one.challenger
        if count := evidence.of(model, READ_TWICE):
            agreed = count - evidence.of(model, DISAGREED)
            return {"questions": count, **share(agreed, count, one.rule.alpha).as_json()}
    return None


def _change(task: str, one: Change) -> JsonObject:
    return {
        "release": f"{task}@{one.version}",
        "at": one.changed_at.isoformat(),
        "actor": one.actor,
        "from": one.before,
        "to": one.after,
        "reason": one.reason,
    }
