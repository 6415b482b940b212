"""The training loop: steps, validation, checkpoints, early stopping. One process, one device."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from training.batches import Batch, Encoded, Schedule, batch_of, in_length_order
from training.checkpoint import Checkpoints, Position
from training.log import Log, peak_memory_mb
from training.loss import AnswerLoss
from training.rounding import EVERY, Rounding
from tuneserve.errors import StageError
from tuneserve.progress import Progress
from tuneserve.recipe import TrainSection


def optimizer_class(name: str) -> Any:
    """The subclass of torch.optim.Optimizer that a recipe means."""
    if name == "paged_adamw_8bit":
        from bitsandbytes.optim import PagedAdamW8bit

        return PagedAdamW8bit
    return torch.optim.AdamW


def make_optimizer(settings: TrainSection, weights: Sequence[torch.nn.Parameter]) -> torch.optim.Optimizer:
    arguments: dict[str, Any] = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    made: torch.optim.Optimizer = optimizer_class(settings.optimizer)(weights, **arguments)
    return made


def make_scheduler(settings: TrainSection, optimizer: torch.optim.Optimizer, steps: int) -> Any:
    from transformers import get_scheduler

    warmup = round(settings.warmup_ratio * steps)
    return get_scheduler(settings.scheduler, optimizer, num_warmup_steps=warmup, num_training_steps=steps)


@dataclass(frozen=True, slots=True)
class Data:
    """Encoded examples, and the ids that all of them begin with (empty: nothing is shared)."""

    train: Sequence[Encoded]
    validation: Sequence[Encoded]
    prefix: tuple[int, ...]
    pad: int

    def batch(self, rows: Sequence[Encoded], device: torch.device) -> Batch:
        made = batch_of(rows, self.prefix, self.pad)
        return Batch(made.prefix.to(device), made.ids.to(device), made.labels.to(device), made.targets, made.tokens)


class Loop:
    """One training of a PEFT model. `run` goes on from the newest checkpoint and returns the position."""

    def __init__(
        self,
        model: Any,
        settings: TrainSection,
        data: Data,
        checkpoints: Checkpoints,
        progress: Progress,
        max_steps: int | None,
    ) -> None:
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState

        # accelerate keeps the first precision of a process for ever; a second training may want another.
        AcceleratorState._reset_state(reset_partial_state=True)
        self._settings = settings
        self._data = data
        self._checkpoints = checkpoints
        self._progress = progress
        self._schedule = Schedule(
            [len(row) for row in data.train], settings.batch_size, settings.gradient_accumulation, settings.seed
        )
        steps = self._schedule.steps(settings.epochs)
        self.steps = min(steps, max_steps) if max_steps else steps
        mixed = "no" if settings.quantization == "fp32" else "bf16"
        self._accelerator = Accelerator(mixed_precision=mixed, cpu=not torch.cuda.is_available())
        self._weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        optimizer = make_optimizer(settings, list(self._weights.values()))
        self._scheduler = make_scheduler(settings, optimizer, self.steps)
        self._rounding = Rounding(model, settings.rounded_as) if settings.rounded_as else None
        self._loss, self._optimizer = self._accelerator.prepare(AnswerLoss(model), optimizer)
        # The weights that the base was last rounded for.
        self._rounded_for: dict[str, torch.Tensor] = {}
        self._asked_to_stop = False

    def resume(self) -> Position:
        """Loads the newest checkpoint, if there is one, and tells where it stands."""
        torch.manual_seed(self._settings.seed)
        found = self._checkpoints.load()
        if found is None:
            return Position()
        position, parts = found
        if self._rounding:
            self._set_weights(parts["rounded_for"])
            self._round(position)
        self._set_weights(parts["weights"])
        self._optimizer.load_state_dict(parts["optimizer"])
        self._scheduler.load_state_dict(parts["scheduler"])
        torch.set_rng_state(parts["rng"])
        if torch.cuda.is_available() and parts["cuda_rng"] is not None:
            torch.cuda.set_rng_state(parts["cuda_rng"])
        return position

    def run(self, position: Position, log: Log) -> None:
        """Trains to the end, moving `position`; leaves the best weights in the model.

        Raises KeyboardInterrupt, after saving a checkpoint, when the process is asked to stop.
        """
        settings = self._settings
        with (
            self._stopping_politely(),
            self._progress.bar("train", self.steps, position.step, "steps") as bar,
        ):
            for step_batches in self._remaining(position.step):
                if self._stopped_early(position):
                    break
                if position.step % EVERY == 0:
                    self._round(position)
                figures = self._step(step_batches, position)
                position.step += 1
                log.write(position.step, {**figures, "epoch": position.step / self._schedule.steps_per_epoch})
                evaluated = position.step % settings.eval_every == 0 or position.step == self.steps
                if evaluated:
                    self._evaluate(position, log)
                stopping = self._asked_to_stop  # asked once: a request that comes later is met after the next step
                if position.step % settings.save_every == 0 or position.step == self.steps or stopping:
                    self._save(position)
                bar.advance(1, f"loss {figures['loss']:.3f}, {figures['tokens_per_second']:.0f} tokens/s")
                if stopping:
                    raise KeyboardInterrupt
        self._set_weights(self._checkpoints.load_best(position))
        if self._rounding:
            self._rounding.undo()

    def _remaining(self, step: int) -> Iterator[list[list[int]]]:
        while step < self.steps:
            epoch = self._schedule.epoch_of(step)
            for batches in self._schedule.of_epoch(epoch)[step - epoch * self._schedule.steps_per_epoch :]:
                if step == self.steps:
                    return
                yield batches
                step += 1

    def _step(self, step_batches: list[list[int]], position: Position) -> dict[str, float]:
        """One optimiser step over the batches; the loss is the mean over all their labelled tokens."""
        started = time.perf_counter()
        self._loss.train()
        rate = self._scheduler.get_last_lr()[0]
        batches = [
            self._data.batch([self._data.train[index] for index in indices], self._accelerator.device)
            for indices in step_batches
        ]
        targets = sum(batch.targets for batch in batches)
        total = 0.0
        for batch in batches:
            loss = self._loss(batch) / targets
            self._accelerator.backward(loss)
            total += loss.item()
        norm = self._accelerator.clip_grad_norm_(list(self._weights.values()), self._settings.max_grad_norm)
        self._optimizer.step()
        self._scheduler.step()
        self._optimizer.zero_grad()
        seconds = time.perf_counter() - started
        tokens = sum(batch.tokens for batch in batches)
        position.tokens += tokens
        position.examples += sum(len(indices) for indices in step_batches)
        position.seconds += seconds
        return {
            "loss": total,
            "learning_rate": rate,
            "grad_norm": float(norm),
            "tokens_per_second": tokens / seconds,
            "memory_mb": peak_memory_mb(torch.cuda.is_available()),
        }

    def _round(self, position: Position) -> None:
        """Rounds the base anew for the weights as they are, where the recipe wants that."""
        if self._rounding:
            started = time.perf_counter()
            self._rounding.renew()
            self._rounded_for = self._copied_weights()
            position.seconds += time.perf_counter() - started

    def validation_loss(self) -> float:
        """Mean loss a labelled token of the validation examples."""
        self._loss.eval()
        rows = self._data.validation
        total = targets = 0.0
        for indices in in_length_order([len(row) for row in rows], 2 * self._settings.batch_size):
            batch = self._data.batch([rows[index] for index in indices], self._accelerator.device)
            with torch.no_grad():
                total += self._loss(batch).item()
            targets += batch.targets
        return total / targets

    def _evaluate(self, position: Position, log: Log) -> None:
        self._round(position)
        started = time.perf_counter()
        loss = self.validation_loss()
        position.seconds += time.perf_counter() - started
        if not math.isfinite(loss):
            raise StageError(f"training diverged: validation loss {loss} at step {position.step}; lower learning_rate")
        log.write(position.step, {"eval_loss": loss})
        gained = loss < position.best_loss
        if gained:
            position.best_loss, position.best_step, position.evaluations_without_gain = loss, position.step, 0
            self._checkpoints.save_best(position, self._copied_weights())
        else:
            position.evaluations_without_gain += 1
        note = "best so far" if gained else f"best was {position.best_loss:.4f} at step {position.best_step}"
        self._progress.say(f"step {position.step}: validation loss {loss:.4f} ({note})")

    def _stopped_early(self, position: Position) -> bool:
        patience = self._settings.early_stopping_patience
        stopped = 0 < patience <= position.evaluations_without_gain
        if stopped:
            self._progress.say(f"stopped early: {patience} evaluations without a lower validation loss")
        return stopped

    def _save(self, position: Position) -> None:
        parts = {
            "weights": self._copied_weights(),
            "rounded_for": self._rounded_for,
            "optimizer": self._optimizer.state_dict(),
            "scheduler": self._scheduler.state_dict(),
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state() if torch.cuda.is_available() else None,
        }
        self._checkpoints.save(position, parts)

    def _copied_weights(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().cpu().clone() for name, weight in self._weights.items()}

    def _set_weights(self, weights: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, weight in self._weights.items():
                weight.copy_(weights[name])

    @contextmanager
    def _stopping_politely(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM end training after the running step, with a checkpoint; a second one at once."""

        def stop(number: int, frame: Any) -> None:
            if self._asked_to_stop:
                raise KeyboardInterrupt
            self._asked_to_stop = True
            self._progress.say("stopping after this step; press Ctrl-C again to stop at once")

        before: dict[signal.Signals, Callable[..., Any] | int | None] = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                before[number] = signal.signal(number, stop)
            except ValueError:
                break  # not in the main thread: nobody sends us signals there
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
