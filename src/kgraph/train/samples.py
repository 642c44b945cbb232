"""Sentences as training samples, and the readers of treebanks and of IOB files."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.nlp.extent import head_of
from kgraph.train.schemes import GUM, Allowed, Scheme, inside, outside


@dataclass(frozen=True, slots=True)
class Span:
    """A mention in a sample: words ``begin`` to ``end`` (exclusive); equal chains mean the same thing."""

    begin: int
    end: int
    chain: str
    types: Allowed = frozenset()


@dataclass(slots=True)
class Sample:
    """One sentence; None means that its corpus is silent on that layer."""

    words: list[str]
    xpos: list[str] | None = None
    upos: list[str] | None = None
    lemmas: list[str] | None = None
    heads: list[int] | None = None
    deprels: list[str] | None = None
    tags: dict[str, list[Allowed]] = field(default_factory=dict)
    """Flat spans by scheme (``nlp.labels.SCHEMES``): for each word the tags it may have."""
    head_types: list[Allowed] | None = None
    triggers: list[Allowed] | None = None
    realis: list[Allowed] | None = None
    mentions: list[Span] | None = None
    """All that can corefer."""
    typed: bool = False
    """Whether the types of the mentions are to be taught at their head words."""
    links: Links | None = None
    document: str = ""
    boundaries: bool = False
    """Whether the samples of a document are its true sentences, in order."""


@dataclass(slots=True)
class Links:
    """Roles and relations of a sample, by what they hold between: ``m3`` is mention 3, ``t5`` word 5."""

    positive: dict[tuple[str, str], set[str]]
    known: frozenset[str]
    """Labels that this corpus marks; of others nothing is taught."""
    open: set[tuple[str, str, str]] = field(default_factory=set)
    """(from, to, label) that may hold or not."""


def lines(path: Path) -> Iterator[str]:
    """Lines of a gzipped or plain UTF-8 file, without the line end."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                yield line.rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KGraphError(f"{path}: cannot be read ({error}); check the path or --corpora") from error


def read_conll(path: Path, scheme: Scheme, *, layer: str = "names", alone: bool = True) -> Iterator[Sample]:
    """Two-column files (word, IOB tag), separated by a tab or a space.

    ``alone``: its sentences have nothing to do with each other.
    """
    number = 0
    words: list[str] = []
    tags: list[Allowed] = []
    previous = "O"
    for line in [*lines(path), ""]:
        if not line.strip():
            if words:
                yield Sample(
                    words, tags={layer: tags}, document=f"{path.stem}-{number}" if alone else path.stem
                )
                number += 1
            words, tags, previous = [], [], "O"
            continue
        word, _, tag = line.replace("\t", " ").rpartition(" ")
        words.append(word.strip())
        if tag == "O":
            tags.append(outside(scheme))
        else:
            label = tag[2:]
            begins = tag.startswith("B") or previous[2:] != label
            tags.append(
                inside(scheme.types[label], "B" if begins else "I", optional=label in scheme.optional)
            )
        previous = tag


def read_conllu(path: Path) -> Iterator[Sample]:
    """UD treebanks; where MISC has ``Entity=`` (GUM), names and head types too."""
    rows: list[list[str]] = []
    document, has_entities = "", False
    for line in [*lines(path), ""]:
        if line.startswith("# newdoc id"):
            document = line.partition("=")[2].strip()
        elif line.startswith("# global.Entity"):
            has_entities = True
        elif line.startswith("#"):
            continue
        elif line:
            columns = line.split("\t")
            if columns[0].isdigit():
                rows.append(columns)
        elif rows:
            sample = Sample(
                words=[row[1] for row in rows],
                xpos=[row[4] for row in rows],
                upos=[row[3] for row in rows],
                lemmas=[row[2] for row in rows],
                heads=[int(row[6]) for row in rows],
                deprels=[row[7] for row in rows],
                document=document,
                boundaries=True,
            )
            if has_entities:
                _gum_mentions(sample, [row[9] for row in rows])
            yield sample
            rows = []


ENTITY = re.compile(r"\((\d+)-([a-z]+)-[^()]*?(\))?(?=\(|\d+\)|$)|(\d+)\)")


