"""The network: one encoder, several heads, all annotation in one forward pass."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from kgraph.nlp.labels import HEAD_TYPES, NAME_TAGS, SHAPES

ARC, LABEL = 256, 96


class Network(nn.Module):
    """MiniLM with taggers and deep biaffine attachment (Dozat and Manning 2017).

    ``sizes`` gives the number of labels of xpos, upos, lemma and deprel.
    """

    def __init__(self, config: BertConfig, sizes: dict[str, int]) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        width = config.hidden_size
        self.shape = nn.Embedding(len(SHAPES), width)
        nn.init.zeros_(self.shape.weight)
        self.dropout = nn.Dropout(0.15)
        self.taggers = nn.ModuleDict(
            {name: nn.Linear(width, sizes[name]) for name in ("xpos", "upos", "lemma")}
        )
        self.taggers["names"] = nn.Linear(width, len(NAME_TAGS))
        self.taggers["head_types"] = nn.Linear(width, len(HEAD_TYPES))
        self.arc_dependent, self.arc_head = nn.Linear(width, ARC), nn.Linear(width, ARC)
        self.label_dependent, self.label_head = nn.Linear(width, LABEL), nn.Linear(width, LABEL)
        self.arc = nn.Parameter(torch.zeros(ARC + 1, ARC))
        self.label = nn.Parameter(torch.randn(LABEL + 1, sizes["deprel"] * (LABEL + 1)) * 0.02)
        self.labels = sizes["deprel"]

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor, starts: Tensor) -> dict[str, Tensor]:
        """Scores of a batch.

        ids, shapes, mask: (batch, pieces); starts: (batch, words + 1), the first piece of each word,
        0 ([CLS], the root) first and as padding. Returns taggers (batch, words, labels), ``arcs``
        (batch, words, words + 1), and the label scores in two factors: ``label_left``
        (batch, words, deprels, width) and ``label_right`` (batch, words + 1, width), see ``labels_at``.
        All pairs of words would be quadratic in memory, and only the chosen heads are asked for.
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
        return scores


def labels_at(scores: dict[str, Tensor], heads: Tensor) -> Tensor:
    """Label scores (batch, words, deprels) of each word under its head; heads: (batch, words)."""
    right = scores["label_right"]
    chosen = right.gather(1, heads.unsqueeze(-1).expand(-1, -1, right.shape[-1]))
    return (scores["label_left"] @ chosen.unsqueeze(-1)).squeeze(-1)


def _with_one(vectors: Tensor) -> Tensor:
    return torch.cat([vectors, torch.ones_like(vectors[..., :1])], dim=-1)


def initial(model_folder: str, sizes: dict[str, int]) -> Network:
    """A network whose encoder starts from the base weights in ``model_folder``."""
    config: Any = BertConfig.from_pretrained(model_folder)
    config._attn_implementation = "eager"
    network = Network(config, sizes)
    base = BertModel.from_pretrained(model_folder, add_pooling_layer=False)
    network.encoder.load_state_dict(base.state_dict(), strict=False)
    return network
