"""The scores of ``kgraph evaluate`` as rows of text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kgraph.evaluate import gold, syntax, wikiwars

Row = tuple[str, ...]


def table(measure: str, files: Sequence[Path], *, model: Path | None = None) -> tuple[Row, list[Row]]:
    """Header and rows of one measure; KGraphError naming a file that cannot be read."""
    if measure == "syntax":
        return _syntax(files, model)
    if measure == "times":
        return _times(files)
    return _gold(*files)


def _syntax(files: Sequence[Path], model: Path | None) -> tuple[Row, list[Row]]:
    from kgraph.nlp.component import MODEL
    from kgraph.nlp.encoder import Encoder

    encoder = Encoder(model or MODEL)
    rows = []
    for path in files:
        scores = syntax.evaluate(path, encoder)
        rows.append(
            (path.name, *(f"{mean:.1f} ({low:.1f}–{high:.1f})" for mean, low, high in scores.values()))
        )
    return ("file", *syntax.MEASURES), rows


def _times(files: Sequence[Path]) -> tuple[Row, list[Row]]:
    scores = [(path.name, wikiwars.score(path)) for path in files]
    if len(scores) > 1:
        scores.append(("all", sum((score for _, score in scores), wikiwars.Score())))
    rows = [(name, *(f"{s.f1(right):.1f}" for right in (s.strict, s.relaxed, s.value))) for name, s in scores]
    return ("file", "strict F1", "relaxed F1", "span + value F1"), rows


def _gold(wanted: Path, given: Path) -> tuple[Row, list[Row]]:
    def percent(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f}"

    rows: list[Row] = [
        (layer, percent(s.precision), percent(s.recall), percent(s.f1), str(s.predicted), str(s.gold))
        for layer, s in gold.compare(gold.read(wanted), gold.read(given))
    ]
    return ("layer", "precision", "recall", "F1", "predicted", "gold"), rows
