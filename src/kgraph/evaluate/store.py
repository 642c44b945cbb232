"""How fast the store is: ``python -m kgraph.evaluate.store [--quads N]``, on a made-up graph of our shape.

Articles about invented states, their forces and bases are described as a build describes them, and loaded
through ``Graph.add`` in memory and on disk, and as N-Quads into rdflib's in-memory store. Loads are measured
in a process of their own each, queries in one process, where all three must give the same rows. Then the
graph is exported, and asked from the shell. Times are of the processor; of queries, ours are of
``Graph.query``, with its rows in their order.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from kgraph import folder, ontology, rdf, store
from kgraph.model import Article, Entity, Event, Extraction, Mention, Relation, Role, Span
from kgraph.store import Described, Graph

QUADS = 1_000_000
TIMES, THEIRS = 5, 2  # of which the quickest counts; rdflib takes long
_BATCH = 50_000  # as a build stores them
_RUN = rdf.Run("0", "0" * 20)
_EVENTS = {"Assault": "struck", "Agreement": "signed a pact with", "Threat": "threatened", "Aid": "helped"}
_STATES, _FORCES, _BASES, _PEOPLE = 60, 300, 1_500, 3_000
_STATE = rdf.entity_iri("actor/state-0")

QUERIES = {
    "one hop": "SELECT DISTINCT ?base ?force WHERE { ?base kg:operatedBy ?force }",
    "star": """SELECT ?event ?who ?whom ?begin ?sure WHERE { ?event a kg:Assault ;
        kg:actor ?who ; kg:recipient ?whom ; kg:beginDate ?begin ; kg:confidence ?sure }""",
    "path": f"SELECT DISTINCT ?event WHERE {{ ?event kg:base/kg:operatedBy/kg:partOf <{_STATE}> }}",
    "date range": """SELECT ?event ?who ?begin WHERE { ?event a kg:Event ; kg:actor ?who ; kg:beginDate ?begin
        FILTER(?begin >= "2031-03-01"^^xsd:date && ?begin < "2031-04-01"^^xsd:date) }""",
    "group by": """SELECT ?who (COUNT(DISTINCT ?event) AS ?events) WHERE {
        ?event a kg:Event ; kg:actor ?who } GROUP BY ?who""",
    "optional": f"""SELECT ?event ?base ?said WHERE {{ ?event kg:recipient <{_STATE}>
        OPTIONAL {{ ?event kg:base ?base }} OPTIONAL {{ ?event kg:accordingTo ?said }} }}""",
    "text contains": """SELECT ?sentence ?text WHERE { ?sentence nif:isString ?text
        FILTER(CONTAINS(?text, "Base 7 ")) }""",
    "provenance join": f"""SELECT ?article ?published ?text ?sure WHERE {{ GRAPH ?article {{
        ?event kg:recipient <{_STATE}> ; prov:wasDerivedFrom ?sentence ; kg:confidence ?sure .
        ?sentence nif:isString ?text . ?article schema:datePublished ?published }} }}""",
}


class Cost(NamedTuple):
    """What something took: seconds, peak resident megabytes of its process, megabytes on disk."""

    seconds: float
    resident: float
    disk: float


def article(number: int, seed: int = 0) -> Extraction:
    """Return one made-up article: seven sentences with 35 mentions, five events and six relations."""
    chance = random.Random(seed * 1_000_003 + number)  # noqa: S311 - the same graph on every run

    def some(kind: str, size: int) -> str:
        return f"{kind} {int(size * chance.random() ** 3)}"  # few are in the news often, most seldom

    sentences, mentions, events, relations = [], [], [], []
    entities: dict[str, Entity] = {}
    text = ""
    day = f"2031-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    for index in range(7):
        cls = chance.choice(sorted(_EVENTS))
        force, base = some("Force", _FORCES), some("Base", _BASES)
        named = {
            "force": (force, "actor", "MilitaryForce"),
            "state": (some("State", _STATES), "actor", "State"),
            "base": (base, "place", "AirBase"),
            "home": (f"State {int(force.split()[1]) % _STATES}", "actor", "State"),
            "person": (some("Person", _PEOPLE), "person", "Person"),
        }
        line = f"{{force}} {_EVENTS[cls]} {{state}} from {{base}} , which {{home}} holds, {{person}} said. "
        begin, spans = len(text), {}
        for piece in line.split("{"):
            name, brace, rest = piece.rpartition("}")
            if brace:
                label, family, kind = named[name]
                spans[name] = Span(len(text), len(text) + len(label), label)
                entity = entities.setdefault(
                    label,
                    Entity(
                        f"e{len(entities)}",
                        f"{family}/{rdf.slug(label).lower()}",
                        kind,
                        label,
                        (f"{label}s",),
                    ),
                )
                mention = f"m{index}-{name}"
                mentions.append(Mention(mention, spans[name], "name", kind, entity.id, 0.9, spans[name]))
                text += label
            text += rest
        sentence = Span(begin, len(text), text[begin:])
        sentences.append(sentence)
        said = f"m{index}-person" if chance.random() < 0.3 else None
        sure = chance.randint(40, 99) / 100
        if index < 5:
            verb = _EVENTS[cls].split()[0]
            start = spans["force"].end + 1
            roles = [Role("actor", f"m{index}-force"), Role("recipient", f"m{index}-state")]
            if chance.random() < 0.5:
                roles.append(Role("base", f"m{index}-base"))
            events.append(
                Event(
                    f"v{index}", cls, None, Span(start, start + len(verb), verb), tuple(roles), day, None,
                    "explicit", "actual", said, sure, sentence,
                )
            )  # fmt: skip
        for predicate, one, other in (("operatedBy", "base", "force"), ("partOf", "force", "home"))[
            : 1 + index % 2
        ]:
            ends = f"m{index}-{one}", f"m{index}-{other}"
            relations.append(
                Relation(f"r{index}-{one}", predicate, *ends, None, "actual", said, sure, sentence)
            )
    return Extraction(
        Article(f"made-{number}", f"News {number}", text, day, "The Made-up Courier"),
        tuple(sentences), tuple(mentions), (), tuple(entities.values()), tuple(events), tuple(relations),
    )  # fmt: skip


def batches(quads: int, seed: int = 0) -> Iterator[list[Described]]:
    """Yield described articles in batches as a build stores them, until there are so many quads."""
    schema = ontology.load()
    batch: list[Described] = []
    made = waiting = number = 0
    while made < quads:
        given = article(number, seed)
        statements = list(rdf.quads(given, ontology=schema, run=_RUN))
        batch.append(Described(rdf.article_iri(given.article.id), statements, {}))
        number, made, waiting = number + 1, made + len(statements), waiting + len(statements)
        if waiting >= _BATCH or made >= quads:
            yield batch
            batch, waiting = [], 0


def load(graph: Graph, quads: int, seed: int = 0) -> float:
    """Load the made-up graph; return the seconds that the store took."""
    spent = 0.0
    for batch in batches(quads, seed):
        spent += _timed(lambda batch=batch: graph.add(batch))[0]  # type: ignore[misc]
    return spent


def rdflib_of(quads: int, seed: int = 0) -> tuple[Any, float]:
    """Return the made-up graph as an rdflib Dataset in memory, and the seconds that loading took."""
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    spent = 0.0
    for batch in batches(quads, seed):
        text = ox.serialize((quad for item in batch for quad in item.quads), format=ox.RdfFormat.N_QUADS)
        spent += _timed(lambda text=text: dataset.parse(data=text, format="nquads"))[0]  # type: ignore[misc]
    return dataset, spent


def alone(kind: str, quads: int, seed: int) -> Cost:
    """Load in this process, which does nothing else."""
    disk = 0.0
    if kind == "rdflib":
        seconds = rdflib_of(quads, seed)[1]
    elif kind == "memory":
        seconds = load(Graph.memory(), quads, seed)
    else:
        with tempfile.TemporaryDirectory() as place:
            graph = store.open(Path(place) / "store", create=True)
            seconds = load(graph, quads, seed) + _timed(graph.close)[0]
            disk = folder.size(Path(place) / "store") / 1e6
    return Cost(seconds, _resident(), disk)


def exported(path: Path, suffix: str) -> Cost:
    """Export in this process, which does nothing else."""
    with tempfile.TemporaryDirectory() as place, store.open(path, read_only=True) as graph:
        file = Path(place) / f"graph.{suffix}"
        seconds = _timed(lambda: graph.export(file))[0]
        return Cost(seconds, _resident(), file.stat().st_size / 1e6)


def shell(path: Path) -> float:
    """Return the seconds of the processor that one named query takes from the shell, all processes of it."""
    code = "from kgraph.cli import main; main()"
    command = [sys.executable, "-c", code, "query", "--name", "bases-abroad", "--format", "csv"]
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "--store", str(path)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(work: Callable[..., Cost], *arguments: Any) -> Cost:
    """Do it in a process that is spawned: it starts with empty hands."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *arguments).result()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write one line a figure; 1 where the rows of the stores differ."""
    parser = argparse.ArgumentParser(prog="kgraph.evaluate.store", description=__doc__)
    parser.add_argument("--quads", type=int, default=QUADS, help="statements of the graph")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    for kind in ("memory", "disk", "rdflib"):
        cost = _alone(alone, kind, given.quads, given.seed)
        _say(f"load {kind:7} {cost.seconds:8.1f} s, peak {cost.resident:6.0f} MB, disk {cost.disk:6.1f} MB")
    with Graph.memory() as memory, tempfile.TemporaryDirectory() as place:
        load(memory, given.quads, given.seed)
        with store.open(Path(place) / "store", create=True) as disk:
            load(disk, given.quads, given.seed)
        with store.open(Path(place) / "store", read_only=True) as disk:
            dataset, _ = rdflib_of(given.quads, given.seed)
            different = _compare(memory, disk, dataset)
        del dataset
        for suffix in ("nq", "ttl"):
            cost = _alone(exported, Path(place) / "store", suffix)
            _say(
                f"export {suffix:5} {cost.seconds:8.1f} s, peak {cost.resident:6.0f} MB, {cost.disk:6.1f} MB"
            )
        _say(f"shell {min(shell(Path(place) / 'store') for _ in range(TIMES)):14.2f} s for one named query")
    return different


