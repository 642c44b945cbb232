"""The queries that come with kgraph: one ``.rq`` file each, in ``named/``.

The comment at the head of a file says what it answers, then what may be bound, one line each:

    # What happens at, from or to each base, by base and date.
    #   base (Base): the base; without it all are shown
    #   realis (text): actual, planned, hypothetical or negated

In brackets stands what a value is: a class of the ontology or ``node`` (then a name is looked up),
``Article`` (its id, headline or IRI), ``fact`` (an IRI), ``Class``, ``text`` or ``number``.

In the queries ``1/0`` is SPARQL's way to leave a variable unbound. An inner query puts names in order, so
that lists of them are the same on every store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kgraph.errors import QueryError

_FOLDER = Path(__file__).parent / "named"
_PARAMETER = re.compile(r"#\s+(\w+) \((\w+)\): (.+)")


class Parameter(NamedTuple):
    """A variable of a query that may be given a value, and what kind of value that is."""

    name: str
    kind: str
    about: str


class NamedQuery(NamedTuple):
    """A query with what its comment says of it."""

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    sparql: str

    def parameter(self, name: str) -> Parameter:
        """Return a parameter; QueryError with the known ones for another name."""
        for each in self.parameters:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.parameters) or "it takes none"
        raise QueryError(f"{self.name} has no parameter {name!r}; known: {known}")


def names() -> list[str]:
    """Return the names of the queries, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.rq"))


def named(name: str) -> str:
    """Return the SPARQL of a query; QueryError with the near names, or all, for another one."""
    known = names()
    if name not in known:
        from kgraph.query.faults import near

        found = near(name, known)
        hint = f"nearest: {', '.join(found)}; " if found else ""
        raise QueryError(f"no query named {name!r}; {hint}known: {', '.join(known)}")
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def find(name: str) -> NamedQuery:
    """Return a query that comes with kgraph; QueryError as ``named``."""
    return read(named(name), name=name)


def read(sparql: str, *, name: str = "the query") -> NamedQuery:
    """Return a query with what the comment at its head says of it."""
    about, parameters = [], []
    for line in sparql.splitlines():
        if not line.startswith("#"):
            break
        match = _PARAMETER.fullmatch(line.rstrip())
        if match:
            parameters.append(Parameter(*match.groups()))
        else:
            about.append(line.lstrip("# "))
    return NamedQuery(name, " ".join(about).strip(), tuple(parameters), sparql)


def listing() -> Iterator[str]:
    """Yield a line for each query with what it answers, then one for each of its parameters, indented."""
    for name in names():
        chosen = find(name)
        yield f"{name}: {chosen.about}"
        for parameter in chosen.parameters:
            yield f"    {parameter.name}=  {parameter.about}"


def describe(name: str) -> str:
    """Return in one line what a query answers."""
    return find(name).about
