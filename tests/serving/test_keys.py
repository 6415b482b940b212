"""API keys: made, kept as a hash, compared, revoked while the gateway runs."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.keys import KeyRing, add_key, read_keys, revoke_key
from tests.serving.conftest import TASK, settings_with
from tests.serving.test_app import ANSWER, KEYS, QUESTION, assert_problem
from tuneserve.errors import SettingsError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "keys.json"


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_only_the_hash_of_a_key_is_kept_and_only_its_owner_can_read_it(path: Path) -> None:
    key = add_key(path, "anna")
    assert len(key) > 43
    assert key not in path.read_text()
    assert key.removeprefix("ts_") not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_keys_are_never_the_same_and_each_has_its_name(path: Path) -> None:
    anna, bert = add_key(path, "anna"), add_key(path, "bert")
    ring = KeyRing({}, path)
    assert anna != bert
    assert (ring.owner(anna), ring.owner(bert), ring.owner(anna + "x"), ring.owner("")) == ("anna", "bert", None, None)


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "-x", "x" * 41, "\x1b[31m"])
def test_a_name_that_is_none_is_refused(path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a key"):
        add_key(path, name)
    assert not path.exists()


def test_a_name_is_given_once_and_a_stranger_cannot_be_revoked(path: Path) -> None:
    add_key(path, "anna")
    with pytest.raises(UsageError, match="tuneserve key revoke anna"):
        add_key(path, "anna")
    with pytest.raises(UsageError, match="there are: anna"):
        revoke_key(path, "bert")


def test_keys_made_at_the_same_time_are_all_kept(path: Path) -> None:
    threads = [threading.Thread(target=add_key, args=(path, f"caller-{n}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_keys(path)) == 8


@pytest.mark.parametrize("content", ["{", "[]", '{"anna": 1}', '{"anna": {"sha256": "xyz", "created": ""}}'])
def test_a_damaged_file_stops_the_start(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(SettingsError, match="damaged; restore it"):
        KeyRing({}, path)


def test_a_file_damaged_later_leaves_the_keys_as_they_were(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    key = add_key(path, "anna")
    ring = KeyRing({}, path)
    path.write_text("{")
    assert ring.owner(key) == "anna"
    assert ring.owner(key) == "anna"
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_keys_that_are_all_gone_do_not_open_the_door(path: Path) -> None:
    key = add_key(path, "anna")
    ring = KeyRing({}, path)
    revoke_key(path, "anna")
    assert (ring.owner(key), ring.needed) == (None, True)
    path.unlink()
    assert (ring.owner(key), ring.needed) == (None, True)


def test_a_key_counts_and_stops_counting_without_a_restart(path: Path, tmp_path: Path) -> None:
    ring = KeyRing({}, path)
    with TestClient(create_app(settings_with(tmp_path), [TASK], keys=ring)) as client:
        assert client.post(ANSWER, json=QUESTION).status_code == 200
        key = add_key(path, "anna")
        assert_problem(client.post(ANSWER, json=QUESTION), 401, "no-key")
        assert client.post(ANSWER, json=QUESTION, headers=bearer(key)).status_code == 200
        revoke_key(path, "anna")
        refused = client.post(ANSWER, json=QUESTION, headers=bearer(key))
        assert_problem(refused, 401, "no-key")
        assert key not in refused.text


def test_keys_of_the_settings_and_of_the_file_count_beside_each_other(path: Path, tmp_path: Path) -> None:
    key = add_key(path, "carl")
    settings = settings_with(tmp_path, api_keys=KEYS, keys_file=path)
    ring = KeyRing(settings.keys, settings.keys_path)
    with TestClient(create_app(settings, [TASK], keys=ring)) as client:
        for one in (key, "0123456789abcdef", "fedcba9876543210"):
            assert client.post(ANSWER, json=QUESTION, headers=bearer(one)).status_code == 200
    assert json.loads(path.read_text()).keys() == {"carl"}
