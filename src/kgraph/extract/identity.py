"""What a chain of mentions is: its class, label and the key that makes it one node over all articles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kgraph.extract import lexicon
from kgraph.extract.drafts import Draft
from kgraph.gazetteer import Entry, Gazetteer, slug
from kgraph.model import Article, Entity
from kgraph.ontology import Ontology

FAMILIES = {"Person": "person", "Equipment": "equipment", "Place": "place", "Base": "place"}
"""Mention type -> first part of a key; all others are actors."""
PEOPLE = "Actor"
"""Class of a people that is no state's."""
LONGEST_LABEL = 12
"""Words; a longer "name" is a slip of the tagger and no label if there is another."""
NOMINAL_WEIGHT = 0.3
"""Share of a nominal's say in the type of its chain: a name knows better."""


@dataclass(slots=True, eq=False)
class Chain:
    """Mentions of one thing in one article, and what is known of it."""

    drafts: list[Draft] = field(default_factory=list)
    entry: Entry | None = None
    composed: tuple[str, Entry] | None = None
    place: str = ""
    states: set[str] = field(default_factory=set)
    gender: str = ""
    votes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    has_name: bool = False

    @property
    def type(self) -> str:
        """The mention type that most of its mentions have."""
        return max(self.votes, key=lambda name: (self.votes[name], name)) if self.votes else ""

    @property
    def named(self) -> bool:
        """Whether it is called by a name somewhere."""
        return self.entry is not None or self.has_name

    def add(self, draft: Draft) -> None:
        """Take a mention in."""
        self.drafts.append(draft)
        self.has_name = self.has_name or (draft.kind == "name" and not draft.loose)
        self.states |= draft.states
        if draft.type:
            self.votes[draft.type] += draft.confidence * (1 if draft.kind == "name" else NOMINAL_WEIGHT)
        self.gender = self.gender or (draft.gender if draft.gender in ("m", "f") else "")


_ESTIMATE = re.compile(
    r"^(?:(?:at )?least|at most|(?:more|less|fewer) than|about|some|nearly|almost|around|over|up to) (?=\S)",
    re.I,
)
"""Words before a number that say how sure it is; no part of what is counted."""


def family(kind: str) -> str:
    """The family of a mention type, the first part of a key."""
    return FAMILIES.get(kind, "actor")


def category(words: Sequence[str], *, nominal: bool) -> str | None:
    """What every state has one of: "Armed Forces", "Government", "Ministry of Defence" …; None otherwise.

    ``words`` are lower-case and without the state; a nominal may have more modifiers than a name.
    """
    if not words:
        return None
    found = set(words)
    topic = next((lexicon.TOPICS[word] for word in words if word in lexicon.TOPICS), None)
    if topic and found & {"ministry", "department"}:
        return f"Ministry of {topic}"
    last = words[-1]
    rest = found - lexicon.STOP - {"arab", "national"}
    if rest <= {"air", "force", "forces", "aerospace"} and len(rest) > 1 and last.startswith("force"):
        return "Air Force"
    if rest <= {"navy"} or (rest <= {"naval", "force", "forces"} and len(rest) > 1):
        return "Navy"
    if rest == {"coast", "guard"}:
        return "Coast Guard"
    if (
        last in lexicon.MILITARY
        and last not in ("defence", "defense", "armed")
        and (nominal or rest <= lexicon.MILITARY)
    ):
        return (
            "Armed Forces"
            if not rest & {"special", "air", "naval", "security", "police", "democratic"}
            else None
        )
    if rest and rest <= lexicon.GOVERNING | {"authorities", "central", "federal", "transitional", "interim"}:
        return "Government" if rest & (lexicon.GOVERNING | {"authorities"}) else None
    return "Parliament" if rest and rest <= {"parliament", "legislature"} else None


