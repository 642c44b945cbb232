"""The few exceptions a user of kgraph meets."""

from __future__ import annotations


class KGraphError(Exception):
    """Something a user can act on; its text is one line that says what and what to do."""


class OntologyError(KGraphError):
    """The ontology, the frames or the gazetteer do not fit together."""


class ReadError(KGraphError):
    """A file cannot be read as articles."""


class StoreError(KGraphError):
    """A store cannot be opened, read or written."""


class QueryError(KGraphError):
    """A SPARQL query is malformed or not allowed."""


class ModelError(KGraphError):
    """The language model is missing or does not fit this version."""


class CurationError(KGraphError):
    """A line of a curation file cannot be followed."""


def printable(text: str) -> str:
    """Escape line breaks, control characters and direction marks, so that a message is one clear line."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in text
    )
