"""The commands; the only module that prints.

Exit codes: 0 all done; 1 nothing could be done; 2 wrong usage; 3 done, but some input was skipped or read
only in part. Results go to stdout, problems (one line each) and progress to stderr. What an article says is
hostile: it reaches a terminal without control characters and is never read as markup.
"""

from __future__ import annotations

import copy
import difflib
import io
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import LazyLoader, find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kgraph import __version__, rdf, store
from kgraph.errors import CurationError, KGraphError, QueryError
from kgraph.model import MIN_CONFIDENCE, Problem
from kgraph.query import (
    Answer,
    MalformedQueryError,
    Rows,
    find,
    library,
    limit,
    named,
    short,
    to_text,
)
from kgraph.query import query as ask
from kgraph.read.encoding import printable
from kgraph.store import Graph


def _later(name: str) -> ModuleType:
    """Return a module that is loaded when something of it is first used."""
    spec = find_spec(name)
    if name in sys.modules or spec is None or spec.loader is None:
        return sys.modules[name]
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from kgraph import pipeline, records
    from kgraph.resolve.explain import Doubt, Explanation
else:
    # A query from the shell needs neither, and is to be answered at once.
    pipeline, records = _later("kgraph.pipeline"), _later("kgraph.records")

FAILED, WITH_PROBLEMS = 1, 3
DEMO_ROWS = 20
PIPE_WIDTH = 120  # of tables that go to a file or another program

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all done, 1 nothing could be done, 2 wrong usage, 3 done but some input skipped.",
)


class Format(StrEnum):
    """How the answer of a query is printed."""

    table = "table"
    csv = "csv"
    tsv = "tsv"
    json = "json"
    xml = "xml"
    ttl = "ttl"


Paths = Annotated[list[str], typer.Argument(help="Files, folders or globs: .txt .md .html .json .jsonl")]
Store = Annotated[Path, typer.Option("--store", "-s", metavar="DIR", help="The folder that keeps the graph.")]
Date = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The date of articles that state none.")]
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
DEFAULT_STORE, DEMO_FOLDER = Path("kgraph.db"), Path("exports")


def _version(asked: bool) -> None:
    if asked:
        _write(f"kgraph {__version__}\n")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """From news articles to a knowledge graph of actors, bases and events."""


@app.command(epilog="Example: kgraph build news/ reports/*.jsonl --store kgraph.db")
def build(
    paths: Paths,
    store: Store = DEFAULT_STORE,
    date: Date = None,
    ontology: Ontology = None,
    model: Model = None,
    nlp: Nlp = None,
    gazetteer: Gazetteers = None,
    curation: Curation = None,
    min_confidence: MinConfidence = MIN_CONFIDENCE,
) -> None:
    """Read articles into the graph; an article that is in it already is replaced."""
    problems = _Problems()
    begun = time.monotonic()
    state = pipeline.Progress(0, 0, 0, 0)
    with _bar() as show:

        def on_progress(now: pipeline.Progress) -> None:
            nonlocal state
            state = now
            show(now)

        graph = pipeline.build(
            paths,
            store=store,
            date=date,
            resources=lambda: pipeline.Resources.load(
                ontology, model=model, nlp=nlp, gazetteers=gazetteer or (), min_confidence=min_confidence
            ),
            curation=curation,
            on_problem=problems,
            on_progress=on_progress,
        )
    with graph:
        _counts(graph, f"{store} holds")
    seconds = time.monotonic() - begun
    _out().print(
        f"{_many(state.articles, 'article')} and {_many(state.facts, 'fact')} read in {seconds:.1f} s, "
        f"{_many(problems.count, 'problem')}",
        highlight=False,
    )
    problems.leave(done=state.articles)


