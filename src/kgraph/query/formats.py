"""Answers as text for other programs: SPARQL 1.1 results in CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyoxigraph as ox

from kgraph.query.rows import XSD, Rows, terms_of


def to_csv(rows: Rows) -> str:
    """Return rows as CSV (SPARQL 1.1 Query Results CSV): a header, bare values, CRLF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.columns)
    for row in rows:
        writer.writerow("" if term is None else getattr(term, "value", str(term)) for term in terms_of(row))
    return out.getvalue()


def to_json(answer: Rows | bool) -> str:
    """Return rows, or the answer of an ASK, as SPARQL 1.1 Query Results JSON, with a line end."""
    if isinstance(answer, bool):
        return json.dumps({"head": {}, "boolean": answer}) + "\n"
    bindings = [
        {
            name: _json_term(term)
            for name, term in zip(answer.columns, terms_of(row), strict=True)
            if term is not None
        }
        for row in answer
    ]
    body = {"head": {"vars": list(answer.columns)}, "results": {"bindings": bindings}}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _json_term(term: Any) -> dict[str, str]:
    if isinstance(term, ox.Literal):
        shown = {"type": "literal", "value": term.value}
        if term.language:
            shown["xml:lang"] = term.language
        elif term.datatype.value != XSD + "string":
            shown["datatype"] = term.datatype.value
        return shown
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    return {"type": "uri", "value": str(getattr(term, "value", term))}
