"""What a trained network says of samples: trees for those that have none, and scores on dev."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from kgraph.nlp import lemma as lemmas
from kgraph.nlp.tree import decode
from kgraph.train.encode import Encoded, Encoder, batches, collate
from kgraph.train.network import Network
from kgraph.train.samples import Sample

Run = Callable[[dict[str, Tensor]], dict[str, np.ndarray]]
"""A forward pass: the torch network or the exported one."""


def torch_runner(network: Network, *, fast: bool = False) -> Run:
    """A forward pass of the torch network; ``fast`` in half precision, enough for a teacher."""
    network.eval()

    def run(inputs: dict[str, Tensor]) -> dict[str, np.ndarray]:
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast):
            return {name: value.float().numpy() for name, value in network(**inputs).items()}

    return run


def read(
    run: Run, encoder: Encoder, samples: Sequence[Sample]
) -> Iterator[tuple[Sample, dict[str, list[int]]]]:
    """Each sample with the numbers of its labels by layer, ``heads`` from a well-formed tree."""
    by_item: dict[int, tuple[Sample, Encoded]] = {}
    for sample in samples:
        item = encoder.encode(sample)
        if item is not None:
            by_item[id(item)] = (sample, item)
    for group in batches([item for _, item in by_item.values()]):
        output = run(collate(group, cls=encoder.cls, sep=encoder.sep).inputs)
        for row, item in enumerate(group):
            sample, _ = by_item[id(item)]
            count = len(sample.words)
            heads = decode(output["arcs"][row, :count, : count + 1].astype(np.float32))
            left, right = output["label_left"][row, :count], output["label_right"][row, heads]
            best = {name: output[name][row, :count].argmax(-1).tolist() for name in ("xpos", "upos", "lemma")}
            best["deprel"] = np.einsum("nlw,nw->nl", left, right).argmax(-1).tolist()
            yield sample, {**best, "heads": heads}


def annotate(network: Network, encoder: Encoder, samples: Sequence[Sample]) -> None:
    """Give samples that have no tree the network's own: tags and dependencies, in place; no lemmas.

    A sentence trained for its names alone moves the encoder where the parser has never been: the words of
    names it had not met in a treebank then get any tag. The teacher's trees keep the parser at home there.
    """
    vocabulary = encoder.vocabulary
    bare = [sample for sample in samples if sample.heads is None]
    for sample, best in read(torch_runner(network, fast=True), encoder, bare):
        sample.xpos = [vocabulary.xpos[i] for i in best["xpos"]]
        sample.upos = [vocabulary.upos[i] for i in best["upos"]]
        sample.heads = best["heads"]
        sample.deprels = [vocabulary.deprel[i] for i in best["deprel"]]


def scores(
    run: Run, encoder: Encoder, samples: Sequence[Sample], lexicon: lemmas.Lexicon
) -> dict[str, float]:
    """xpos, upos and lemma accuracy, UAS, LAS (with subtypes) on gold words, in percent."""
    right: Counter[str] = Counter()
    total = 0
    vocabulary = encoder.vocabulary
    for sample, best in read(run, encoder, samples):
        total += len(sample.words)
        for i, word in enumerate(sample.words):
            tag = vocabulary.xpos[best["xpos"][i]]
            right["xpos"] += tag == (sample.xpos or [])[i]
            right["upos"] += vocabulary.upos[best["upos"][i]] == (sample.upos or [])[i]
            script = vocabulary.lemma[best["lemma"][i]]
            right["lemma"] += lexicon.lemma(word, script, tag) == (sample.lemmas or [])[i]
            attached = best["heads"][i] == (sample.heads or [])[i]
            right["uas"] += attached
            right["las"] += attached and vocabulary.deprel[best["deprel"][i]] == (sample.deprels or [])[i]
    return {name: round(100 * right[name] / total, 2) for name in ("xpos", "upos", "lemma", "uas", "las")}
