from __future__ import annotations

from pathlib import Path

import pytest

from convert.chat_format import FORMATS, holds_talks, recognised, rendered
from tuneserve.errors import ConversionError

# Chat templates as the models' own tokenizers hold them (llama-3.1 without its part about tools) are in templates/.
# Here: begin- and end-of-text token, and whether a talk of several turns is written as the format writes it;
# Mistral's Instruct v0.3 puts the system message before the last question.
TEMPLATES = {
    "chatml": ("<|im_start|>", "<|im_end|>", True),
    "llama-3": ("<|begin_of_text|>", "<|eot_id|>", True),
    "llama-3.1": ("<|begin_of_text|>", "<|eot_id|>", True),
    "mistral": ("<s>", "</s>", False),
    "mistral-v1": ("<s>", "</s>", True),
    "phi-3": ("<s>", "<|endoftext|>", True),
}
CHAT = (
    {"role": "system", "content": "Write JSON."},
    {"role": "user", "content": 'wind over "100kw"\nin Größe'},
    {"role": "assistant", "content": '{"technology":"Wind"}'},
    {"role": "user", "content": "and solar?"},
)


def test_every_format_has_its_template_here() -> None:
    assert [known.name for known in FORMATS] == list(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_recognised_and_rendered_alike(name: str) -> None:
    begin, end, talks = TEMPLATES[name]
    template = (Path(__file__).parent / "templates" / f"{name}.jinja").read_text(encoding="utf-8")
    found = recognised(template, begin, end)
    assert found.name == name
    assert rendered(template, CHAT[:2], begin, end) in (found.render(CHAT[:2]), begin + found.render(CHAT[:2]))
    assert holds_talks(found, template, begin, end) is talks


def test_unknown_template_says_how_to_add_it() -> None:
    template = "{% for message in messages %}## {{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    with pytest.raises(ConversionError, match=r"none of chatml, .*; add a ChatFormat to FORMATS in convert/"):
        recognised(template, "<s>", "</s>")


def test_template_that_drops_the_system_message_is_refused() -> None:
    """The first Phi-3-mini did, without a word: the model would never see the task's prompt."""
    template = (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') %}{{'<|user|>' + '\n' + "
        "message['content'] + '<|end|>' + '\n' + '<|assistant|>' + '\n'}}{% elif message['role'] == 'assistant' %}"
        "{{message['content'] + '<|end|>' + '\n'}}{% endif %}{% endfor %}"
    )
    with pytest.raises(ConversionError, match="drops the system message"):
        recognised(template, "<s>", "<|endoftext|>")


def test_template_that_refuses_is_one_clear_error() -> None:
    template = "{{ raise_exception('Only user and assistant roles are supported!') }}"
    with pytest.raises(ConversionError, match="Only user and assistant roles"):
        recognised(template, "<s>", "</s>")
