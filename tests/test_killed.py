"""A build that is killed at any moment leaves every article whole or absent, and the next finishes the rest.

Six moments; for more: ``KGRAPH_MOMENTS=50 pytest tests/test_killed.py``.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from building import STAGES, build, by_article, check_whole, lines, run
from kgraph import store
from kgraph.errors import StoreError
from kgraph.store import Graph

MOMENTS = int(os.environ.get("KGRAPH_MOMENTS", "6"))
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["kgraph.gazetteer", "kgraph.ontology", "kgraph.settle"])


def finish(folder: Path) -> float:
    """Run a build to its end; return its seconds."""
    made = processes.Process(target=run, args=(folder,))
    begun = time.monotonic()
    made.start()
    made.join()
    assert made.exitcode == 0
    return time.monotonic() - begun


def kill(folder: Path, seconds: float) -> bool:
    """Run a build and kill it so many seconds after it began; return whether it was still at work."""
    made = processes.Process(target=run, args=(folder,))
    made.start()
    made.join(seconds)
    made.kill()  # SIGKILL
    made.join()
    return made.exitcode == -signal.SIGKILL


def check(graph: Graph, stages: list[dict[str, frozenset[str]]]) -> None:
    """Assert that every article is whole, of one of the stages, or absent."""
    for article, statements in by_article(graph).items():
        assert statements in [stage[article] for stage in stages], article
    check_whole(graph)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_build_leaves_whole_articles(tmp_path: Path) -> None:
    """At each moment what is there is whole, and the resumed build is the undisturbed one, byte for byte."""
    stages = []
    with Graph.memory() as graph:
        for stage in STAGES:
            build(graph, stage)
            stages.append(by_article(graph))
    assert stages[0] != stages[1]
    finish(tmp_path / "whole")
    shutil.rmtree(tmp_path / "whole")
    seconds = finish(tmp_path / "whole")  # the first one also started the server of processes
    with store.open(tmp_path / "whole", read_only=True) as graph:
        wanted = lines(graph)
        assert by_article(graph) == stages[-1]
    chance = random.Random(7)  # noqa: S311 - the same moments on every run
    folder = tmp_path / "killed"
    killed = 0
    for moment in range(MOMENTS):
        killed += kill(folder, chance.uniform(0, seconds))
        mark = folder / "KGRAPH"
        if mark.exists() and mark.read_bytes():
            with store.open(folder, read_only=bool(moment % 2)) as graph:
                check(graph, stages)
        else:  # killed before there was a store
            with pytest.raises(StoreError, match=r"is empty; fill it|no such store; make it"):
                store.open(folder, read_only=True)
        if chance.random() < 0.4 or moment == MOMENTS - 1:
            finish(folder)
            with store.open(folder, read_only=True) as graph:
                assert lines(graph) == wanted
            assert not list(folder.glob("bulk-*")), "files of killed batches"
            shutil.rmtree(folder)
    assert killed >= MOMENTS // 2, "the moments came too late"
