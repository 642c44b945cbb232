"""What ``kgraph evaluate`` can score, and the scores as rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module, resources
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

    evaluator: str
    """``module.function`` below ``kgraph.evaluate``; imported when it runs, for each brings a lot along."""
    files: tuple[str, ...] = ()
    """Its dev files below the folder of the corpora; empty where the data ship with kgraph."""
    together: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Names of scores that are the mean F1 of some measures, with those."""
    options: Mapping[str, bool] = field(default_factory=dict)
    """What the evaluator is asked by name."""
    pooled: bool = False
    """Whether its files are single documents, scored together."""
    data: str = "kgraph.train"
    """The part of kgraph that brings the data where there are no files."""

    def run(self, path: Path, encoder: Encoder) -> Documents:
        """The tallies of each document of a file, or of our data in a folder."""
        module, _, function = self.evaluator.partition(".")
        evaluate: Callable[..., Documents] = getattr(import_module(f"kgraph.evaluate.{module}"), function)
        return evaluate(path, encoder, **self.options)


_HISTORIES = ("13_RussianCivWar", "14_FirstIndochinaWar", "15_MexicanRev", "16_SpanishCivilWar")
"""Those that were not looked at while the grammar of dates was written."""
_CONLL = (("CoNLL", ("muc", "b3", "ceafe")),)
_ECBPLUS = tuple(
    (f"{kind} CoNLL", tuple(f"{kind} {measure}" for measure in ("muc", "b3", "ceafe")))
    for kind in ("events", "entities")
)
PLOVER_ROOTS = (
    *("ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONSULT", "COOPERATE", "MOBILIZE", "PROTEST"),
    *("REJECT", "REQUEST", "SANCTION", "SUPPORT", "THREATEN", "YIELD"),
)
"""The classes that ``plover`` tells; CONCEDE and RETREAT are one there."""
_TREEBANKS = ("syntax/ewt.dev.conllu.gz", "syntax/gum.dev.conllu.gz")
_GUM = ("syntax/gum.dev.conllu.gz",)
_RE3D = ("re3d/dev.jsonl.gz",)
_WIKIEVENTS = ("wikievents/dev.jsonl.gz",)
_PLOVER = (("macro-F1 of class", tuple(f"class {root}" for root in PLOVER_ROOTS)),)
TASKS: Mapping[str, Task] = {
    "syntax": Task("syntax.evaluate", _TREEBANKS),
    "sentences": Task("boundaries.evaluate", _TREEBANKS),
    "re3d": Task("mentions.re3d", _RE3D),
    "politics": Task("mentions.politics", ("crossner-politics/dev.tsv.gz",)),
    "wikievents": Task("mentions.wikievents", _WIKIEVENTS),
    "coreference": Task("coreference.gum", _GUM, _CONLL),
    "singletons": Task("coreference.gum", _GUM, _CONLL, {"singletons": True}),
    "gap": Task("coreference.gap", ("gap/validation.tsv.gz",)),
    "relations": Task("relations.re3d", _RE3D, options={"gold_mentions": True}),
    "relations-end-to-end": Task("relations.re3d", _RE3D, options={"gold_mentions": False}),
    "articles": Task("articles.evaluate", together=_CONLL),
    "facts": Task("facts.evaluate"),
    "agreement": Task("agreement.evaluate", together=_CONLL),
    "plover": Task("plover.evaluate", ("plover/plv_train.tsv.gz",), _PLOVER),
    "events": Task("events.evaluate", _WIKIEVENTS),
    "muc4": Task("muc4.evaluate", ("muc4/tst1/tst1-muc3.gz", "muc4/tst2/tst2-muc4.gz")),
    "collection": Task("collection.evaluate", data="kgraph.evaluate"),
    "copies": Task("copies.evaluate", data="kgraph.evaluate"),
    "ecbplus": Task("ecbplus.evaluate", ("ecbplus/ECB_Dev_Event_gold_mentions.json.gz",), _ECBPLUS),
    "times": Task("wikiwars.evaluate", tuple(f"wikiwars/{name}.tml.gz" for name in _HISTORIES), pooled=True),
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
        with resources.as_file(resources.files(task.data) / "data") as folder:
            yield folder
        return
    if corpora is None:
        raise KGraphError(f"{name}: name its files, or the folder of the corpora with --corpora")
    for file in task.files:
        if not (corpora / file).is_file():
            raise KGraphError(f"{corpora / file}: no such file; check --corpora")
        yield corpora / file


def _rows(label: str, task: Task, documents: Documents) -> Iterator[Row]:
    for name, parts in task.together:
        yield label, name, f"{mean_f1(documents, parts):.1f}", _between(documents, parts), "", "", ""
    for *cells, _, gold in _measured(documents):
        yield label, *cells, gold


def _measured(documents: Documents) -> Iterator[Row]:
    """Each measure with F1, its interval, precision, recall, and what was predicted and is gold."""
    for name in dict.fromkeys(name for document in documents for name in document):
        tally = total(documents, name)
        yield (
            name,
            f"{tally.f1:.1f}",
            _between(documents, [name]),
            f"{tally.precision:.1f}",
            f"{tally.recall:.1f}",
            f"{tally.predicted:.0f}",
            f"{tally.gold:.0f}",
        )


def _between(documents: Documents, names: Sequence[str]) -> str:
    low, high = interval(documents, names)
    return f"{low:.1f}–{high:.1f}"


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
    rows = list(_measured(gold.compare(records, predicted)))
    return ("layer", "F1", "95 % interval", "precision", "recall", "predicted", "gold"), rows


def _extracted(records: Mapping[str, Extraction], model: Path | None) -> dict[str, Extraction]:
    from kgraph.pipeline import Resources

    ready = Resources.load(model=model)
    articles = [record.article for record in records.values()]
    return {found.article.id: found for found in ready.facts(articles)}
