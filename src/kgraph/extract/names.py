"""Names of one article that name one thing: same form, known alias, acronym, part of a person's name."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from spacy.tokens import Doc

from kgraph.extract import lexicon
from kgraph.extract.acting import acts
from kgraph.extract.drafts import Draft
from kgraph.extract.identity import Chain, Identifier, base_class, category, family, split_state
from kgraph.gazetteer import Entry, Gazetteer, normalize
from kgraph.nlp.labels import MENTION_TYPES

LONGER = 7
"""Words that the gazetteer may add to a name."""
PLURAL = re.compile(r"(?<=\d)s$")
"""The s of "F-16s"."""
DOUBT = 0.75
"""Below this confidence the type of a name gives way to what the rest of the article says of it."""
COMMON = (
    frozenset(lexicon.CLASSES)
    | lexicon.GOVERNING
    | lexicon.MILITARY
    | frozenset(lexicon.TOPICS)
    | lexicon.words(
        """
    parliament senate congress court cabinet police navy naval air marines general staff council
    committee chiefs affairs national joint supreme guard coast international airbase airport forces
    rebels militants militia
    """
    )
)
"""Words that make no name of their own: "the Coalition", "Ministry of Defense"."""
SEATS = frozenset({"Place", "State", "GovernmentBody", "Organization"})
"""Types that the model may give a capital or a building that stands for a state."""
BODIES = frozenset(
    {"GovernmentBody", "MilitaryForce", "ArmedGroup", "InternationalOrganization", "Organization"}
)


@dataclass(slots=True)
class Names:
    """Chains of the names of one article; loose ones are left for coreference to place."""

    doc: Doc
    gazetteer: Gazetteer
    identifier: Identifier
    chains: dict[Draft, Chain] = field(default_factory=dict)
    nodes: dict[Draft, str] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    composed: dict[str, tuple[str, Entry]] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    _parents: dict[str, str] = field(default_factory=dict)

    def read(self, drafts: Sequence[Draft]) -> None:
        """Group the names among these drafts."""
        names = [draft for draft in drafts if draft.kind == "name"]
        self._surnames_of(names)
        known = (self.gazetteer.find(draft.text, mention_type=draft.type) for draft in names)
        self.expected = {entry.key for entry in known if entry is not None}
        types = {i: draft.type for draft in names for i in range(draft.begin, draft.end)}
        for draft in names:
            self.nodes[draft] = self._node(draft, types)
        self._settle_families(names)
        self._persons([draft for draft in names if draft.type == "Person" and not draft.loose])
        self._acronyms(names)
        self._bases(names)
        by_node: dict[str, Chain] = {}
        for draft in names:
            if draft.loose:
                continue
            node = self.root(self.nodes[draft])
            chain = by_node.setdefault(node, Chain())
            chain.entry = chain.entry or self.entries.get(self.nodes[draft])
            chain.composed = chain.composed or self.composed.get(self.nodes[draft])
            if chain.entry is not None and chain.entry.state:
                chain.states.add(chain.entry.state)
            chain.add(draft)
            self.chains[draft] = chain

    def _surnames_of(self, names: Sequence[Draft]) -> None:
        """Note the last words of full names; a lone word that the model doubts is such a person."""
        self.full = {draft.words[-1] for draft in names if draft.type == "Person" and len(draft.words) > 1}
        for draft in names:
            if draft.type == "Person" or len(draft.words) > 1 or draft.lemma not in self.full:
                continue
            if draft.confidence < DOUBT or self.gazetteer.find(draft.text) is None:
                draft.type = "Person"

    def root(self, node: str) -> str:
        """The node that stands for all that were joined with this one."""
        while self._parents.get(node, node) != node:
            node = self._parents[node]
        return node

    def _join(self, one: str, other: str) -> None:
        first, second = sorted(
            (self.root(one), self.root(other)), key=lambda node: (node not in self.entries, node)
        )
        if first != second and not (first in self.entries and second in self.entries):
            self._parents[second] = first

    # ------------------------------------------------------------ what one name means

    def _node(self, draft: Draft, types: dict[int, str]) -> str:
        entry = self._entry(draft, types)
        if entry is not None:
            self.entries[entry.key] = entry
            return entry.key
        form = normalize(draft.text)
        if draft.type in BODIES or draft.type == "State":
            state, rest = split_state(draft.text.split(), self.gazetteer)
            words = [word.lower() for word in rest]
            if state is not None:
                draft.states = frozenset({state.name})
                part = category(words, nominal=False)
                if part is not None:
                    node = f"{part} of {state.key}"
                    self.composed[node] = (part, state)
                    return node
            elif draft.type in BODIES and set(words) - lexicon.STOP <= COMMON:
                draft.loose = True
                words = [*self._before(draft), *words]
                kind = next((word for word in words if word in ("ministry", "department")), words[-1])
                draft.lemma = kind if kind in lexicon.CLASSES else kind.rstrip("s")
                draft.words = tuple(word for word in words if word != kind and word not in lexicon.STOP)
        elif draft.type == "Equipment":
            form = PLURAL.sub("", form)
        elif draft.type == "Base" and set(draft.words) & lexicon.NATURE:
            draft.type = "Place"
        return f"{family(draft.type)}/{form}"

    def _before(self, draft: Draft) -> list[str]:
        """Words that the model left out of a name that only says a kind: "Foreign" before "Ministry"."""
        lefts = self.doc[draft.head].lefts
        return [word.lower_ for word in lefts if word.i < draft.begin and word.dep_ in ("amod", "compound")]

    def _whole(self, draft: Draft) -> None:
        """Take the word before a nationality in when only both are one: "South Korean"."""
        if (
            draft.begin
            and draft.type in ("Nationality", "State")
            and self.doc[draft.begin - 1].pos_ in ("ADJ", "PROPN")
        ):
            span = self.doc[draft.begin - 1 : draft.end]
            known = self.gazetteer.adjective(span.text) or self.gazetteer.find(
                span.text, mention_type="State"
            )
            if known is not None and known.cls == "State" and self.doc[draft.begin - 1].ent_type_ == "":
                draft.begin, draft.text, draft.begin_offset = draft.begin - 1, span.text, span.start_char
                draft.words = (self.doc[draft.begin].lower_, *draft.words)

    def _entry(self, draft: Draft, types: dict[int, str]) -> Entry | None:
        """What the gazetteer knows under this name, after its type was set right."""
        self._whole(draft)
        text, kind, find = draft.text, draft.type, self.gazetteer.find
        head = self.doc[draft.head]
        if head.tag_ in ("JJ", "NNPS") or head.dep_ == "amod":
            state = self.gazetteer.adjective(text)
            if state is not None and find(text, mention_type="State") is None:
                draft.type = "Nationality"
                return state
        if kind == "Nationality":
            found = self.gazetteer.adjective(text) or find(text, mention_type=kind)
            if found is None and (group := find(text)) is not None and group.cls in BODIES:
                # "Islamic State fighters": before a noun the name of a group reads like a demonym.
                draft.type = mention_type(group)
                return group
            return found
        seat = (
            self.gazetteer.capital(text) is not None
            and draft.confidence < DOUBT
            and draft.lemma not in self.full
        )
        if kind in SEATS or seat:
            state = find(text, mention_type="State")
            if state is not None and state.cls == "State":
                draft.type = "State"
                return state
            stands_for = self.gazetteer.capital(text) or self.gazetteer.metonym(text)
            if stands_for is not None:
                if acts(head, types) or (kind == "GovernmentBody" and not self.gazetteer.capital(text)):
                    draft.type = "State"
                    return stands_for
                draft.type = "Place"
                return find(text, mention_type="Place")
        found = find(text, mention_type=kind)
        if found is None and kind not in BODIES and draft.lemma not in self.full:
            # A body that the model took for a person or a thing; one plain word could be anybody's name.
            other = find(text)
            sure = draft.confidence < DOUBT or len(draft.words) > 1 or "-" in text or text.count(".") > 1
            if other is not None and other.cls in BODIES | {"State"} and (sure or other.key in self.expected):
                found = other
        if found is not None:
            draft.type = mention_type(found)
        return found

    def _settle_families(self, names: Sequence[Draft]) -> None:
        """One form that the model took for two kinds of thing is of the kind it has much more often."""
        count: dict[str, float] = defaultdict(float)
        types: dict[str, str] = {}
        for draft in names:
            count[self.nodes[draft]] += draft.confidence
            types.setdefault(self.nodes[draft], draft.type)
        forms: dict[str, list[str]] = defaultdict(list)
        for node in count:
            if node not in self.entries and node not in self.composed:
                forms[node.partition("/")[2]].append(node)
        for nodes in forms.values():
            best = max(nodes, key=lambda node: (count[node], node))
            for node in nodes:
                if node != best and count[best] >= 2 * count[node]:
                    self._parents[node] = best
        for draft in names:
            if self.nodes[draft] in self._parents:
                draft.type = types[self.root(self.nodes[draft])]

    # ------------------------------------------------------------ two forms of one name

    def _persons(self, drafts: Iterable[Draft]) -> None:
        """A shorter form of a person's name joins the only longer one that it fits."""
        forms: dict[str, tuple[str, ...]] = {}
        for draft in drafts:
            forms.setdefault(self.nodes[draft], fold_person(draft.text))
        last: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        first: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for node, words in sorted(forms.items(), key=lambda item: (-len(item[1]), item[0])):
            if not words:
                continue
            fitting = {self.root(other) for other, full in last[words[-1]] if fits(words, full)}
            if not fitting:
                fitting = {self.root(other) for other, full in first[words[0]] if fits(words, full)}
            if len(fitting) == 1:
                self._join(fitting.pop(), node)
            if len(words) > 1 or not fitting:
                last[words[-1]].append((node, words))
                first[words[0]].append((node, words))

    def _acronyms(self, names: Sequence[Draft]) -> None:
        """An acronym joins the long form it stands in brackets with, else the only one with its initials."""
        for one, other in pairwise(names):
            between = self.doc[one.end : other.begin].text.strip()
            short = other if is_acronym(other.text) else one
            long = one if short is other else other
            if between != "(" or family(one.type) != family(other.type) or is_acronym(long.text):
                continue
            letters = short.text.replace(".", "").upper()
            if any(word[:1].upper() == letters[0] for word in long.text.split()):
                self._join(self.nodes[long], self.nodes[short])
                long.loose = False
        by_initials: dict[str, set[str]] = defaultdict(set)
        for draft in names:
            if draft.type != "Person" and not draft.loose:
                for letters in initials(draft.text):
                    by_initials[letters].add(self.root(self.nodes[draft]))
        for draft in names:
            node = self.nodes[draft]
            if (
                is_acronym(draft.text)
                and node not in self.entries
                and draft.type not in ("Person", "Equipment")
            ):
                fitting = by_initials[draft.text.replace(".", "").upper()] - {self.root(node)}
                if len(fitting) == 1:
                    self._join(fitting.pop(), node)

    def _bases(self, names: Sequence[Draft]) -> None:
        """Names of bases are one when they differ in no more than the words for a base."""
        by_core: dict[str, list[str]] = defaultdict(list)
        for draft in names:
            if draft.type == "Base" and not draft.loose:
                words = normalize(draft.text).split()
                core = [
                    word
                    for word in words
                    if word not in ("airport", "facility", "station", "base", "international")
                ]
                core = [word for word in core if base_class([word]) == "Base" or word in ("camp", "fort")]
                by_core[" ".join(core or words)].append(self.nodes[draft])
        for nodes in by_core.values():
            for node in nodes[1:]:
                self._join(nodes[0], node)


