"""How fast and how large: ``python -m kgraph.evaluate.speed PATH…`` on any articles of yours.

Start-up is a fresh process that imports kgraph and loads the model; the rest is one reading in memory. With
``--workers 1 2`` whole builds are measured instead, each with so many processes and in a store of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def build(paths: Sequence[str], workers: int) -> dict[str, Any]:
    """Build in a fresh store with so many processes; return the report of the build and its processor time.

    One worker is one process beside the one that stores, as two are two: what differs is their number.
    """
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        command = [
            *(sys.executable, "-c", "from kgraph.cli import main; main()", "build", *paths),
            *("--store", str(Path(place) / "store"), "--report", str(report)),
            *("--workers", str(workers), "--max-seconds", "600"),
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    found["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found


def builds(paths: Sequence[str], workers: Sequence[int]) -> None:
    """Write one line for each number of workers."""
    first = 0.0
    for number in workers:
        found = build(paths, number)
        first = first or found["rate"]
        memory = found["memory"]
        sys.stdout.write(
            f"{number} workers: {found['articles']} articles in {found['seconds']:.1f} s "
            f"({found['reading_seconds']:.1f} s reading): {found['rate']:.1f} articles/s, "
            f"{found['rate'] / first:.2f} x; {1000 * found['cpu'] / max(found['articles'], 1):.0f} ms of "
            f"processor time an article; {memory['reading']} MB when all was read, {memory['build']} MB at "
            f"most, {memory['worker']} MB a worker\n"
        )
        sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Measure and write one line a figure; 1 where there is nothing to read."""
    parser = argparse.ArgumentParser(prog="python -m kgraph.evaluate.speed")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--workers", type=int, nargs="+", default=[])
    given = parser.parse_args(arguments)
    paths: list[str] = given.paths
    if given.workers:
        builds(paths, given.workers)
        return 0
    code = "import kgraph.nlp.component as c; c.load()"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own interpreter and code
    start_up = time.perf_counter() - began

    from kgraph import pipeline
    from kgraph.read import read

    problems: list[object] = []
    articles = list(read(paths, on_problem=problems.append))
    if not articles:
        sys.stderr.write("no articles here; name files or folders\n")
        return 1
    ready = pipeline.Resources.load()
    began = time.perf_counter()
    facts = sum(
        len(found.events) + len(found.relations) for found in pipeline.extract(articles, resources=ready)
    )
    seconds = time.perf_counter() - began
    words = sum(len(article.text.split()) for article in articles)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"start-up {start_up:.2f} s\narticles {len(articles)} ({words} words) in {seconds:.2f} s: "
        f"{len(articles) / seconds:.1f} articles/s, {words / seconds:.0f} words/s, {facts} facts\n"
        f"peak memory {peak:.0f} MB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
