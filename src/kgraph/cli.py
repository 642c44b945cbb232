"""The commands; what they print goes through ``terminal``.

Exit codes: 0 all done; 1 nothing could be done; 2 wrong usage; 3 done, but some input was skipped or read
only in part; 130 a build was interrupted, and what was read is kept. Results go to stdout, problems (one
line each) and progress to stderr. What an article says is hostile: it reaches a terminal without control
characters and is never read as markup.
"""

from __future__ import annotations

import copy
import io
import shlex
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kgraph import __version__, cli_build, cli_model, store, terminal
from kgraph.cli_options import (
    AllowPrivate,
    AnyLanguage,
    Columns,
    Curation,
    Date,
    Feed,
    FeedText,
    Gazetteers,
    MinConfidence,
    Model,
    Nlp,
    Ontology,
    Paths,
    Store,
    reading,
)
from kgraph.errors import CurationError, KGraphError, QueryError, printable
from kgraph.model import MIN_CONFIDENCE
from kgraph.query import MalformedQueryError, Rows, find, library, limit, named
from kgraph.query import query as ask
from kgraph.store import Graph

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all done, 1 nothing could be done, 2 wrong usage, 3 done but some input skipped.",
)


class Events(StrEnum):
    """What an event is in a network."""

    nodes = "nodes"
    folded = "folded"


DEFAULT_STORE, DEMO_FOLDER = Path("kgraph.db"), Path("exports")


def _version(asked: bool) -> None:
    if asked:
        terminal.write(f"kgraph {__version__}\n")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """From news articles to a knowledge graph of actors, bases and events."""


@app.command(epilog="Example: kgraph extract news/ > facts.jsonl")
def extract(
    paths: Paths,
    date: Date = None,
    column: Columns = None,
    any_language: AnyLanguage = False,
    ontology: Ontology = None,
    model: Model = None,
    nlp: Nlp = None,
    gazetteer: Gazetteers = None,
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    feed: Feed = False,
    feed_text: FeedText = False,
    allow_private: AllowPrivate = False,
) -> None:
    """Print what each article says as one line of JSON."""
    from kgraph import fetch, pipeline, rdf, records

    problems = terminal.Problems()
    done = facts = 0
    wanted = reading(any_language=any_language, columns=column)
    web = fetch.Web(feed=feed, feed_text=feed_text, limits=fetch.Limits(allow_private=allow_private))
    articles, total = pipeline.find(paths, date=date, reading=wanted, on_problem=problems, web=web)
    resources = pipeline.Resources.load(
        ontology, model=model, nlp=nlp, gazetteers=gazetteer or (), min_confidence=min_confidence
    )
    with terminal.bar(hidden=sys.stdout.isatty()) as show:
        for extraction in pipeline.extract(articles, resources=resources, on_problem=problems):
            record = records.to_record(extraction, rdf.iris(extraction))
            terminal.write(records.to_line(record) + "\n")
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
        terminal.Format, typer.Option("--format", "-f", help="How to print the rows; graphs are Turtle.")
    ] = terminal.Format.table,
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
            terminal.write(line + "\n")
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
            terminal.stderr().print(terminal.text(line), soft_wrap=True)
        raise
    if update:
        terminal.stderr().print(terminal.text(printable(f"{store} is changed")), soft_wrap=True)
        return
    terminal.answer(answer, format)
    if answer.cut:
        terminal.complain(
            f"there is more: cut after {terminal.many(max_rows, 'row')}; see --max-rows", style="yellow"
        )
        raise typer.Exit(terminal.WITH_PROBLEMS)