def _compare(memory: Graph, disk: Graph, dataset: Any) -> int:
    _say(f"{'':16}{'rows':>8}{'memory':>10}{'disk':>10}{'rdflib':>10}   times as fast; layer over pyoxigraph")
    list(dataset.query("SELECT * WHERE { ?s a kg:Nothing }", initNs=dict(rdf.PREFIXES)))  # its parser wakes
    same = True
    gains, layers = [], []
    for name, sparql in QUERIES.items():
        asked = [
            _timed(lambda: list(dataset.query(sparql, initNs=dict(rdf.PREFIXES))))  # noqa: B023
            for _ in range(THEIRS)
        ]
        slow, theirs = min(seconds for seconds, _ in asked), asked[0][1]
        quick, bare = [], []
        for graph in (memory, disk):
            runs = [_timed(lambda: graph.query(sparql)) for _ in range(TIMES)]  # noqa: B023
            quick.append(min(seconds for seconds, _ in runs))
            bare.append(min(_timed(lambda: _plain(graph, sparql))[0] for _ in range(TIMES)))  # noqa: B023
            ours = sorted(tuple(map(_text, row)) for row in _plain(graph, sparql))
            if ours != sorted(tuple(map(_text, row)) for row in theirs) or len(ours) != len(runs[0][1]):
                _say(f"{name}: other rows than rdflib's")
                same = False
        gains.append([slow / seconds for seconds in quick])
        layers.append([ours / own for ours, own in zip(quick, bare, strict=True)])
        times = "".join(f"{seconds * 1000:8.1f}ms" for seconds in (*quick, slow))
        _say(
            f"{name:16}{len(theirs):8,}{times}   {gains[-1][0]:7.1f} {gains[-1][1]:7.1f}; "
            f"{layers[-1][0]:.2f} {layers[-1][1]:.2f}"
        )
    for place, which in enumerate(("in memory", "on disk")):
        gain = statistics.median(item[place] for item in gains)
        layer = statistics.median(item[place] for item in layers)
        worst = max(item[place] for item in layers)
        _say(
            f"{which}: median {gain:.0f} times as fast as rdflib; layer {layer:.2f} times pyoxigraph itself, "
            f"at worst {worst:.2f}"
        )
    return 0 if same else 1


def _plain(graph: Graph, sparql: str) -> list[tuple[Any, ...]]:
    """Ask as one would without kgraph."""
    return [tuple(row) for row in graph.store.query(sparql, prefixes=dict(rdf.PREFIXES))]  # type: ignore[union-attr]


def _text(term: Any) -> str:
    return str(getattr(term, "value", term))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of processor time, which other programs on the machine do not lengthen."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
