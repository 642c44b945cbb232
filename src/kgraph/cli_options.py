"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgraph.read import Reading
from kgraph.read.limits import FIELDS

_INPUT = (
    "Files, folders, globs or URLs: .txt .md .html .mhtml .eml .pdf .json .jsonl .csv .tsv .parquet, also "
    "packed (.zip .tar .gz .bz2 .xz)"
)
Paths = Annotated[list[str], typer.Argument(help=_INPUT)]
SomePaths = Annotated[list[str] | None, typer.Argument(help=_INPUT)]
Feed = Annotated[bool, typer.Option("--feed", help="URLs are feeds (RSS, Atom, JSON): read what they list.")]
FeedText = Annotated[
    bool, typer.Option("--feed-text", help="Take the text that a feed has; do not fetch its links.")
]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Fetch also from this machine and private networks.")
]
Every = Annotated[
    float | None,
    typer.Option(min=1, metavar="SECONDS", help="Build again and again, so often, until interrupted."),
]
Store = Annotated[Path, typer.Option("--store", "-s", metavar="DIR", help="The folder that keeps the graph.")]
Date = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The date of articles that state none.")]
AnyLanguage = Annotated[bool, typer.Option("--any-language", help="Keep articles that are not in English.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="FIELD=NAME", help="A column of your tables, e.g. text=Body; may repeat."
    ),
]
Ontology = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Your own kgraph.ttl, frames.yaml or gazetteer/ in place of ours."),
]
MinConfidence = Annotated[
    float, typer.Option(min=0, max=1, metavar="0–1", help="Leave out facts that are less sure.")
]
Model = Annotated[Path | None, typer.Option(metavar="DIR", help="A model made by kgraph train.")]
Nlp = Annotated[
    str | None, typer.Option("--nlp", metavar="NAME", help="A spaCy pipeline instead of kgraph's own model.")
]
Gazetteers = Annotated[
    list[Path] | None,
    typer.Option(
        "--gazetteer", metavar="FILE.tsv", help="Your own names, in the columns of ours; may repeat."
    ),
]
Curation = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Your decisions about nodes; by default STORE.curation.")
]


def reading(*, any_language: bool, columns: list[str] | None) -> Reading:
    """Return how articles are read, from what the command line says."""
    chosen = {}
    for pair in columns or []:
        field, equals, column = pair.partition("=")
        if not equals or field not in FIELDS or not column.strip():
            raise typer.BadParameter(f"--column takes FIELD=NAME; fields: {', '.join(FIELDS)}")
        chosen[field] = column
    return Reading(any_language=any_language, columns=chosen)
