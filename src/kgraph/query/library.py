"""The queries that come with kgraph: one ``.rq`` file each, in ``named/``."""

from __future__ import annotations

from pathlib import Path

from kgraph.errors import QueryError

_FOLDER = Path(__file__).parent / "named"


def names() -> list[str]:
    """Return the names of the queries, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.rq"))


def named(name: str) -> str:
    """Return the SPARQL of a query; QueryError with the known names for another one."""
    if name not in names():
        raise QueryError(f"no query named {name!r}; known: {', '.join(names())}")
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def describe(name: str) -> str:
    """Return the leading comment of a query as one line: what it answers and what may be bound."""
    lines = []
    for line in named(name).splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)
