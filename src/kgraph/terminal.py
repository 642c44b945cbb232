"""What the commands show: text, tables and progress; nothing else prints.

Results go to stdout, problems (one line each) and progress to stderr. What an article says is hostile: it
reaches a terminal without control characters and is never read as markup.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kgraph.errors import printable
from kgraph.query import Answer, Rows, named, short, to_text
from kgraph.store import Graph

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kgraph import pipeline
    from kgraph.model import Problem
    from kgraph.resolve.explain import Doubt, Explanation

FAILED, WITH_PROBLEMS = 1, 3
DEMO_ROWS = 20
PIPE_WIDTH = 120  # of tables that go to a file or another program


class Format(StrEnum):
    """How the answer of a query is printed."""

    table = "table"
    csv = "csv"
    tsv = "tsv"
    json = "json"
    xml = "xml"
    ttl = "ttl"


# ---------------------------------------------------------------- what goes wrong


class Problems:
    """Prints each problem as one line on stderr, and knows the exit code."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, problem: Problem) -> None:
        """Print it."""
        self.count += 1
        complain(str(problem), style="yellow")

    def leave(self, *, done: int) -> None:
        """End the command with 1 where nothing was done, 3 where something was skipped."""
        if not done:
            raise typer.Exit(FAILED)
        if self.count:
            raise typer.Exit(WITH_PROBLEMS)


def complain(line: str, *, style: str) -> None:
    """Print one line on stderr."""
    stderr().print(text(printable(line), style), soft_wrap=True)


# ---------------------------------------------------------------- what is shown


def text(words: str, style: str = "") -> Text:
    """Return words that are never read as markup; rich is loaded when something is shown with it."""
    from rich.text import Text

    return Text(words, style)


def table_of(*header: str, head: bool = False, **options: Any) -> Table:
    """Return a table without lines, or with one below its ``head``."""
    from rich import box
    from rich.table import Table

    return Table(*header, box=box.SIMPLE_HEAD if head else box.SIMPLE, pad_edge=False, **options)


def stdout() -> Console:
    """The console of results; of a fixed width where they go to a file or another program."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)


def stderr() -> Console:
    """The console of problems and progress."""
    from rich.console import Console

    return Console(stderr=True)


def write(words: str) -> None:
    """Put text on stdout unchanged; on a terminal its control characters are escaped as in JSON."""
    if sys.stdout.isatty():
        words = "".join(
            char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in words
        )
    sys.stdout.write(words)


def cell(value: Any) -> Text:
    """Return a value as one line of plain text."""
    line = "" if value is None else " ".join(str(value).split())
    return text("".join(char for char in line if char.isprintable()))


def many(number: int, what: str) -> str:
    """A number of things in words: "1 article", "2 articles"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def wrote(path: Path) -> None:
    """Say which file was written."""
    stdout().print(text(f"wrote {printable(str(path))}"), soft_wrap=True)


def counts(graph: Graph, title: str) -> None:
    """Print how much the graph holds."""
    table = table_of(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for row in graph.query(named("counts")):
        table.add_row(row.kind, f"{row['count']:,}")
    stdout().print(text(printable(title), "bold"), soft_wrap=True)
    stdout().print(table)


def doubts(found: Sequence[Doubt], limit: int) -> None:
    """Print what a person may decide, each with its line for the file."""
    for doubt in found[:limit]:
        state = "are one" if doubt.joined else "are two"
        why = "; ".join(doubt.link.reasons)
        stdout().print(
            text(
                printable(f"# {doubt.link.sure:.0%}: {doubt.link.one} and {doubt.link.other} {state}: {why}"),
                "dim",
            ),
            soft_wrap=True,
        )
        stdout().print(text(printable(doubt.line)), soft_wrap=True)
    stderr().print(f"{many(len(found), 'doubt')}; take a line over with: kgraph curate LINE", highlight=False)


def explanation(item: Explanation, articles: Mapping[str, str]) -> None:
    """Print what made a node what it is."""
    out = stdout()
    out.print(
        text(printable(f"{item.node.label} ({item.node.cls}, {item.node.key})"), "bold"), soft_wrap=True
    )
    table = table_of()
    for column in ("article", "names", "said of it"):
        table.add_column(column, overflow="fold")
    for member in item.members:
        said = [*sorted(member.titles), *sorted(member.states)]
        names = "; ".join(dict.fromkeys(member.forms))
        table.add_row(cell(articles.get(member.article, member.article)), cell(names), cell(", ".join(said)))
    out.print(table)
    if any(member.known for member in item.members):
        out.print("in the gazetteer under this name")
    for title, links in (("joined", item.links), ("kept apart", item.near)):
        for link in links:
            line = f"{title} {link.sure:.0%}: {link.one} – {link.other}: {'; '.join(link.reasons)}"
            out.print(text(printable(line)), soft_wrap=True)
    for decision in item.decisions:
        out.print(text(printable(f"decided: {decision} ({decision.place})")), soft_wrap=True)


def demo_rows(rows: Rows) -> None:
    """Print the first rows, each on one line, trimmed; the sentence only where there is room."""
    console = stdout()
    fixed = {"date": 10, "class": 12, "realis": 8}
    wide = console.width >= PIPE_WIDTH
    shown = [name for name in rows.columns if name != "event" and (name != "sentence" or wide)]
    table = table_of(expand=True)
    for name in shown:
        ratio = None if name in fixed else 4 if name == "sentence" else 2
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=fixed.get(name), ratio=ratio)
    for row in rows[:DEMO_ROWS]:
        table.add_row(*(cell(row[name]) for name in shown))
    console.print(table)
    if len(rows) > DEMO_ROWS:
        console.print(f"… and {len(rows) - DEMO_ROWS} more events in demo.html\n", highlight=False)


def answer(answer: Answer, format: Format) -> None:
    """Print what a query gave: rows, yes or no, or a graph."""
    value = answer.value
    if format is Format.table and isinstance(value, bool):
        write("yes\n" if value else "no\n")
    elif format is not Format.table or not isinstance(value, Rows):
        made = to_text(value, "ttl" if format is Format.table else format)
        write(made.replace("\r\n", "\n") if sys.stdout.isatty() else made)
    else:
        table = table_of(head=True)
        for column in value.columns:
            table.add_column(cell(column), overflow="fold")
        for row in value:
            table.add_row(*(cell(short(each)) for each in row))
        stdout().print(table)
        stderr().print(many(len(value), "row"), highlight=False)


@contextmanager
def bar(*, hidden: bool = False) -> Iterator[Callable[[pipeline.Progress], None]]:
    """Show progress on stderr, if that is a terminal; yields what to call with the newest state."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = stderr()
    columns = ("{task.fields[facts]:,} facts", "{task.fields[rate]:.1f} articles/s")
    begun = time.monotonic()
    with Progress(
        TextColumn("articles"),
        BarColumn(),
        MofNCompleteColumn(),
        *(TextColumn(column) for column in columns),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=hidden or not console.is_terminal,
    ) as progress:
        task = progress.add_task("articles", total=None, facts=0, rate=0.0)

        def show(state: pipeline.Progress) -> None:
            rate = (state.articles + state.failed) / max(time.monotonic() - begun, 1e-9)
            progress.update(task, completed=state.done, total=state.total, facts=state.facts, rate=rate)

        yield show
