"""What ``kgraph info`` says of a store, finished or not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kgraph import cli, gazetteer, info, ontology, settle, store
from kgraph.errors import StoreError
from kgraph.settle import LastRun
from kgraph.store import Graph
from samples import RUN, sample

ENDED = LastRun("2031-12-12T10:00:00+00:00", "2031-12-12T10:00:09+00:00", "0.1.0", RUN.model, 2, 1)


def fill(graph: Graph, *ids: str, describe: bool = True) -> None:
    """Keep the sample under these ids; describe them too, if a build went so far."""
    places = gazetteer.load()
    for id in ids:
        settle.keep(graph, sample(id), RUN, gazetteer=places)
    if describe:
        settle.settle(graph, ontology=ontology.load(), gazetteer=places, report=lambda problem: None)


def test_a_finished_store(tmp_path: Path) -> None:
    """Counts, dates, what several articles tell, what made it, decisions and the last build."""
    path = tmp_path / "s"
    (tmp_path / "s.curation").write_text("rename actor/norvia Norvia\ndrop person/spokesman # nobody\n")
    with store.open(path, create=True) as graph:
        fill(graph, "a", "b")
        settle.note(graph, ENDED)
        found = info.describe(graph)
        assert found.counts["articles"] == 2
        assert found.dates == ("2031-12-12", "2031-12-12")
        assert found.joined == graph.query("SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e a kg:Event }")[0].n > 0
        assert found.made == (info.Made("0.1.0", RUN.model[:12], 2),)
        assert (found.waiting, found.decisions, found.last) == (0, 2, ENDED)
        assert found.size > 10_000
        assert found.is_finished
        assert [row.id for row in info.articles(graph)] == ["a", "b"]
        assert "last-run" not in {quad.predicate.value for quad in graph.quads()}


def test_a_build_that_did_not_end(tmp_path: Path) -> None:
    """Articles that were read and not described are counted, and so is a build that never said it ended."""
    with Graph.memory() as graph:
        fill(graph, "a")
        fill(graph, "b", "c", describe=False)
        found = info.describe(graph)
        assert (found.waiting, found.counts["articles"], found.size) == (2, 1, 0)
        assert not found.is_finished
        fill(graph)
        assert info.describe(graph).is_finished
        settle.note(graph, LastRun(ENDED.begun, None, "0.1.0", RUN.model))
        assert not info.describe(graph).is_finished


def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It prints all that on stdout; with 3 and what to do on stderr where a build is left to finish."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[object, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main(["info", "--store", "s", *arguments])
        said = capsys.readouterr()
        return caught.value.code or 0, said.out, said.err

    assert run()[0] == 1
    with store.open("s", create=True) as graph:
        fill(graph, "a", "b")
        settle.note(graph, ENDED)
    code, out, err = run("--articles")
    assert (code, err) == (0, "")
    for part in (
        "events that several articles tell",
        f"model {RUN.model[:12]}",
        "2, 1",
        "The Keld Courier",
    ):
        assert part in out, part
    with store.open("s") as graph:
        fill(graph, "c", describe=False)
    code, out, err = run()
    assert code == 3
    assert err == "s: 1 article read but not described yet; run kgraph build again\n"
    with store.open("s") as graph:
        fill(graph)
        settle.note(graph, LastRun(ENDED.begun, None, "0.1.0", RUN.model))
    code, out, err = run()
    assert (code, err) == (3, "s: the last build did not end; run kgraph build again\n")
    assert re.search(r"last build ended +not\b", out)


def test_a_damaged_store_is_an_error(tmp_path: Path) -> None:
    """It is said by the same StoreError as elsewhere."""
    with store.open(tmp_path / "s", create=True) as graph:
        fill(graph, "a")
    for file in (tmp_path / "s").glob("*.sst"):
        file.write_bytes(b"")
    with pytest.raises(StoreError, match="is damaged, its file"):
        store.open(tmp_path / "s", read_only=True)
