"""The loss: one sum over all layers, each only where its corpus speaks."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from kgraph.nlp.labels import SEQUENCES
from kgraph.nlp.sequence import barred
from kgraph.train.encode import IGNORE, Batch, coreference
from kgraph.train.network import Network, labels_at

WEIGHTS = {
    **{"xpos": 1.0, "upos": 0.5, "lemma": 0.5, "names": 1.0, "head_types": 0.7, "re3d": 1.0},
    **{"politics": 0.7, "triggers": 1.0, "realis": 0.3, "starts_sentence": 0.3, "coref": 0.5, "pairs": 2.0},
}
FULL = {"realis": 100, "coref": 200, "pairs": 1000}
"""From how many known targets on a layer counts in full; 400 words for the others.

A batch with three known words of a layer must not move the encoder as much as one with a thousand.
"""
FORBIDDEN = -1e4


def loss(
    network: Network, scores: Mapping[str, Tensor], batch: Batch, tables: Mapping[str, Tensor]
) -> Tensor:
    """The weighted sum of the mean losses of the layers that the batch has."""
    targets = batch.targets
    total = scores["arcs"].new_zeros(())

    def add(name: str, value: Tensor, known: int) -> None:
        nonlocal total
        total = total + WEIGHTS[name] * min(1.0, known / FULL.get(name, 400)) * value

    for name in ("xpos", "upos", "lemma", "starts_sentence"):
        known = int((targets[name] != IGNORE).sum())
        if known:
            add(name, functional.cross_entropy(scores[name].transpose(1, 2), targets[name]), known)
    heads = targets["heads"]
    if (heads != IGNORE).any():
        arcs = within(scores["arcs"], targets["sentences"])
        total = total + functional.cross_entropy(arcs.transpose(1, 2), heads)
        labels = labels_at(dict(scores), heads.clamp(min=0))
        total = total + functional.cross_entropy(labels.transpose(1, 2), targets["deprel"])
    for name, table in tables.items():
        known_words = targets[name] != IGNORE
        known = int(known_words.sum())
        if known and name in SEQUENCES:
            add(name, _sequence(network.transitions[name], scores[name], batch, name, table), known)
        elif known:
            allowed = table[targets[name][known_words]]
            chosen = scores[name][known_words].log_softmax(-1).masked_fill(~allowed, FORBIDDEN).logsumexp(-1)
            add(name, -chosen.mean(), known)
    value, known = _coreference(network, scores, batch)
    if known:
        add("coref", value / known, known)
    value, known = _pairs(network, scores, batch)
    if known:
        add("pairs", value / known, known)
    return total


def _sequence(transitions: Tensor, scores: Tensor, batch: Batch, name: str, table: Tensor) -> Tensor:
    """Mean loss a word of a linear-chain CRF (Lafferty et al. 2001) whose words allow sets of tags.

    The probability of all sequences within the sets, as for partial labels (Bellare and McCallum 2007).
    """
    targets = batch.targets[name]
    rows = (targets != IGNORE).any(1)
    scores, targets, sentences = scores[rows], targets[rows], batch.targets["sentences"][rows]
    open_ = targets == IGNORE
    allowed = table[targets.clamp(min=0)] | open_.unsqueeze(-1)
    both = torch.cat([scores.masked_fill(~allowed, FORBIDDEN), scores])
    sentences = sentences.repeat(2, 1)
    moves = transitions.masked_fill(torch.from_numpy(barred(transitions.shape[0])), FORBIDDEN)
    weights = moves.exp()
    # alpha[i, b]: log of the sum over all sequences up to the word that end in tag b.
    alpha = both[:, 0] + moves[0]
    for word in range(1, both.shape[1]):
        top = alpha.max(1, keepdim=True).values
        shares = (alpha - top).exp()
        begins = (sentences[:, word] != sentences[:, word - 1]).unsqueeze(1)
        reached = torch.where(begins, shares.sum(1, keepdim=True) * weights[0], shares @ weights)
        moved = reached.clamp(min=1e-30).log() + top + both[:, word]
        alpha = torch.where((sentences[:, word] < 0).unsqueeze(1), alpha, moved)
    inside, everything = alpha.logsumexp(1).chunk(2)
    return (everything - inside).sum() / (~open_).sum()


def within(arcs: Tensor, sentences: Tensor) -> Tensor:
    """Arc scores with all heads outside a word's own sentence forbidden; the root stays."""
    other = sentences.unsqueeze(2) != sentences.unsqueeze(1)
    mask = torch.cat([torch.zeros_like(other[:, :, :1]), other], dim=2)
    return arcs.masked_fill(mask, FORBIDDEN)


def _coreference(network: Network, scores: Mapping[str, Tensor], batch: Batch) -> tuple[Tensor, int]:
    """Marginal likelihood of the right antecedents, or of none (Lee et al. 2017)."""
    total, count = scores["arcs"].new_zeros(()), 0
    for row, item in enumerate(batch.items):
        if len(item.chains) < 2:
            continue
        places, chains, buckets = coreference(item)
        pair = scores["coref_left"][row, places] @ scores["coref_right"][row, places].T
        pair = (pair + network.coref_bias[buckets]).tril(-1)
        earlier = torch.ones_like(pair, dtype=torch.bool).tril(-1)
        same = (chains[:, None] == chains[None, :]) & earlier
        none = pair.new_zeros(len(places), 1)
        everything = torch.cat([none, pair.masked_fill(~earlier, FORBIDDEN)], 1).logsumexp(1)
        first = torch.where(same.any(1, keepdim=True), none + FORBIDDEN, none)
        right = torch.cat([first, pair.masked_fill(~same, FORBIDDEN)], 1).logsumexp(1)
        total = total + (everything - right).sum()
        count += len(places)
    return total, count


def _pairs(network: Network, scores: Mapping[str, Tensor], batch: Batch) -> tuple[Tensor, int]:
    """Cross-entropy of each label of each pair whose truth the corpus tells."""
    rows, lefts, rights, wanted = [], [], [], []
    for row, item in enumerate(batch.items):
        for left, right, targets in item.pairs:
            rows.append(row)
            lefts.append(left)
            rights.append(right)
            wanted.append(targets)
    if not rows:
        return scores["arcs"].new_zeros(()), 0
    left = scores["pair_left"][rows, lefts]
    right = scores["pair_right"][rows, rights]
    truth = torch.tensor(wanted)
    # (pairs, labels): each label a bilinear form of the two words.
    value = torch.stack([((left @ form) * right).sum(-1) for form in network.pair], dim=1)
    known = truth >= 0
    entropy = functional.binary_cross_entropy_with_logits(value[known], truth[known].float(), reduction="sum")
    return entropy / max(1, truth.shape[1] // 3), len(rows)