def lengthen(drafts: Sequence[Draft], doc: Doc, gazetteer: Gazetteer) -> list[Draft]:
    """Give names the length of the longest name that the gazetteer knows there; what that covers goes.

    "Department of" "State" so becomes one name, and "Islamic State of" "Iraq" "and the" "Levant" another.
    """
    covered = 0
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda draft: (draft.begin, -draft.end)):
        if draft.end <= covered:
            continue
        if draft.kind == "name" and draft.type != "Person":
            stop = min(draft.end + LONGER, len(doc))
            for end in range(draft.end + 1, stop + 1):
                word = doc[end - 1]
                if word.is_sent_start or word.is_punct or word.is_space:
                    break
                if not word.text[:1].isupper():
                    continue
                entry = gazetteer.find(doc[draft.begin : end].text)
                if entry is not None and entry.cls in BODIES:
                    draft.end, draft.type = end, entry.cls
                    draft.text, draft.head = doc[draft.begin : end].text, doc[draft.begin : end].root.i
                    draft.words = tuple(token.lower_ for token in doc[draft.begin : end])
                    draft.lemma = draft.words[-1]
                    covered = end
        kept.append(draft)
    return sorted(kept, key=lambda draft: (draft.head, draft.begin))


def mention_type(entry: Entry) -> str:
    """The type of mention that the class of an entry belongs to."""
    if entry.cls in MENTION_TYPES:
        return entry.cls
    return "Base" if entry.key.startswith("place/") else "Organization"


