"""Just enough of SPARQL's words to refuse what may not run, and to bind variables at the right place.

Oxigraph parses and answers; but it would also follow SERVICE to another machine, and it binds only variables
that are projected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kgraph.errors import QueryError

# Longest first, as SPARQL's own grammar has it; what is no word, name or bracket is passed over.
_TOKEN = re.compile(
    r"""
    (?P<iri>    <[^<>"{}|^`\x00-\x20]*> )
  | (?P<string> \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
              | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<comment> \#[^\n\r]* )
  | (?P<variable> [?$]\w+ )
  | (?P<tag>    @[\w-]+ )
  | (?P<name>   [\w.-]*:(?:[\w.:%-]|\\.)* )
  | (?P<word>   \w+ )
  | (?P<mark>   [{}()] )
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


class Token(NamedTuple):
    """One token that matters; words are in capitals, ``begin`` is its offset in the query."""

    kind: str
    text: str
    begin: int


def tokens(sparql: str) -> list[Token]:
    """Return the words, names, variables, IRIs and brackets of a query, without comments and strings."""
    found = []
    for match in _TOKEN.finditer(sparql):
        kind = str(match.lastgroup)
        if kind not in ("string", "comment", "tag"):
            found.append(Token(kind, match[0].upper() if kind == "word" else match[0], match.start()))
    return found


def refuse(sparql: str, found: list[Token]) -> str:
    """Return the form of a query (SELECT, ASK, …); QueryError for what changes the graph or leaves it."""
    words = [token.text for token in found if token.kind == "word"]
    form = next((word for word in words if word in _FORMS | _UPDATES), "")
    if form in _UPDATES:
        raise QueryError(f"{form} is an update; only SELECT, ASK, CONSTRUCT and DESCRIBE may be asked")
    if _asks_elsewhere(sparql, found):
        raise QueryError("SERVICE asks another machine; kgraph works offline, leave it out")
    if "FROM" in words:
        raise QueryError("FROM is not allowed; all articles are asked, GRAPH <article IRI> { … } picks one")
    return form


def _asks_elsewhere(sparql: str, found: list[Token]) -> bool:
    """Whether Oxigraph could see a SERVICE; in doubt yes.

    It needs no space before or after the word: ``1SERVICE:x{}``. And ``?a<1)SERVICE?x#>`` is an IRI to the
    tokens above but a comparison to Oxigraph, as is ``?a<'b>'``; no IRI of kgraph holds ``)`` or ``'``.
    """
    if "service" not in sparql.lower():
        return False
    for kind, text, _ in found:
        if kind == "word" and text.endswith("SERVICE"):
            return True
        if kind == "name" and text.partition(":")[0].upper().endswith("SERVICE"):
            return True
        if kind == "iri" and (")" in text or "'" in text):
            return True
    return False


def is_ordered(found: list[Token]) -> bool:
    """Whether the query itself, not only a subquery, has an ORDER BY."""
    depth = 0
    for token in found:
        depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind == "mark" else 0
        if depth == 0 and token.kind == "word" and token.text == "ORDER":
            return True
    return False


def bind(sparql: str, found: list[Token], form: str, values: Mapping[str, str]) -> str:
    """Return the query with ``VALUES`` for some variables at the head of its WHERE.

    ``values`` are terms as SPARQL writes them, made by a serializer. Not by Oxigraph's own
    substitutions: these refuse a variable that is not projected.
    """
    known = {token.text[1:] for token in found if token.kind == "variable"}
    for name in values:
        if name not in known:
            raise QueryError(f"?{name} is not in the query; its variables: {', '.join(sorted(known))}")
    place = _where(found, form)
    if place is None:
        raise QueryError("variables can be bound in a query with WHERE { … } only")
    opening, closing, is_subquery = place
    names = " ".join(f"?{name}" for name in values)
    table = f" VALUES ({names}) {{ ({' '.join(values.values())}) }} "
    if is_subquery:
        inner = sparql[opening : closing + 1]
        return f"{sparql[:opening]}{{{table}{inner}}}{sparql[closing + 1 :]}"
    return sparql[: opening + 1] + table + sparql[opening + 1 :]


def _where(found: list[Token], form: str) -> tuple[int, int, bool] | None:
    """Return the offsets of the braces of the outermost WHERE, and whether a subquery is all it holds."""
    start = next((i for i, token in enumerate(found) if token.kind == "word" and token.text == form), None)
    if start is None:
        return None
    groups: list[tuple[int, int, bool]] = []
    opened: list[int] = []
    for index, token in enumerate(found[start:], start):
        if token.kind != "mark":
            continue
        if token.text in "({":
            opened.append(index)
        elif opened:
            first = opened.pop()
            if not opened and token.text == "}":  # a group of its own, not one within an expression
                is_subquery = found[first + 1][:2] == ("word", "SELECT")
                groups.append((found[first].begin, token.begin, is_subquery))
    if form == "CONSTRUCT":  # the first group is the template
        return groups[1] if len(groups) > 1 else None
    return groups[0] if groups else None
