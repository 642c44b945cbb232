"""A process that reads one article after the other, and may be killed at any time.

The first line of its input says how to load what it needs, each further one is an article; it answers each
with one line of JSON. It ends when its input does, and so with whoever started it, however that one ended.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from kgraph.errors import KGraphError
from kgraph.resources import Resources, Settings
from kgraph.work import Limits
from kgraph.work.task import fault, outcome_to_json, read_one, task_from_json

OUT_OF_MEMORY = 77
"""The exit code of a process that reached its limit of memory."""
GRACE = 10  # seconds after which a worker ends itself, should nobody be left to do it

Load = Callable[[Settings], Resources]


def load(settings: Settings) -> Resources:
    """Load what reading needs; one thread for the model, since there is a process for each core."""
    return Resources.load(
        settings.ontology,
        model=settings.model,
        nlp=settings.nlp,
        gazetteers=settings.gazetteers,
        min_confidence=settings.min_confidence,
        threads=1,
    )


def run(load: Load, requests: IO[bytes], out: IO[bytes]) -> None:
    """Answer until there is nothing more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who started us decides
    job = json.loads(requests.readline())
    limits = Limits(job["seconds"], job["megabytes"])
    _limit_memory(limits.megabytes)
    try:
        settings = Settings.from_json(job["settings"])
        resources = load(settings)
        if settings.fingerprint(resources.run) != job["fingerprint"]:
            raise KGraphError(
                "a process that reads has another kgraph, model or ontology than this one; "
                "install the same in all places"
            )
    except KGraphError as error:
        _send(out, {"error": str(error)})
        return
    except MemoryError:
        _send(out, {"error": f"the model does not fit into {limits.megabytes:,} MB; allow more memory"})
        return
    _send(out, {"ready": os.getpid()})
    # The kernel's own clock: it ends native code as well, and works when nobody is left to kill this one.
    alarm: Callable[[float], object] = (
        (lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds))
        if hasattr(signal, "setitimer")
        else (lambda seconds: None)
    )
    for line in iter(_inbox(requests).get, b""):
        task = task_from_json(line)
        alarm(limits.allowed(task.article.text) + GRACE)
        try:
            answer = outcome_to_json(read_one(task, resources))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # what is left of it is not to be relied upon
        except Exception as error:  # as in a build within one process: one article must not cost the others
            if "alloc" in str(error):  # std::bad_alloc, "Failed to allocate memory"
                os._exit(OUT_OF_MEMORY)
            answer = outcome_to_json(fault(task, error))
        alarm(0)
        out.write(answer.encode() + b"\n")
        out.flush()


def _inbox(requests: IO[bytes]) -> queue.SimpleQueue[bytes]:
    """Take lines in at once, so that who sends them never waits; end the process when there are no more."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def take() -> None:
        for line in requests:
            lines.put(line)
        os._exit(0)  # nobody is there any more who wants what is being read

    threading.Thread(target=take, daemon=True).start()
    return lines


def _send(out: IO[bytes], value: dict[str, Any]) -> None:
    out.write(json.dumps(value).encode() + b"\n")
    out.flush()


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    size = megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file behind


def main(load: Load = load) -> None:
    """Run on the standard streams; what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        run(load, sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
