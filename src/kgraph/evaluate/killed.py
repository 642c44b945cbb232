"""Builds that are killed at random moments: ``python -m kgraph.evaluate.killed PATH… --times 50``.

Each build is killed as a whole, or one of its processes is, by SIGKILL at a random moment of the time that an
undisturbed build takes; then the same build is run to its end, and the store compared with that of the
undisturbed one, statement for statement.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from kgraph import store
from kgraph.errors import StoreError
from kgraph.store import READINGS

_COMMAND = (sys.executable, "-c", "from kgraph.cli import main; main()", "build")


def content(folder: Path) -> list[str]:
    """Return every statement of a store but the note of its last build, sorted."""
    with store.open(folder, read_only=True) as graph:
        return sorted(str(quad) for quad in graph.store if quad.subject != READINGS)


def children(parent: int) -> list[int]:
    """Return the processes that a process started; none where the system does not tell."""
    try:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()] + [
            int(pid)
            for task in Path(f"/proc/{parent}/task").iterdir()
            if task.name != str(parent)
            for pid in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def start(paths: Sequence[str], folder: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a build."""
    command = [*_COMMAND, *paths, "--store", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def disturb(build: subprocess.Popen[bytes], seconds: float, chance: random.Random) -> str:
    """Kill a build or one of its processes after so many seconds; return which, "" if it had ended."""
    try:
        build.wait(seconds)
    except subprocess.TimeoutExpired:
        workers = children(build.pid)
        if workers and chance.random() < 0.5:
            os.kill(chance.choice(workers), signal.SIGKILL)
            return "worker"
        build.kill()
        build.wait()
        return "build"
    return ""


def main(arguments: Sequence[str]) -> int:
    """Kill, resume and compare; 1 where a store differs."""
    parser = argparse.ArgumentParser(prog="python -m kgraph.evaluate.killed")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    options = ["--workers", str(given.workers)]
    if given.workers == 1:
        options += ["--max-seconds", "120"]  # so that there is a process to kill
    chance = random.Random(given.seed)  # noqa: S311 - the same moments on every run
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        begun = time.monotonic()
        if start(given.paths, whole, options).wait() not in (0, 3):
            sys.stderr.write("the undisturbed build failed\n")
            return 1
        seconds = time.monotonic() - begun
        wanted = content(whole)
        sys.stdout.write(f"undisturbed: {seconds:.1f} s, {len(wanted):,} statements\n")
        equal = 0
        killed = {"build": 0, "worker": 0, "": 0}
        for number in range(given.times):
            folder = Path(place) / f"killed-{number}"
            build = start(given.paths, folder, options)
            killed[disturb(build, chance.uniform(0, seconds), chance)] += 1
            if build.wait() not in (0, 3):
                start(given.paths, folder, options).wait()
            try:
                same = content(folder) == wanted
            except StoreError:
                same = False
            equal += same
            left = [path.name for path in Path(place).glob(f"{folder.name}.*")]
            if not same or left:
                sys.stdout.write(f"{number}: {'differs' if not same else 'left ' + ', '.join(left)}\n")
            sys.stdout.flush()
    sys.stdout.write(
        f"{equal} of {given.times} equal after {killed['build']} kills of the build and "
        f"{killed['worker']} of a process ({killed['']} had ended)\n"
    )
    return 0 if equal == given.times else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