def _gum_mentions(sample: Sample, misc: Sequence[str]) -> None:
    """Names and head types from GUM's bracketed mentions (Zeldes 2017)."""
    count = len(sample.words)
    names = [outside(GUM)] * count
    types: list[Allowed] = [frozenset({"None"})] * count
    open_: list[tuple[str, str, int]] = []
    found: list[tuple[int, int, str, str]] = []
    for index, cell in enumerate(misc):
        entity = next((part[7:] for part in cell.split("|") if part.startswith("Entity=")), "")
        for match in ENTITY.finditer(entity):
            number, etype, closed, closing = match.groups()
            if number is not None:
                if closed:
                    found.append((index, index, etype, number))
                else:
                    open_.append((number, etype, index))
            else:
                for position in range(len(open_) - 1, -1, -1):
                    if open_[position][0] == closing:
                        chain, etype, begin = open_.pop(position)
                        found.append((begin, index, etype, chain))
                        break
    assert sample.heads is not None  # noqa: S101 - read together
    assert sample.upos is not None  # noqa: S101
    above = [head - 1 for head in sample.heads]
    # Longer mentions first, so that the names inside a long one are written over it.
    for begin, end, etype, _ in sorted(found, key=lambda item: item[0] - item[1]):
        head = head_of(above, begin, end + 1)
        mapped = GUM.types.get(etype)
        types[head] = (
            frozenset({"Other"})
            if mapped is None
            else mapped | ({"Other"} if etype in GUM.optional or etype == "event" else set())
        )
        if mapped is None or sample.upos[head] != "PROPN":
            continue
        if etype == "person" and sample.xpos is not None and sample.xpos[head] == "NNP":
            mapped = frozenset({"Person"})
        first, last = _name_extent(sample, begin, end, head, person=etype == "person")
        for index in range(first, last + 1):
            names[index] = inside(mapped, "B" if index == first else "I", optional=etype in GUM.optional)
    sample.tags, sample.head_types = {"names": names}, types
    sample.mentions = [Span(begin, end + 1, chain) for begin, end, _, chain in sorted(found)]


TITLES = frozenset(
    [
        "president",
        "minister",
        "prime",
        "mr.",
        "mrs.",
        "ms.",
        "dr.",
        "prof.",
        "professor",
        "sir",
        "lord",
        "lady",
        "general",
        "gen.",
        "col.",
        "colonel",
        "captain",
        "senator",
        "governor",
        "king",
        "queen",
        "prince",
        "princess",
        "pope",
        "secretary",
        "chairman",
        "mayor",
        "ambassador",
        "judge",
        "justice",
    ]
)
LINKS = frozenset({"of", "for", "and", "the", "de", "la", "-", "–", "'s", "&", "on"})


def _name_extent(sample: Sample, begin: int, end: int, head: int, *, person: bool) -> tuple[int, int]:
    """First and last word of the proper name around a head word, inside its mention."""
    assert sample.upos is not None  # noqa: S101 - set by the reader
    upos, words = sample.upos, sample.words

    def named(index: int) -> bool:
        return upos[index] == "PROPN" or (
            words[index][:1].isupper() and upos[index] in {"ADJ", "NOUN", "VERB"}
        )

    first = last = head
    while first > begin and (
        (named(first - 1) and not (person and words[first - 1].lower() in TITLES))
        or (words[first - 1] in {"-", "–"} and first - 1 > begin and named(first - 2))
    ):
        first -= 1
    while last < end:
        step = last + 1
        while (
            step <= end
            and words[step] in LINKS
            and not (person and words[step] not in {"-", "–", "de", "la"})
        ):
            step += 1
        if step > end or not named(step) or step - last > 3:
            break
        last = step
    return first, last


def settle_states(samples: Iterable[Sample], states: frozenset[str]) -> None:
    """Where a corpus says only "place", the names known as states are states, in place.

    ``states`` are names, such as those that our own sentences mark as states.
    """
    for sample in samples:
        names = sample.tags.get("names", [])
        index = 0
        while index < len(names):
            begin = index
            index += 1
            if not {"B-State", "B-Place"} <= names[begin]:
                continue
            while index < len(names) and "I-State" in names[index] and "B-State" not in names[index]:
                index += 1
            if " ".join(sample.words[begin:index]) in states:
                names[begin:index] = [
                    frozenset({"B-State" if at == begin else "I-State"}) for at in range(begin, index)
                ]


def marked_names(samples: Iterable[Sample], name: str) -> frozenset[str]:
    """The names that are marked with exactly one type, as words joined by spaces."""
    found: set[str] = set()
    for sample in samples:
        current: list[str] = []
        for word, allowed in zip(
            [*sample.words, ""], [*sample.tags.get("names", []), frozenset()], strict=True
        ):
            if current and allowed != {f"I-{name}"}:
                found.add(" ".join(current))
                current = []
            if allowed == {f"B-{name}"}:
                current = [word]
            elif current:
                current.append(word)
    return frozenset(found)
