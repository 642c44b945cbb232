"""The English model run by onnxruntime: words in, annotation out. No spaCy here."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgraph.errors import ModelError
from kgraph.nlp import lemma as lemmas
from kgraph.nlp.annotation import VECTORS, Annotation, Floats, Reader, join
from kgraph.nlp.labels import PAIRS, SCHEMES, SEQUENCES, iob
from kgraph.nlp.links import BUCKETS
from kgraph.nlp.pieces import MAX_PIECES, Pieces, assemble, word_ids

BATCH_PIECES = 2048
"""Padded pieces in one forward pass: large enough for speed, small enough for memory."""
WINDOW_PIECES = 256
"""Consecutive sentences are read together up to this size: context helps names and pronouns."""
LAYERS = (
    *("xpos", "upos", "lemma", "head_types", "triggers", "realis", "starts_sentence", "label_left"),
    *VECTORS,
)


Part = tuple[Sequence[str], dict[str, Floats]]
"""Words read in one row, and their scores by layer."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document's words and the numbers of those that begin a sentence, the first word's included.

    Where ``fixed`` is given the starts are a guess that the model may better, but for those in ``fixed``.
    """

    words: Sequence[str]
    starts: Sequence[int]
    fixed: frozenset[int] | None = None

    @classmethod
    def of(cls, sentences: Sequence[Sequence[str]]) -> Text:
        """A text of sentences that are words already."""
        ends = accumulate(map(len, sentences), initial=0)
        return cls([word for sentence in sentences for word in sentence], list(ends)[:-1])


ADDED, DROPPED = 2.2, -2.9
"""Log odds of a sentence start above which it is one (0.9) and below which it is none (0.05)."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Words ``begin`` on of a text, read in one row; ``starts`` are places in the text."""

    text: int
    begin: int
    starts: list[int]
    pieces: Pieces
    continues: bool
    """Whether it begins inside a sentence that was too long."""


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
            lexicon = json.loads(metadata["kgraph.lexicon"])
            self.reader = Reader(
                json.loads(metadata["kgraph.labels"]),
                lemmas.Lexicon(lexicon["forms"], lexicon["bases"]),
                json.loads(metadata["kgraph.temperatures"]),
                _transitions(metadata),
            )
            forms = _floats(metadata["kgraph.pair"])
            width = round((len(forms) / len(PAIRS)) ** 0.5)
            self.pair: Floats = forms.reshape(len(PAIRS), width, width)
            """(labels, width, width): the bilinear form of each label of ``PAIRS``."""
            self.coref_bias: Floats = _floats(metadata["kgraph.coref_bias"]).reshape(BUCKETS)
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

    def annotate(self, texts: Sequence[Text], *, schemes: Sequence[str] = ()) -> list[list[Annotation]]:
        """The sentences of each text, annotated.

        ``schemes`` names taggers wanted beside ``names`` (``nlp.labels.SCHEMES``).
        """
        wanted = ["names", *schemes]
        windows = self._windows(texts)
        read: list[list[Annotation]] = [[] for _ in windows]
        for index, scores in self._run([window.pieces for window in windows], wanted):
            window = windows[index]
            words, starts = _sentences(texts[window.text], window, scores)
            read[index] = self.reader.window(words, scores, starts, wanted)
        result: list[list[Annotation]] = [[] for _ in texts]
        for window, found in zip(windows, read, strict=True):
            sentences = result[window.text]
            if window.continues:
                sentences[-1] = join([sentences[-1], found[0]])
            sentences.extend(found[window.continues :])
        return result

    def scores(self, text: Text, *, schemes: Sequence[str] = ("names",)) -> list[Part]:
        """Words and bare scores of the sentences of a text, none of which may exceed the encoder."""
        windows = self._windows([text])
        read: list[list[Part]] = [[] for _ in windows]
        for index, scores in self._run([window.pieces for window in windows], schemes):
            words, starts = _sentences(text, windows[index], scores)
            read[index] = [
                (words[begin:end], _of_sentence(scores, slice(begin, end)))
                for begin, end in zip(starts, [*starts[1:], len(words)], strict=True)
            ]
        return [part for parts in read for part in parts]

    def _windows(self, texts: Sequence[Text]) -> list[_Window]:
        cls, sep, unknown = self._special
        flat = word_ids(self._tokenizer, [word for text in texts for word in text.words], unknown)
        windows: list[_Window] = []
        position = 0
        for number, text in enumerate(texts):
            ids = flat[position : position + len(text.words)]
            position += len(text.words)
            for begin, end, starts, continues in _cut(text, [len(item) for item in ids]):
                pieces = assemble(ids[begin:end], text.words[begin:end], cls=cls, sep=sep)
                windows.append(_Window(number, begin, starts, pieces, continues))
        return windows

    def _run(
        self, sequences: Sequence[Pieces], schemes: Sequence[str]
    ) -> Iterator[tuple[int, dict[str, Floats]]]:
        """Number and scores of each sequence, as they come; sequences of like length share a pass."""
        names = [*LAYERS, *schemes, "arcs", "label_right"]
        for batch in _batches(sequences):
            outputs = self._session.run(names, _pad([sequences[index] for index in batch]))
            for row, index in enumerate(batch):
                yield index, {name: output[row] for name, output in zip(names, outputs, strict=True)}


