"""Names of one article that name one thing: the same form, a known alias, an acronym, part of a person's name."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc

from kgraph.extract import lexicon
from kgraph.extract.acting import acts
from kgraph.extract.drafts import Draft
from kgraph.extract.identity import Chain, Identifier, base_class, category, family, split_state
from kgraph.gazetteer import Entry, Gazetteer, normalize

COMMON = frozenset(lexicon.CLASSES) | lexicon.GOVERNING | lexicon.MILITARY | frozenset(lexicon.TOPICS) | frozenset(
    "parliament senate congress court cabinet police navy naval air marines general staff council committee chiefs "
    "affairs national joint supreme guard coast international airbase airport forces rebels militants militia".split()
)
"""Words that make no name of their own: "the Coalition", "Ministry of Defense"."""
BODIES = frozenset({"GovernmentBody", "MilitaryForce", "ArmedGroup", "InternationalOrganization", "Organization"})


@dataclass(slots=True)
class Names:
    """Chains of the names of one article; ``loose`` are names that only say a kind, for coreference to place."""

    doc: Doc
    gazetteer: Gazetteer
    identifier: Identifier
    chains: dict[Draft, Chain] = field(default_factory=dict)
    loose: set[Draft] = field(default_factory=set)
    nodes: dict[Draft, str] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    composed: dict[str, tuple[str, Entry]] = field(default_factory=dict)
    surnames: dict[str, str] = field(default_factory=dict)
    _parents: dict[str, str] = field(default_factory=dict)

    def read(self, drafts: Sequence[Draft]) -> None:
        """Group the names among these drafts."""
        names = [draft for draft in drafts if draft.kind == "name"]
        types = {i: draft.type for draft in names for i in range(draft.begin, draft.end)}
        for draft in names:
            self.nodes[draft] = self._node(draft, types)
        self._settle_families(names)
        self._persons([draft for draft in names if draft.type == "Person" and draft not in self.loose])
        self._acronyms(names)
        self._bases(names)
        by_node: dict[str, Chain] = {}
        for draft in names:
            if draft in self.loose:
                continue
            node = self.root(self.nodes[draft])
            chain = by_node.setdefault(node, Chain(surname=self.surnames.get(node, "")))
            chain.entry = chain.entry or self.entries.get(self.nodes[draft])
            chain.composed = chain.composed or self.composed.get(self.nodes[draft])
            if chain.entry is not None and chain.entry.state:
                chain.states.add(chain.entry.state)
            chain.add(draft)
            self.chains[draft] = chain

    def root(self, node: str) -> str:
        """The node that stands for all that were joined with this one."""
        while self._parents.get(node, node) != node:
            node = self._parents[node]
        return node

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)), key=lambda node: (node not in self.entries, node))
        if first != second and not (first in self.entries and second in self.entries):
            self._parents[second] = first

    # ------------------------------------------------------------ what one name means

    def _node(self, draft: Draft, types: dict[int, str]) -> str:
        entry = self._entry(draft, types)
        if entry is not None:
            self.entries[entry.key] = entry
            return entry.key
        form = normalize(draft.text)
        if draft.type in BODIES:
            state, rest = split_state(draft.text.split(), self.gazetteer)
            words = [word.lower() for word in rest]
            if state is not None:
                draft.states = frozenset({state.name})
                part = category(words, nominal=False)
                if part is not None:
                    node = f"{part} of {state.key}"
                    self.composed[node] = (part, state)
                    return node
            elif set(words) - lexicon.STOP <= COMMON:
                self.loose.add(draft)
                kind = next((word for word in words if word in ("ministry", "department")), words[-1])
                draft.lemma = kind if kind in lexicon.CLASSES else kind.rstrip("s")
                draft.words = tuple(word for word in words if word != kind and word not in lexicon.STOP)
        elif draft.type == "Equipment" and draft.number == "pl":
            form = form.removesuffix("s")
        return f"{family(draft.type)}/{form}"

    def _entry(self, draft: Draft, types: dict[int, str]) -> Entry | None:
        """What the gazetteer knows under this name, after its type was set right for metonymy."""
        text, kind, find = draft.text, draft.type, self.gazetteer.find
        if kind == "Nationality":
            return self.gazetteer.adjective(text) or find(text, mention_type=kind)
        if kind in ("Place", "State", "GovernmentBody", "Organization"):
            state = find(text, mention_type="State")
            if state is not None and state.cls == "State":
                if kind != "Place" or family(kind) != "place" or self.gazetteer.capital(text) is None:
                    draft.type = "State"
                    return state
            stands_for = self.gazetteer.capital(text) or self.gazetteer.metonym(text)
            if stands_for is not None:
                building = self.gazetteer.capital(text) is None
                if acts(self.doc[draft.head], types):
                    draft.type = "State"
                    return stands_for
                if kind != "Place" and not building:
                    draft.type = "Place"
                elif building and kind == "GovernmentBody":
                    return stands_for
                return find(text, mention_type="Place")
        found = find(text, mention_type=kind)
        if found is not None and found.cls == "State":
            draft.type = "State"
        elif found is not None and kind == "Place" and found.cls.endswith("Base"):
            draft.type = "Base"
        return found

    def _settle_families(self, names: Sequence[Draft]) -> None:
        """One form that the model took for two kinds of thing is of the kind it has much more often."""
        count: Counter[str] = Counter(self.nodes[draft] for draft in names)
        forms: dict[str, list[str]] = defaultdict(list)
        for node in count:
            if node not in self.entries and node not in self.composed:
                forms[node.partition("/")[2]].append(node)
        for nodes in forms.values():
            best = max(nodes, key=lambda node: (count[node], node))
            for node in nodes:
                if node != best and count[best] >= 3 * count[node]:
                    self._parents[node] = best

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
            self.surnames.setdefault(self.root(node), words[-1])

    def _acronyms(self, names: Sequence[Draft]) -> None:
        """An acronym joins the long form it stands in brackets with, else the only one with its initials."""
        for one, other in zip(names, names[1:], strict=False):
            between = self.doc[one.end : other.begin].text.strip()
            short = other if is_acronym(other.text) else one
            long = one if short is other else other
            if between != "(" or family(one.type) != family(other.type) or is_acronym(long.text):
                continue
            letters = short.text.replace(".", "").upper()
            if any(word[:1].upper() == letters[0] for word in long.text.split()):
                self._join(self.nodes[long], self.nodes[short])
                self.loose -= {long}
        by_initials: dict[str, set[str]] = defaultdict(set)
        for draft in names:
            if draft.type != "Person" and draft not in self.loose:
                for letters in initials(draft.text):
                    by_initials[letters].add(self.root(self.nodes[draft]))
        for draft in names:
            node = self.nodes[draft]
            if is_acronym(draft.text) and node not in self.entries and draft.type not in ("Person", "Equipment"):
                fitting = by_initials[draft.text.replace(".", "").upper()] - {self.root(node)}
                if len(fitting) == 1:
                    self._join(fitting.pop(), node)

    def _bases(self, names: Sequence[Draft]) -> None:
        """Names of bases are one when they differ in no more than the words for a base."""
        by_core: dict[str, list[str]] = defaultdict(list)
        for draft in names:
            if draft.type == "Base" and draft not in self.loose:
                words = normalize(draft.text).split()
                core = [word for word in words if word not in ("airport", "facility", "station", "base", "international")]
                core = [word for word in core if base_class([word]) == "Base" or word in ("camp", "fort")]
                by_core[" ".join(core or words)].append(self.nodes[draft])
        for nodes in by_core.values():
            for node in nodes[1:]:
                self._join(nodes[0], node)


def is_acronym(text: str) -> bool:
    """Whether a name is one word of two to eight letters that are mostly capitals."""
    letters = text.replace(".", "")
    return letters.isalnum() and 2 <= len(letters) <= 8 and sum(map(str.isupper, letters)) * 3 >= len(letters) * 2


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
    words = "".join(c if c.isalnum() or c in ".’'" else " " for c in plain if not unicodedata.combining(c)).split()
    folded = []
    for word in words:
        word = lexicon.GIVEN.get(word.strip(".’'"), word.strip(".’'"))
        for old, new in (("ey", "ei"), ("y", "i"), ("w", "v"), ("kh", "h"), ("ou", "u"), ("ck", "k"), ("’", ""), ("'", "")):
            word = word.replace(old, new)
        folded.append("".join(c for at, c in enumerate(word) if at == 0 or word[at - 1] != c))
    return tuple(word for word in folded if word not in ("al", "el", "bin", "ibn", "") and word not in ("mr", "mrs", "dr"))


def fits(short: Sequence[str], full: Sequence[str]) -> bool:
    """Whether the words of a name all stand in the full one, in order, an initial standing for its word.

    The last words, or the first, must be the same; two different first names so never meet.
    """
    if not short or len(short) > len(full) or (short[-1] != full[-1] and short[0] != full[0]):
        return False
    rest = iter(full)
    return all(any(word == other or (len(word) == 1 and other.startswith(word)) for other in rest) for word in short)
