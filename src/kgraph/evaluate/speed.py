"""How fast and how large: ``python -m kgraph.evaluate.speed PATH…`` on any articles of yours.

Start-up is a fresh process that imports kgraph and loads the model; the rest is one build in memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Sequence


def main(paths: Sequence[str]) -> int:
    """Measure and write one line a figure; 1 where there is nothing to read."""
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
