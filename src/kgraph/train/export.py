"""The trained network as one int8 ONNX file."""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from kgraph.nlp.encoder import LAYERS
from kgraph.nlp.labels import SCHEMES, SEQUENCES
from kgraph.nlp.lemma import Lexicon
from kgraph.train.encode import Vocabulary
from kgraph.train.network import Network
from kgraph.train.teach import Run

OUTPUTS = (*LAYERS, *SCHEMES, "arcs", "label_right")
INPUTS = ("ids", "shapes", "mask", "starts")


class _Ordered(nn.Module):
    """The network with its scores in a fixed order, as ONNX wants them."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor, starts: Tensor) -> tuple[Tensor, ...]:
        scores = self.network(ids, shapes, mask, starts)
        return tuple(scores[name] for name in OUTPUTS)


def export(
    network: Network,
    vocabulary: Vocabulary,
    lexicon: Lexicon,
    tokenizer: Path,
    folder: Path,
    *,
    quantize: bool = True,
) -> Path:
    """Write ``model.onnx`` (int8, per channel) and ``tokenizer.json``; returns the model's path.

    Without ``quantize`` the weights stay in full, to tell what the quantisation costs.

    Dynamic quantisation of weights per channel lost 0.4 LAS against fp32 in the trial, per tensor 0.9.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from tokenizers import Tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    example = (
        torch.ones(2, 9, dtype=torch.long),
        torch.ones(2, 9, dtype=torch.long),
        torch.ones(2, 9, dtype=torch.long),
        torch.tensor([[0, 1, 2, 3], [0, 1, 2, 0]]),
    )
    with tempfile.TemporaryDirectory() as scratch:
        full, small = Path(scratch) / "full.onnx", Path(scratch) / "small.onnx"
        axes = {"ids": {0: "batch", 1: "pieces"}, "starts": {0: "batch", 1: "slots"}}
        axes["shapes"] = axes["mask"] = axes["ids"]
        outputs = {name: {0: "batch", 1: "words"} for name in OUTPUTS}
        outputs["arcs"][2] = "slots"
        outputs["label_right"] = {0: "batch", 1: "slots"}
        torch.onnx.export(
            _Ordered(network),
            example,
            str(full),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={**axes, **outputs},
            opset_version=17,
            dynamo=False,
        )
        if quantize:
            quantize_dynamic(
                full,
                small,
                per_channel=True,
                weight_type=QuantType.QInt8,
                extra_options={"MatMulConstBOnly": True},
            )
        model = onnx.load(str(small if quantize else full))
        words = {"forms": lexicon.forms, "bases": sorted(lexicon.bases)}
        metadata = {
            "kgraph.labels": _json(asdict(vocabulary)),
            "kgraph.lexicon": _json(words),
            "kgraph.temperatures": _json({}),
            # What scores pairs of words is no part of the graph: only pairs of interest are scored.
            "kgraph.pair": _halves(network.pair),
            "kgraph.coref_bias": _halves(network.coref_bias),
            **{f"kgraph.transitions.{name}": _halves(network.transitions[name]) for name in SEQUENCES},
        }
        for key, value in metadata.items():
            entry = model.metadata_props.add()
            entry.key, entry.value = key, value
        onnx.save(model, str(folder / "model.onnx"))
    # The base tokenizer pads and cuts at 128 pieces; batches and windows are ours.
    pieces = Tokenizer.from_file(str(tokenizer))
    pieces.no_padding()
    pieces.no_truncation()
    pieces.save(str(folder / "tokenizer.json"), pretty=False)
    return folder / "model.onnx"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _halves(values: Tensor) -> str:
    """Numbers in half precision, as text."""
    return base64.b64encode(values.detach().numpy().astype("<f2").tobytes()).decode("ascii")


def onnx_runner(path: Path) -> Run:
    """A forward pass of the exported model."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def run(inputs: dict[str, Tensor]) -> dict[str, np.ndarray]:
        arrays = {name: np.asarray(value) for name, value in inputs.items()}
        return dict(zip(OUTPUTS, session.run(list(OUTPUTS), arrays), strict=True))

    return run
