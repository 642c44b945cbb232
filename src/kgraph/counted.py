"""What the articles of a graph say of one subject, counted: the ground of page, tables and networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from kgraph.names import PREFIXES

Value = str | int
V = TypeVar("V", bound=Value)
Values = Mapping[str, Counter[tuple[V, bool]]]
"""Predicate -> (value, is it an IRI) -> in how many graphs."""

_KG = PREFIXES["kg"]
FIELDS = frozenset(
    _KG + name
    for name in (
        *("mode", "beginDate", "endDate", "dateBasis", "realis", "accordingTo", "confidence"),
        *("trigger", "refersTo"),
    )
)
"""What is said *about* a fact or a mention; every other kg: property is a role, a value or a relation, so
that one that is new in the ontology is drawn and exported without a change of code."""
RECORDS = frozenset(_KG + name for name in ("Article", "Sentence", "Mention", "Assertion"))
"""The classes of evidence: what has one of them is no entity."""


def every(values: Values[V], predicate: str) -> list[str]:
    """Return the different values of a property as text, sorted."""
    return sorted({str(value) for value, _ in values.get(predicate, ())})


def usual(values: Values[V], predicate: str) -> str:
    """Return the value most articles give; among equals the first by alphabet; "" where there is none."""
    counted = values.get(predicate)
    return str(min(counted.items(), key=lambda item: (-item[1], str(item[0])))[0][0]) if counted else ""


def whole(values: Values[V], predicate: str) -> int:
    """Return the usual value as a whole number; 0 where it is none."""
    text = usual(values, predicate)
    return int(text) if text.isdecimal() and text.isascii() else 0


def tail(iri: str) -> str:
    """Return the last piece of an IRI, after "/" or "#"."""
    return iri.replace("#", "/").rstrip("/").rpartition("/")[2]
