"""`Settings`: everything about the gateway that the environment decides (prefix TUNESERVE_, `.env` read)."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from tuneserve.errors import SettingsError
from tuneserve.run import data_folder

PREFIX = "TUNESERVE_"
# A folder of files named as the variables, in lower case: what the environment should not hold.
SECRETS_DIR = "TUNESERVE_SECRETS_DIR"
# What the client reads.
NO_SETTINGS = (f"{PREFIX}API_KEY", f"{PREFIX}URL")
NEARLY = 0.9
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
HOST_NAME = re.compile(r"\*|(\*\.)?[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?")
REDIS_URL = re.compile(r"(rediss?://[^/\s]+(/\d*)?(\?\S*)?)|(unix://\S*/\S+)")
EngineName = Literal["llama_cpp", "ollama", "openai"]


def _setting(default: Any, allowed: str, description: str, **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"allowed": allowed}, **limits)


class Settings(BaseSettings):
    """Read once at the start by `read_settings`; nothing else looks into the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    engine: EngineName = _setting("llama_cpp", "llama_cpp, ollama or openai", "what runs the model")
    ollama_url: str = _setting("http://127.0.0.1:11434", "an http:// or https:// URL", "the Ollama server")
    openai_url: str = _setting(
        "http://127.0.0.1:8080/v1", "an http:// or https:// URL that ends in /v1", "the OpenAI-compatible server"
    )
    openai_api_key: SecretStr | None = _setting(None, "any text", "the key for that server")
    data_dir: Path | None = _setting(
        None, "a folder", "runs, prepared models and the SQLite file; by default artifacts/ in the checkout"
    )
    database_url: str = _setting(
        "",
        "an SQLAlchemy URL: sqlite:///… or postgresql+psycopg://…",
        "query log, corrections and the tasks' rows; by default an SQLite file in the data folder",
        validate_default=True,
        repr=False,
    )
    redis_url: SecretStr | None = _setting(
        None,
        "redis://…, rediss://… or unix://…",
        "a cache that gateways share, beside the one in each process; by default none",
    )
    log_text: Literal["keep", "hash", "drop"] = _setting(
        "keep", "keep, hash or drop", "what the log keeps of a question's text; hash: the same text, the same hash"
    )
    log_key: SecretStr | None = _setting(
        None,
        "text of 32 characters or more",
        "the key of these hashes, for gateways that share a database; by default _store/text.key in the data folder",
        min_length=32,
    )
    log_slow_ms: int = _setting(
        500, "a whole number from 1 to 600000", "from how many milliseconds a question is slow", ge=1, le=600_000
    )
    log_sample: float = _setting(
        0.1, "a number from 0 to 1", "share of the successful questions that success_sample keeps", ge=0, le=1
    )
    log_days: int = _setting(
        90,
        "a whole number from 0 to 36500",
        "after how many days the log is deleted, but for what was corrected; 0: never",
        ge=0,
        le=36_500,
    )
    spool_mb: int = _setting(
        100,
        "a whole number from 1 to 100000",
        "how much of the log may wait on disk while the database is away, in MB; more is dropped and counted",
        ge=1,
        le=100_000,
    )
    api_keys: SecretStr | None = _setting(
        None,
        "NAME:KEY,NAME:KEY with keys of 16 characters or more",
        "who may call, beside the keys that `tuneserve key new` makes",
    )
    keys_file: Path | None = _setting(
        None, "a file", "what `tuneserve key new` keeps; by default _store/keys.json in the data folder"
    )
    open: bool = _setting(
        False, "yes or no", "whether everybody who reaches the port may call, where that is not this machine alone"
    )
    allowed_hosts: str = _setting(
        "",
        "names as in the Host header, separated by commas; *.example.org for all below; * for any",
        "under which names it answers; by default its own on a loopback address, any elsewhere",
    )
    trusted_proxies: str = _setting(
        "", "addresses or networks, separated by commas", "whose X-Forwarded-For is believed; by default nobody's"
    )
    cors_origins: str = _setting(
        "", "origins such as https://example.org, separated by commas", "whose web pages may call; by default nobody's"
    )
    deadline_ms: int = _setting(
        2000, "a whole number from 50 to 600000", "until when the model may answer, in milliseconds", ge=50, le=600_000
    )
    queue_size: int = _setting(
        64, "a whole number from 1 to 100000", "questions that may wait; one more is told 503", ge=1, le=100_000
    )
    concurrency: int = _setting(
        2, "a whole number from 1 to 256", "questions that are worked on at the same time", ge=1, le=256
    )
    rate_limit: int = _setting(
        0, "a whole number from 0 to 1000000", "requests a minute of one caller; 0: no limit", ge=0, le=1_000_000
    )
    cache_size: int = _setting(
        10_000, "a whole number from 0 to 10000000", "answers kept in memory; 0: none", ge=0, le=10_000_000
    )
    grammar: Literal["repair", "always", "never"] = _setting(
        "repair", "repair, always or never", "when the engine holds the model to the schema by a grammar"
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "debug, info, warning or error", "how much is logged"
    )
    host: str = _setting("127.0.0.1", "an address of this machine", "where `tuneserve serve` listens")
    port: int = _setting(8000, "a whole number from 0 to 65535", "0: a free port", ge=0, le=65_535)

    @field_validator("engine", "grammar", "log_level", "log_text", mode="before")
    @classmethod
    def _lower_case(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("ollama_url", "openai_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if scheme not in ("http", "https") or not separator or not rest.strip("/"):
            raise ValueError("not a URL")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str, others: ValidationInfo) -> str:
        """Without one: an SQLite file in the data folder, which need not exist yet."""
        if not value:
            return default_database_url(others.data.get("data_dir"))
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError as error:
            raise ValueError("not an SQLAlchemy URL") from error
        if backend not in ("sqlite", "postgresql"):
            raise ValueError("another kind of database")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not REDIS_URL.fullmatch(value.get_secret_value()):
            raise ValueError("not a URL of Redis")
        return value

    @field_validator("api_keys")
    @classmethod
    def _named_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _named(value.get_secret_value())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for one in listed(value):
            ipaddress.ip_network(one, strict=False)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        if not all(ORIGIN.fullmatch(one) for one in listed(value)):
            raise ValueError("not origins")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _host_names(cls, value: str) -> str:
        if not all(HOST_NAME.fullmatch(one) for one in listed(value)):
            raise ValueError("not host names")
        return value.lower()

    @property
    def keys(self) -> dict[str, str]:
        """{name: key} of the callers; empty: everybody may call."""
        return {} if self.api_keys is None else _named(self.api_keys.get_secret_value())

    @property
    def keys_path(self) -> Path:
        return self.keys_file or default_keys_path(self.data_dir)


def listed(value: str) -> list[str]:
    """The members of a comma list."""
    return [one.strip() for one in value.split(",") if one.strip()]


def default_keys_path(folder: Path | None = None) -> Path:
    """The file of API keys in `folder`, by default the data folder."""
    return (folder or data_folder()).expanduser().resolve() / "_store" / "keys.json"


def default_database_url(folder: Path | None = None) -> str:
    """URL of the SQLite file in `folder`, by default the data folder."""
    return f"sqlite:///{store_folder(folder) / 'tuneserve.sqlite'}"


def store_folder(folder: Path | None = None) -> Path:
    """What the gateway keeps in `folder`, by default the data folder."""
    return (folder or data_folder()).expanduser().resolve() / "_store"


def _named(text: str) -> dict[str, str]:
    pairs = [pair.strip().partition(":") for pair in text.split(",") if pair.strip()]
    named = {name.strip(): key.strip() for name, _, key in pairs}
    if not named or len(named) != len(pairs) or any(not name or len(key) < 16 for name, key in named.items()):
        raise ValueError("not NAME:KEY pairs")
    return named


def read_settings(**given: Any) -> Settings:
    """Settings of the files in TUNESERVE_SECRETS_DIR, `.env` in the working directory, the environment, and `given`
    (flags), each above the one before.

    DATA_DIR is put into the environment, where `tuneserve.run.data_folder` looks.

    Raises SettingsError: every wrong setting, the shape of its value and what is allowed, never the value.
    """
    folder = os.environ.get(SECRETS_DIR)
    if folder and not Path(folder).is_dir():
        raise SettingsError(f"{SECRETS_DIR}: {folder} is no folder")
    try:
        settings = Settings(**{"_secrets_dir": folder or None, **given})
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one.get("input") for one in error.errors(include_url=False)}
        raise SettingsError("; ".join(_complaint(name, value) for name, value in wrong.items())) from None
    if settings.data_dir is not None:
        os.environ[f"{PREFIX}DATA_DIR"] = str(settings.data_dir)
    return settings


