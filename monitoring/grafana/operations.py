"""The dashboard for operators: what is up, what waits, what the engine does, what storage and machine do."""

from __future__ import annotations

from monitoring.grafana.page import Page
from monitoring.grafana.panels import AMBER, GREEN, RED, Limit, Panel, Query, figure, graph, states
from monitoring.grafana.storage import cache, storage

AT = 'instance=~"$instance"'
RATE = "[$__rate_interval]"
UP = {"0": ("down", RED), "1": ("up", GREEN)}
BREAKER = {"0": ("closed", GREEN), "1": ("half open", AMBER), "2": ("open", RED)}


def operations() -> Page:
    page = Page(
        uid="tuneserve-operations",
        title="tuneserve: operations",
        description="For operators. What to do about an alert is in docs/runbook.md.",
        variables=("instance",),
    )
    page.row("State", _state())
    page.row("Queue", _queue())
    page.row("Engine", _engine())
    page.row("Cache", cache())
    page.row("Database and query log", storage())
    page.row("Processes", _processes())
    return page


def _state() -> list[Panel]:
    return [
        figure(
            "Gateways up",
            "How many gateways Prometheus reaches.",
            "short",
            'sum(up{job="gateway"}) or vector(0)',
            limits=[Limit(1, GREEN)],
            base=RED,
        ),
        figure(
            "Model",
            "Whether the last thing known of the models is that they generated a token; down when one of them is.",
            "none",
            f"min(tuneserve_model_up{{{AT}}})",
            words=UP,
        ),
        figure(
            "Circuit breaker",
            "Open: the engine failed several times in a row and is not called; rules answer alone. Half "
            "open: one probe.",
            "none",
            f"max(tuneserve_breaker_state{{{AT}}})",
            words=BREAKER,
        ),
        figure(
            "Database",
            "As the gateways see it. Down: answers go on, the log waits on disk, corrections are refused.",
            "none",
            f"min(tuneserve_database_up{{{AT}}})",
            words=UP,
        ),
        figure(
            "Redis",
            "As the gateways see it. Down: each gateway has its own cache alone. Nothing is shown where none is set.",
            "none",
            f"min(tuneserve_redis_up{{{AT}}})",
            words=UP,
        ),
        figure(
            "Alerts that fire",
            "docs/runbook.md has a section for each.",
            "short",
            'count(ALERTS{alertstate="firing"}) or vector(0)',
            limits=[Limit(1, RED)],
        ),
        states(
            "Models and breaker over time",
            "Up and down of each task's model, by gateway.",
            [Query(f"tuneserve_model_up{{{AT}}}", "{{task}} on {{engine}} ({{instance}})")],
            UP,
        ),
        graph(
            "Alerts over time",
            "How many alerts of each name fire. 'none' is always there, with 0.",
            "short",
            [
                Query(
                    'count by (alertname) (ALERTS{alertstate="firing"}) '
                    'or label_replace(vector(0), "alertname", "none", "", "")',
                    "{{alertname}}",
                )
            ],
            span=12,
        ),
    ]


def _queue() -> list[Panel]:
    return [
        graph(
            "Questions that wait",
            "Waiting for a worker, and how many may wait: one more is refused with 503.",
            "short",
            [
                Query(f"tuneserve_queue_depth{{{AT}}}", "waiting ({{instance}})"),
                Query(f"tuneserve_queue_limit{{{AT}}}", "limit ({{instance}})"),
            ],
        ),
        graph(
            "Questions under way",
            "Worked on or waiting, and how many are worked on at the same time.",
            "short",
            [
                Query(f"tuneserve_in_flight{{{AT}}}", "under way ({{instance}})"),
                Query(f"tuneserve_concurrency{{{AT}}}", "at the same time ({{instance}})"),
            ],
        ),
        graph(
            "Refused, by reason",
            "Requests that were not answered, a second. queue-full, stopping, internal, "
            "database-unavailable and engine-… "
            "are reasons on our side; the others are the caller's.",
            "reqps",
            [Query(f"sum by (reason) (rate(tuneserve_rejected_total{{{AT}}}{RATE}))", "{{reason}}")],
        ),
    ]


