"""The dashboard for those who use the answers: how many, how good, how fast, by which release."""

from __future__ import annotations

from monitoring.grafana.page import Page
from monitoring.grafana.panels import AMBER, GREEN, RED, Limit, Panel, Query, figure, graph, heat, listing

OF = 'task=~"$task", release=~"$release"'
FRESH = f'sum(rate(tuneserve_answers_total{{{OF}, origin!="cache"}}[$__rate_interval]))'
# The marks of the project: an answer within 100 ms feels immediate; 500 ms is what the alert allows 1 in 100 to pass.
MARKS = [Limit(0.1, GREEN), Limit(0.5, RED)]


def answers() -> Page:
    page = Page(
        uid="tuneserve-answers",
        title="tuneserve: answers",
        description="For those who use the answers. What each panel says is behind its (i).",
        variables=("task", "release"),
    )
    page.row("Now", _now())
    page.row("How many, and from where", _amounts())
    page.row("How fast", _latency())
    page.row("What is doubtful", _problems())
    page.row("Releases side by side", _releases())
    return page


def _now() -> list[Panel]:
    window = "[$__rate_interval]"
    return [
        figure(
            "Answered",
            "Share of the questions of the last 5 minutes that got an answer. Refusals for reasons on our side count "
            "against it; wrong requests do not. Of all tasks. Below 95 % an alert is raised.",
            "percentunit",
            "tuneserve:answer_success:ratio5m",
            limits=[Limit(0.95, AMBER), Limit(0.99, GREEN)],
            base=RED,
            decimals=1,
        ),
        figure(
            "Answers a second",
            "All answers, those from the cache included.",
            "reqps",
            f"sum(rate(tuneserve_answers_total{{{OF}}}{window}))",
            decimals=2,
        ),
        figure(
            "99 of 100 answers within",
            "The 99th percentile over 5 minutes, the worst of the tasks. More than 500 ms raise an alert.",
            "s",
            'max(tuneserve:answer_seconds:p99_5m{task=~"$task"})',
            limits=[Limit(0.1, AMBER), Limit(0.5, RED)],
        ),
        figure(
            "By the model itself",
            "Share of the answers that were worked out, not found in the cache, that the model gave at its first try.",
            "percentunit",
            f'sum(rate(tuneserve_answers_total{{{OF}, origin="model"}}{window})) / {FRESH}',
            limits=[Limit(0.5, AMBER), Limit(0.8, GREEN)],
            base=RED,
            decimals=1,
        ),
        figure(
            "The two readers disagree",
            "Share of the answers of the last hour on which model and rules came to different outputs.",
            "percentunit",
            'max(tuneserve:disagreement:ratio1h{task=~"$task"})',
            limits=[Limit(0.15, AMBER), Limit(0.3, RED)],
            decimals=1,
        ),
        figure(
            "Corrections in 24 hours",
            "How many answers were corrected by those who asked.",
            "short",
            'sum(increase(tuneserve_corrections_total{task=~"$task"}[24h]))',
            decimals=0,
        ),
    ]


def _amounts() -> list[Panel]:
    return [
        graph(
            "Answers by origin",
            "model: the model's first text. repaired: its second, held to the schema. rules: the rule "
            "parser's, because "
            "the model was away or less credible. cache: given before.",
            "reqps",
            [
                Query(
                    f"sum by (origin) (rate(tuneserve_answers_total{{{OF}}}[$__rate_interval]))",
                    "{{origin}}",
                )
            ],
            stacked=True,
        ),
        graph(
            "Share of each origin in what was worked out",
            "As beside, without the cache, as shares. A rise of rules and repaired is the first sign of a sick model.",
            "percentunit",
            [
                Query(
                    f'sum by (origin) (rate(tuneserve_answers_total{{{OF}, origin!="cache"}}[$__rate_interval])) '
                    f"/ on () group_left () {FRESH}",
                    "{{origin}}",
                )
            ],
            highest=1,
            stacked=True,
        ),
        graph(
            "Answered, and not",
            "Share of questions that were answered (line at the alert's 95 %), and of those that neither reader could "
            "read. Of all tasks.",
            "percentunit",
            [
                Query("tuneserve:answer_success:ratio5m", "answered (5 min)"),
                Query("tuneserve:no_answer:ratio30m", "could not be read (30 min)"),
            ],
            highest=1,
            limits=[Limit(0.95, RED)],
        ),
    ]


