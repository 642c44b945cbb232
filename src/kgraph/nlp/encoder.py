"""The English model run by onnxruntime: words in, annotation out. No spaCy here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgraph.errors import ModelError
from kgraph.nlp import lemma as lemmas
from kgraph.nlp.labels import HEAD_TYPES, MENTION_TYPES
from kgraph.nlp.pieces import MAX_PIECES, Pieces, assemble, word_ids
from kgraph.nlp.tree import decode

Floats = NDArray[np.float32]

BATCH_PIECES = 2048
"""Padded pieces in one forward pass: large enough for speed, small enough for memory."""


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: words ``begin`` to ``end`` (exclusive) of a sequence."""

    begin: int
    end: int
    type: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the model says of a sequence of n words; ``heads`` are word numbers, the root's its own."""

    tags: list[str]
    pos: list[str]
    lemmas: list[str]
    heads: list[int]
    deps: list[str]
    arc_confidence: list[float]
    names: list[Name]
    head_types: list[tuple[str, float]]


class Encoder:
    """The model file and its tokenizer, opened once.

    Raises ModelError where the files are missing or do not fit this version.
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.path = folder / "model.onnx"
        if not self.path.is_file():
            raise ModelError(f"{self.path}: no model here; make one with 'kgraph train' or reinstall kgraph")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Batches differ in shape; keeping an arena for the largest of them would triple the memory.
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(self.path), options, providers=["CPUExecutionProvider"]
            )
            metadata = self._session.get_modelmeta().custom_metadata_map
            self._labels: dict[str, list[str]] = json.loads(metadata["kgraph.labels"])
            lexicon = json.loads(metadata["kgraph.lexicon"])
            self._lexicon = lemmas.Lexicon(lexicon["forms"], lexicon["bases"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of many kinds
            raise ModelError(f"{folder}: not a model of this version of kgraph ({error})") from error
        special = [self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]", "[UNK]")]
        self._special = [number for number in special if number is not None]
        if len(self._special) != len(special):
            raise ModelError(
                f"{folder}: its tokenizer lacks [CLS], [SEP] or [UNK]; train or reinstall the model"
            )

    @cached_property
    def digest(self) -> str:
        """The first twelve hexadecimal digits of the SHA-256 of the model file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]

    def annotate(self, sequences: Sequence[Sequence[str]]) -> list[Annotation]:
        """Annotate sequences of words, each of at least one word. A long one is read in windows.

        The roots of later windows hang on the root of the first as ``parataxis``.
        """
        cls, sep, unknown = self._special
        windows: list[tuple[int, int, Pieces]] = []
        flat = word_ids(self._tokenizer, [word for words in sequences for word in words], unknown)
        position = 0
        for number, words in enumerate(sequences):
            ids = flat[position : position + len(words)]
            position += len(words)
            for begin, end in _windows(words, [len(item) for item in ids]):
                windows.append((number, begin, assemble(ids[begin:end], words[begin:end], cls=cls, sep=sep)))
        read: list[Annotation | None] = [None] * len(windows)
        for index, scores in self._run([pieces for _, _, pieces in windows]):
            number, begin, pieces = windows[index]
            words = sequences[number][begin : begin + len(pieces.starts)]
            read[index] = self._decode(words, scores)
        parts: dict[int, list[Annotation]] = {}
        for (number, _, _), annotation in zip(windows, read, strict=True):
            if annotation is not None:
                parts.setdefault(number, []).append(annotation)
        return [_join(parts[number]) for number in range(len(sequences))]

    def _run(self, sequences: Sequence[Pieces]) -> Iterator[tuple[int, dict[str, Floats]]]:
        """Number and scores of each sequence, as they come; sequences of like length share a pass."""
        names = [output.name for output in self._session.get_outputs()]
        for batch in _batches(sequences):
            outputs = self._session.run(names, _pad([sequences[index] for index in batch]))
            for row, index in enumerate(batch):
                count = len(sequences[index].starts)
                scores = {name: output[row] for name, output in zip(names, outputs, strict=True)}
                right = scores.pop("label_right")[: count + 1]
                arcs = scores.pop("arcs")[:count, : count + 1]
                kept = {name: score[:count] for name, score in scores.items()}
                yield index, {**kept, "arcs": arcs, "label_right": right}

    def _decode(self, words: Sequence[str], scores: dict[str, Floats]) -> Annotation:
        count = len(words)
        rows = np.arange(count)
        tags = [self._labels["xpos"][i] for i in scores["xpos"].argmax(-1)]
        scripts = [self._labels["lemma"][i] for i in scores["lemma"].argmax(-1)]
        heads = np.array(decode(scores["arcs"]))
        labels = np.einsum("nlw,nw->nl", scores["label_left"], scores["label_right"][heads])
        deps = [self._labels["deprel"][i] for i in labels.argmax(-1)]
        types = _softmax(scores["head_types"])
        best = types.argmax(-1)
        arcs = _softmax(scores["arcs"])[rows, heads]
        return Annotation(
            tags=tags,
            pos=[self._labels["upos"][i] for i in scores["upos"].argmax(-1)],
            lemmas=[self._lexicon.lemma(*item) for item in zip(words, scripts, tags, strict=True)],
            heads=[i if head == 0 else int(head) - 1 for i, head in enumerate(heads)],
            deps=["root" if head == 0 else dep for head, dep in zip(heads, deps, strict=True)],
            arc_confidence=[float(value) for value in arcs],
            names=_names(_softmax(scores["names"])),
            head_types=[(HEAD_TYPES[i], float(types[row, i])) for row, i in enumerate(best)],
        )