def _engine() -> list[Panel]:
    phases = f"sum by (engine, phase, le) (rate(tuneserve_engine_seconds_bucket{{{AT}}}{RATE}))"
    tokens = f"sum by (engine, phase) (rate(tuneserve_engine_tokens_total{{{AT}}}{RATE}))"
    seconds = f"sum by (engine, phase) (rate(tuneserve_engine_seconds_sum{{{AT}}}{RATE}))"
    return [
        graph(
            "Engine phases",
            "95th percentile of the time that the engine needs to read the prompt and to write, by its own account.",
            "s",
            [Query(f"histogram_quantile(0.95, {phases})", "{{engine}}: {{phase}}")],
            limits=[Limit(0.5, RED)],
        ),
        graph(
            "Speed of the engine",
            "Tokens a second while it reads the prompt and while it writes. A prompt whose state was kept "
            "is not read again, "
            "so its speed says little.",
            "short",
            [Query(f"{tokens} / ({seconds} > 0)", "{{engine}}: {{phase}} tokens/s")],
        ),
        graph(
            "Tokens",
            "Tokens that were read and written, a second of wall-clock time: the load.",
            "short",
            [Query(tokens, "{{engine}}: {{phase}}")],
        ),
        graph(
            "Model errors by kind",
            "Calls without a reading, in 5 minutes. not_json and not_by_schema: the text was no reading (it "
            "is repaired once). "
            "open and busy: the model was not asked.",
            "short",
            [
                Query(
                    f"sum by (engine, kind) (increase(tuneserve_engine_errors_total{{{AT}}}[5m]))",
                    "{{engine}}: {{kind}}",
                )
            ],
            span=12,
        ),
        states(
            "Circuit breaker over time",
            "By engine and gateway.",
            [Query(f"tuneserve_breaker_state{{{AT}}}", "{{engine}} ({{instance}})")],
            BREAKER,
        ),
    ]


def _processes() -> list[Panel]:
    services = 'job=~"gateway|prometheus|alertmanager|postgres|redis"'
    return [
        graph(
            "Memory",
            "Resident memory of the gateways; the embedded model is in it, Ollama's is not.",
            "bytes",
            [Query(f'process_resident_memory_bytes{{job="gateway", {AT}}}', "{{instance}}")],
        ),
        graph(
            "CPU",
            "Cores that the gateways keep busy.",
            "short",
            [Query(f'rate(process_cpu_seconds_total{{job="gateway", {AT}}}{RATE})', "{{instance}}")],
        ),
        graph(
            "Disk of the data folder",
            "Free share of the file system that holds spool and models; with Docker's default it holds every volume. "
            "Alerts at 10 % and 3 %.",
            "percentunit",
            [Query(f"tuneserve_data_free_bytes{{{AT}}} / tuneserve_data_size_bytes{{{AT}}}", "{{instance}}")],
            highest=1,
            limits=[Limit(0.1, RED)],
        ),
        graph(
            "Running since",
            "Time since the start of each gateway: a saw that falls to 0 is a restart.",
            "s",
            [Query(f'time() - process_start_time_seconds{{job="gateway", {AT}}}', "{{instance}}")],
        ),
        graph(
            "Open files",
            "File descriptors and sockets of the gateways, as a share of what is allowed.",
            "percentunit",
            [
                Query(
                    f'process_open_fds{{job="gateway", {AT}}} / process_max_fds{{job="gateway", {AT}}}', "{{instance}}"
                )
            ],
            highest=1,
            limits=[Limit(0.8, RED)],
        ),
        graph(
            "Measured",
            "Whether Prometheus reaches each of its targets: 1 yes, 0 no.",
            "short",
            [Query(f"up{{{services}}}", "{{job}} ({{instance}})")],
            highest=1,
        ),
    ]
