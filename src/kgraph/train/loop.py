"""Training: batches, losses, checkpoints, and scores on dev."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from kgraph.nlp import lemma as lemmas
from kgraph.nlp.labels import HEAD_TYPES, NAME_TAGS
from kgraph.nlp.pieces import MAX_PIECES, Pieces, assemble, word_ids
from kgraph.nlp.tree import decode
from kgraph.train.network import Network, initial, labels_at
from kgraph.train.samples import Allowed, Sample

IGNORE = -100
BATCH_PIECES = 3500
CHECKPOINT_EVERY = 100


@dataclass(slots=True)
class Vocabulary:
    """Label inventories, in the order of the network's outputs."""

    xpos: list[str] = field(default_factory=list)
    upos: list[str] = field(default_factory=list)
    lemma: list[str] = field(default_factory=list)
    deprel: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Vocabulary:
        """All tags of the training set; lemma scripts that occur at least twice."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in ("xpos", "upos", "lemma", "deprel")}
        for sample in samples:
            counts["xpos"].update(sample.xpos or [])
            counts["upos"].update(sample.upos or [])
            counts["deprel"].update(sample.deprels or [])
            if sample.lemmas:
                counts["lemma"].update(map(lemmas.script, sample.words, sample.lemmas))
        counts["lemma"] = Counter({key: n for key, n in counts["lemma"].items() if n > 1})
        return cls(**{name: sorted(counter) for name, counter in counts.items()})

    def sizes(self) -> dict[str, int]:
        """Number of labels by layer."""
        return {name: len(values) for name, values in asdict(self).items()}


@dataclass(slots=True)
class Encoded:
    """A sample as numbers."""

    pieces: Pieces
    targets: dict[str, list[int]]


class Encoder:
    """Samples to numbers, with a table of the label sets that occur."""

    def __init__(self, tokenizer: Any, vocabulary: Vocabulary) -> None:
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.index = {name: {label: i for i, label in enumerate(v)} for name, v in asdict(vocabulary).items()}
        self.sets: dict[str, dict[Allowed, int]] = {"names": {}, "head_types": {}}
        self.cls, self.sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        self.unknown = tokenizer.token_to_id("[UNK]")

    def encode(self, sample: Sample) -> Encoded | None:
        """None for a sentence longer than the encoder (a handful in training)."""
        ids = word_ids(self.tokenizer, sample.words, self.unknown)
        pieces = assemble(ids, sample.words, cls=self.cls, sep=self.sep)
        if len(pieces.ids) > MAX_PIECES:
            return None
        blank = [IGNORE] * len(sample.words)
        scripts = list(map(lemmas.script, sample.words, sample.lemmas)) if sample.lemmas else None
        layers = {"xpos": sample.xpos, "upos": sample.upos, "lemma": scripts, "deprel": sample.deprels}
        targets = {
            name: blank if values is None else [self.index[name].get(value, IGNORE) for value in values]
            for name, values in layers.items()
        }
        targets["heads"] = blank if sample.heads is None else sample.heads
        for name, allowed in (("names", sample.names), ("head_types", sample.head_types)):
            table = self.sets[name]
            targets[name] = (
                blank if allowed is None else [table.setdefault(item, len(table)) for item in allowed]
            )
        return Encoded(pieces, targets)

    def matrix(self, name: str) -> Tensor:
        """(sets, labels): which labels each set allows."""
        labels = NAME_TAGS if name == "names" else HEAD_TYPES
        table = torch.zeros(max(1, len(self.sets[name])), len(labels), dtype=torch.bool)
        for allowed, row in self.sets[name].items():
            for label in allowed:
                table[row, labels.index(label)] = True
        return table


Batch = tuple[dict[str, Tensor], dict[str, Tensor]]


def collate(batch: Sequence[Encoded]) -> Batch:
    """Pad a batch: network inputs and targets (-100 where there is none)."""
    length = max(len(item.pieces.ids) for item in batch)
    words = max(len(item.pieces.starts) for item in batch)
    inputs = {
        "ids": torch.zeros(len(batch), length, dtype=torch.long),
        "shapes": torch.zeros(len(batch), length, dtype=torch.long),
        "mask": torch.zeros(len(batch), length, dtype=torch.long),
        "starts": torch.zeros(len(batch), words + 1, dtype=torch.long),
    }
    targets = {name: torch.full((len(batch), words), IGNORE) for name in batch[0].targets}
    for row, item in enumerate(batch):
        size, count = len(item.pieces.ids), len(item.pieces.starts)
        inputs["ids"][row, :size] = torch.tensor(item.pieces.ids)
        inputs["shapes"][row, :size] = torch.tensor(item.pieces.shapes)
        inputs["mask"][row, :size] = 1
        inputs["starts"][row, 1 : count + 1] = torch.tensor(item.pieces.starts)
        for name, values in item.targets.items():
            targets[name][row, :count] = torch.tensor(values)
    return inputs, targets


def batches(items: Sequence[Encoded], *, shuffle: random.Random | None = None) -> Iterator[list[Encoded]]:
    """Sentences of like length together, at most ``BATCH_PIECES`` padded pieces a batch."""
    noise = shuffle or random.Random(0)  # noqa: S311 - training order, no secret
    order = sorted(items, key=lambda item: len(item.pieces.ids) + (noise.random() * 4 if shuffle else 0))
    groups: list[list[Encoded]] = [[]]
    for item in order:
        if len(item.pieces.ids) * (len(groups[-1]) + 1) > BATCH_PIECES and groups[-1]:
            groups.append([])
        groups[-1].append(item)
    if shuffle:
        shuffle.shuffle(groups)
    yield from groups


def loss(scores: dict[str, Tensor], targets: dict[str, Tensor], tables: dict[str, Tensor]) -> Tensor:
    """Sum of the mean losses of the layers that the batch has."""
    total = scores["arcs"].new_zeros(())
    for name in ("xpos", "upos", "lemma"):
        if (targets[name] != IGNORE).any():
            weight = 1.0 if name == "xpos" else 0.5
            total = total + weight * functional.cross_entropy(scores[name].transpose(1, 2), targets[name])
    heads, known = targets["heads"], targets["heads"] != IGNORE
    if known.any():
        total = total + functional.cross_entropy(scores["arcs"].transpose(1, 2), heads)
        labels = labels_at(scores, heads.clamp(min=0))
        total = total + functional.cross_entropy(labels.transpose(1, 2), targets["deprel"])
    for name in ("names", "head_types"):
        known = targets[name] != IGNORE
        if known.any():
            allowed = tables[name][targets[name][known]]
            chosen = scores[name][known].log_softmax(-1).masked_fill(~allowed, -1e9).logsumexp(-1)
            total = total - (1.0 if name == "names" else 0.7) * chosen.mean()
    return total


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train."""

    epochs: float = 4
    encoder_rate: float = 3e-4
    head_rate: float = 1e-3
    warmup: float = 0.08
    final: float = 0.0
    seed: int = 13


