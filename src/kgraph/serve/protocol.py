"""What a request of the SPARQL 1.1 Protocol asks, and in which format the answer is wanted.

https://www.w3.org/TR/sparql11-protocol/ ; plain values in and out, without HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

RESULTS = (
    ("application/sparql-results+json", "JSON"),
    ("application/sparql-results+xml", "XML"),
    ("text/csv", "CSV"),
    ("text/tab-separated-values", "TSV"),
    ("application/json", "JSON"),
    ("application/xml", "XML"),
    ("text/xml", "XML"),
)
"""Media types of rows, ours first, with the format in pyoxigraph."""
ANSWERS = tuple(offer for offer in RESULTS if offer[1] in ("JSON", "XML"))
"""Media types of yes or no; the standards of the other two have none."""
GRAPHS = (
    ("text/turtle", "TURTLE"),
    ("application/n-triples", "N_TRIPLES"),
    ("application/rdf+xml", "RDF_XML"),
    ("application/ld+json", "JSON_LD"),
    ("application/x-turtle", "TURTLE"),
    ("text/plain", "N_TRIPLES"),
    ("application/json", "JSON_LD"),
    ("application/xml", "RDF_XML"),
    ("text/xml", "RDF_XML"),
)
"""Media types of graphs, which CONSTRUCT and DESCRIBE give."""
FORM, DIRECT, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
MOST_FIELDS = 2_000
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([\w.:-]+)"?', re.IGNORECASE)


class RefusedError(Exception):
    """A request that is not answered: the status code and one line that says why."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and, where the request names them, the IRIs of the graphs that it is asked of."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def asked(method: str, url_query: bytes, content_type: str = "", body: bytes = b"") -> Asked | None:
    """Return what is asked; None for a GET that asks nothing. Raises RefusedError."""
    fields = _fields(url_query)
    if method == "POST":
        media = content_type.partition(";")[0].strip().lower()
        charset = _CHARSET.search(content_type)
        if media == UPDATE:
            raise RefusedError(403, "the graph is served read-only; updates are not taken")
        if media not in (FORM, DIRECT):
            raise RefusedError(
                415, f"a query is posted as {FORM} or as {DIRECT}, not as {media or 'nothing named'}"
            )
        if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
            raise RefusedError(415, f"a query is posted in UTF-8, not in {charset[1]}")
        fields += [("query", _utf8(body))] if media == DIRECT else _fields(body)
    if any(name == "update" for name, _ in fields):
        raise RefusedError(403, "the graph is served read-only; updates are not taken")
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise RefusedError(400, f"one query is answered at a time, not {len(queries)}")
    if not queries:
        if method == "POST":
            raise RefusedError(400, "no query is given; send it as the field query")
        return None
    return Asked(
        queries[0],
        tuple(value for name, value in fields if name == "default-graph-uri"),
        tuple(value for name, value in fields if name == "named-graph-uri"),
    )


def choose(accept: str, offered: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the (media type, format) that an Accept header likes best; None where it likes none.

    RFC 9110, 12.5.1: the most specific range that fits a type gives its weight; among equals ours first. What
    cannot be understood is passed over; nothing understood is as good as no header.
    """
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                weight = _weight(value.strip())
        if re.fullmatch(r"[\w.+*-]+/[\w.+*-]+", media):
            ranges[media] = max(weight, ranges.get(media, 0.0))
    if not ranges:
        return offered[0]

    def liking(media: str) -> float:
        for wanted in (media, f"{media.partition('/')[0]}/*", "*/*"):
            if wanted in ranges:
                return ranges[wanted]
        return 0.0

    best = max(offered, key=lambda offer: liking(offer[0]))  # the first of equals
    return best if liking(best[0]) > 0 else None


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0) if re.fullmatch(r"[\d.]{1,5}", text) else 0.0
    except ValueError:
        return 0.0


def _fields(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(_utf8(text), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise RefusedError(400, "the request is not UTF-8") from None
    except ValueError:
        raise RefusedError(400, f"the request has more than {MOST_FIELDS:,} fields") from None


def _utf8(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(400, "the request is not UTF-8") from None
