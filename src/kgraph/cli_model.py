"""The commands that make and measure the language model, and names for the gazetteer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgraph import terminal
from kgraph.cli_options import Model
from kgraph.errors import printable

app = typer.Typer()


@app.command(epilog="Example: kgraph airfields > airfields.tsv; kgraph build news/ --gazetteer airfields.tsv")
def airfields() -> None:
    r"""Print the world's military airfields as a gazetteer file (needs kgraph\[airports])."""
    from kgraph import airports

    for line in airports.lines():
        terminal.write(line + "\n")


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
    r"""Train the English model; run again with the same --out to resume (needs kgraph\[train])."""
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
        terminal.stderr().print(terminal.text(printable(line)), soft_wrap=True)

    if records is not None:
        run.tune(options, records, model=model or MODEL, report=report)
    else:
        run.train(options, report=report)
    terminal.wrote(out / "model")


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
    table = terminal.table_of(*header, head=True)
    for row in rows:
        table.add_row(*row)
    terminal.stdout().print(table)