@app.command(epilog="Example: kgraph info --store kgraph.db")
def info(
    store: Store = DEFAULT_STORE,
    articles: Annotated[bool, typer.Option("--articles", help="List the articles too.")] = False,
    curation: Curation = None,
) -> None:
    """Show what a store holds, what made it, and whether a build is left to finish."""
    from kgraph import info as about

    with _open(store) as graph:
        found = about.describe(graph, decisions=curation)
        table = terminal.table_of(show_header=False)
        table.add_column(overflow="fold")
        table.add_column(justify="right", overflow="fold")
        for label, value in about.rows(found):
            table.add_row(terminal.cell(label), terminal.cell(value))
        terminal.stdout().print(terminal.text(printable(str(store)), "bold"), soft_wrap=True)
        terminal.stdout().print(table)
        if articles:
            table = terminal.table_of()
            for column in ("article", "date", "title", "source"):
                table.add_column(column, overflow="fold")
            for row in about.articles(graph):
                table.add_row(*map(terminal.cell, row))
            terminal.stdout().print(table)
    if not found.is_finished:
        left = (
            f"{terminal.many(found.waiting, 'article')} read but not described yet" if found.waiting else ""
        )
        terminal.complain(
            f"{store}: {left or 'the last build did not end'}; run kgraph build again", style="yellow"
        )
        raise typer.Exit(terminal.WITH_PROBLEMS)


@app.command(epilog="Example: kgraph view --out graph.html")
def view(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.html", help="The page to write.")],
    store: Store = DEFAULT_STORE,
    title: Annotated[str, typer.Option(help="The heading of the page.")] = "kgraph",
    query: Annotated[
        str | None,
        typer.Option(metavar="FILE.rq", help="Draw what a CONSTRUCT, or a SELECT of nodes, gives."),
    ] = None,
    around: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Draw only what is around this; may be repeated.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, max=9, help="How many steps around it.")] = 1,
    since: Annotated[str, typer.Option(metavar="DATE", help="Leave earlier events out.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Leave later events out.")] = "",
    max_nodes: Annotated[
        int, typer.Option(min=1, help="Keep this many at most, the best connected.")
    ] = 20000,
    overview: Annotated[int, typer.Option(min=1, help="Draw this many of them at first.")] = 1500,
    ontology: Ontology = None,
) -> None:
    """Draw the graph as one HTML file that works offline."""
    from kgraph import pipeline

    sparql = None if query is None else _sparql(query)
    with _open(store) as graph:
        graph.view(
            out,
            title=title,
            max_nodes=max_nodes,
            overview=overview,
            ontology=pipeline.load_ontology(ontology),
            query=sparql,
            around=around or (),
            steps=steps,
            since=since,
            until=until,
        )
    terminal.wrote(out)


@app.command(epilog="Example: kgraph export --out graph.ttl")
def export(
    out: Annotated[
        Path,
        typer.Option(
            *("--out", "-o"),
            metavar="FILE",
            help=".ttl .trig .nt .nq .jsonld .rdf .graphml .gexf .cypher .ftm.json, or a folder",
        ),
    ],
    store: Store = DEFAULT_STORE,
    format: Annotated[
        str | None, typer.Option(metavar="NAME", help="csv or neo4j, or another suffix than that of FILE.")
    ] = None,
    flat: Annotated[
        bool, typer.Option("--flat", help="RDF: the actual facts alone, for tools without named graphs.")
    ] = False,
    events: Annotated[
        Events, typer.Option(help="GraphML and GEXF: an event is a node, or folded into edges.")
    ] = Events.nodes,
) -> None:
    """Write the graph as a file that other tools read."""
    with _open(store) as graph:
        graph.export(out, format=format, flat=flat, events=events.value)
    terminal.wrote(out)