@app.command(epilog="Example: kgraph extract news/ > facts.jsonl")
def extract(
    paths: Paths,
    date: Date = None,
    ontology: Ontology = None,
    model: Model = None,
    nlp: Nlp = None,
    gazetteer: Gazetteers = None,
    min_confidence: MinConfidence = MIN_CONFIDENCE,
) -> None:
    """Print what each article says as one line of JSON."""
    problems = _Problems()
    done = facts = 0
    articles, total = pipeline.find(paths, date=date, on_problem=problems)
    resources = pipeline.Resources.load(
        ontology, model=model, nlp=nlp, gazetteers=gazetteer or (), min_confidence=min_confidence
    )
    with _bar(hidden=sys.stdout.isatty()) as show:
        for extraction in pipeline.extract(articles, resources=resources, on_problem=problems):
            record = records.to_record(extraction, rdf.iris(extraction))
            _write(records.to_line(record) + "\n")
            done, facts = done + 1, facts + len(extraction.events) + len(extraction.relations)
            show(pipeline.Progress(done, 0, max(total, done), facts))
    problems.leave(done=done)


@app.command(epilog="Example: kgraph query 'SELECT ?name WHERE { ?x a kg:Base ; skos:prefLabel ?name }'")
def query(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SPARQL | FILE.rq] [PARAMETER=VALUE]…",
            help="A query or the file of one; then what its parameters are: a name, an IRI or a text.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", "-n", help=f"One of our queries: {', '.join(library.names())}."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", "-l", help="Show our queries and end.")] = False,
    bind: Annotated[
        list[str] | None,
        typer.Option("--bind", "-b", metavar="VARIABLE=VALUE", help="Give any variable an IRI or a text."),
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", "-f", help="How to print the rows; graphs are Turtle.")
    ] = Format.table,
    store: Store = DEFAULT_STORE,
    timeout: Annotated[
        float, typer.Option(min=0.001, metavar="SECONDS", help="Give up after so long.")
    ] = limit.TIMEOUT,
    max_rows: Annotated[int, typer.Option(min=1, help="Show this many rows at most.")] = limit.MAX_ROWS,
    update: Annotated[bool, typer.Option("--update", help="Change the graph by a SPARQL update.")] = False,
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Let SERVICE and LOAD ask other machines.")
    ] = False,
) -> None:
    """Ask the graph in SPARQL, or by name: kgraph query --name events-at-base base="Al Udeid".

    The prefixes kg, skos, prov and so on are known.
    """
    if listed:
        for line in library.listing():
            _write(line + "\n")
        return
    words = words or []
    if (name is not None) == (bool(words) and "=" not in words[0].partition(" ")[0]):
        raise typer.BadParameter("give a query, a FILE.rq or a --name, and only one of them")
    chosen = find(name) if name is not None else library.read(_sparql(words.pop(0)))
    declared = {parameter.name for parameter in chosen.parameters}
    given = _bindings(words, "what follows the query is PARAMETER=VALUE")
    bindings = _bindings(bind or [], "--bind takes VARIABLE=VALUE")
    if name is None:  # variables that the query says nothing of
        bindings |= {variable: value for variable, value in given.items() if variable not in declared}
        given = {variable: value for variable, value in given.items() if variable in declared}
    try:
        answer = limit.ask(
            store,
            chosen,
            bindings,
            given,
            timeout=timeout,
            max_rows=max_rows,
            allow_network=allow_network,
            update=update,
        )
    except MalformedQueryError as error:
        for line in (error.shown, " " * error.caret + "^"):
            _err().print(Text(line), soft_wrap=True)
        raise
    if update:
        _err().print(Text(printable(f"{store} is changed")), soft_wrap=True)
        return
    _answer(answer, format)
    if answer.cut:
        _complain(f"there is more: cut after {_many(max_rows, 'row')}; see --max-rows", style="yellow")
        raise typer.Exit(WITH_PROBLEMS)