def train(
    network: Network,
    encoder: Encoder,
    epoch_samples: Callable[[random.Random], list[Encoded]],
    *,
    plan: Plan,
    checkpoint: Path,
    report: Callable[[str], None],
) -> None:
    """Train in place. Writes ``checkpoint`` every hundred steps and resumes from it where it exists."""
    torch.manual_seed(plan.seed)
    fast = [p for name, p in network.named_parameters() if not name.startswith("encoder.")]
    slow = [p for name, p in network.named_parameters() if name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": plan.encoder_rate}, {"params": fast, "lr": plan.head_rate}], weight_decay=0.01
    )
    tables = {name: encoder.matrix(name) for name in ("names", "head_types")}
    per_epoch = len(list(batches(epoch_samples(random.Random(plan.seed)))))  # noqa: S311
    steps = math.ceil(per_epoch * plan.epochs)

    def rate(step: int) -> float:
        warm = max(1, int(steps * plan.warmup))
        if step < warm:
            return step / warm
        return plan.final + (1 - plan.final) * max(0.0, (steps - step) / max(1, steps - warm))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    start = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        start = state["step"]
        report(f"resuming at step {start} of {steps}")
    network.train()
    step, began, epoch, running = 0, time.monotonic(), 0, 0.0
    while step < steps:
        # Seeded by epoch, so that a resumed run sees the same order.
        generator = random.Random(plan.seed + epoch)  # noqa: S311
        for group in batches(epoch_samples(generator), shuffle=generator):
            if step >= steps:
                break
            step += 1
            if step <= start:
                continue
            inputs, targets = collate(group)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = network(**inputs)
            value = loss({name: score.float() for name, score in scores.items()}, targets, tables)
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            running = 0.98 * running + 0.02 * value.item() if running else value.item()
            if step % 50 == 0:
                left = (time.monotonic() - began) / (step - start) * (steps - step) / 60
                report(f"step {step}/{steps}  loss {running:.3f}  {left:.0f} min left")
            if step % CHECKPOINT_EVERY == 0 or step == steps:
                partial = checkpoint.with_suffix(".partial")
                torch.save(
                    {
                        "network": network.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "schedule": schedule.state_dict(),
                        "step": step,
                    },
                    partial,
                )
                partial.replace(checkpoint)
        epoch += 1


