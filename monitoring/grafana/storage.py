"""Rows of the operators' dashboard: cache, database and query log, as the gateways and the exporters see them."""

from __future__ import annotations

from monitoring.grafana.panels import RED, Limit, Panel, Query, graph

AT = 'instance=~"$instance"'
RATE = "[$__rate_interval]"


def cache() -> list[Panel]:
    hits, misses = (f"sum(rate(tuneserve_cache_{what}_total{{{AT}}}{RATE}))" for what in ("hits", "misses"))
    return [
        graph(
            "Found in the cache",
            "Share of look-ups that found an answer.",
            "percentunit",
            [Query(f"{hits} / ({hits} + {misses})", "hits")],
            highest=1,
            span=12,
        ),
        graph(
            "Answers in the gateways' own cache",
            "Answers that each gateway keeps in its memory, and how many it may keep.",
            "short",
            [
                Query(f"tuneserve_cache_answers{{{AT}}}", "kept ({{instance}})"),
                Query(f"tuneserve_cache_limit{{{AT}}}", "limit ({{instance}})"),
            ],
            span=12,
        ),
        graph(
            "Look-ups in the cache",
            "Hits and misses, a second, and errors of a shared cache.",
            "reqps",
            [
                Query(hits, "hits"),
                Query(misses, "misses"),
                Query(f"sum by (kind) (rate(tuneserve_cache_errors_total{{{AT}}}{RATE}))", "error: {{kind}}"),
            ],
            span=12,
        ),
        graph(
            "Memory of Redis",
            "What it uses and what it may use; at the limit it drops what was used least. From redis_exporter.",
            "bytes",
            [Query("redis_memory_used_bytes", "used"), Query("redis_memory_max_bytes > 0", "limit")],
            span=12,
        ),
        graph(
            "Keys in Redis",
            "Answers that the shared cache holds. From redis_exporter.",
            "short",
            [Query("sum(redis_db_keys)", "keys")],
            span=12,
        ),
        graph(
            "Redis dropped and expired",
            "Keys a second. Many that are dropped (evicted): the cache is too small for the traffic. From "
            "redis_exporter.",
            "short",
            [
                Query(f"rate(redis_evicted_keys_total{RATE})", "evicted"),
                Query(f"rate(redis_expired_keys_total{RATE})", "expired"),
            ],
            span=12,
        ),
    ]


def storage() -> list[Panel]:
    return [
        graph(
            "Spool of the query log",
            "Rows that wait on disk for the database. Normally none or a handful.",
            "short",
            [Query(f"tuneserve_spool_rows{{{AT}}}", "{{instance}}")],
        ),
        graph(
            "Spool: share that is taken",
            "At 100 % the newest rows are dropped. An alert is raised at 50 %.",
            "percentunit",
            [Query(f"tuneserve_spool_bytes{{{AT}}} / tuneserve_spool_limit_bytes{{{AT}}}", "{{instance}}")],
            highest=1,
            limits=[Limit(0.5, RED)],
        ),
        graph(
            "Spool: age of the oldest row",
            "Normally under 5 seconds.",
            "s",
            [Query(f"tuneserve_spool_oldest_seconds{{{AT}}}", "{{instance}}")],
            limits=[Limit(300, RED)],
        ),
        graph(
            "Rows of the query log",
            "Written, lost (by reason) and deleted for their age, a second. Any loss raises an alert.",
            "short",
            [
                Query(f"sum(rate(tuneserve_log_written_total{{{AT}}}{RATE}))", "written"),
                Query(f"sum by (reason) (rate(tuneserve_log_dropped_total{{{AT}}}{RATE}))", "lost: {{reason}}"),
                Query(f"sum(rate(tuneserve_log_deleted_total{{{AT}}}{RATE}))", "deleted"),
            ],
        ),
        graph(
            "Database errors of the gateway",
            "Failed operations in 5 minutes.",
            "short",
            [
                Query(
                    f"sum by (operation) (increase(tuneserve_database_errors_total{{{AT}}}[5m]))",
                    "{{operation}}",
                )
            ],
        ),
        graph(
            "PostgreSQL: connections",
            "Open connections of all databases, and how many it allows. From postgres_exporter.",
            "short",
            [
                Query("sum(pg_stat_database_numbackends)", "open"),
                Query("max(pg_settings_max_connections)", "allowed"),
            ],
        ),
        graph(
            "PostgreSQL: transactions",
            "Committed and rolled back, a second. From postgres_exporter.",
            "short",
            [
                Query(f"sum(rate(pg_stat_database_xact_commit{RATE}))", "committed"),
                Query(f"sum(rate(pg_stat_database_xact_rollback{RATE}))", "rolled back"),
            ],
            span=12,
        ),
        graph(
            "PostgreSQL: size",
            "Bytes of each database. From postgres_exporter.",
            "bytes",
            [Query('pg_database_size_bytes{datname!~"template.*"}', "{{datname}}")],
            span=12,
        ),
    ]
