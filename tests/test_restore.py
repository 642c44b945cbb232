"""The shipped model as a network again (needs the train extra)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kgraph.nlp.component import MODEL
from kgraph.nlp.encoder import Encoder, Text

pytest.importorskip("torch", reason="training is not installed: pip install 'kgraph[train]'")
pytest.importorskip("onnx", reason="training is not installed: pip install 'kgraph[train]'")


@pytest.mark.filterwarnings("ignore")
def test_the_shipped_model_comes_back_and_goes_out_again(tmp_path: Path) -> None:
    """Restored weights, exported anew, read a sentence as before."""
    from kgraph.train import loop
    from kgraph.train.export import export
    from kgraph.train.restore import restore
    from kgraph.train.run import base_weights

    network, vocabulary, lexicon = restore(
        MODEL / "model.onnx", lambda labels: loop.load(str(base_weights()), labels, None)
    )
    export(network, vocabulary, lexicon, MODEL / "tokenizer.json", tmp_path / "again")
    text = Text(["Rebels", "shelled", "the", "base", "near", "Homs", "."], [0])
    ((before,),) = Encoder(MODEL).annotate([text])
    ((after,),) = Encoder(tmp_path / "again").annotate([text])
    assert (before.heads, before.deps) == (after.heads, after.deps)
    assert [(name.begin, name.end, name.type) for name in before.names] == [
        (name.begin, name.end, name.type) for name in after.names
    ]
    assert np.allclose(before.vectors["coref_left"], after.vectors["coref_left"], atol=0.5)