def _complaint(name: str, value: Any) -> str:
    return f"{PREFIX}{name.upper()} is {_shape(value)}; allowed: {_allowed(name)}"


def _shape(value: Any) -> str:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if text.strip().lstrip("+-").isdigit():
        return f"a whole number of {len(text.strip().lstrip('+-'))} digits"
    return f"text of {len(text)} characters"


def _allowed(name: str) -> str:
    extra = Settings.model_fields[name].json_schema_extra
    return str(extra["allowed"]) if isinstance(extra, dict) else "see `tuneserve settings`"


def settings_table() -> str:
    """Every setting with its value here, for a terminal; of a secret only whether it is set."""
    settings = read_settings()
    lines = []
    for name, field in Settings.model_fields.items():
        lines += [f"{PREFIX}{name.upper()} = {_shown(name, getattr(settings, name))}"]
        lines += [f"    {field.description}; allowed: {_allowed(name)}"]
    return "\n".join(lines)


def settings_objects() -> list[dict[str, str]]:
    """Every setting for programs; of a secret only whether it is set."""
    settings = read_settings()
    return [
        {
            "variable": f"{PREFIX}{name.upper()}",
            "value": _shown(name, getattr(settings, name)),
            "allowed": _allowed(name),
            "meaning": str(field.description),
        }
        for name, field in Settings.model_fields.items()
    ]


def misspelt(environment: Mapping[str, str]) -> dict[str, str]:
    """{variable: what it is nearly called} of variables that look like a setting and are none."""
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    strange = [name for name in environment if name.startswith(PREFIX) and name not in (*names, *NO_SETTINGS)]
    near = {name: get_close_matches(name, names, 1, NEARLY) for name in strange}
    return {name: found[0] for name, found in near.items() if found}


def settings_reference() -> str:
    """Every setting with its default, as a Markdown table: the same on every machine."""
    lines = ["| variable | default | allowed | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {_allowed(name)} | {field.description} |")
    return "\n".join(lines)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, SecretStr):
        return "(set, not shown)"
    if name == "database_url":
        return make_url(value).render_as_string(hide_password=True)
    return "(not set)" if value is None else re.sub(r"//[^/@]*@", "//", str(value))
