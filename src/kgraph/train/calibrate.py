"""Temperatures: one number a layer, so that the model's probabilities are shares of right answers.

Guo et al. 2017. They are fitted on development data and written into the metadata of the model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
GRID = np.exp(np.linspace(np.log(0.5), np.log(5.0), 47))


def temperature(scores: Sequence[tuple[Floats, int]]) -> float:
    """The temperature with the best likelihood of the right labels; 1 where there are fewer than 50.

    Each item is the scores of one decision and the number of its right label.
    """
    if len(scores) < 50:
        return 1.0
    widest = max(len(row) for row, _ in scores)
    table = np.full((len(scores), widest), -1e9, np.float64)
    for number, (row, _) in enumerate(scores):
        table[number, : len(row)] = row
    right = np.array([label for _, label in scores])
    best = min(GRID, key=lambda value: _loss(table / value, right))
    return round(float(best), 3)


def _loss(scores: NDArray[np.float64], right: NDArray[np.int64]) -> float:
    shifted = scores - scores.max(1, keepdims=True)
    chosen = shifted[np.arange(len(right)), right] - np.log(np.exp(shifted).sum(1))
    return float(-chosen.mean())


def write(model: Path, temperatures: Mapping[str, float]) -> None:
    """Put the temperatures into ``model.onnx``."""
    import onnx

    loaded = onnx.load(str(model))
    for entry in loaded.metadata_props:
        if entry.key == "kgraph.temperatures":
            entry.value = json.dumps(dict(sorted(temperatures.items())))
    onnx.save(loaded, str(model))
