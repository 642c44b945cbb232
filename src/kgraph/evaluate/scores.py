"""What ``kgraph evaluate`` can score, and the scores as rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import KGraphError
from kgraph.evaluate.measures import Documents, interval, mean_f1, total

if TYPE_CHECKING:
    from kgraph.model import Extraction
    from kgraph.nlp.encoder import Encoder

HEADER = ("set", "measure", "F1", "95 % interval", "precision", "recall", "gold")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A data set and what is scored on it."""

    files: tuple[str, ...]
    """Its dev files below the folder of the corpora; empty where the data ship with kgraph."""
    run: Callable[[Path, Encoder], Documents]
    together: tuple[str, tuple[str, ...]] | None = None
    """The name of a score that is the mean F1 of some measures, and those."""
    pooled: bool = False
    """Whether its files are single documents, scored together."""


def _syntax(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import syntax

    return syntax.evaluate(path, encoder)


def _sentences(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import boundaries

    return boundaries.evaluate(path, encoder)


def _re3d(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import mentions

    return mentions.re3d(path, encoder)


def _politics(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import mentions

    return mentions.politics(path, encoder)


def _wikievents(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import mentions

    return mentions.wikievents(path, encoder)


def _coreference(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import coreference

    return coreference.gum(path, encoder)


def _singletons(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import coreference

    return coreference.gum(path, encoder, singletons=True)


def _gap(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import coreference

    return coreference.gap(path, encoder)


def _relations(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import relations

    return relations.re3d(path, encoder, gold_mentions=True)


def _end_to_end(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import relations

    return relations.re3d(path, encoder, gold_mentions=False)


def _articles(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import articles

    files = sorted(path.glob("articles-*.txt")) if path.is_dir() else [path]
    return articles.evaluate(files, encoder)


def _facts(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import facts
    from kgraph.pipeline import Resources

    files = sorted(path.glob("articles-*.txt")) if path.is_dir() else [path]
    return facts.evaluate(files, Resources.load(model=encoder.path.parent))


def _agreement(path: Path, _: Encoder) -> Documents:
    from kgraph.evaluate import agreement

    return agreement.evaluate(path)


def _times(path: Path, _: Encoder) -> Documents:
    from kgraph.evaluate import wikiwars

    return [wikiwars.tallies(path)]


def _plover(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import plover

    return plover.evaluate(path, encoder)


def _events(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import events

    return events.evaluate(path, encoder)


def _muc4(path: Path, encoder: Encoder) -> Documents:
    from kgraph.evaluate import muc4

    return muc4.evaluate(path, encoder)


_HISTORIES = ("13_RussianCivWar", "14_FirstIndochinaWar", "15_MexicanRev", "16_SpanishCivilWar")
"""Those that were not looked at while the grammar of dates was written."""
_CONLL = ("CoNLL", ("muc", "b3", "ceafe"))
PLOVER_ROOTS = (
    *("ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONSULT", "COOPERATE", "MOBILIZE", "PROTEST"),
    *("REJECT", "REQUEST", "SANCTION", "SUPPORT", "THREATEN", "YIELD"),
)
"""The classes that ``plover`` tells; CONCEDE and RETREAT are one there."""
TASKS: Mapping[str, Task] = {
    "syntax": Task(("syntax/ewt.dev.conllu.gz", "syntax/gum.dev.conllu.gz"), _syntax),
    "sentences": Task(("syntax/ewt.dev.conllu.gz", "syntax/gum.dev.conllu.gz"), _sentences),
    "re3d": Task(("re3d/dev.jsonl.gz",), _re3d),
    "politics": Task(("crossner-politics/dev.tsv.gz",), _politics),
    "wikievents": Task(("wikievents/dev.jsonl.gz",), _wikievents),
    "coreference": Task(("syntax/gum.dev.conllu.gz",), _coreference, _CONLL),
    "singletons": Task(("syntax/gum.dev.conllu.gz",), _singletons, _CONLL),
    "gap": Task(("gap/validation.tsv.gz",), _gap),
    "relations": Task(("re3d/dev.jsonl.gz",), _relations),
    "relations-end-to-end": Task(("re3d/dev.jsonl.gz",), _end_to_end),
    "articles": Task((), _articles, _CONLL),
    "facts": Task((), _facts),
    "agreement": Task((), _agreement, _CONLL),
    "plover": Task(
        ("plover/plv_train.tsv.gz",),
        _plover,
        ("macro-F1 of class", tuple(f"class {root}" for root in PLOVER_ROOTS)),
    ),
    "events": Task(("wikievents/dev.jsonl.gz",), _events),
    "muc4": Task(("muc4/tst1/tst1-muc3.gz", "muc4/tst2/tst2-muc4.gz"), _muc4),
    "times": Task(tuple(f"wikiwars/{name}.tml.gz" for name in _HISTORIES), _times, pooled=True),
}
"""Scores by name; ``all`` is every one."""


def table(
    name: str, files: Sequence[Path], *, corpora: Path | None = None, model: Path | None = None
) -> tuple[Row, list[Row]]:
    """Header and rows of a task; KGraphError naming a file that cannot be read or an unknown name."""
    from kgraph.nlp.component import MODEL
    from kgraph.nlp.encoder import Encoder

    if name != "all" and name not in TASKS:
        raise KGraphError(f"{name!r} is nothing to score; known: all, gold, {', '.join(TASKS)}")
    if name == "all" and files:
        raise KGraphError("'all' takes no files; name the folder of the corpora with --corpora")
    encoder = Encoder(model or MODEL)
    rows: list[Row] = []
    for task in TASKS if name == "all" else [name]:
        paths = list(files) or list(_files(task, corpora))
        read = [(path.name.partition(".")[0], TASKS[task].run(path, encoder)) for path in paths]
        if TASKS[task].pooled:
            read = [("", [document for _, documents in read for document in documents])]
        for file, documents in read:
            rows.extend(_rows(f"{task} {file}".strip(), TASKS[task], documents))
    return HEADER, rows


def _files(name: str, corpora: Path | None) -> Iterator[Path]:
    task = TASKS[name]
    if not task.files:
        with resources.as_file(resources.files("kgraph.train") / "data") as folder:
            yield folder
        return
    if corpora is None:
        raise KGraphError(f"{name}: name its files, or the folder of the corpora with --corpora")
    for file in task.files:
        if not (corpora / file).is_file():
            raise KGraphError(f"{corpora / file}: no such file; check --corpora")
        yield corpora / file


def _rows(label: str, task: Task, documents: Documents) -> Iterator[Row]:
    names = list(dict.fromkeys(name for document in documents for name in document))
    if task.together:
        name, parts = task.together
        low, high = interval(documents, parts)
        yield label, name, f"{mean_f1(documents, parts):.1f}", f"{low:.1f}–{high:.1f}", "", "", ""
    for name in names:
        tally = total(documents, name)
        low, high = interval(documents, [name])
        yield (
            label,
            name,
            f"{tally.f1:.1f}",
            f"{low:.1f}–{high:.1f}",
            f"{tally.precision:.1f}",
            f"{tally.recall:.1f}",
            f"{tally.gold:.0f}",
        )


def calibration(corpora: Path | None, *, model: Path | None = None) -> tuple[Row, list[Row]]:
    """Expected calibration error of each layer, on the half of the dev data not used for fitting."""
    from kgraph.evaluate import calibration as measured
    from kgraph.nlp.component import MODEL
    from kgraph.nlp.encoder import Encoder

    treebank = corpora / TASKS["syntax"].files[0] if corpora else None
    with resources.as_file(resources.files("kgraph.train") / "data") as folder:
        rows: list[Row] = [
            (name, f"{error:.1f}", f"{before:.1f}", str(count))
            for name, error, before, count in measured.report(Encoder(model or MODEL), folder, treebank)
        ]
    return ("layer", "ECE", "ECE at temperature 1", "decisions"), rows


def facts(wanted: Path, given: Path | None, *, model: Path | None = None) -> tuple[Row, list[Row]]:
    """Facts in the format of extract against gold ones; without ``given`` the gold articles are read anew."""
    from kgraph.evaluate import gold
    from kgraph.records import read_file

    records = read_file(wanted)
    predicted = read_file(given) if given else _extracted(records, model)
    documents = gold.compare(records, predicted)
    names = list(dict.fromkeys(name for document in documents for name in document))
    rows: list[Row] = []
    for name in names:
        tally = total(documents, name)
        low, high = interval(documents, [name])
        rows.append(
            (
                name,
                f"{tally.f1:.1f}",
                f"{low:.1f}–{high:.1f}",
                f"{tally.precision:.1f}",
                f"{tally.recall:.1f}",
                f"{tally.predicted:.0f}",
                f"{tally.gold:.0f}",
            )
        )
    return ("layer", "F1", "95 % interval", "precision", "recall", "predicted", "gold"), rows


def _extracted(records: Mapping[str, Extraction], model: Path | None) -> dict[str, Extraction]:
    from kgraph.pipeline import Resources

    ready = Resources.load(model=model)
    articles = [record.article for record in records.values()]
    return {found.article.id: found for found in ready.facts(articles)}
