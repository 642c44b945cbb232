"""What the process of ``kgraph.query.limit`` does: it answers one query and ends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from kgraph import store
from kgraph.errors import KGraphError
from kgraph.query.faults import MalformedQueryError
from kgraph.query.formats import to_tsv
from kgraph.query.library import read
from kgraph.query.process import Reader, Reply, run
from kgraph.query.rows import Rows
from kgraph.query.run import answer, parameters, written


def main(folder: str, memory: int) -> None:
    """Answer what is asked on stdin."""
    run(folder, memory, reply)
    os._exit(0)  # what was only read needs no closing


def reply(reader: Reader, request: Mapping[str, Any]) -> Reply:
    """Answer a query, or say in the head which error there is."""
    try:
        return _reply(reader, request)
    except MalformedQueryError as error:
        return Reply({"malformed": error.made_of})
    except KGraphError as error:
        return Reply({"error": type(error).__name__, "line": str(error)})


def _reply(reader: Reader, request: Mapping[str, Any]) -> Reply:
    sparql, allowed = request["query"], request["allow_network"]
    if request["update"]:
        from kgraph.query.change import update

        with store.open(reader.folder) as graph:
            update(graph, sparql, allow_network=allowed)
        return Reply({"answer": True})
    graph = reader.graph()
    named = read(sparql, name=request["name"])
    terms = written(parameters(graph, named, request["parameters"])) | request["bindings"]
    found, cut = answer(graph, sparql, terms, max_rows=request["max_rows"], allow_network=allowed)
    if isinstance(found, bool):
        return Reply({"answer": found})
    if isinstance(found, Rows):
        return Reply({"columns": found.columns, "rows": len(found), "cut": cut}, to_tsv(found).encode())
    return Reply({"cut": cut}, ox.serialize(found, format=ox.RdfFormat.N_TRIPLES) or b"")
