"""What joining articles costs, on any articles of yours or on generated ones.

``python -m kgraph.evaluate.resolution PATH…``: the articles are built in memory once; then those of the first
200, 500, 1,500 … are joined again, three times each, and the exponent of the growth is told. Describing
articles is no part of it: that is done with or without others.

``… --generated N [N …]``: generated articles (``generated``) are joined, each number in a process of its own,
with its peak memory; with ``--store DIR`` they are also kept in a store, joined and described there, and one
more is added as a user would.
"""

from __future__ import annotations

import argparse
import math
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgraph.resolve import Reading

SIZES = (200, 500, 1500, 5000, 15_000)
TIMES = 3


def main(arguments: Sequence[str]) -> int:
    """Measure and write one line a figure."""
    parser = argparse.ArgumentParser(prog="python -m kgraph.evaluate.resolution")
    parser.add_argument("paths", nargs="*", help="articles to build and join")
    parser.add_argument("--generated", type=int, nargs="+", metavar="N", help="numbers of generated articles")
    parser.add_argument("--store", type=Path, metavar="DIR", help="keep them there too, in folders by number")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if bool(given.paths) == bool(given.generated):
        parser.error("name articles, or give --generated N")
    if given.paths:
        return _real(given.paths)
    if len(given.generated) == 1:
        return _generated(given.generated[0], given.store, given.seed)
    rest = ["--seed", str(given.seed)] + (["--store", str(given.store)] if given.store else [])
    for count in given.generated:  # memory is told of a process, so each has its own
        command = [sys.executable, "-m", "kgraph.evaluate.resolution", "--generated", str(count), *rest]
        subprocess.run(command, check=True)  # noqa: S603 - our own interpreter and code
    return 0


def _real(paths: Sequence[str]) -> int:
    from kgraph import pipeline, settle
    from kgraph.resolve import resolve

    began = time.process_time()
    with pipeline.build(list(paths)) as graph:
        seconds = time.process_time() - began
        spent = _timed(lambda: resolve(settle.readings(graph)))
        readings = sorted(settle.readings(graph), key=lambda reading: reading.article)
    _say(
        f"articles {len(readings)} built in {seconds:.1f} s of processor time; joined in {spent:.2f} s: "
        f"{spent / seconds:.1%} of the build"
    )
    before: tuple[int, float] | None = None
    for size in [size for size in SIZES if size < len(readings)] + [len(readings)]:
        part = readings[:size]
        best = min(_timed(partial(resolve, part)) for _ in range(TIMES))
        growth = f", n^{math.log(best / before[1]) / math.log(size / before[0]):.2f}" if before else ""
        _say(f"{size} articles joined in {best:.2f} s{growth}")
        before = (size, best)
    return 0


def readings(count: int, *, seed: int = 1) -> Iterator[Reading]:
    """Yield the readings of generated articles in the form in which a store gives them."""
    from kgraph import gazetteer, settle
    from kgraph.evaluate import generated
    from kgraph.resolve.profile import light, to_json

    known = gazetteer.load()
    for extraction in generated.articles(count, gazetteer=known, seed=seed):
        reading = settle.reading_of(extraction, gazetteer=known)
        yield light(to_json(reading), reading.article)


def _generated(count: int, store: Path | None, seed: int) -> int:
    from kgraph.resolve import resolve

    if store is None:
        found = list(readings(count, seed=seed))
        before = _peak()
        began = time.process_time()
        nodes = resolve(found)
        named = sum(map(len, nodes.names.values()))
        spent = time.process_time() - began
        joined = sum(len(item.members) for item in nodes.happened)
        named_there = sum(len(item.profiles) for item in found)
        _say(
            f"{count} articles, {named_there} named entities: joined in {spent:.1f} s, "
            f"{spent / count * 1000:.2f} ms each, peak {_peak()} MB (readings {before} MB); "
            f"{len(nodes.entities.nodes)} nodes, {joined} tellings in {len(nodes.happened)} happenings, "
            f"{named // 1000} kB of names"
        )
        return 0
    return _stored(count, store / str(count), seed)


def _stored(count: int, path: Path, seed: int) -> int:
    """Fill a store with generated articles, settle it, and add one more as a build would."""
    from kgraph import gazetteer, ontology, rdf, settle
    from kgraph import store as stores
    from kgraph.evaluate import generated
    from kgraph.store import Described

    shutil.rmtree(path, ignore_errors=True)
    known, schema = gazetteer.load(), ontology.load()
    run = rdf.Run("generated", "none")
    settled = partial(
        settle.settle, ontology=schema, gazetteer=known, report=lambda problem: _say(str(problem))
    )
    for first, number in ((0, count), (count, 1)):
        began = time.process_time(), time.perf_counter()
        with stores.open(path, create=True) as graph:
            made = generated.articles(number, gazetteer=known, seed=seed, first=first)
            if first:
                for extraction in made:
                    settle.keep(graph, extraction, run, gazetteer=known)
            else:  # many in one transaction: waiting for the disk is not what is measured
                while batch := [
                    Described(rdf.article_iri(item.article.id), (), settle.parts(item, run, gazetteer=known))
                    for item in islice(made, 1000)
                ]:
                    graph.add(batch)
            kept = time.process_time()
            settled(graph)
        spent = time.process_time() - kept
        _say(
            f"{number} article{'s' * (number > 1)} into a store of {first}: made and kept in "
            f"{kept - began[0]:.2f} s, joined and described in {spent:.2f} s of processor time, "
            f"{time.perf_counter() - began[1]:.2f} s in all by the clock; peak {_peak()} MB"
        )
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    _say(f"the store of {count + 1} holds {size // 1_000_000} MB")
    return 0


def _peak() -> int:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
