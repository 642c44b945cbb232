"""What joining articles costs: ``python -m kgraph.evaluate.resolution PATH…`` on any articles of yours.

The articles are built in memory once; then those of the first 200, 500, 1,500 … are joined again, three times
each, and the exponent of the growth is told. Describing articles is no part of it: that is done with or
without others.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

SIZES = (200, 500, 1500, 5000, 15_000)
TIMES = 3


def main(paths: Sequence[str]) -> int:
    """Measure and write one line a figure."""
    from kgraph import pipeline, settle
    from kgraph.resolve import resolve

    began = time.process_time()
    with pipeline.build(list(paths)) as graph:
        seconds = time.process_time() - began
        spent = _timed(lambda: resolve(settle.readings(graph)))
        readings = sorted(settle.readings(graph), key=lambda reading: reading.article)
    sys.stdout.write(
        f"articles {len(readings)} built in {seconds:.1f} s of processor time; joined in {spent:.2f} s: "
        f"{spent / seconds:.1%} of the build\n"
    )
    before: tuple[int, float] | None = None
    for size in [size for size in SIZES if size < len(readings)] + [len(readings)]:
        part = readings[:size]
        best = min(_timed(partial(resolve, part)) for _ in range(TIMES))
        growth = f", n^{math.log(best / before[1]) / math.log(size / before[0]):.2f}" if before else ""
        sys.stdout.write(f"{size} articles joined in {best:.2f} s{growth}\n")
        before = (size, best)
    return 0


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