@app.command(epilog="Example: kgraph view --out graph.html")
def view(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.html", help="The page to write.")],
    store: Store = DEFAULT_STORE,
    title: Annotated[str, typer.Option(help="The heading of the page.")] = "kgraph",
    max_nodes: Annotated[int, typer.Option(min=1, help="Draw this many at most, the best connected.")] = 1500,
    ontology: Ontology = None,
) -> None:
    """Draw the graph as one HTML file that works offline."""
    with _open(store) as graph:
        graph.view(out, title=title, max_nodes=max_nodes, ontology=pipeline.load_ontology(ontology))
    _wrote(out)


@app.command(epilog="Example: kgraph export --out graph.ttl")
def export(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=".ttl .trig .nt .nq or .jsonld")],
    store: Store = DEFAULT_STORE,
) -> None:
    """Write the graph as a file that other tools read."""
    with _open(store) as graph:
        graph.export(out)
    _wrote(out)


@app.command(
    epilog="Example: kgraph curate merge person/lavrov person/sergei-lavrov --because 'same minister'"
)
def curate(
    decision: Annotated[
        list[str] | None,
        typer.Argument(
            help="merge, split, rename, retype, drop or same-as, and what; none: list what is unsure."
        ),
    ] = None,
    because: Annotated[str, typer.Option(help="The reason, kept with the decision.")] = "",
    store: Store = DEFAULT_STORE,
    curation: Curation = None,
    ontology: Ontology = None,
    limit: Annotated[int, typer.Option(min=1, help="Show this many at most.")] = 40,
) -> None:
    """List merges and splits that are not sure, or decide one; decisions survive every rebuild."""
    from kgraph import gazetteer, settle
    from kgraph.resolve import curation as decisions
    from kgraph.resolve.explain import doubts

    problems = _Problems()
    path = curation or settle.curation_of(store)
    known = decisions.read(path)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    with _open(store) as graph:
        if decision:
            # One line, whatever is typed; one that was listed may be given as a whole.
            given = [" ".join(rdf.clean(word).split()) for word in decision]
            reason = " ".join(rdf.clean(because).split())
            line = (given[0] if len(given) == 1 else shlex.join(given)) + (f"  # {reason}" if reason else "")
            gap = "\n" if before and not before.endswith("\n") else ""
            added = decisions.parse(line, f"{path}:{(before + gap).count(chr(10)) + 1}")
            if added is None:
                raise typer.BadParameter("this decides nothing; give for instance: merge NODE NODE")
            known.append(added)
        schema = pipeline.load_ontology(ontology)
        resolution = settle.settle(
            graph,
            ontology=schema,
            gazetteer=gazetteer.load(ontology=schema),
            report=problems,
            decisions=known,
        )
        if decision:
            # Only what could be followed is written down.
            with path.open("a", encoding="utf-8") as stream:
                stream.write(f"{gap}{line}\n")
            _out().print(Text(printable(f"{path}: {line}")), soft_wrap=True)
        else:
            _doubts(doubts(resolution), limit)
    problems.leave(done=1)


@app.command(epilog="Example: kgraph explain 'Sergei Lavrov'")
def explain(
    node: Annotated[
        str, typer.Argument(help="A name, the end of its IRI (person/sergei-lavrov), or its IRI.")
    ],
    store: Store = DEFAULT_STORE,
    curation: Curation = None,
) -> None:
    """Say why mentions are one node: names by article, scores, rules, and what was not joined."""
    from kgraph import settle
    from kgraph.resolve import curation as decisions
    from kgraph.resolve import explain as why
    from kgraph.resolve import resolve

    if curation is not None and not curation.is_file():
        raise CurationError(f"{curation}: no such file; make it with: kgraph curate")
    with _open(store) as graph:
        known = decisions.read(curation or settle.curation_of(store))
        resolution = resolve(settle.readings(graph), decisions=known)
        found = list(why.find(resolution, node))
        if not found:
            nodes = resolution.entities.nodes
            names = (
                {item.key for item in nodes}
                if "/" in node
                else {form for item in nodes for profile in item.members for form in profile.forms}
            )
            near = difflib.get_close_matches(node, sorted(names), n=4, cutoff=0.4)
            raise QueryError(f"no node {node!r} has a name; nearest: {', '.join(near) or 'none'}")
        titles = {reading.article: reading.id for reading in settle.readings(graph)}
        for item in found:
            _explanation(why.explain(resolution, item), titles)


