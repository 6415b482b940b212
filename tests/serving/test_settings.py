"""What the environment decides, and what it is told when it decides wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.settings import Settings, misspelt, read_settings, settings_objects, settings_reference, settings_table
from tuneserve.errors import SettingsError
from tuneserve.run import data_folder

CONTRACT = (
    "ENGINE OLLAMA_URL OPENAI_URL OPENAI_API_KEY DATABASE_URL REDIS_URL API_KEYS DEADLINE_MS QUEUE_SIZE CONCURRENCY "
    "RATE_LIMIT CACHE_SIZE LOG_LEVEL DATA_DIR"
)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in CONTRACT.split():
        monkeypatch.delenv(f"TUNESERVE_{name}", raising=False)
    monkeypatch.setenv("TUNESERVE_DATA_DIR", str(tmp_path / "data"))


@pytest.mark.parametrize("name", CONTRACT.split())
def test_every_promised_setting_is_listed_with_a_meaning(name: str) -> None:
    assert f"TUNESERVE_{name} = " in settings_table()
    [row] = [line for line in settings_reference().splitlines() if f"`TUNESERVE_{name}`" in line]
    assert all(cell.strip() for cell in row.split("|")[3:5])


def test_without_anything_set_the_database_is_a_file_in_the_data_folder() -> None:
    settings = read_settings()
    assert settings.engine == "llama_cpp"
    assert settings.database_url == f"sqlite:///{data_folder() / '_store' / 'tuneserve.sqlite'}"


def test_flags_go_above_the_environment_and_that_above_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("TUNESERVE_PORT=1111\nTUNESERVE_DEADLINE_MS=1000\nTUNESERVE_QUEUE_SIZE=7\nOTHER=1\n")
    monkeypatch.setenv("TUNESERVE_PORT", "2222")
    monkeypatch.setenv("TUNESERVE_DEADLINE_MS", "3000")
    settings = read_settings(port=4444)
    assert (settings.port, settings.deadline_ms, settings.queue_size) == (4444, 3000, 7)


def test_a_data_folder_in_the_env_file_counts_for_all_of_tuneserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNESERVE_DATA_DIR", "")
    (tmp_path / ".env").write_text(f"TUNESERVE_DATA_DIR={tmp_path / 'elsewhere'}\n")
    settings = read_settings()
    assert data_folder() == tmp_path / "elsewhere"
    assert str(tmp_path / "elsewhere") in settings.database_url


@pytest.mark.parametrize(
    ("name", "value", "shape", "allowed"),
    [
        ("ENGINE", "vllm", "text of 4 characters", "llama_cpp, ollama or openai"),
        ("DEADLINE_MS", "soon", "text of 4 characters", "a whole number from 50 to 600000"),
        ("DEADLINE_MS", "10", "a whole number of 2 digits", "from 50"),
        ("CONCURRENCY", "0", "a whole number of 1 digits", "from 1 to 256"),
        ("OLLAMA_URL", "localhost:11434", "text of 15 characters", "an http:// or https:// URL"),
        ("DATABASE_URL", "geheim", "text of 6 characters", "an SQLAlchemy URL"),
        ("API_KEYS", "anna:geheim", "text of 11 characters", "16 characters"),
        ("API_KEYS", "0123456789abcdef", "text of 16 characters", "NAME:KEY"),
        ("REDIS_URL", "http://u:geheim@h", "text of 17 characters", "redis://…, rediss://… or unix://…"),
        ("LOG_LEVEL", "loud", "text of 4 characters", "debug, info"),
    ],
)
def test_a_wrong_value_is_told_by_name_shape_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, shape: str, allowed: str
) -> None:
    monkeypatch.setenv(f"TUNESERVE_{name}", value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    told = str(caught.value)
    assert told.startswith(f"TUNESERVE_{name} is {shape}; allowed: ")
    assert allowed in told
    assert "geheim" not in told
    assert "\n" not in told


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNESERVE_ENGINE", "x")
    monkeypatch.setenv("TUNESERVE_CACHE_SIZE", "-1")
    with pytest.raises(SettingsError, match=r"TUNESERVE_ENGINE.*TUNESERVE_CACHE_SIZE"):
        read_settings()


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNESERVE_OPENAI_API_KEY", "geheim-1")
    monkeypatch.setenv("TUNESERVE_API_KEYS", "anna:geheim-geheim-geheim")
    monkeypatch.setenv("TUNESERVE_DATABASE_URL", "postgresql+psycopg://user:geheim-2@host/db")
    monkeypatch.setenv("TUNESERVE_OLLAMA_URL", "http://user:geheim-3@host")
    settings = read_settings()
    assert settings.keys == {"anna": "geheim-geheim-geheim"}
    assert "geheim" not in settings_table()
    assert "TUNESERVE_OPENAI_API_KEY = (set, not shown)" in settings_table()
    assert "geheim-2" not in repr(settings)
    assert "geheim-1" not in repr(settings)


def test_the_reference_is_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings_reference()
    monkeypatch.setenv("TUNESERVE_DATA_DIR", "elsewhere")
    monkeypatch.setenv("TUNESERVE_PORT", "1")
    assert settings_reference() == before


def test_names_and_levels_may_be_written_in_capitals() -> None:
    assert Settings(_env_file=None, log_level="DEBUG").log_level == "debug"  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("TRUSTED_PROXIES", "10.0.0.0/8, nonsense", "addresses or networks"),
        ("CORS_ORIGINS", "example.org", "origins such as https://example.org"),
        ("CORS_ORIGINS", "*", "origins such as https://example.org"),
        ("ALLOWED_HOSTS", "http://localhost", "names as in the Host header"),
        ("OPEN", "perhaps", "yes or no"),
    ],
)
def test_a_wrong_setting_of_who_may_call_stops_the_start(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"TUNESERVE_{name}", value)
    with pytest.raises(SettingsError, match=f"TUNESERVE_{name} is text of {len(value)} characters; allowed: {allowed}"):
        read_settings()


def test_a_variable_that_is_nearly_a_setting_is_told() -> None:
    given = {
        "TUNESERVE_RATELIMIT": "5",
        "TUNESERVE_API_KEY": "x",
        "TUNESERVE_PORT": "1",
        "TUNESERVE_TASK": "x",
        "HOME": "/",
    }
    assert misspelt(given) == {"TUNESERVE_RATELIMIT": "TUNESERVE_RATE_LIMIT"}


def test_for_programs_they_are_objects_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNESERVE_API_KEYS", "anna:0123456789abcdef")
    shown = {one["variable"]: one["value"] for one in settings_objects()}
    assert len(shown) == len(Settings.model_fields)
    assert shown["TUNESERVE_API_KEYS"] == "(set, not shown)"
    assert shown["TUNESERVE_PORT"] == "8000"
