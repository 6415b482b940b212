"""A random tiny Llama with the real tokenizer: every stage runs on it in seconds, and answers nonsense."""

from __future__ import annotations

from pathlib import Path

from training.gguf_tokenizer import tokenizer_of_gguf
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.progress import Silent


def write_tiny_base(folder: Path, hidden: int = 64, layers: int = 2) -> Path:
    """Writes config, weights (fp32, seeded) and tokenizer in Hugging Face's layout; returns the folder.

    The tokenizer must be the real one: llama.cpp refuses pre-tokenizers that it does not know. Take
    `hidden` = 256 where K-quants are tested: their blocks have 256 weights.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = tokenizer_of_gguf(packaged_base(SMOLLM2.name, Silent()))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        rms_norm_eps=1e-5,
        rope_theta=100000.0,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