def _softmax(scores: Floats) -> Floats:
    shifted: Floats = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Floats = shifted / shifted.sum(-1, keepdims=True)
    return shares


def _names(probabilities: Floats) -> list[Name]:
    """Names from tag probabilities (words, tags): extent first, by the mass of B, I and O; then the type.

    The type of a name is the one its words agree on, so that no name changes its type half-way.
    """
    count = len(probabilities)
    grid = probabilities[:, 1:].reshape(count, len(MENTION_TYPES), 2)
    by_type = grid.sum(2)
    mass = np.stack([probabilities[:, 0], grid[:, :, 0].sum(1), grid[:, :, 1].sum(1)], axis=1)
    kinds = mass.argmax(1)
    names = []
    index = 0
    while index < count:
        begin = index
        index += 1
        if kinds[begin] == 0:
            continue
        while index < count and kinds[index] == 2:
            index += 1
        shares = by_type[begin:index].mean(0)
        best = int(shares.argmax())
        names.append(Name(begin, index, MENTION_TYPES[best], float(shares[best])))
    return names


BREAKS = frozenset({";", ":", ",", "—", "–", "\n"})


def _windows(words: Sequence[str], sizes: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Cut a sequence that exceeds the encoder, at the last punctuation that fits where there is one."""
    begin = 0
    while begin < len(words):
        end, used = begin, 2
        while end < len(words) and used + sizes[end] <= MAX_PIECES:
            used += sizes[end]
            end += 1
        if end < len(words):
            cut = next(
                (i + 1 for i in range(end - 1, begin + (end - begin) // 2, -1) if words[i] in BREAKS), end
            )
            end = cut
        yield begin, end
        begin = end


def _join(parts: Sequence[Annotation]) -> Annotation:
    """One annotation from those of consecutive windows."""
    first = parts[0]
    if len(parts) == 1:
        return first
    whole = Annotation([], [], [], [], [], [], [], [])
    root = next(i for i, head in enumerate(first.heads) if head == i)
    for part in parts:
        offset = len(whole.tags)
        whole.tags.extend(part.tags)
        whole.pos.extend(part.pos)
        whole.lemmas.extend(part.lemmas)
        whole.arc_confidence.extend(part.arc_confidence)
        whole.head_types.extend(part.head_types)
        for i, (head, dep) in enumerate(zip(part.heads, part.deps, strict=True)):
            loose = head == i and offset > 0
            whole.heads.append(root if loose else head + offset)
            whole.deps.append("parataxis" if loose else dep)
        whole.names.extend(
            Name(name.begin + offset, name.end + offset, name.type, name.confidence) for name in part.names
        )
    return whole


def _batches(sequences: Sequence[Pieces]) -> Iterable[list[int]]:
    order = sorted(range(len(sequences)), key=lambda index: len(sequences[index].ids))
    batch: list[int] = []
    for index in order:
        if batch and len(sequences[index].ids) * (len(batch) + 1) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _pad(batch: Sequence[Pieces]) -> dict[str, NDArray[np.int64]]:
    length = max(len(item.ids) for item in batch)
    words = max(len(item.starts) for item in batch)
    inputs = {name: np.zeros((len(batch), length), dtype=np.int64) for name in ("ids", "shapes", "mask")}
    inputs["starts"] = np.zeros((len(batch), words + 1), dtype=np.int64)
    for row, item in enumerate(batch):
        size = len(item.ids)
        inputs["ids"][row, :size] = item.ids
        inputs["shapes"][row, :size] = item.shapes
        inputs["mask"][row, :size] = 1
        inputs["starts"][row, 1 : len(item.starts) + 1] = item.starts
    return inputs
