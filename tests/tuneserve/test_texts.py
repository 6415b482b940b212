from __future__ import annotations

from pathlib import Path

import pytest

from tuneserve.texts import Texts, prompt_key

CHAT = [{"role": "system", "content": "Read."}, {"role": "user", "content": "a room – for 8"}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "texts.jsonl"


def test_a_text_is_there_again_in_another_process(path: Path) -> None:
    Texts(path).add("q8_0", prompt_key(CHAT), '{"people":8}', 0.875)
    Texts(path).add("q4_k_m", prompt_key(CHAT), "")
    again = Texts(path)
    assert again.get("q8_0", prompt_key(CHAT)) == '{"people":8}'
    assert again.confidence("q8_0", prompt_key(CHAT)) == 0.875
    assert (again.get("q4_k_m", prompt_key(CHAT)), again.confidence("q4_k_m", prompt_key(CHAT))) == ("", None)
    assert (again.get("f16", prompt_key(CHAT)), again.confidence("f16", prompt_key(CHAT))) == (None, None)


@pytest.mark.parametrize("torn", [b'["q8_0", "c", "ha', b'["q8_0", "c", "half"]', b"\xff\xfe"])
def test_a_line_that_a_kill_left_unfinished_costs_that_line_only(path: Path, torn: bytes) -> None:
    texts = Texts(path)
    for prompt in "ab":
        texts.add("q8_0", prompt, prompt * 2)
    with path.open("ab") as out:
        out.write(torn)
    after = Texts(path)
    assert [after.get("q8_0", prompt) for prompt in "abc"] == ["aa", "bb", None]
    after.add("q8_0", "d", "dd")
    assert [Texts(path).get("q8_0", prompt) for prompt in "abd"] == ["aa", "bb", "dd"]


def test_the_key_tells_chats_and_grammars_apart() -> None:
    other = [CHAT[0], {"role": "user", "content": "a room"}]
    keys = {prompt_key(CHAT), prompt_key(other), prompt_key(CHAT, {"type": "object"}), prompt_key(CHAT, {})}
    assert len(keys) == 4
    assert prompt_key(CHAT) == prompt_key([dict(message) for message in CHAT])