@app.command(epilog="Example: kgraph serve --store kgraph.db")
def serve(
    store: Store = DEFAULT_STORE,
    host: Annotated[str, typer.Option(help="Who may ask: by default this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 7878,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="The most a query may take.")
    ] = 30,
    max_mb: Annotated[int, typer.Option(min=1, help="The most an answer may hold.")] = 64,
) -> None:
    r"""Serve the graph to browsers and SPARQL clients, read-only (needs kgraph\[serve])."""
    from kgraph import serve as server

    limits = server.Limits(seconds=timeout, size=max_mb << 20)
    server.serve(
        store, host=host, port=port, limits=limits, report=lambda line: terminal.complain(line, style="")
    )


@app.command(epilog="Example: kgraph check --store kgraph.db")
def check(
    store: Store = DEFAULT_STORE,
    shapes: Annotated[
        Path | None, typer.Option(metavar="FILE.ttl", help="Your own SHACL shapes instead of ours.")
    ] = None,
    ontology: Ontology = None,
) -> None:
    r"""Say what in the graph is not as the shapes want it; exit code 1 if anything (needs kgraph\[check])."""
    from kgraph import check as checking
    from kgraph import pipeline

    begun = time.monotonic()
    wanted, schema = checking.load_shapes(shapes), pipeline.load_ontology(ontology)
    violations = articles = facts = 0
    # On a terminal the bar would stand in the way of what is found.
    with _open(store) as graph, terminal.bar(hidden=sys.stdout.isatty()) as show:
        total = len(graph.articles())

        def on_step(done: int, checked: int) -> None:
            nonlocal articles, facts
            articles, facts = done, checked
            show(pipeline.Progress(done, 0, max(done, total), checked))

        for item in checking.check(graph, ontology=schema, shapes=wanted, on_step=on_step):
            violations += 1
            terminal.stdout().print(terminal.text(printable(str(item))), soft_wrap=True)
            if item.sentence:
                terminal.stdout().print(
                    terminal.text(printable(f"    {' '.join(item.sentence.split())}"), "dim"), soft_wrap=True
                )
    terminal.stderr().print(
        f"{terminal.many(articles, 'article')} and {terminal.many(facts, 'fact')} checked in "
        f"{time.monotonic() - begun:.1f} s, {terminal.many(violations, 'violation')}",
        highlight=False,
    )
    if violations:
        raise typer.Exit(terminal.FAILED)


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
    from kgraph import gazetteer, pipeline, rdf, settle
    from kgraph.resolve import curation as decisions
    from kgraph.resolve.explain import doubts

    problems = terminal.Problems()
    path = curation or settle.curation_of(store)
    known = decisions.read(path)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    with _open(store, read_only=False) as graph:
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
            terminal.stdout().print(terminal.text(printable(f"{path}: {line}")), soft_wrap=True)
        else:
            terminal.doubts(doubts(resolution), limit)
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
    import difflib

    from kgraph import settle
    from kgraph.resolve import curation as decisions
    from kgraph.resolve import explain as why

    if curation is not None and not curation.is_file():
        raise CurationError(f"{curation}: no such file; make it with: kgraph curate")
    with _open(store) as graph:
        known = decisions.read(curation or settle.curation_of(store))
        resolution = settle.resolution_of(graph, decisions=known)
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
            terminal.explanation(why.explain(resolution, item), titles)


@app.command(epilog="Example: kgraph demo --out exports")
def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Where the files go.")
    ] = DEMO_FOLDER,
    model: Model = None,
) -> None:
    """Build the graph of the sample articles; leave demo.ttl and demo.html."""
    from kgraph import pipeline

    problems = terminal.Problems()
    out.mkdir(parents=True, exist_ok=True)
    with terminal.bar() as show:
        resources = pipeline.Resources.load(model=model)
        graph = pipeline.build([pipeline.SAMPLES], resources=resources, on_problem=problems, on_progress=show)
    with graph:
        rows = ask(graph, named("demo"))
        found = graph.query(named("counts"))
        if isinstance(rows, Rows):
            terminal.demo_rows(rows)
        terminal.counts(graph, "The graph of the sample articles")
        for name in ("demo.ttl", "demo.html"):
            target = out / name
            if name.endswith(".html"):
                graph.view(target, title="kgraph demo")
            else:
                graph.export(target)
            terminal.wrote(target)
    problems.leave(done=sum(row.count for row in found))


# ---------------------------------------------------------------- the way in


app.registered_commands[:0] = cli_build.app.registered_commands
app.registered_commands += cli_model.app.registered_commands


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
        terminal.complain(f"kgraph: {error}", style="red")
        sys.exit(terminal.FAILED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        terminal.complain(f"kgraph: {where}{error.strerror or error}", style="red")
        sys.exit(terminal.FAILED)


# ---------------------------------------------------------------- what is asked


def _open(folder: Path, *, read_only: bool = True) -> Graph:
    return store.open(folder, read_only=read_only)


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