def is_acronym(text: str) -> bool:
    """Whether a name is one word of two to eight letters that are mostly capitals."""
    letters = text.replace(".", "")
    return (
        letters.isalnum()
        and 2 <= len(letters) <= 8
        and sum(map(str.isupper, letters)) * 3 >= len(letters) * 2
    )


def initials(text: str) -> set[str]:
    """Acronyms that could stand for a name of several words."""
    words = [word for word in text.replace("-", " ").split() if word[:1].isalnum()]
    if len(words) < 2:
        return set()
    strong = [word for word in words if word.lower() not in lexicon.STOP]
    return {"".join(word[0] for word in some).upper() for some in (words, strong) if len(some) > 1}


def fold_person(name: str) -> tuple[str, ...]:
    """A person's name as words that are the same in the usual transliterations."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(
        c if c.isalnum() or c in ".’'" else " " for c in plain if not unicodedata.combining(c)
    ).split()
    folded = []
    for word in words:
        word = lexicon.GIVEN.get(word.strip(".’'"), word.strip(".’'"))
        for old, new in (
            ("ey", "ei"),
            ("y", "i"),
            ("w", "v"),
            ("kh", "h"),
            ("ou", "u"),
            ("ck", "k"),
            ("’", ""),
            ("'", ""),
        ):
            word = word.replace(old, new)
        folded.append("".join(c for at, c in enumerate(word) if at == 0 or word[at - 1] != c))
    return tuple(
        word
        for word in folded
        if word not in ("al", "el", "bin", "ibn", "") and word not in ("mr", "mrs", "dr")
    )


def fits(short: Sequence[str], full: Sequence[str]) -> bool:
    """Whether the words of a name all stand in the full one, in order, an initial standing for its word.

    The last words, or the first, must be the same; two different first names so never meet.
    """
    if not short or len(short) > len(full) or (short[-1] != full[-1] and short[0] != full[0]):
        return False
    rest = iter(full)
    return all(
        any(word == other or (len(word) == 1 and other.startswith(word)) for other in rest) for word in short
    )
