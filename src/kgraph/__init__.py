"""From news articles about defence and geopolitics to a knowledge graph with its evidence.

    import kgraph
    graph = kgraph.build(["news/"])
    graph.query("SELECT ?base ?actor WHERE { ?base kg:operatedBy ?actor }")

Nothing is loaded before it is used: ``import kgraph`` takes a few milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgraph.errors import KGraphError
    from kgraph.model import Article, Extraction, Problem
    from kgraph.nlp.component import load
    from kgraph.pipeline import Resources, build
    from kgraph.store import Graph, open

__all__ = [
    # the main job
    "build",
    "open",
    "load",
    # values
    "Graph",
    "Resources",
    "Article",
    "Extraction",
    "Problem",
    # the rest
    "KGraphError",
    "__version__",
]

__version__ = "0.1.0"

_HOMES = {
    "build": "kgraph.pipeline",
    "open": "kgraph.store",
    "load": "kgraph.nlp.component",
    "Graph": "kgraph.store",
    "Resources": "kgraph.pipeline",
    "Article": "kgraph.model",
    "Extraction": "kgraph.model",
    "Problem": "kgraph.model",
    "KGraphError": "kgraph.errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kgraph' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Show the public names, loaded or not."""
    return sorted({*globals(), *__all__})
