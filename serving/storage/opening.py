"""`open_store`: the store that the settings describe."""

from __future__ import annotations

from collections.abc import Iterable

from serving.settings import Settings, default_database_url, store_folder
from serving.storage.log_entry import LogPolicy
from serving.storage.metrics import StorageMetrics
from serving.storage.store import Store
from serving.storage.text_policy import TextPolicy, text_key
from tuneserve.task import Task


def open_store(settings: Settings, tasks: Iterable[Task], metrics: StorageMetrics) -> Store:
    """Raises SettingsError when questions are to be hashed and there is no key to do it with."""
    folder = store_folder(settings.data_dir)
    embedded = settings.database_url == default_database_url(settings.data_dir)
    return Store(
        settings.database_url,
        folder / "spool",
        policy=LogPolicy(settings.log_slow_ms, settings.log_sample, text_policy(settings)),
        days=settings.log_days,
        spool_bytes=settings.spool_mb * 1024 * 1024,
        files_folder=folder if embedded else None,
        metrics=metrics,
        prepare=[task.lookup.prepare for task in tasks if task.lookup and task.lookup.prepare],
    )


def text_policy(settings: Settings) -> TextPolicy:
    if settings.log_text != "hash":
        return TextPolicy(settings.log_text)
    key = settings.log_key
    return TextPolicy("hash", key.get_secret_value().encode() if key else text_key(store_folder(settings.data_dir)))
