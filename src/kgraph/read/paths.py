"""Which files to read, and a short name for each that no other has."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from kgraph.errors import printable
from kgraph.model import Problem
from kgraph.read.encoding import without_surrogates
from kgraph.read.fields import Report
from kgraph.read.kinds import SUFFIXES, stem, suffix


def expand(paths: Iterable[str | Path], suffixes: Collection[str], report: Report) -> list[Path]:
    """Files of the given files, folders and globs: sorted, each once. Reports what matches nothing."""
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _matches(str(path), suffixes, report):
            found.setdefault(_real(file), file)
            found[_real(file)] = min(found[_real(file)], file, key=Path.as_posix)
    return sorted(found.values(), key=Path.as_posix)


def names(files: Iterable[Path]) -> dict[Path, str]:
    """Name each file by its stem; files of one stem by their folders too, and by suffix in one folder.

    Nothing above the folder that tells two files apart is part of a name, so that the same files give
    the same names on another machine.
    """
    folders = {file: file.absolute() for file in files}
    siblings = Counter((path.parent, stem(path.name)) for path in folders.values())
    depth = dict.fromkeys(folders, 0)
    while True:
        named = {}
        for file, path in folders.items():
            own = stem(path.name)
            if siblings[path.parent, own] > 1:
                own += path.name[len(own) :].replace(".", "-")
            above = path.parent.parts[1:]
            named[file] = "-".join((*above[max(0, len(above) - depth[file]) :], own))
        shared = Counter(named.values())
        deeper = [
            file
            for file, name in named.items()
            if shared[name] > 1 and depth[file] < len(folders[file].parent.parts) - 1
        ]
        if not deeper:
            return {file: without_surrogates(name) for file, name in named.items()}
        for file in deeper:
            depth[file] += 1


def slug(address: str) -> str:
    """Return a short name of a URL or a path: letters, digits, dots and dashes of it, at most 120."""
    rest = address.partition("://")[2] or address
    return re.sub(r"[^\w.]+", "-", without_surrogates(rest[:2000])).strip("-.")[:120] or "article"


def _matches(path: str, suffixes: Collection[str], report: Report) -> Iterator[Path]:
    """Yield the files that one argument means."""

    def problem(reason: str, remedy: str) -> None:
        report(Problem(printable(path) or "''", reason, remedy))

    known = " ".join(sorted({*suffixes, *SUFFIXES}))
    try:
        if Path(path).is_dir() and path:
            files = list(_inside(Path(path), suffixes, report))
        elif Path(path).is_file():
            if suffix(Path(path).name, suffixes) is None:
                problem("is of a kind that kgraph does not read", f"skipped; known: {known}")
                return
            files = [Path(path)]
        elif path and Path(path).exists():
            problem("is neither a file nor a folder", "skipped; name a file, a folder or a glob")
            return
        elif glob.has_magic(path):
            files = []
            for match in glob.iglob(path, recursive=True):  # noqa: PTH207 - Path.glob takes no absolute patterns
                if Path(match).is_dir():
                    files += _inside(Path(match), suffixes, report)
                elif Path(match).is_file() and suffix(match, suffixes) is not None:
                    files.append(Path(match))
        else:
            problem("is not there", "skipped; check the path")
            return
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problem(f"cannot be looked up ({printable(why)})", "skipped; check the path")
        return
    if not files:
        problem("holds no article", f"skipped; kgraph reads {known}")
    yield from files


def _inside(folder: Path, suffixes: Collection[str], report: Report) -> Iterator[Path]:
    """Yield the readable files of a folder and its folders, without hidden ones."""

    def closed(error: OSError) -> None:
        where = printable(str(error.filename))
        report(Problem(where, f"cannot be opened ({error.strerror})", "skipped; check its permissions"))

    for parent, children, file_names in os.walk(folder, onerror=closed):
        children[:] = sorted(child for child in children if not child.startswith("."))
        for name in file_names:
            file = Path(parent, name)
            # A link that leads nowhere is passed on, so that reading names it; a pipe would block.
            if (
                not name.startswith(".")
                and suffix(name, suffixes) is not None
                and (file.is_file() or not file.exists())
            ):
                yield file


def _real(file: Path) -> Path:
    """Return the file behind links and dots, by which two spellings of one file are known."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):  # a link that leads to itself
        return file.absolute()