def scores(
    run: Callable[[dict[str, Tensor]], dict[str, np.ndarray]],
    encoder: Encoder,
    samples: Sequence[Sample],
    lexicon: lemmas.Lexicon,
) -> dict[str, float]:
    """xpos, upos and lemma accuracy, UAS, LAS (with subtypes) on gold words, in percent.

    ``run`` is a forward pass: the torch network or the exported one.
    """
    right: Counter[str] = Counter()
    total = 0
    vocabulary = encoder.vocabulary
    kept = [(sample, item) for sample in samples if (item := encoder.encode(sample)) is not None]
    by_item = {id(item): sample for sample, item in kept}
    for group in batches([item for _, item in kept]):
        output = run(collate(group)[0])
        for row, item in enumerate(group):
            sample = by_item[id(item)]
            count = len(sample.words)
            total += count
            heads = decode(output["arcs"][row, :count, : count + 1].astype(np.float32))
            chosen = _labels(output, row, heads)
            for i in range(count):
                tag = vocabulary.xpos[int(output["xpos"][row, i].argmax())]
                right["xpos"] += tag == (sample.xpos or [])[i]
                right["upos"] += (
                    vocabulary.upos[int(output["upos"][row, i].argmax())] == (sample.upos or [])[i]
                )
                script = vocabulary.lemma[int(output["lemma"][row, i].argmax())]
                right["lemma"] += lexicon.lemma(sample.words[i], script, tag) == (sample.lemmas or [])[i]
                attached = heads[i] == (sample.heads or [])[i]
                right["uas"] += attached
                right["las"] += attached and vocabulary.deprel[int(chosen[i])] == (sample.deprels or [])[i]
    return {name: round(100 * right[name] / total, 2) for name in ("xpos", "upos", "lemma", "uas", "las")}


def _labels(output: dict[str, np.ndarray], row: int, heads: Sequence[int]) -> np.ndarray:
    """The best label of each word of one sentence under its head."""
    left, right = output["label_left"][row, : len(heads)], output["label_right"][row, heads]
    return np.asarray(np.einsum("nlw,nw->nl", left, right).argmax(-1))


def annotate(network: Network, encoder: Encoder, samples: Sequence[Sample]) -> None:
    """Give samples that have no tree the network's own: tags and dependencies, in place; no lemmas.

    A sentence trained for its names alone moves the encoder where the parser has never been: the words of
    names it had not met in a treebank then get any tag. The teacher's trees keep the parser at home there.
    """
    run = torch_runner(network)
    vocabulary = encoder.vocabulary
    by_item = {id(item): (sample, item) for sample in samples if (item := encoder.encode(sample)) is not None}
    for group in batches([item for _, item in by_item.values()]):
        output = run(collate(group)[0])
        for row, item in enumerate(group):
            sample, _ = by_item[id(item)]
            count = len(sample.words)
            heads = decode(output["arcs"][row, :count, : count + 1])
            labels = _labels(output, row, heads)
            sample.xpos = [vocabulary.xpos[i] for i in output["xpos"][row, :count].argmax(-1)]
            sample.upos = [vocabulary.upos[i] for i in output["upos"][row, :count].argmax(-1)]
            sample.heads = heads
            sample.deprels = [vocabulary.deprel[i] for i in labels]


def torch_runner(network: Network) -> Callable[[dict[str, Tensor]], dict[str, np.ndarray]]:
    """A forward pass of the torch network, for ``scores``."""
    network.eval()

    def run(inputs: dict[str, Tensor]) -> dict[str, np.ndarray]:
        with torch.inference_mode():
            return {name: value.float().numpy() for name, value in network(**inputs).items()}

    return run


def load(folder: str, vocabulary: Vocabulary, checkpoint: Path | None) -> Network:
    """A network from the base weights, or from a checkpoint of ours."""
    network = initial(folder, vocabulary.sizes())
    if checkpoint is not None:
        network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    return network
