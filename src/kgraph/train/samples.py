"""Corpora as training samples under one label scheme; what a corpus does not say is masked.

The tables here are the documentation of the mapping: each label of a corpus stands for a *set* of our
labels, and the loss asks only that the model stays inside the set. A corpus without weapons so never
teaches that weapons are nothing.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.nlp.labels import HEAD_TYPES, MENTION_TYPES

Allowed = frozenset[str]
ORGANIZED: Allowed = frozenset(
    {"GovernmentBody", "MilitaryForce", "ArmedGroup", "InternationalOrganization", "Organization"}
)
LOCATED: Allowed = frozenset({"Place", "State", "Base"})
RARE: Allowed = frozenset({"Nationality", "Equipment", "Event", "Document"})


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a corpus's entity labels map to ours. ``silent`` is what it never marks."""

    types: Mapping[str, Allowed]
    silent: Allowed
    optional: Allowed = frozenset()
    """Labels of the corpus that may also be nothing for us."""


COARSE = {"PER": frozenset({"Person"}), "LOC": LOCATED, "ORG": ORGANIZED | {"State"}, "MISC": RARE}
WIKIGOLD = Scheme(COARSE, silent=frozenset(), optional=frozenset({"MISC"}))
TWEETS = Scheme(COARSE, silent=RARE)
POLITICS = Scheme(
    {
        "person": frozenset({"Person"}),
        "politician": frozenset({"Person"}),
        "organisation": ORGANIZED,
        "politicalparty": frozenset({"Organization"}),
        "event": frozenset({"Event"}),
        "election": frozenset({"Event"}),
        "country": frozenset({"State"}),
        "location": frozenset({"Place", "Base"}),
        "misc": RARE,
    },
    silent=frozenset({"Equipment"}),
    optional=frozenset({"misc", "election"}),
)
GUM = Scheme(
    {
        "person": frozenset({"Person", "Nationality", "ArmedGroup"}),
        "place": LOCATED,
        "organization": ORGANIZED | {"State"},
        "object": frozenset({"Equipment", "Document"}),
        "event": frozenset({"Event"}),
        "abstract": frozenset({"Document", "Event"}),
    },
    silent=frozenset({"Nationality"}),
    optional=frozenset({"object", "abstract"}),
)
OWN = Scheme({name: frozenset({name}) for name in MENTION_TYPES}, silent=frozenset())


@dataclass(slots=True)
class Sample:
    """One sentence; None means that its corpus is silent on that layer."""

    words: list[str]
    xpos: list[str] | None = None
    upos: list[str] | None = None
    lemmas: list[str] | None = None
    heads: list[int] | None = None
    deprels: list[str] | None = None
    names: list[Allowed] | None = None
    head_types: list[Allowed] | None = None
    document: str = field(default="")


def lines(path: Path) -> Iterator[str]:
    """Lines of a gzipped or plain UTF-8 file, without the line end."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                yield line.rstrip("\n")
    except OSError as error:
        raise KGraphError(f"{path}: cannot be read ({error.strerror or error}); check --corpora") from error


def outside(scheme: Scheme) -> Allowed:
    """Tags allowed where a corpus marks nothing."""
    return frozenset({"O", *(f"{prefix}-{name}" for name in scheme.silent for prefix in "BI")})


def inside(types: Allowed, prefix: str, *, optional: bool) -> Allowed:
    """Tags allowed at a marked word."""
    return frozenset({f"{prefix}-{name}" for name in types} | ({"O"} if optional else set()))


def read_conll(path: Path, scheme: Scheme) -> Iterator[Sample]:
    """Two-column files (word, IOB tag), separated by a tab or a space."""
    words: list[str] = []
    tags: list[Allowed] = []
    previous = "O"
    for line in [*lines(path), ""]:
        if not line.strip():
            if words:
                yield Sample(words, names=tags)
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
    found: list[tuple[int, int, str]] = []
    for index, cell in enumerate(misc):
        entity = next((part[7:] for part in cell.split("|") if part.startswith("Entity=")), "")
        for match in ENTITY.finditer(entity):
            number, etype, closed, closing = match.groups()
            if number is not None:
                if closed:
                    found.append((index, index, etype))
                else:
                    open_.append((number, etype, index))
            else:
                for position in range(len(open_) - 1, -1, -1):
                    if open_[position][0] == closing:
                        _, etype, begin = open_.pop(position)
                        found.append((begin, index, etype))
                        break
    assert sample.heads is not None  # noqa: S101 - read together
    assert sample.upos is not None  # noqa: S101
    # Longer mentions first, so that the names inside a long one are written over it.
    for begin, end, etype in sorted(found, key=lambda item: item[0] - item[1]):
        head = next((i for i in range(begin, end + 1) if not begin <= sample.heads[i] - 1 <= end), begin)
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
    sample.names, sample.head_types = names, types


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
        names = sample.names or []
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
        for word, allowed in zip([*sample.words, ""], [*(sample.names or []), frozenset()], strict=True):
            if current and allowed != {f"I-{name}"}:
                found.add(" ".join(current))
                current = []
            if allowed == {f"B-{name}"}:
                current = [word]
            elif current:
                current.append(word)
    return frozenset(found)


MARK = re.compile(r"\[([^\[\]|]+)\|([A-Za-z]+)\]|<([^<>|]+)\|([A-Za-z]+)>")


def read_marked(path: Path, tokenize: Tokenize) -> Iterator[Sample]:
    """Our own sentences: ``[Al Udeid Air Base|Base]`` is a name, ``<rebels|ArmedGroup>`` a nominal."""
    for number, line in enumerate(lines(path), start=1):
        if not line.strip():
            continue
        text, spans, position = "", [], 0
        for match in MARK.finditer(line):
            text += line[position : match.start()]
            surface, label = match.group(1) or match.group(3), match.group(2) or match.group(4)
            if label not in MENTION_TYPES:
                raise KGraphError(
                    f"{path}:{number}: {label!r} is not a type; known: {', '.join(MENTION_TYPES)}"
                )
            spans.append((len(text), len(text) + len(surface), label, match.group(1) is not None))
            text += surface
            position = match.end()
        text += line[position:]
        tokens = [(word, begin) for word, begin in tokenize(text) if word.strip()]
        names: list[Allowed] = [frozenset({"O"})] * len(tokens)
        types: list[Allowed] = [frozenset({"None", "Other"})] * len(tokens)
        for begin, end, label, is_name in spans:
            covered = [i for i, (word, at) in enumerate(tokens) if at < end and at + len(word) > begin]
            for index in covered:
                if is_name:
                    names[index] = frozenset({f"{'B' if index == covered[0] else 'I'}-{label}"})
                    types[index] = frozenset(HEAD_TYPES)
            if covered and not is_name:
                types[covered[-1]] = frozenset({label})
        yield Sample([word for word, _ in tokens], names=names, head_types=types, document=path.stem)


class Tokenize:
    """Text to (word, begin) pairs by spaCy's English tokenizer, the one used when reading."""

    def __init__(self) -> None:
        import spacy

        self._nlp = spacy.blank("en")

    def __call__(self, text: str) -> Iterable[tuple[str, int]]:
        """Words with the offset of their first character."""
        return [(token.text, token.idx) for token in self._nlp.make_doc(text)]
