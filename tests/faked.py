"""Reading without a model, also as a process: ``python faked.py`` reads articles as a worker does.

A text is read as the sample's; some words in it do what a hostile article might:
``crash``, ``hang``, ``eat`` (memory) and ``explode`` (a fault in the code). ``slow`` takes a while.
``python faked.py build FOLDER FILE WORKERS`` builds with such processes.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from kgraph import gazetteer, pipeline
from kgraph.model import Article, Extraction
from kgraph.rdf import Run
from kgraph.resources import Resources, Settings
from kgraph.store import READINGS, Graph
from kgraph.work import process, worker
from samples import RUN, TEXT, sample

COMMAND = (sys.executable, str(Path(__file__).absolute()))
PLACE = {"PYTHONPATH": str(Path(pipeline.__file__).absolute().parents[1])}
"""What a process elsewhere needs to find this kgraph."""


class Fake(Resources):
    """Reads every text as that of the sample."""

    @classmethod
    def load(cls, *arguments: Any, **options: Any) -> Self:
        """Load the ontology and the gazetteers only."""
        nothing: Any = None
        settings = Settings.of(*arguments, **{name: options[name] for name in options if name != "threads"})
        return cls(pipeline.load_ontology(), nothing, gazetteer.load(), nothing, settings=settings)

    @property
    def run(self) -> Run:
        """A run of a fixed model."""
        return RUN

    def facts(self, articles: Sequence[Article]) -> Iterator[Extraction]:
        """Yield the facts of each article."""
        for article in articles:
            words = article.text.split()
            if "crash" in words:
                os.kill(os.getpid(), signal.SIGSEGV)
            if "hang" in words:
                time.sleep(3600)
            if "eat" in words:
                bytearray(2_000_000_000)  # refused at once where there is a limit
            if "explode" in words:
                raise ZeroDivisionError("in the code")
            if "slow" in words:
                time.sleep(0.02)
            found = sample(article.id)
            kept = found.events[: 1 + len(words) % 3]
            yield dataclasses.replace(found, article=article, events=kept)


def write(path: Path, articles: Iterable[tuple[str, str]]) -> Path:
    """Write articles (id, what is added to the sample's text) as JSON Lines."""
    lines = [json.dumps({"id": id, "title": id, "text": f"{TEXT}\n{more}"}) for id, more in articles]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def lines(graph: Graph) -> list[str]:
    """Return everything in a store but the note of the last build, sorted."""
    return sorted(str(quad) for quad in graph.store if quad.subject != READINGS)


def no_model(settings: Settings) -> Run:
    """Return what ``Fake.run`` is, in the place of ``Settings.run``, which looks for a model."""
    return RUN


if __name__ == "__main__":
    Settings.run = property(no_model)  # type: ignore[method-assign, assignment]
    if sys.argv[1:2] == ["build"]:
        process.COMMAND = COMMAND
        folder, file, workers = sys.argv[2:]
        plan = pipeline.Plan(workers=int(workers), max_seconds=60)
        pipeline.build(file, store=folder, resources=pipeline.Settings(), work=plan).close()
    else:
        worker.main(lambda settings: Fake.load())
