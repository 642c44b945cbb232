"""Just enough of SPARQL's words to refuse what may not run, and to bind variables at the right place.

Oxigraph parses and answers; but it would also follow SERVICE to another machine, and it binds only variables
that are projected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


def pieces(sparql: str) -> Iterator[Token]:
    """Yield the whole query in order: its tokens as they stand, and what lies between them as ``other``."""
    end = 0
    for match in _TOKEN.finditer(sparql):
        if match.start() > end:
            yield Token("other", sparql[end : match.start()], end)
        yield Token(str(match.lastgroup), match[0], match.start())
        end = match.end()
    if end < len(sparql):
        yield Token("other", sparql[end:], end)


def refuse(sparql: str, found: list[Token], *, allow_network: bool = False) -> str:
    """Return the form of a query (SELECT, ASK, …); QueryError for what changes the graph or leaves it.

    ``allow_network`` lets SERVICE through. FROM never: Oxigraph loads nothing for it, it would only leave
    the union, and mostly for a graph that is empty.
    """
    words = [token.text for token in found if token.kind == "word"]
    form = next((word for word in words if word in _FORMS | _UPDATES), "")
    if form in _UPDATES:
        raise QueryError(
            f"{form} is an update; only SELECT, ASK, CONSTRUCT and DESCRIBE may be asked without --update"
        )
    if not allow_network and _says("SERVICE", sparql, found):
        raise QueryError("SERVICE asks another machine; leave it out, or allow it with --allow-network")
    if "FROM" in words:
        raise QueryError(
            "FROM is not allowed and loads nothing; all articles are asked, "
            "GRAPH <article IRI> { … } picks one"
        )
    return form


def refuse_update(sparql: str, found: list[Token], *, allow_network: bool = False) -> None:
    """Raise QueryError for what is no update, and for SERVICE and LOAD unless ``allow_network``."""
    words = [token.text for token in found if token.kind == "word"]
    form = next((word for word in words if word in _FORMS | _UPDATES), "")
    if form in _FORMS:
        raise QueryError(f"{form} changes nothing; ask it without --update")
    for word in ("SERVICE", "LOAD"):
        if not allow_network and _says(word, sparql, found):
            raise QueryError(f"{word} asks another machine; leave it out, or allow it with --allow-network")


def _says(keyword: str, sparql: str, found: list[Token]) -> bool:
    """Whether Oxigraph could see the keyword, SERVICE or LOAD; in doubt yes.

    It needs no space before or after the word: ``1SERVICE:x{}``. And ``?a<1)SERVICE?x#>`` is an IRI to the
    tokens above but a comparison to Oxigraph, as is ``?a<'b>'``; no IRI of kgraph holds ``)`` or ``'``.
    """
    if keyword.lower() not in sparql.lower():
        return False
    for kind, text, _ in found:
        if kind == "word" and text.endswith(keyword):
            return True
        if kind == "name" and text.partition(":")[0].upper().endswith(keyword):
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


def hide(sparql: str, found: list[Token], graph: str) -> str:
    """Return the query so that no ``GRAPH ?variable { … }`` finds a graph, an IRI as SPARQL writes it.

    A FILTER behind each says so; it costs less than naming all others. Who asks for that graph by its IRI
    sees it.
    """
    ends: dict[int, str] = {}
    opened: list[str] = []
    for index, token in enumerate(found):
        if token.text == "{" and token.kind == "mark":
            before = [(each.kind, each.text) for each in found[max(index - 2, 0) : index]]
            named = len(before) == 2 and before[0] == ("word", "GRAPH") and before[1][0] == "variable"
            opened.append(before[1][1] if named else "")
        elif token.text == "}" and token.kind == "mark" and opened and (variable := opened.pop()):
            ends[token.begin + 1] = f" FILTER(!sameTerm({variable}, {graph})) "
    for place in sorted(ends, reverse=True):
        sparql = sparql[:place] + ends[place] + sparql[place:]
    return sparql


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
    while place.is_subquery and (inner := _within(sparql, found, place, known=set(values))):
        place = inner
    names = " ".join(f"?{name}" for name in values)
    table = f" VALUES ({names}) {{ ({' '.join(values.values())}) }} "
    if place.is_subquery:
        inside = sparql[place.begin : place.end + 1]
        return f"{sparql[: place.begin]}{{{table}{inside}}}{sparql[place.end + 1 :]}"
    return sparql[: place.begin + 1] + table + sparql[place.begin + 1 :]


class _Group(NamedTuple):
    """The offsets of the braces of a WHERE, and whether a subquery is all it holds."""

    begin: int
    end: int
    is_subquery: bool


def _within(sparql: str, found: list[Token], place: _Group, *, known: set[str]) -> _Group | None:
    """Return the WHERE of the subquery that a WHERE holds, where binding in it comes to the same; or None.

    It does if the subquery gives out each variable as it is and all its rows. There it saves the work on all
    that is not asked for.
    """
    inside = [token for token in found if place.begin < token.begin < place.end]
    inner = _where(inside, "SELECT")
    if inner is None:
        return None
    head = [token for token in inside if token.begin < inner.begin]
    tail = [token for token in inside if token.begin > inner.end]
    expressions = any(token.text in ("(", ")") for token in head)
    given = {token.text[1:] for token in head if token.kind == "variable"}
    cut = {"LIMIT", "OFFSET", "HAVING", "VALUES"} & {token.text for token in tail if token.kind == "word"}
    return inner if not expressions and known <= given and not cut else None


def _where(found: list[Token], form: str) -> _Group | None:
    """Return the outermost WHERE."""
    start = next((i for i, token in enumerate(found) if token.kind == "word" and token.text == form), None)
    if start is None:
        return None
    groups: list[_Group] = []
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
                groups.append(_Group(found[first].begin, token.begin, is_subquery))
    if form == "CONSTRUCT":  # the first group is the template
        return groups[1] if len(groups) > 1 else None
    return groups[0] if groups else None