@app.command(epilog="Example: kgraph airfields > airfields.tsv; kgraph build news/ --gazetteer airfields.tsv")
def airfields() -> None:
    """Print the world's military airfields as a gazetteer file (needs kgraph[airports])."""
    from kgraph import airports

    for line in airports.lines():
        _write(line + "\n")


@app.command(epilog="Example: kgraph demo --out exports")
def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Where the files go.")
    ] = DEMO_FOLDER,
    model: Model = None,
) -> None:
    """Build the graph of the sample articles; leave demo.ttl and demo.html."""
    problems = _Problems()
    out.mkdir(parents=True, exist_ok=True)
    with _bar() as show:
        resources = pipeline.Resources.load(model=model)
        graph = pipeline.build([pipeline.SAMPLES], resources=resources, on_problem=problems, on_progress=show)
    with graph:
        rows = ask(graph, named("demo"))
        found = graph.query(named("counts"))
        if isinstance(rows, Rows):
            _demo_rows(rows)
        _counts(graph, "The graph of the sample articles")
        for name in ("demo.ttl", "demo.html"):
            target = out / name
            if name.endswith(".html"):
                graph.view(target, title="kgraph demo")
            else:
                graph.export(target)
            _wrote(target)
    problems.leave(done=sum(row.count for row in found))


@app.command(epilog="Example: kgraph train --from my.jsonl --out work/mine")
def train(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Checkpoints, model and scores.")],
    corpora: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Train from the corpora in this folder.")
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Train the shipped model further on your own annotated articles."
        ),
    ] = None,
    model: Model = None,
    epochs: Annotated[float | None, typer.Option(help="Passes over the data; 6, with --from 3.")] = None,
    teacher_epochs: Annotated[float, typer.Option(help="Passes of the treebank teacher.")] = 2.5,
    teacher: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint that serves as teacher.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Begin with this checkpoint's weights.")
    ] = None,
    encoder_rate: Annotated[
        float | None, typer.Option(help="Learning rate of the encoder; 3e-4, with --from 5e-5.")
    ] = None,
    head_rate: Annotated[
        float | None, typer.Option(help="Learning rate of the heads; 1e-3, with --from 2e-4.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the order and the initial weights.")] = 13,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
    workers: Annotated[int, typer.Option(help="Processes that share the batches, one thread each.")] = 1,
) -> None:
    """Train the English model; run again with the same --out to resume (needs kgraph[train])."""
    from kgraph.nlp.component import MODEL
    from kgraph.train import run

    if (corpora is None) == (records is None):
        raise typer.BadParameter("name either the corpora with --corpora or your articles with --from")
    tuned = records is not None
    options = run.Options(
        corpora=corpora or Path(),
        out=out,
        epochs=epochs or (3 if tuned else 6),
        start=start,
        teacher=teacher,
        teacher_epochs=teacher_epochs,
        encoder_rate=encoder_rate or (5e-5 if tuned else 3e-4),
        head_rate=head_rate or (2e-4 if tuned else 1e-3),
        seed=seed,
        threads=threads,
        workers=workers,
    )

    def report(line: str) -> None:
        _err().print(Text(printable(line)), soft_wrap=True)

    if records is not None:
        run.tune(options, records, model=model or MODEL, report=report)
    else:
        run.train(options, report=report)
    _wrote(out / "model")


