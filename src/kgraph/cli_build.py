"""The command that builds: its options, what it prints, and what it writes to a log.

Exit codes: 0 all done; 1 nothing could be done; 2 wrong usage; 3 done, but some input was skipped or read
only in part; 130 interrupted, and what was read is kept.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgraph import terminal
from kgraph.cli_options import (
    AllowPrivate,
    AnyLanguage,
    Columns,
    Curation,
    Date,
    Every,
    Feed,
    FeedText,
    Gazetteers,
    MinConfidence,
    Model,
    Nlp,
    Ontology,
    SomePaths,
    Store,
    reading,
)
from kgraph.errors import KGraphError, printable
from kgraph.folder import BusyError
from kgraph.model import MIN_CONFIDENCE, Problem
from kgraph.work import MAX_MEMORY, MAX_SECONDS, Plan

if TYPE_CHECKING:
    from kgraph.pipeline import Progress
    from kgraph.settle import LastRun

app = typer.Typer()
INTERRUPTED = 130
EVERY = 5.0
"""Seconds between two lines of progress in a log."""


class LogFormat(StrEnum):
    """What goes to stderr: lines for people, or a JSON object each."""

    text = "text"
    json = "json"


class Engine(StrEnum):
    """Who reads many articles."""

    processes = "processes"
    dask = "dask"


@app.command(epilog="Example: kgraph build news/ reports/*.jsonl --store kgraph.db")
def build(
    paths: SomePaths = None,
    store: Store = Path("kgraph.db"),
    date: Date = None,
    column: Columns = None,
    any_language: AnyLanguage = False,
    feed: Feed = False,
    feed_text: FeedText = False,
    allow_private: AllowPrivate = False,
    every: Every = None,
    ontology: Ontology = None,
    model: Model = None,
    nlp: Nlp = None,
    gazetteer: Gazetteers = None,
    curation: Curation = None,
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    force: Annotated[bool, typer.Option("--force", help="Read unchanged articles too.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove articles that are not among PATHS any more.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Read what failed before, from STORE.dead.jsonl; no PATHS.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read; by default the cores. 1: this one.")
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help=f"The most a process may take over 50,000 characters; {MAX_SECONDS:g}."),
    ] = None,
    max_memory: Annotated[
        int | None, typer.Option(min=1, metavar="MB", help=f"The most a process may hold; {MAX_MEMORY}.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help=r"Read on this machine, or on a Dask cluster (needs kgraph\[cluster]).")
    ] = Engine.processes,
    address: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="The scheduler of the Dask cluster.")
    ] = None,
    parts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep what was read here, as N-Quads and a manifest.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write what was done, how fast and with what.")
    ] = None,
    log_format: Annotated[LogFormat, typer.Option(help="What goes to stderr.")] = LogFormat.text,
) -> None:
    """Read articles into the graph; one that is in it already is replaced if anything changed."""
    from kgraph import (  # a query from the shell needs neither, and is to be answered at once
        fetch,
        pipeline,
        settle,
    )

    if retry == bool(paths):
        raise typer.BadParameter(
            "name files, folders, globs or URLs that hold articles, or give --retry alone"
        )
    if retry and prune:
        raise typer.BadParameter("--retry reads no paths, so --prune cannot know what is gone")
    if address and engine is not Engine.dask:
        raise typer.BadParameter("--address is that of a Dask cluster; add --engine dask")
    settings = pipeline.Settings.of(
        ontology, model=model, nlp=nlp, gazetteers=gazetteer or (), min_confidence=min_confidence
    )
    plan = Plan(
        workers=workers,
        max_seconds=max_seconds,
        max_megabytes=max_memory,
        engine=engine.value,
        address=address,
        parts=parts,
    )
    web = fetch.Web(feed=feed, feed_text=feed_text, limits=fetch.Limits(allow_private=allow_private))
    # Round after round the model stays loaded, and this process reads what is new.
    loaded = settings if every is None else functools.cache(lambda: pipeline.load(settings))
    log = _Log() if log_format is LogFormat.json else None
    for problems in _rounds(every, log):
        try:
            with _progress(log) as show:
                graph = pipeline.build(
                    paths or (),
                    store=store,
                    date=date,
                    reading=reading(any_language=any_language, columns=column),
                    web=web,
                    resources=loaded,
                    curation=curation,
                    work=plan,
                    force=force,
                    prune=prune,
                    retry=retry,
                    on_problem=problems,
                    on_progress=show,
                    on_note=_say if log is None else lambda line: log("note", text=line),
                )
            with graph:
                last = settle.last_run(graph)
                if log is None:
                    terminal.counts(graph, f"{store} holds")
        except KeyboardInterrupt:
            _complain("interrupted; what was read is kept, and the same command goes on", log)
            raise typer.Exit(INTERRUPTED) from None
        except BusyError as error:
            if every is None:
                raise
            _complain(str(error), log)
        except KGraphError as error:
            if log is None:
                raise
            _complain(str(error), log)
            raise typer.Exit(terminal.FAILED) from None
        else:
            if last is not None:
                _report(last, report, log)
            if every is None:
                done = last.articles + last.unchanged + last.resumed + last.removed if last else 0
                problems.leave(done=done + retry)


def _rounds(every: float | None, log: _Log | None) -> Iterator[terminal.Problems]:
    """Yield the problems of each round: of one, or with ``every`` of one after so many seconds, without end.

    Ends when the user interrupts the wait. A round that takes longer is followed by the next at once.
    """
    while True:
        begun = time.monotonic()
        yield terminal.Problems() if log is None else log.problems
        if every is None:
            return
        try:
            time.sleep(max(begun + every - time.monotonic(), 0))
        except KeyboardInterrupt:
            return


def _complain(line: str, log: _Log | None) -> None:
    if log is None:
        terminal.complain(f"kgraph: {line}", style="yellow")
    else:
        log("error", text=line)


def _report(last: LastRun, report: Path | None, log: _Log | None) -> None:
    """Say what a build did: in a file, and in a line or in the log."""
    value = {**asdict(last), "rate": round(last.rate, 2)}
    if report is not None:
        report.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    if log is None:
        terminal.stdout().print(printable(_summary(last)), highlight=False, markup=False, soft_wrap=True)
    else:
        log("end", **value)


class _Log:
    """Lines of JSON on stderr: ``event`` is problem, progress, note, error or end, ``at`` is in seconds."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.problems = _LoggedProblems(self)

    def __call__(self, event: str, **fields: Any) -> None:
        """Write one line."""
        seconds = round(time.monotonic() - self.begun, 3)
        typer.echo(json.dumps({"event": event, "at": seconds, **fields}), err=True)


