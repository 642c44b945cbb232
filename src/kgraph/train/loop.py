"""Training: the schedule, checkpoints, several processes, and a stopped run that goes on."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kgraph.train.encode import SETS, Encoded, Encoder, Vocabulary, batches, collate
from kgraph.train.losses import loss
from kgraph.train.network import Dropout, Network, initial

CHECKPOINT_EVERY = 100
AVERAGE_EVERY = 10
"""Steps between two averagings of the weights of several processes."""
Report = Callable[[str], None]
Windows = Callable[[random.Random], list[Encoded]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. ``workers`` are processes that share the batches among them."""

    epochs: float = 4
    encoder_rate: float = 3e-4
    head_rate: float = 1e-3
    warmup: float = 0.08
    final: float = 0.0
    seed: int = 13
    workers: int = 1


def train(
    network: Network,
    encoder: Encoder,
    epoch_windows: Windows,
    *,
    plan: Plan,
    checkpoint: Path,
    report: Report,
) -> None:
    """Train in place. Writes ``checkpoint`` every hundred steps and resumes from it where it exists.

    Several workers are processes of one thread, each on its own batches; their weights are averaged every
    few steps (local SGD, Stich 2019). Where processors are shared with others, the threads of one process
    wait for the slowest at every product, processes hardly ever.
    """
    per_epoch = len(list(batches(epoch_windows(random.Random(plan.seed)))))  # noqa: S311
    steps = math.ceil(per_epoch * plan.epochs / plan.workers)
    if plan.workers == 1:
        _work(0, network, encoder, epoch_windows, plan, steps, checkpoint, report, None)
        return
    import torch.multiprocessing as processes

    size = sum(parameter.numel() for parameter in network.parameters())
    barrier = processes.get_context("fork").Barrier(plan.workers)
    meeting = Meeting(torch.zeros(plan.workers, size).share_memory_(), barrier)
    network.share_memory()
    started = processes.start_processes(
        _work,
        (network, encoder, epoch_windows, plan, steps, checkpoint, report, meeting),
        nprocs=plan.workers,
        join=False,
        start_method="fork",
    )
    while not started.join():
        pass


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where processes average their weights: a shared table, a row for each, and a barrier."""

    table: Tensor
    barrier: Any

    def average(self, rank: int, network: Network) -> None:
        """Replace the weights of every process by their mean."""
        with torch.no_grad():
            self.table[rank] = torch.cat([parameter.view(-1) for parameter in network.parameters()])
            self.barrier.wait()
            mean = self.table.mean(0)
            self.barrier.wait()
            for parameter, value in zip(
                network.parameters(), mean.split([p.numel() for p in network.parameters()]), strict=True
            ):
                parameter.copy_(value.view(parameter.shape))


def _work(
    rank: int,
    shared: Network,
    encoder: Encoder,
    epoch_windows: Windows,
    plan: Plan,
    steps: int,
    checkpoint: Path,
    report: Report,
    meeting: Meeting | None,
) -> None:
    """One process's part of the training; the first one's network is ``shared`` in the end."""
    import copy

    if meeting is not None:
        torch.set_num_threads(1)
    torch.manual_seed(plan.seed + rank)
    Dropout.offsets = random.Random(plan.seed + rank)  # noqa: S311 - no secret
    network = shared if meeting is None else copy.deepcopy(shared)
    fast = [p for name, p in network.named_parameters() if not name.startswith("encoder.")]
    slow = [p for name, p in network.named_parameters() if name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": plan.encoder_rate}, {"params": fast, "lr": plan.head_rate}],
        weight_decay=0.01,
        fused=True,
    )

    def rate(step: int) -> float:
        warm = max(1, int(steps * plan.warmup))
        if step < warm:
            return step / warm
        return plan.final + (1 - plan.final) * max(0.0, (steps - step) / max(1, steps - warm))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    own = checkpoint if rank == 0 else checkpoint.with_suffix(f".{rank}{checkpoint.suffix}")
    start = 0
    if own.exists():
        state = torch.load(own, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        start = state["step"]
        if rank == 0:
            report(f"resuming at step {start} of {steps}")
    tables = {name: encoder.matrix(name) for name in SETS}
    network.train()
    began, running = time.monotonic(), 0.0
    for step, group in enumerate(_groups(epoch_windows, plan, rank), start=1):
        if step > steps:
            break
        if step <= start:
            continue
        batch = collate(group, cls=encoder.cls, sep=encoder.sep)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = network(**batch.inputs)
        value = loss(network, {name: score.float() for name, score in scores.items()}, batch, tables)
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if meeting is not None and (step % AVERAGE_EVERY == 0 or step == steps):
            meeting.average(rank, network)
        running = 0.98 * running + 0.02 * value.item() if running else value.item()
        if step % 25 == 0 and rank == 0:
            left = (time.monotonic() - began) / (step - start) * (steps - step) / 60
            report(f"step {step}/{steps}  loss {running:.3f}  {left:.0f} min left")
        if step % CHECKPOINT_EVERY == 0 or step == steps:
            partial = own.with_suffix(".partial")
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({**state, "schedule": schedule.state_dict(), "step": step}, partial)
            partial.replace(own)
    if rank == 0 and network is not shared:
        shared.load_state_dict(network.state_dict())


def _groups(epoch_windows: Windows, plan: Plan, rank: int) -> Iterator[list[Encoded]]:
    """The batches of one process, pass after pass; seeded, so that a resumed run sees the same order."""
    epoch = 0
    while True:
        generator = random.Random(plan.seed + epoch)  # noqa: S311
        groups = list(batches(epoch_windows(generator), shuffle=generator))
        # All processes make as many steps a pass, so that they meet at the same ones.
        yield from groups[rank : len(groups) - len(groups) % plan.workers : plan.workers]
        epoch += 1


def load(folder: str, vocabulary: Vocabulary, checkpoint: Path | None) -> Network:
    """A network from the base weights, or from a checkpoint of ours; heads it lacks start afresh."""
    network = initial(folder, vocabulary.sizes())
    if checkpoint is not None:
        network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"], strict=False)
    return network
