"""The weights of a shipped model back as a network, so that it can be trained further."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kgraph.errors import KGraphError
from kgraph.nlp.labels import SEQUENCES
from kgraph.nlp.lemma import Lexicon
from kgraph.train.encode import Vocabulary
from kgraph.train.network import Network

SCOPE = "/network/"


def restore(path: Path, network_of: Any) -> tuple[Network, Vocabulary, Lexicon]:
    """Network, labels and lexicon of ``model.onnx``; ``network_of`` makes an empty network for a vocabulary.

    Weights that were quantised come back with the error of the quantisation, which training forgets soon.
    Raises KGraphError where a weight of the network is not in the file.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(path))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    vocabulary = Vocabulary(**json.loads(metadata["kgraph.labels"]))
    lexicon = json.loads(metadata["kgraph.lexicon"])
    network: Network = network_of(vocabulary)
    values = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    found = _plain(values) | _products(model.graph.node, values)
    outside = {"pair": "kgraph.pair", "coref_bias": "kgraph.coref_bias"}
    outside |= {f"transitions.{name}": f"kgraph.transitions.{name}" for name in SEQUENCES}
    for name, key in outside.items():
        found[name] = np.frombuffer(base64.b64decode(metadata[key]), dtype="<f2").astype(np.float32)
    state = network.state_dict()
    for name, old in state.items():
        value = found.get(name)
        if value is None or value.size != old.numel():
            raise KGraphError(f"{path}: holds no {name}; train from the corpora with --corpora instead")
        if value.ndim == 2 and value.shape != tuple(old.shape) and value.T.shape == tuple(old.shape):
            value = value.T
        state[name] = torch.tensor(value.reshape(old.shape))
    network.load_state_dict(state)
    return network, vocabulary, Lexicon(lexicon["forms"], lexicon["bases"])


def _plain(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights that keep the name of their parameter, quantised ones scaled back."""
    found = {}
    for name, value in values.items():
        if name.endswith("_quantized"):
            base = name.removesuffix("_quantized")
            found[_parameter(base)] = _scaled(value, values[f"{base}_scale"], values[f"{base}_zero_point"])
        else:
            found[_parameter(name)] = value
    return found


def _parameter(name: str) -> str:
    return name.removeprefix("network.")


def _scaled(value: np.ndarray, scale: np.ndarray, zero: np.ndarray) -> np.ndarray:
    """Integers to numbers; one scale for all, or one for each column."""
    return (value.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)


def _products(nodes: Any, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights of linear layers, which the export renames: known by their product's place in the graph."""
    found = {}
    for node in nodes:
        if node.op_type not in {"MatMulInteger", "MatMul", "Gemm"} or not node.name.startswith(SCOPE):
            continue
        module = node.name[len(SCOPE) :].rpartition("/")[0].replace("/", ".")
        for name in node.input:
            base = name.removesuffix("_quantized")
            if base.startswith("onnx::") and name in values and values[name].ndim == 2:
                value = values[name]
                if name != base:
                    value = _scaled(value, values[f"{base}_scale"], values[f"{base}_zero_point"])
                found[f"{module}.weight"] = found[f"taggers.{module}.weight"] = value.T
    return found
