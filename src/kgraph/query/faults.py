"""Where a malformed query goes wrong: line, column, the words there, and what may have been meant.

Oxigraph's parser tells how far it came. That is too far by the length of each keyword that it tried, so the
query is parsed once more with wide gaps in place of its spaces: then the keyword ends within a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kgraph.errors import QueryError
from kgraph.query.scan import pieces

_GAP = 40  # wider than any keyword
_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_CLASS = re.compile(r"\['?.*?'?\](?=,|$|\s)", re.DOTALL)  # ['A' ..= 'Z' | …], which helps nobody
_KEYWORDS = (
    "ASK BASE BIND CONSTRUCT DELETE DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP HAVING INSERT LIMIT "
    "MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX SELECT SERVICE UNDEF UNION USING VALUES WHERE"
).split()
_SENTENCES = ("Prefix not found", "IRI parsing failed", "SELECT contains a variable that is unbound")
_UNCLOSED = "text not closed"
_SHOWN = 90  # characters of the line that is shown
_NEAR = 4


class MalformedQueryError(QueryError):
    """A query that is not SPARQL, and where.

    ``line`` and ``column`` count from 1; ``shown`` is the line, or the part of it around the place, ``caret``
    the number of characters before the place there; ``made_of`` what makes the same error in another process.
    """

    def __init__(self, reason: str, sparql: str, offset: int) -> None:
        before = sparql[:offset]
        self.line = before.count("\n") + 1
        begin = before.rfind("\n") + 1
        self.column = offset - begin + 1
        end = sparql.find("\n", begin)
        whole = sparql[begin : len(sparql) if end < 0 else end]
        first = max(0, self.column - 1 - _SHOWN * 2 // 3)  # a long line is cut around the place
        self.shown = "".join(c if c.isprintable() else " " for c in whole[first : first + _SHOWN])
        self.caret = self.column - 1 - first
        self.made_of = (reason, sparql, offset)
        super().__init__(f"malformed SPARQL, line {self.line}, column {self.column}: {reason}")

    def __reduce__(self) -> tuple[type[MalformedQueryError], tuple[str, str, int]]:
        """Let the error be copied."""
        return MalformedQueryError, self.made_of


def near(name: str, known: Iterable[str]) -> list[str]:
    """Return the few known names that are most like this one, the nearest first; those that hold it too."""
    import difflib

    by_folded: dict[str, list[str]] = {}
    for each in sorted(set(known)):
        by_folded.setdefault(each.casefold(), []).append(each)
    found = difflib.get_close_matches(name.casefold(), list(by_folded), n=_NEAR, cutoff=0.6)
    found += [folded for folded in by_folded if len(name) > 3 and name.casefold() in folded]
    return [each for folded in dict.fromkeys(found) for each in by_folded[folded]][:_NEAR]


def fault(
    sparql: str, prefixes: Mapping[str, str], error: SyntaxError, *, update: bool = False
) -> MalformedQueryError:
    """Return the error of a query that Oxigraph did not parse; ``error`` is what it said."""
    wide, places = _widened(sparql)
    store = ox.Store()
    try:
        if update:
            store.update(wide, prefixes=dict(prefixes))
        else:
            store.query(wide, prefixes=dict(prefixes))
    except SyntaxError as found:
        match = _PLACE.match(str(found))
    except (OSError, RuntimeError, ValueError):
        match = None
    else:  # what is wrong was among the spaces: a line end within a text
        match = None
    if match is None:
        match = _PLACE.match(str(error))
        offset = _offset(sparql, int(match[1]), int(match[2])) if match else 0
        return MalformedQueryError("this is not SPARQL", sparql, offset)
    reached = _offset(wide, int(match[1]), int(match[2]))
    expected = _CLASS.sub("", match[3])
    said = next((sentence for sentence in _SENTENCES if sentence in expected), None)
    if re.search(r'"\\\\u"', expected):  # the escapes that a text may hold
        said = _UNCLOSED
    marks = [] if said else list(dict.fromkeys(re.findall(r'"([^"\w]+)"', expected)))
    words = [] if said else re.findall(r"(?<![\w\"'\\])[A-Z_]{2,}(?![\w\"'])", expected)
    if words and not marks and not said:
        reached -= min(map(len, words))
    return _described(sparql, _back(places, reached), said, marks, prefixes, update=update)


def _described(
    sparql: str,
    offset: int,
    said: str | None,
    marks: list[str],
    prefixes: Mapping[str, str],
    *,
    update: bool,
) -> MalformedQueryError:
    name = re.search(r"[\w.-]*:[\w.:%-]*$", sparql[:offset])
    if said == "Prefix not found" and name is not None:
        prefix = name[0].partition(":")[0]
        known = {*prefixes, *re.findall(r"(?i)\bprefix\s+([\w.-]*):", sparql)}
        found = near(prefix, known) or sorted(known)
        hint = ", ".join(f"{each}:" for each in found)
        return MalformedQueryError(f"unknown prefix {prefix}:; nearest: {hint}", sparql, name.start())
    if not sparql[offset:].strip() or said == "SELECT contains a variable that is unbound":
        balance = sum({"{": 1, "}": -1}.get(text, 0) for kind, text, _ in pieces(sparql) if kind == "mark")
        if said == "SELECT contains a variable that is unbound":
            reason = "SELECT has a variable that is neither in GROUP BY nor in an aggregate"
        elif said == _UNCLOSED:
            reason = "a text is not closed"
        elif balance > 0:
            reason = "the query ends too early: a { is not closed"
        elif not sparql.strip():
            reason = "the query is empty"
        else:
            reason = "the query ends too early, or binds a variable twice"
        return MalformedQueryError(reason, sparql, len(sparql.rstrip()))
    begin = _start_of_word(sparql, offset)
    match = re.match(r"[?$]?\w+|\S", sparql[begin:])
    at = match[0][:30] if match else ""
    meant = [each for each in near(at, _KEYWORDS) if each != at.upper()][:1] if len(at) > 2 else []
    if said == "IRI parsing failed":
        reason, begin = "this is no IRI", max(sparql.rfind("<", 0, offset), 0)
    elif meant:
        reason = f"{at!r} is not expected here; did you mean {meant[0]}?"
    else:
        wanted = [mark for mark in marks if mark in (".", ",", ";", "{", "}", "(", ")")]
        if not sparql[:begin].strip():
            wanted = ["an update" if update else "SELECT, ASK, CONSTRUCT, DESCRIBE or PREFIX"]
        reason = f"{at!r} is not expected here" + (f"; expected: {' '.join(wanted)}" if wanted else "")
    return MalformedQueryError(reason, sparql, begin)


def _start_of_word(sparql: str, offset: int) -> int:
    """Return where the word begins that ends at, or holds, the place."""
    while offset > 0 and (sparql[offset - 1].isalnum() or sparql[offset - 1] == "_"):
        offset -= 1
    return offset


def _widened(sparql: str) -> tuple[str, list[tuple[int, int, int]]]:
    """Return the query with gaps for its spaces and after its brackets, and what stands where.

    That is (offset there, offset here, length) of each piece between gaps. Strings and IRIs stay as they
    are; comments go.
    """
    texts: list[str] = []
    places: list[tuple[int, int, int]] = []
    length = 0
    for kind, text, begin in pieces(sparql):
        parts = [(begin, text)] if kind in ("iri", "string") else []
        if not parts and kind != "comment":
            parts = [(begin + match.start(), match[0]) for match in re.finditer(r"\s+|\S+", text)]
        for place, part in parts or [(begin, " ")]:
            shown = " " * _GAP if part.isspace() else part
            if not part.isspace():
                places.append((length, place, len(part)))
            if kind == "mark":  # a gap may stand after every bracket
                shown += " " * _GAP
            texts.append(shown)
            length += len(shown)
    return "".join(texts) + " " * _GAP, places


def _back(places: list[tuple[int, int, int]], reached: int) -> int:
    """Return the place in the query for one in the widened query; in a gap that is the part before."""
    found = 0
    for wide, begin, length in places:
        if wide > reached:
            break
        inside = reached - wide
        found = begin + inside if inside <= length else begin
    last = places[-1] if places else (0, 0, 0)
    return last[1] + last[2] if places and reached >= last[0] + last[2] + _GAP - 1 else found


def _offset(text: str, line: int, column: int) -> int:
    begin = 0
    for _ in range(line - 1):
        begin = text.find("\n", begin) + 1
    return min(begin + column - 1, len(text))
