"""The benchmark of the store, small: it asks all three stores and finds the same rows."""

from __future__ import annotations

import pytest

from kgraph.evaluate import store as benchmark
from kgraph.store import Graph


def test_the_made_up_graph_is_the_same_each_time() -> None:
    """Of one seed; articles are whole, and every query finds something in it."""
    with Graph.memory() as one, Graph.memory() as two, Graph.memory() as other:
        benchmark.load(one, 12_000)
        benchmark.load(two, 12_000)
        benchmark.load(other, 12_000, seed=1)
        assert set(one.quads()) == set(two.quads()) != set(other.quads())
        assert 12_000 <= len(list(one.quads())) < 13_000
        for name, sparql in benchmark.QUERIES.items():
            assert one.query(sparql), name


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # rdflib uses what it deprecates
def test_rows_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """The same graph passes; one that lacks articles is found out."""
    with Graph.memory() as graph, Graph.memory() as less:
        benchmark.load(graph, 2_000)
        benchmark.load(less, 500)
        dataset, _ = benchmark.rdflib_of(2_000)
        assert benchmark._compare(graph, graph, dataset) == 0
        assert benchmark._compare(graph, less, dataset) == 1
    assert "other rows than rdflib's" in capsys.readouterr().out