class _LoggedProblems(terminal.Problems):
    """Problems as lines of JSON."""

    def __init__(self, log: _Log) -> None:
        super().__init__()
        self._log = log

    def __call__(self, problem: Problem) -> None:
        """Write it."""
        self.count += 1
        self._log("problem", **{name: value for name, value in asdict(problem).items() if value is not None})


@contextmanager
def _progress(log: _Log | None) -> Iterator[Callable[[Progress], None]]:
    """Show progress as a bar, or in a log as a line every few seconds."""
    if log is None:
        with terminal.bar() as show:
            yield show
        return
    said = log.begun

    def write(now: Progress) -> None:
        nonlocal said
        if time.monotonic() - said >= EVERY:
            said = time.monotonic()
            log("progress", **asdict(now))

    yield write


def _say(line: str) -> None:
    terminal.stdout().print(printable(line), highlight=False, markup=False, soft_wrap=True)


def _summary(last: LastRun) -> str:
    """Return what a build did, in one line."""
    many = terminal.many
    said = [f"{many(last.articles, 'article')} and {many(last.facts, 'fact')} read in {last.seconds:.1f} s"]
    for count, what in (
        (last.unchanged, "unchanged"),
        (last.resumed, "read by an ended build"),
        (last.removed, "removed"),
    ):
        if count:
            said.append(f"{count:,} {what}")
    return ", ".join([*said, many(last.problems, "problem")])
