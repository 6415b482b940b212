"""The loss on the answers' tokens, computed only where it is needed.

Two things that a general-purpose trainer cannot assume make this several times faster on a CPU:
the output layer (49,152 columns in SmolLM2) is applied at the positions that are labelled only, and the
tokens that every row begins with (the system prompt) go through the layers once a batch: their keys and
values are repeated for each row, and gradients flow back through them. Both leave the loss what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from training.batches import IGNORED

if TYPE_CHECKING:
    from training.batches import Batch


class AnswerLoss(nn.Module):
    """Wraps a causal language model (PEFT or plain); `forward` gives the summed loss of a batch."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    @property
    def causal(self) -> Any:
        """The model with the output layer, below PEFT's wrapping."""
        return self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model

    def forward(self, batch: Batch) -> torch.Tensor:
        """Cross entropy in nats, summed over the batch's labelled tokens (divide by `batch.targets`)."""
        causal = self.causal
        labels = batch.labels
        hidden = self._hidden(causal.base_model, batch)
        # The state at position t predicts token t + 1.
        labelled = labels[:, 1:] != IGNORED
        logits = causal.get_output_embeddings()(hidden[:, :-1][labelled])
        return nn.functional.cross_entropy(logits.float(), labels[:, 1:][labelled], reduction="sum")

    @staticmethod
    def _hidden(decoder: Any, batch: Batch) -> torch.Tensor:
        if not len(batch.prefix):
            states: torch.Tensor = decoder(input_ids=batch.ids, use_cache=False).last_hidden_state
            return states
        from transformers import DynamicCache

        cache = DynamicCache(config=decoder.config)
        decoder(input_ids=batch.prefix[None], past_key_values=cache, use_cache=True)
        cache.batch_repeat_interleave(len(batch.ids))
        states = decoder(input_ids=batch.ids, past_key_values=cache, use_cache=True).last_hidden_state
        return states
