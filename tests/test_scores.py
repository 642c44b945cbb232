"""What the shipped model scores: floors a little below what was measured, so that no loss goes unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

import kgraph.train
from kgraph.evaluate.measures import mean_f1
from kgraph.evaluate.scores import TASKS
from kgraph.nlp.component import MODEL
from kgraph.nlp.encoder import Encoder

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
OWN = Path(kgraph.train.__file__).parent / "data"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The shipped model."""
    return Encoder(MODEL)


@pytest.mark.parametrize(
    ("task", "measures", "least"),
    [
        ("re3d", ("all",), 60.0),
        ("politics", ("all",), 64.5),
        ("wikievents", ("all",), 70.0),
        ("coreference", ("muc", "b3", "ceafe"), 39.0),
        ("gap", ("all",), 66.5),
        ("relations", ("all",), 28.5),
        ("relations-end-to-end", ("all",), 16.5),
    ],
)
def test_scores_on_corpora(encoder: Encoder, task: str, measures: tuple[str, ...], least: float) -> None:
    """The development set of each corpus."""
    path = CORPORA / TASKS[task].files[0]
    if not path.is_file():
        pytest.skip(f"the corpora are not beside this checkout (shared/corpora/{TASKS[task].files[0]})")
    assert mean_f1(TASKS[task].run(path, encoder), measures) >= least


def test_scores_on_our_held_out_articles(encoder: Encoder) -> None:
    """Names, nominals, triggers, roles, relations and chains of articles the model has not seen."""
    documents = TASKS["articles"].run(OWN, encoder)
    floors = {"names": 86, "nominals and pronouns": 80, "triggers": 60, "roles": 54, "relations": 45}
    found = {name: mean_f1(documents, [name]) for name in floors}
    assert {name: score for name, score in found.items() if score < floors[name]} == {}
    assert mean_f1(documents, ("muc", "b3", "ceafe")) >= 66
