"""The other side of ``guard``: reads one source after the other, within limits, until its input ends."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from kgraph.errors import ReadError, printable
from kgraph.model import Problem
from kgraph.read.source import Source


def main() -> None:
    """Answer requests on standard input; what libraries print goes nowhere."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    _bound(json.loads(requests.readline())["memory"])
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])

        def answer(value: dict[str, Any]) -> None:
            answers.write(json.dumps(value).encode() + b"\n")
            answers.flush()

        try:
            _answer(request, data, answer)
        except BrokenPipeError:
            return


def _answer(request: dict[str, Any], data: bytes, answer: Callable[[dict[str, Any]], None]) -> None:
    """Read one source; every fault of its reader is said, not raised."""
    path = request["path"]

    def opened() -> BinaryIO:
        return io.BytesIO(data) if path is None else Path(path).open("rb")

    source = Source(
        request["shown"],
        request["suffix"],
        opened,
        request["url"],
        request["stated"],
        path=None if path is None else Path(path),
        limit=request["limit"],
    )

    def report(problem: Problem) -> None:
        answer({"problem": dataclasses.asdict(problem)})

    try:
        reader = _function(request["reader"])
        for line, article in reader(source, request["name"], report, **request["options"]):
            answer({"line": line, "article": dataclasses.asdict(article)})
    except BrokenPipeError:
        raise
    except ReadError as error:
        answer({"refused": str(error)})
    except OSError as error:
        answer({"errno": error.errno or 0, "reason": error.strerror or type(error).__name__})
    except RecursionError:
        answer({"refused": "is nested too deeply"})
    except MemoryError:
        answer({"refused": "needs too much memory to read", "ended": True})
    except Exception as error:  # a reader of somebody else's, or a library on bytes made to break it
        answer({"refused": f"cannot be read ({fault(error)})"})
    else:
        answer({"done": True})


def fault(error: Exception) -> str:
    """Say in one printable piece what a library raised."""
    return printable(" ".join(f"{type(error).__name__}: {error}".split()))[:200]


def _function(name: str) -> Callable[..., Any]:
    """Import the reader that ``module:function`` names."""
    module, _, attribute = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function


def _bound(memory: int) -> None:
    """Let this process have no more than so many bytes of address space, where the system can see to it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
