"""Answers as text for other programs: SPARQL 1.1 results in CSV, TSV, JSON and XML, graphs as Turtle."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pyoxigraph as ox

from kgraph.errors import QueryError
from kgraph.names import BASE, PREFIXES
from kgraph.query.rows import XSD, Iri, Rows, terms_of
from kgraph.terms import clean

_BARE = (XSD + "integer", XSD + "decimal")
_NUMBER = re.compile(r"[+-]?[0-9]+|[+-]?[0-9]*\.[0-9]+", re.ASCII)
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


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


def to_tsv(rows: Rows) -> str:
    """Return rows as TSV (SPARQL 1.1 Query Results TSV): terms as in Turtle, LF line ends."""
    lines = ["\t".join(f"?{name}" for name in rows.columns)]
    for row in rows:
        lines.append("\t".join("" if term is None else _tsv_term(term) for term in terms_of(row)))
    return "\n".join(lines) + "\n"


def to_xml(answer: Rows | bool) -> str:
    """Return rows, or the answer of an ASK, as SPARQL 1.1 Query Results XML, with a line end."""
    columns = () if isinstance(answer, bool) else answer.columns
    variables = "".join(f'<variable name="{_escape(name)}"/>' for name in columns)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<sparql xmlns="http://www.w3.org/2005/sparql-results#">',
        f"<head>{variables}</head>",
    ]
    if isinstance(answer, bool):
        lines.append(f"<boolean>{str(answer).lower()}</boolean>")
    else:
        lines.append("<results>")
        for row in answer:
            cells = "".join(
                f'<binding name="{_escape(name)}">{_xml_term(term)}</binding>'
                for name, term in zip(columns, terms_of(row), strict=True)
                if term is not None
            )
            lines.append(f"<result>{cells}</result>")
        lines.append("</results>")
    return "\n".join([*lines, "</sparql>"]) + "\n"


def to_text(answer: Rows | list[ox.Triple] | bool, format: str) -> str:
    """Return an answer in a format: csv, tsv, json, xml, or ttl for triples; QueryError where it has no such.

    Of yes and no there are json and xml, of triples only ttl.
    """
    if isinstance(answer, bool):
        if format not in ("json", "xml"):
            raise QueryError("ASK is answered by yes or no, not by rows; use --format table, json or xml")
        return to_json(answer) if format == "json" else to_xml(answer)
    if not isinstance(answer, Rows):
        if format != "ttl":
            raise QueryError("CONSTRUCT and DESCRIBE give a graph, not rows; use --format ttl")
        return to_ttl(answer)
    if format == "ttl":
        raise QueryError("SELECT gives rows, not a graph; use --format table, csv, tsv, json or xml")
    makers: dict[str, Callable[[Rows], str]] = {"csv": to_csv, "tsv": to_tsv, "json": to_json, "xml": to_xml}
    return makers[format](answer)


def short(value: Any) -> str:
    """Return a value for a table: an IRI by its prefix, or by its end where that is enough to look it up."""
    if isinstance(value, Iri):
        for family in ("entity/", "article/"):
            if value.startswith(BASE + family):
                return value.removeprefix(BASE + family)
        for prefix, namespace in PREFIXES.items():
            if value.startswith(namespace):
                return f"{prefix}:{value.removeprefix(namespace)}"
    return "" if value is None else str(value)


def to_ttl(triples: Iterable[ox.Triple]) -> str:
    """Return triples as Turtle with the prefixes of kgraph, sorted and each once."""
    ordered = sorted(set(triples), key=str)
    return (ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES)) or b"").decode()


def _escape(text: str) -> str:
    """Escape for XML, inside and outside of quotes; a bare carriage return would be read as a line feed."""
    return "".join(_XML.get(char, char) for char in clean(text))


def _tsv_term(term: Any) -> str:
    if isinstance(term, ox.Literal) and term.datatype.value in _BARE and _NUMBER.fullmatch(term.value):
        return term.value
    # A line end or a tab within a text is written as in Turtle, so that a line is a row.
    text = str(term)
    for char, escape in (("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return text


def _xml_term(term: Any) -> str:
    if isinstance(term, ox.Literal):
        extra = ""
        if term.language:
            extra = f' xml:lang="{_escape(term.language)}"'
        elif term.datatype.value != XSD + "string":
            extra = f' datatype="{_escape(term.datatype.value)}"'
        return f"<literal{extra}>{_escape(term.value)}</literal>"
    kind = "bnode" if isinstance(term, ox.BlankNode) else "uri"
    return f"<{kind}>{_escape(str(getattr(term, 'value', term)))}</{kind}>"


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