def _latency() -> list[Panel]:
    buckets = 'sum by (le) (rate(tuneserve_answer_seconds_bucket{task=~"$task"}[$__rate_interval]))'
    count = 'sum(rate(tuneserve_answer_seconds_count{task=~"$task"}[$__rate_interval]))'
    within = 'sum(rate(tuneserve_answer_seconds_bucket{task=~"$task", le="%s"}[$__rate_interval]))'
    return [
        graph(
            "Time to an answer",
            "Percentiles, from the request's arrival, waiting included. Lines at 100 and 500 ms.",
            "s",
            [
                Query(f"histogram_quantile({q}, {buckets})", f"{name} %")
                for q, name in ((0.5, 50), (0.95, 95), (0.99, 99))
            ],
            limits=MARKS,
        ),
        graph(
            "Answers in time",
            "Share of the answers within 100 ms and within 500 ms, exact (both are bounds of the histogram).",
            "percentunit",
            [Query(f"{within % bound} / {count}", f"within {name} ms") for bound, name in (("0.1", 100), ("0.5", 500))],
            highest=1,
        ),
        graph(
            "Time to an answer by origin",
            "95th percentile. The cache takes a millisecond, the model most of the rest.",
            "s",
            [
                Query(
                    "histogram_quantile(0.95, sum by (origin, le) "
                    '(rate(tuneserve_answer_seconds_bucket{task=~"$task"}[$__rate_interval])))',
                    "{{origin}}",
                )
            ],
            limits=MARKS,
        ),
        heat(
            "Spread of the times",
            "How many answers took how long; the y axis shows the bounds of the histogram.",
            "s",
            'sum by (le) (increase(tuneserve_answer_seconds_bucket{task=~"$task"}[$__rate_interval]))',
            span=24,
        ),
    ]


def _problems() -> list[Panel]:
    return [
        graph(
            "Problems by kind",
            "Problems that answers reported, a second. One answer may report several.",
            "reqps",
            [Query('sum by (code) (rate(tuneserve_problems_total{task=~"$task"}[$__rate_interval]))', "{{code}}")],
        ),
        graph(
            "The two readers disagree",
            "Share of fresh answers of an hour on which model and rules differ, and what the last week had. "
            "A rise means "
            "that questions or data have changed (drift), or the release.",
            "percentunit",
            [
                Query('tuneserve:disagreement:ratio1h{task=~"$task"}', "{{task}}: this hour"),
                Query('tuneserve:disagreement:ratio7d{task=~"$task"}', "{{task}}: last week"),
            ],
        ),
        graph(
            "Corrections",
            "Corrections that came in, an hour.",
            "short",
            [Query('sum by (task) (increase(tuneserve_corrections_total{task=~"$task"}[1h]))', "{{task}}")],
        ),
    ]


def _releases() -> list[Panel]:
    shares = {
        "doubtful": "Share of a release's answers in an hour that the two readers disagree on, or that only one "
        "could read.",
        "fallback": "Share of a release's answers in an hour that came from the rules or from a repair.",
        "slow": "Share of a release's answers in an hour that took more than 500 ms.",
        "failed": "Questions of an hour to which a release gave no answer of its own model, as a share of its answers.",
    }
    share = 'tuneserve:release_share:1h{figure="%s", task=~"$task", release=~"$release"}'
    panels: list[Panel] = [
        graph(
            f"{name.capitalize()} answers by release",
            f"{meaning} The cache's are left out. An alert is raised when one release is clearly worse than another.",
            "percentunit",
            [Query(share % name, "{{release}}")],
            span=6,
        )
        for name, meaning in shares.items()
    ]
    seconds = f"sum by (release, le) (rate(tuneserve_release_seconds_bucket{{{OF}}}[$__rate_interval]))"
    return [
        *panels,
        graph(
            "Share of the callers",
            "Percent of the callers that a release answers; 0 is a shadow, which is asked too and not shown.",
            "percent",
            [Query(f"max by (release) (tuneserve_release_share{{{OF}}})", "{{release}}")],
            span=6,
            highest=100,
        ),
        graph(
            "Answers by release",
            "Answers of each release a second; the cache's answers are left out.",
            "reqps",
            [
                Query(
                    f"sum by (release) (rate(tuneserve_release_seconds_count{{{OF}}}[$__rate_interval]))", "{{release}}"
                )
            ],
            span=6,
            stacked=True,
        ),
        graph(
            "Time to an answer by release",
            "95th percentile of the answers that were worked out. Lines at 100 and 500 ms.",
            "s",
            [Query(f"histogram_quantile(0.95, {seconds})", "{{release}}")],
            span=6,
            limits=MARKS,
        ),
        listing(
            "Measured before release",
            "The figures in release.json: exact is the share of hand-written cases that the model alone gets wholly "
            "right, with its 95 % interval (low, high).",
            "percentunit",
            f'tuneserve_release_figure{{{OF}, figure=~"exact.*"}}',
            ["release", "figure"],
            span=6,
        ),
    ]