def _sentences(text: Text, window: _Window, scores: Mapping[str, Floats]) -> tuple[Sequence[str], list[int]]:
    """The words of a window, and which of them begin a sentence.

    Where the text leaves it to the model, the rules and the model are heard both: a start by rule goes only
    where the model is all but sure of it, and so does another come. Either alone is worse.
    """
    count = len(window.pieces.starts)
    words = text.words[window.begin : window.begin + count]
    given = [start - window.begin for start in window.starts]
    if text.fixed is None:
        return words, given
    margin = scores["starts_sentence"][:count, 1] - scores["starts_sentence"][:count, 0]
    kept = {word for word in given if not word or margin[word] > DROPPED or window.begin + word in text.fixed}
    return words, sorted(kept | set(np.flatnonzero(margin > ADDED).tolist()))


def _transitions(metadata: Mapping[str, str]) -> dict[str, Floats]:
    """Scores of one tag after another, by scheme; a model made before there were any has none."""
    found = {}
    for name in SEQUENCES:
        if key := metadata.get(f"kgraph.transitions.{name}"):
            size = len(iob(SCHEMES[name]))
            found[name] = _floats(key).reshape(size, size)
    return found


def _floats(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), dtype=np.float16).astype(np.float32)


def _of_sentence(scores: Mapping[str, Floats], rows: slice) -> dict[str, Floats]:
    """The rows of one sentence; heads outside it are not in question."""
    own = {name: score[rows] for name, score in scores.items()}
    columns = slice(rows.start + 1, rows.stop + 1)
    arcs = scores["arcs"]
    own["arcs"] = np.concatenate([arcs[rows, :1], arcs[rows, columns]], axis=1)
    right = scores["label_right"]
    own["label_right"] = np.concatenate([right[:1], right[columns]])
    return own


BREAKS = frozenset({";", ":", ",", "—", "–", "\n"})


def _cut(text: Text, sizes: Sequence[int]) -> Iterable[tuple[int, int, list[int], bool]]:
    """Windows of a text: begin, end, sentence starts in it, and whether it goes on with a sentence.

    A sentence that exceeds the encoder is cut at the last punctuation that fits where there is one.
    """
    ends = [*text.starts[1:], len(text.words)]
    held: list[int] = []
    used = 0
    for begin, end in zip(text.starts, ends, strict=True):
        size = sum(sizes[begin:end])
        if held and used + size > WINDOW_PIECES - 2:
            yield held[0], begin, held, False
            held, used = [], 0
        if size <= MAX_PIECES - 2:
            held.append(begin)
            used += size
            continue
        at = begin
        while at < end:
            stop, taken = at, 0
            while stop < end and taken + sizes[stop] <= MAX_PIECES - 2:
                taken += sizes[stop]
                stop += 1
            if stop < end:
                half = at + (stop - at) // 2
                stop = next((i + 1 for i in range(stop - 1, half, -1) if text.words[i] in BREAKS), stop)
            yield at, stop, [at], at > begin
            at = stop
    if held:
        yield held[0], len(text.words), held, False


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