@dataclass(slots=True)
class Identifier:
    """Makes the entities of one article."""

    article: Article
    gazetteer: Gazetteer
    ontology: Ontology
    _known: dict[tuple[str, str], Entry | None] = field(default_factory=dict)

    def part_of_state(self, name: str, state: Entry) -> Entry | None:
        """The gazetteer's entry of, for instance, the "Armed Forces" of a state."""
        if (name, state.key) not in self._known:
            found = [
                entry
                for entry in self.gazetteer.entries.values()
                if entry.state == state.name
                and entry.cls in ("MilitaryForce", "GovernmentBody")
                and any(self._category(text, state) == name for text in (entry.name, *entry.aliases))
            ]

            def rank(entry: Entry) -> tuple[bool, str]:
                # "Iranian Armed Forces" are those by name, the Artesh only by an alias.
                return self._category(entry.name, state) != name, entry.key

            self._known[name, state.key] = min(found, key=rank, default=None)
        return self._known[name, state.key]

    def _category(self, text: str, state: Entry) -> str | None:
        owner, rest = split_state(text.split(), self.gazetteer)
        return category([word.lower() for word in rest], nominal=False) if owner == state else None

    def entity(self, chain: Chain, number: int) -> Entity:
        """The entity of a chain of at least one mention."""
        names = Counter(
            draft.text
            for draft in sorted(chain.drafts, key=lambda draft: draft.begin)
            if draft.kind == "name" and draft.type != "Nationality" and not draft.loose
        )
        kind = self._kind(chain)
        entry = chain.entry
        if entry is None and chain.composed is not None:
            entry = self.part_of_state(*chain.composed)
        if entry is not None:
            label, key, cls = entry.name, entry.key, entry.cls
        elif chain.composed is not None:
            part, state = chain.composed
            label = f"{part if part.startswith('Ministry') else part.capitalize()} of {state.name}"
            key, cls = f"actor/{slug(label)}", "GovernmentBody" if part[0] in "GMP" else "MilitaryForce"
        elif names:
            label = max(
                names, key=lambda text: (len(text.split()) <= LONGEST_LABEL, len(text.split()), names[text])
            )
            if kind == "Equipment":
                label = re.sub(r"(?<=\d)s$", "", label)
            if kind != "Person":
                label = self._without_case(label, names)
            key, cls = (
                f"{family(kind)}/{slug(_folded(label) if kind == 'Person' else label)}",
                self._cls(chain, kind),
            )
        else:
            label, key = self._nominal(chain, kind)
            cls = self._cls(chain, kind)
        forms = set(names)
        if chain.composed is not None and not chain.composed[0].startswith("Ministry"):
            forms |= {
                bare(draft)
                for draft in chain.drafts
                if draft.kind == "nominal" and draft.states and draft.words
            }
        aliases = tuple(sorted(_clean(form) for form in forms if _clean(form) != _clean(label)))
        return Entity(id=f"e{number}", key=key, cls=cls, label=_clean(label), aliases=aliases)

    def _kind(self, chain: Chain) -> str:
        """The type of a chain, or the one that its words say where the model's cannot be right."""
        kind = chain.type
        if kind not in ("State", "ArmedGroup") or chain.entry is not None or chain.composed is not None:
            return kind
        names = [draft.text for draft in chain.drafts if draft.kind == "name" and draft.type != "Nationality"]
        if names:
            said = {word for name in names for word in name.lower().split()}
            if kind == "ArmedGroup" or said & lexicon.STATE_NAMES:
                return kind
            return "Organization" if said & lexicon.BODY_NAMES else "Place"
        heads = {draft.lemma for draft in chain.drafts if draft.kind == "nominal"}
        if kind == "State":
            return kind if heads & lexicon.STATE_NOUNS or not heads else "Place"
        if heads and heads <= lexicon.CIVILIANS:
            return "Person"
        if heads and heads <= lexicon.CIVIC_BODIES:
            return "Organization"
        return PEOPLE if heads and heads <= lexicon.FRIENDS else kind

    def _nominal(self, chain: Chain, kind: str) -> tuple[str, str]:
        """Label and key of what has no name: only a place makes a base known to all articles."""
        said = [draft for draft in chain.drafts if draft.kind != "pronoun"] or chain.drafts
        first = min(said, key=lambda draft: draft.begin)
        if any(draft.loose for draft in said):
            first = max(said, key=lambda draft: len(draft.words))
        label = _ESTIMATE.sub("", bare(first))
        if kind == "Nationality" and first.kind == "name":
            return label, f"actor/{slug(label)}"
        if chain.place:
            owner = " ".join(sorted(chain.states))
            known = f"{' '.join((*first.words, first.lemma))} of {owner} in {chain.place}"
            return f"{label} in {chain.place}", f"place/{slug(known)}"
        begin = min(draft.begin_offset for draft in said)
        return label, f"{family(kind)}/{slug(self.article.id)}-{slug(label)}-{begin}"

    def _cls(self, chain: Chain, kind: str) -> str:
        if kind == "Nationality":
            return PEOPLE
        if kind != "Base":
            return kind if kind in self.ontology.classes else PEOPLE
        texts = [draft.text for draft in chain.drafts if draft.kind != "pronoun"]
        return base_class(texts)

    def _without_case(self, label: str, names: Iterable[str]) -> str:
        """A heading's capitals give way to the same name in usual spelling."""
        same = sorted(name for name in names if name.casefold() == label.casefold() and not name.isupper())
        return same[0] if label.isupper() and same else label


def base_class(texts: Iterable[str]) -> str:
    """The class of base that the words of its mentions say, else Base."""
    said = [word for text in texts for word in text.lower().replace("-", " ").split()]
    for cls, words in lexicon.BASE_WORDS:
        if any(word in words for word in said):
            return cls
    return "Base"


def split_state(words: Sequence[str], gazetteer: Gazetteer) -> tuple[Entry | None, Sequence[str]]:
    """Part a name into its state, first or last, and the rest: ("Russian", "Ministry", "of", "Defence")."""
    for count in (3, 2, 1):
        if len(words) > count:
            front = " ".join(words[:count])
            state = gazetteer.adjective(front) if count == 1 else None
            state = state or gazetteer.find(front, mention_type="State")
            if state is not None and state.cls == "State":
                return state, words[count:]
    for at in range(len(words) - 2, 0, -1):
        if words[at].lower() == "of":
            state = gazetteer.find(" ".join(words[at + 1 :]), mention_type="State")
            if state is not None and state.cls == "State":
                return state, words[:at]
    return None, words


def bare(draft: Draft) -> str:
    """The text of a nominal without its article or other determiner."""
    words = draft.text.split()
    drop = lexicon.DETERMINERS | lexicon.INDEFINITE | frozenset(lexicon.PRONOUNS)
    while len(words) > 1 and words[0].lower() in drop and words[0][1:].islower() | (len(words[0]) == 1):
        words = words[1:]
    return " ".join(words)


def _clean(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _folded(name: str) -> str:
    """A person's name with the given name in its usual transliteration."""
    words = name.split()
    return " ".join(
        lexicon.GIVEN.get(word.lower(), word) if at + 1 < len(words) else word
        for at, word in enumerate(words)
    )
