"""How far the model's confidence can be trusted: expected calibration error, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from kgraph.evaluate.measures import calibration_error
from kgraph.nlp.annotation import softmax
from kgraph.nlp.encoder import Encoder
from kgraph.train.decisions import Decision, arcs, layers


def report(encoder: Encoder, folder: Path, treebank: Path | None) -> Iterator[tuple[str, float, float, int]]:
    """Layer, calibration error as it is and with temperature 1, and decisions, on the half not fitted on."""
    found = layers(folder, encoder, half=1)
    if treebank is not None:
        found["arcs"] = list(arcs(treebank, encoder, half=1))
    for name, decisions in found.items():
        temperature = encoder.reader.temperatures.get(name, 1.0)
        yield name, error(decisions, temperature), error(decisions, 1.0), len(decisions)


def error(decisions: Sequence[Decision], temperature: float) -> float:
    """Expected calibration error in percent of the most probable label, at a temperature."""
    answers = []
    for row, right in decisions:
        shares = softmax(row / np.float32(temperature))
        best = int(shares.argmax())
        answers.append((float(shares[best]), best == right))
    return calibration_error(answers)