@app.command(epilog="Example: kgraph evaluate re3d --corpora corpora/")
def evaluate(
    name: Annotated[
        str,
        typer.Argument(
            help="syntax, re3d, politics, wikievents, coreference, singletons, gap, relations, "
            "relations-end-to-end, articles, agreement, times, all; calibration; "
            "or gold GOLD.jsonl [PREDICTED.jsonl]"
        ),
    ] = "gold",
    files: Annotated[
        list[Path] | None, typer.Argument(help="The gold data, instead of the dev files of --corpora.")
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own articles, annotated in the format of extract."),
    ] = None,
    corpora: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of the corpora, for their dev files.")
    ] = None,
    model: Model = None,
) -> None:
    """Score against gold data, with 95 % bootstrap intervals over documents."""
    from kgraph.evaluate import scores

    given = [*([gold] if gold else []), *(files or [])]
    if name == "gold":
        if not 1 <= len(given) <= 2:
            raise typer.BadParameter("name the gold records, and what extract printed if you have it")
        header, rows = scores.facts(given[0], given[1] if len(given) > 1 else None, model=model)
    elif name == "calibration":
        header, rows = scores.calibration(corpora, model=model)
    else:
        header, rows = scores.table(name, given, corpora=corpora, model=model)
    table = Table(*header, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    _out().print(table)


# ---------------------------------------------------------------- what goes wrong


class _Problems:
    """Prints each problem as one line on stderr, and knows the exit code."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, problem: Problem) -> None:
        self.count += 1
        _complain(str(problem), style="yellow")

    def leave(self, *, done: int) -> None:
        """End the command with 1 where nothing was done, 3 where something was skipped."""
        if not done:
            raise typer.Exit(FAILED)
        if self.count:
            raise typer.Exit(WITH_PROBLEMS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; ends in SystemExit with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Files and pipes get UTF-8 everywhere; a terminal keeps its own, and shows escapes for the rest.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        # typer examines the signature of every command, which takes longer than most queries.
        slim = copy.copy(app)
        chosen = [
            each
            for each in app.registered_commands
            if each.callback and [each.callback.__name__] == given[:1]
        ]
        slim.registered_commands = chosen or app.registered_commands
        slim(args=given, prog_name="kgraph")
    except KGraphError as error:
        _complain(f"kgraph: {error}", style="red")
        sys.exit(FAILED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"kgraph: {where}{error.strerror or error}", style="red")
        sys.exit(FAILED)


def _complain(line: str, *, style: str) -> None:
    _err().print(Text(printable(line), style), soft_wrap=True)


# ---------------------------------------------------------------- what is shown


def _out() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)


def _err() -> Console:
    return Console(stderr=True)


def _write(text: str) -> None:
    """Put text on stdout unchanged; on a terminal its control characters are escaped as in JSON."""
    if sys.stdout.isatty():
        text = "".join(
            char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
        )
    sys.stdout.write(text)


def _cell(value: Any) -> Text:
    """Return a value as one line of plain text."""
    text = "" if value is None else " ".join(str(value).split())
    return Text("".join(char for char in text if char.isprintable()))


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _wrote(path: Path) -> None:
    _out().print(Text.assemble("wrote ", printable(str(path))), soft_wrap=True)


def _counts(graph: Graph, title: str) -> None:
    """Print how much the graph holds."""
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for row in graph.query(named("counts")):
        table.add_row(row.kind, f"{row['count']:,}")
    _out().print(Text(printable(title), "bold"), soft_wrap=True)
    _out().print(table)


def _doubts(found: Sequence[Doubt], limit: int) -> None:
    """Print what a person may decide, each with its line for the file."""
    for doubt in found[:limit]:
        state = "are one" if doubt.joined else "are two"
        why = "; ".join(doubt.link.reasons)
        _out().print(
            Text(
                printable(f"# {doubt.link.sure:.0%}: {doubt.link.one} and {doubt.link.other} {state}: {why}"),
                "dim",
            ),
            soft_wrap=True,
        )
        _out().print(Text(printable(doubt.line)), soft_wrap=True)
    _err().print(f"{_many(len(found), 'doubt')}; take a line over with: kgraph curate LINE", highlight=False)


def _explanation(item: Explanation, articles: Mapping[str, str]) -> None:
    """Print what made a node what it is."""
    out = _out()
    out.print(
        Text(printable(f"{item.node.label} ({item.node.cls}, {item.node.key})"), "bold"), soft_wrap=True
    )
    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in ("article", "names", "said of it"):
        table.add_column(column, overflow="fold")
    for member in item.members:
        said = [*sorted(member.titles), *sorted(member.states)]
        names = "; ".join(dict.fromkeys(member.forms))
        table.add_row(
            _cell(articles.get(member.article, member.article)), _cell(names), _cell(", ".join(said))
        )
    out.print(table)
    if any(member.known for member in item.members):
        out.print("in the gazetteer under this name")
    for title, links in (("joined", item.links), ("kept apart", item.near)):
        for link in links:
            line = f"{title} {link.sure:.0%}: {link.one} – {link.other}: {'; '.join(link.reasons)}"
            out.print(Text(printable(line)), soft_wrap=True)
    for decision in item.decisions:
        out.print(Text(printable(f"decided: {decision} ({decision.place})")), soft_wrap=True)


def _demo_rows(rows: Rows) -> None:
    """Print the first rows, each on one line, trimmed; the sentence only where there is room."""
    console = _out()
    fixed = {"date": 10, "class": 12, "realis": 8}
    wide = console.width >= PIPE_WIDTH
    shown = [name for name in rows.columns if name != "event" and (name != "sentence" or wide)]
    table = Table(box=box.SIMPLE, pad_edge=False, expand=True)
    for name in shown:
        ratio = None if name in fixed else 4 if name == "sentence" else 2
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=fixed.get(name), ratio=ratio)
    for row in rows[:DEMO_ROWS]:
        table.add_row(*(_cell(row[name]) for name in shown))
    console.print(table)
    if len(rows) > DEMO_ROWS:
        console.print(f"… and {len(rows) - DEMO_ROWS} more events in demo.html\n", highlight=False)


def _answer(answer: Answer, format: Format) -> None:
    """Print what a query gave: rows, yes or no, or a graph."""
    value = answer.value
    if format is Format.table and isinstance(value, bool):
        _write("yes\n" if value else "no\n")
    elif format is not Format.table or not isinstance(value, Rows):
        text = to_text(value, "ttl" if format is Format.table else format)
        _write(text.replace("\r\n", "\n") if sys.stdout.isatty() else text)
    else:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in value.columns:
            table.add_column(_cell(column), overflow="fold")
        for row in value:
            table.add_row(*(_cell(short(each)) for each in row))
        _out().print(table)
        _err().print(_many(len(value), "row"), highlight=False)


@contextmanager
def _bar(*, hidden: bool = False) -> Iterator[Callable[[pipeline.Progress], None]]:
    """Show progress on stderr, if that is a terminal; yields what to call with the newest state."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = _err()
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
            done = state.articles + state.failed
            rate = done / max(time.monotonic() - begun, 1e-9)
            progress.update(task, completed=done, total=state.total, facts=state.facts, rate=rate)

        yield show


# ---------------------------------------------------------------- what is asked


def _open(folder: Path) -> Graph:
    return store.open(folder)


def _sparql(text: str) -> str:
    """Return a query, read from its file where the argument names one."""
    if not text.endswith(".rq"):
        return text
    try:
        return Path(text).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise QueryError(f"{text}: cannot be read: {why}; check the path") from None


def _bindings(pairs: Sequence[str], asked: str) -> dict[str, str]:
    """Return VARIABLE=VALUE pairs as a mapping."""
    found = {}
    for pair in pairs:
        variable, equals, value = pair.partition("=")
        if not equals or not variable.lstrip("?").isidentifier():
            raise typer.BadParameter(f"{asked}, not {printable(pair)!r}")
        found[variable.lstrip("?")] = value
    return found
