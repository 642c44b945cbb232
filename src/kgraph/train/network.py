"""The network: one encoder, several heads, all annotation in one forward pass."""

from __future__ import annotations

import random
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from kgraph.nlp.labels import HEAD_TYPES, PAIRS, REALIS, SCHEMES, SEQUENCES, SHAPES, TRIGGERS, iob
from kgraph.nlp.links import BUCKETS

ARC, LABEL, PAIR, COREF = 256, 96, 96, 128
FIXED = {
    **{name: len(iob(types)) for name, types in SCHEMES.items()},
    "head_types": len(HEAD_TYPES),
    "triggers": len(TRIGGERS),
    "realis": len(REALIS),
    "starts_sentence": 2,
}
"""Taggers whose labels do not depend on the treebanks, with their number."""


class Network(nn.Module):
    """MiniLM with taggers, arcs, coreference of words and scores of word pairs.

    Arcs are deep biaffine (Dozat and Manning 2017), coreference goes by head words (Dobrovolskii 2021).
    ``sizes`` gives the number of labels of xpos, upos, lemma and deprel.
    """

    def __init__(self, config: BertConfig, sizes: dict[str, int]) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        width = config.hidden_size
        self.shape = nn.Embedding(len(SHAPES), width)
        nn.init.zeros_(self.shape.weight)
        self.dropout = Dropout(0.15)
        tags = {name: sizes[name] for name in ("xpos", "upos", "lemma")} | FIXED
        self.taggers = nn.ModuleDict({name: nn.Linear(width, size) for name, size in tags.items()})
        # transitions[a, b]: the score of tag b after tag a; a sentence begins as after O.
        self.transitions = nn.ParameterDict(
            {name: nn.Parameter(torch.zeros(FIXED[name], FIXED[name])) for name in SEQUENCES}
        )
        self.arc_dependent, self.arc_head = nn.Linear(width, ARC), nn.Linear(width, ARC)
        self.label_dependent, self.label_head = nn.Linear(width, LABEL), nn.Linear(width, LABEL)
        self.arc = nn.Parameter(torch.zeros(ARC + 1, ARC))
        self.label = nn.Parameter(torch.randn(LABEL + 1, sizes["deprel"] * (LABEL + 1)) * 0.02)
        self.labels = sizes["deprel"]
        self.coref_anaphor, self.coref_antecedent = nn.Linear(width, COREF), nn.Linear(width, COREF)
        self.coref = nn.Parameter(torch.zeros(COREF + 1, COREF))
        self.coref_bias = nn.Parameter(torch.zeros(BUCKETS))
        self.pair_left, self.pair_right = nn.Linear(width, PAIR), nn.Linear(width, PAIR)
        self.pair = nn.Parameter(torch.randn(len(PAIRS), PAIR + 1, PAIR + 1) * 0.02)

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor, starts: Tensor) -> dict[str, Tensor]:
        """Scores of a batch of windows, each of one sentence or several.

        ids, shapes, mask: (batch, pieces); starts: (batch, words + 1), the first piece of each word,
        0 ([CLS], the root) first and as padding. Returns taggers (batch, words, labels), ``arcs``
        (batch, words, words + 1), and the label scores in two factors: ``label_left``
        (batch, words, deprels, width) and ``label_right`` (batch, words + 1, width), see ``labels_at``.
        All pairs of words would be quadratic in memory, and only the chosen heads are asked for.
        Coreference and pairs come as vectors of words, for the same reason: ``coref_left`` times
        ``coref_right`` scores an anaphor with an antecedent; ``pair_left``, ``pair``, ``pair_right`` a pair.
        """
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.shape(shapes)
        hidden = self.encoder(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        gathered = hidden.gather(1, starts.unsqueeze(-1).expand(-1, -1, hidden.shape[-1]))
        gathered = self.dropout(gathered.float())
        words = gathered[:, 1:]
        scores = {name: head(words) for name, head in self.taggers.items()}
        dependent = self.dropout(torch.relu(self.arc_dependent(words)))
        head = self.dropout(torch.relu(self.arc_head(gathered)))
        scores["arcs"] = _with_one(dependent) @ self.arc @ head.transpose(1, 2)
        dependent = self.dropout(torch.relu(self.label_dependent(words)))
        head = self.dropout(torch.relu(self.label_head(gathered)))
        batch, count, _ = dependent.shape
        scores["label_left"] = (_with_one(dependent) @ self.label).view(batch, count, self.labels, LABEL + 1)
        scores["label_right"] = _with_one(head)
        scores["coref_left"] = _with_one(self.dropout(torch.relu(self.coref_anaphor(words)))) @ self.coref
        scores["coref_right"] = self.dropout(torch.relu(self.coref_antecedent(words)))
        scores["pair_left"] = _with_one(self.dropout(torch.relu(self.pair_left(words))))
        scores["pair_right"] = _with_one(self.dropout(torch.relu(self.pair_right(words))))
        return scores


def labels_at(scores: dict[str, Tensor], heads: Tensor) -> Tensor:
    """Label scores (batch, words, deprels) of each word under its head; heads: (batch, words)."""
    right = scores["label_right"]
    chosen = right.gather(1, heads.unsqueeze(-1).expand(-1, -1, right.shape[-1]))
    return (scores["label_left"] * chosen.unsqueeze(2)).sum(-1)


def _with_one(vectors: Tensor) -> Tensor:
    return torch.cat([vectors, torch.ones_like(vectors[..., :1])], dim=-1)


class Dropout(nn.Module):
    """Dropout whose masks are cut from one long random strip at random places.

    torch draws each mask anew, on the CPU one number at a time: half of the time of a training step.
    """

    STRIP = 16_000_000
    strips: dict[tuple[float, torch.dtype], Tensor] = {}  # noqa: RUF012 - shared by all, on purpose
    offsets = random.Random(7)  # noqa: S311 - no secret

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, values: Tensor) -> Tensor:
        """Values with a share ``p`` of them zero and the others scaled up, while training."""
        if not self.training or self.p == 0:
            return values
        if values.device.type != "cpu" or values.numel() >= self.STRIP:
            return nn.functional.dropout(values, self.p)
        key = (self.p, values.dtype)
        if key not in self.strips:
            drawn = torch.rand(self.STRIP, generator=torch.Generator().manual_seed(7)) >= self.p
            self.strips[key] = drawn.to(values.dtype) / (1 - self.p)
        at = self.offsets.randrange(self.STRIP - values.numel())
        return values * self.strips[key][at : at + values.numel()].view(values.shape)


def initial(model_folder: str, sizes: dict[str, int]) -> Network:
    """A network whose encoder starts from the base weights in ``model_folder``."""
    config: Any = BertConfig.from_pretrained(model_folder)
    # On a CPU the fused attention is slower than plain products, its backward pass above all.
    config._attn_implementation = "eager"
    config.attention_probs_dropout_prob = 0.0
    network = Network(config, sizes)
    base = BertModel.from_pretrained(model_folder, add_pooling_layer=False)
    network.encoder.load_state_dict(base.state_dict(), strict=False)
    _swap_dropout(network.encoder)
    return network


def _swap_dropout(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, Dropout(child.p))
        else:
            _swap_dropout(child)
