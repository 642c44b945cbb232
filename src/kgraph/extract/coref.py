"""Coreference within an article: names, then nominals and pronouns from left to right.

A deterministic cascade in the manner of Raghunathan et al. (2010): the surest links first (names, apposition,
titles, predicates), then heads and classes of words with agreement, then pronouns by salience (Lappin and
Leass 1994). What has no good antecedent starts an entity of its own; such a pronoun is left out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from kgraph.extract import lexicon, pronouns
from kgraph.extract.apposition import alike, denied, partner
from kgraph.extract.drafts import Draft, quotes
from kgraph.extract.identity import Chain, Identifier, bare, base_class, category
from kgraph.extract.names import BODIES, Names
from kgraph.gazetteer import Entry

STRUCTURE = 0.95
"""Confidence of a link by apposition, title or predicate."""
HEAD_MATCH = 0.85
"""… of a definite nominal to a mention with the same head word."""
CLASS_MATCH = 0.7
"""… of a definite nominal to a mention of the same class of words or type."""
COMPOSED = 0.9
"""… of "Russian troops" to the armed forces of Russia."""
MEANT = 0.6
"""… of a body without a state to that of the state that the article is about."""
DOMINANT, ALONE, FEWEST = 0.6, 0.75, 2
"""Share of mentions of states that make one the article's own, for names and for nominals; and how many."""
LOOK_BACK = 5
"""Sentences a nominal looks back."""
LOOK_BACK_TITLE = 40
"""Sentences a person's title with a modifier looks back: "the Russian foreign minister"."""
CANDIDATES = 24
"""Antecedents of one class looked at, at most, so that time grows with the text."""
_AIRCRAFT, _SHIP = re.compile(lexicon.AIRCRAFT), re.compile(lexicon.SHIP)


@dataclass(slots=True)
class Linker:
    """Links the drafts of one Doc; afterwards ``chains`` says whose each is and ``sure`` how sure that is."""

    doc: Doc
    names: Names
    identifier: Identifier
    drafts: Sequence[Draft]
    chains: dict[Draft, Chain] = field(default_factory=dict)
    sure: dict[Draft, float] = field(default_factory=dict)
    cover: dict[int, Draft] = field(default_factory=dict)
    recent: list[Draft] = field(default_factory=list)
    quoted: list[int] = field(default_factory=list)
    _by_class: dict[str, list[Draft]] = field(default_factory=lambda: defaultdict(list))
    _composed: dict[str, Chain] = field(default_factory=dict)
    _words: dict[Chain, set[str]] = field(default_factory=lambda: defaultdict(set))
    _lemmas: dict[Chain, set[str]] = field(default_factory=lambda: defaultdict(set))
    _states: dict[str, Entry] = field(default_factory=dict)
    _mentioned: Counter[str] | None = None

    def run(self) -> None:
        """Link every draft that can be linked."""
        self.quoted = quotes(self.doc)
        for draft in self.drafts:
            for i in range(draft.begin, draft.end) if draft.kind == "name" else (draft.head,):
                self.cover[i] = draft
        for draft, chain in self.names.chains.items():
            self.chains[draft] = chain
            if chain.composed is not None:
                self._composed[f"{chain.composed[0]} of {chain.composed[1].key}"] = chain
            if chain.entry is not None:
                self._composed.setdefault(chain.entry.key, chain)
        for draft in self.drafts:
            if draft.kind == "pronoun":
                chain_, sure = pronouns.resolve(self, draft)
            elif draft in self.chains:
                chain_, sure = self.chains[draft], 1.0
                self.name_states(draft)
            else:
                draft.states, draft.words = self._owners(draft)
                draft.beyond = self._beyond(draft)
                chain_, sure = self._nominal(draft)
            if chain_ is not None:
                self._take(draft, chain_, sure)

    def _take(self, draft: Draft, chain: Chain, sure: float) -> None:
        self.sure[draft] = sure
        if self.chains.get(draft) is not chain:
            self.chains[draft] = chain
            chain.add(draft)
        self.recent.append(draft)
        for cls in self._classes(draft, chain):
            self._by_class[cls].append(draft)
        if draft.kind != "pronoun":
            self._words[chain].update(draft.words, draft.beyond)
            self._lemmas[chain].add(draft.lemma)

    def _classes(self, draft: Draft, chain: Chain) -> set[str]:
        """The classes of nominals that this mention can be the antecedent of."""
        if draft.kind == "pronoun":
            return set()
        if draft.kind == "nominal":
            return {draft.cls}
        found = set(lexicon.TYPE_CLASSES.get(draft.type, ()))
        words = [word for word in draft.words if word not in lexicon.STOP]
        if draft.type == "Place" and set(words) & (lexicon.NATURE | {"island", "islands"}):
            found = {"island"} if set(words) & {"island", "islands"} else set()
        if draft.type in BODIES or draft.type == "Base":
            forms = [
                draft.text,
                *((chain.entry.name, *chain.entry.aliases) if chain.entry is not None else ()),
            ]
            for form in forms:
                parts = form.lower().partition(" of ")[0].split()
                found |= {lexicon.CLASSES.get(word.rstrip("s"), word) for word in parts[-1:]}
                found |= {"alliance"} if {"treaty", "alliance"} & set(form.lower().split()) else set()
            if chain.composed is not None and chain.composed[0].startswith("Ministry"):
                found.add("ministry")
            if draft.loose:
                found.add(draft.cls)
        if draft.type == "Equipment":
            found |= (
                {"aircraft"}
                if _AIRCRAFT.match(draft.text)
                else {"ship"}
                if _SHIP.match(draft.text)
                else set()
            )
        return found

    # ------------------------------------------------------------ whose it is

    def state_of(self, draft: Draft | None) -> Entry | None:
        """The state a mention means, if it means one."""
        chain = self.chains.get(draft) if draft is not None else None
        return (
            chain.entry
            if chain is not None and chain.entry is not None and chain.entry.cls == "State"
            else None
        )

    def name_states(self, draft: Draft) -> None:
        """A name takes the nationality before it: "Russian" "Ministry of Defense"."""
        if draft.type in ("Equipment", "Place", "State", "Nationality"):
            return
        states, _ = self._owners(draft)
        chain = self.chains[draft]
        if draft.type == "Base" or not chain.states:
            chain.states |= states

    def _owners(self, draft: Draft) -> tuple[frozenset[str], tuple[str, ...]]:
        """The names of the states that a mention is said to belong to, and its words without theirs."""
        states: set[str] = set(draft.states)
        used: set[str] = set()
        for child in self._modifiers(self.doc[draft.head], depth=2):
            if draft.begin <= child.i < draft.end and draft.kind == "name":
                continue
            if (
                child.i >= 2
                and self.doc[child.i - 1].text in ("-", "–")
                and not self.doc[child.i - 1].whitespace_
            ):
                continue
            owner = self.cover.get(child.i)
            state = self.state_of(owner)
            if state is None and owner is None:
                state = self.identifier.gazetteer.adjective(child.text)
            if state is not None:
                states.add(state.name)
                self._states[state.name] = state
                used |= set(owner.words) if owner is not None else set()
                used.add(child.lower_)
        return frozenset(states), tuple(word for word in draft.words if word not in used)

    def _beyond(self, draft: Draft) -> frozenset[str]:
        """The words of the names that hang on a nominal from behind."""
        words: set[str] = set()
        for child in self.doc[draft.head].rights:
            other = self.cover.get(child.i)
            if child.dep_ == "nmod" and other is not None and other.kind == "name":
                words.update(other.words)
        return frozenset(words)

    def _modifiers(self, token: Token, *, depth: int) -> Iterator[Token]:
        for child in token.children:
            case = {word.lower_ for word in child.children if word.dep_ == "case"}
            if child.dep_ in ("amod", "compound", "nmod:poss", "nmod:desc") or (
                child.dep_ == "nmod" and case <= {"of"} and case
            ):
                yield child
                yield from (word for word in child.children if word.dep_ == "conj")
                if depth > 1 and child.dep_ in ("compound", "nmod:desc") and child.pos_ in ("NOUN", "PROPN"):
                    yield from self._modifiers(child, depth=depth - 1)

    # ------------------------------------------------------------ nominals

    def _nominal(self, draft: Draft) -> tuple[Chain | None, float]:
        """The chain of a nominal, or of a name that only says a kind."""
        same = partner(self, draft)
        if same is not None and same in self.chains:
            return self.chains[same], STRUCTURE
        if denied(self, draft):
            return None, 0.0
        state = self._states.get(next(iter(draft.states))) if len(draft.states) == 1 else None
        if state is not None and not draft.indefinite:
            if draft.lemma == "side":
                return self._composed.setdefault(state.key, Chain(entry=state)), COMPOSED
            words = (
                (*draft.words, self.doc[draft.head].lower_)
                if draft.kind == "nominal"
                else (*draft.words, draft.lemma)
            )
            part = category(words, nominal=draft.kind == "nominal")
            if part is not None:
                draft.type = "GovernmentBody" if part[0] in "GMP" else "MilitaryForce"
                return self._of_state(part, state), COMPOSED
        located = self._located(draft)
        if located is not None:
            return located, COMPOSED
        if draft.cls in lexicon.UNIQUE or (draft.states and draft.type in BODIES and not draft.indefinite):
            known = self.identifier.gazetteer.find(bare(draft), mention_type=draft.type)
            if known is not None:
                return self._composed.setdefault(known.key, Chain(entry=known)), COMPOSED
        if not draft.indefinite and (
            draft.definite or draft.number == "pl" or self.doc[draft.head].pos_ == "PROPN"
        ):
            found = self._antecedent(draft)
            if found is not None:
                return self.chains[found], HEAD_MATCH if found.lemma == draft.lemma else CLASS_MATCH
        meant = self._of_the_article(draft)
        return (Chain(), 1.0) if meant is None else (meant, MEANT)

    def _of_the_article(self, draft: Draft) -> Chain | None:
        """The body of the state that is meant where none is said: of the seat beside it or the article's."""
        sure = DOMINANT if draft.loose else ALONE
        if draft.states or draft.possessed or draft.indefinite or draft.number == "pl":
            return None
        if not draft.loose and not (draft.kind == "nominal" and draft.definite and draft.type in BODIES):
            return None
        words = (*draft.words, draft.lemma if draft.loose else self.doc[draft.head].lower_)
        part = category(words, nominal=draft.kind == "nominal")
        state = None if part is None else self._seat_beside(draft) or self._own_state(sure)
        if part is None or state is None:
            return None
        draft.type = "GovernmentBody" if part[0] in "GMP" else "MilitaryForce"
        draft.states = frozenset({state.name})
        return self._of_state(part, state)

    def _seat_beside(self, draft: Draft) -> Entry | None:
        """The state whose seat is named as the place of a body: "the ministry in Belgrade"."""
        head = self.doc[draft.head]
        beside = [(child, "nmod") for child in head.children]
        if head.dep_ in lexicon.SUBJECTS:
            beside += [(child, "obl") for child in head.head.children]
        for child, dep in beside:
            case = {word.lower_ for word in child.children if word.dep_ == "case"}
            if child.dep_ == dep and case == {"in"}:
                where = self.cover.get(child.i)
                state = self.identifier.gazetteer.capital(where.text) if where is not None else None
                if state is not None:
                    return state
        return None

    def _own_state(self, share: float) -> Entry | None:
        """The state that an article is about: at least this share of its mentions of states."""
        if self._mentioned is None:
            self._mentioned = Counter()
            for draft, chain in self.names.chains.items():
                entry = chain.entry
                if entry is not None:
                    seat = self.identifier.gazetteer.capital(draft.text) if draft.type == "Place" else None
                    state = entry if entry.cls == "State" else seat
                    if state is not None:
                        self._mentioned[state.key] += 1
        if not self._mentioned:
            return None
        key, count = min(self._mentioned.items(), key=lambda item: (-item[1], item[0]))
        if count < FEWEST or count < share * self._mentioned.total():
            return None
        return self.identifier.gazetteer.entries[key]

    def _of_state(self, part: str, state: Entry) -> Chain:
        entry = self.identifier.part_of_state(part, state)
        key = entry.key if entry is not None else f"{part} of {state.key}"
        chain = self._composed.setdefault(key, Chain(entry=entry, composed=(part, state)))
        chain.composed = chain.composed or (part, state)
        return chain

    def _located(self, draft: Draft) -> Chain | None:
        """The base that its owner and place tell apart in all articles: "the Russian air base in X"."""
        if (
            draft.kind != "nominal"
            or draft.type != "Base"
            or draft.number == "pl"
            or draft.indefinite
            or not draft.states
        ):
            return None
        for child in self.doc[draft.head].children:
            where = self.cover.get(child.i)
            case = {word.lower_ for word in child.children if word.dep_ == "case"}
            if (
                where is None
                or where.kind != "name"
                or not case & {"in", "at", "near", "outside"}
                or where not in self.chains
            ):
                continue
            entry = self.chains[where].entry
            place = entry.name if entry is not None else where.text
            kind = " ".join((*draft.words, draft.lemma))
            texts = (
                text
                for name in (where.text, place)
                for text in (f"{bare(draft)} in {name}", f"{name} {kind}")
            )
            found = (self.identifier.gazetteer.find(text, mention_type="Base") for text in texts)
            known = next((base for base in found if base is not None), None)
            key = (
                known.key
                if known is not None
                else f"{draft.words} {draft.lemma} {sorted(draft.states)} {place}"
            )
            return self._composed.setdefault(key, Chain(entry=known, place=place))
        return None

    def _antecedent(self, draft: Draft) -> Draft | None:
        """The best earlier mention that a definite nominal can mean."""
        pool = self._by_class[draft.cls][-CANDIDATES:]
        reach = LOOK_BACK_TITLE if draft.type == "Person" and (draft.words or draft.states) else LOOK_BACK
        best: tuple[float, int] | None = None
        for at in range(len(pool) - 1, -1, -1):
            other = pool[at]
            distance = draft.sentence - other.sentence
            if distance > reach:
                break
            score = self._agreement(draft, other)
            if score is not None and (best is None or score - distance * 0.5 > best[0]):
                best = (score - distance * 0.5, at)
        return pool[best[1]] if best is not None else None

    def _agreement(self, draft: Draft, other: Draft) -> float | None:
        """How well a nominal fits an earlier mention of its class; None when they cannot be one."""
        chain = self.chains[other]
        if not (
            alike(draft, other)
            or ({draft.type, other.type} == {"ArmedGroup", "Person"} and draft.cls == "group")
        ):
            return None
        if draft.type == "MilitaryForce" and chain.type == "ArmedGroup" and chain.named:
            return None  # "the army" is a state's, not the one in the name of a group that fights it
        loose = draft.cls in ("force", "group", "government") or (
            draft.type in BODIES and other.kind == "name"
        )
        if draft.number != other.number and (not loose or draft.lemma == other.lemma):
            return None
        if not draft.definite and draft.kind == "nominal":
            # A bare plural or a title repeats only what was called exactly the same.
            if (
                draft.type not in BODIES
                or other.kind != "nominal"
                or (other.lemma, set(other.words)) != (draft.lemma, set(draft.words))
            ):
                return None
            if draft.states != other.states:
                return None
        score = 1.0 if draft.lemma in self._lemmas[chain] else 0.0
        score += 0.15 * min(len(chain.drafts), 4)
        if self.doc[other.head].dep_ in ("compound", "amod", "nmod:poss"):
            score -= 0.8
        if draft.lemma in ("kingdom", "republic") and chain.entry is not None:
            forms = " ".join((chain.entry.name, *chain.entry.aliases)).lower().split()
            score += 2.0 if draft.lemma in forms else -1.0
        if draft.states and chain.states:
            if not draft.states & chain.states:
                return None
            score += 2.0
        elif draft.states:
            score -= 0.5
        known = self._words[chain]
        wanted = set(draft.words) - lexicon.DIRECTIONS if draft.cls == "country" else set(draft.words)
        wanted |= draft.beyond
        missing = wanted - known
        if draft.possessed and (missing or draft.lemma not in self._lemmas[chain]):
            return None
        if missing and draft.cls not in lexicon.UNIQUE:
            if draft.cls == "base" and other.kind == "name":
                classes = {
                    base_class([draft.text]),
                    chain.entry.cls if chain.entry else base_class([other.text]),
                }
                if len(classes - {"Base"}) > 1:
                    return None
            elif draft.cls == "group" and draft.type == "ArmedGroup" and other.kind == "name":
                score -= 0.5
            elif (known and other.kind == "nominal") or other.kind == "name" or missing != wanted:
                return None
        return score + len(wanted & known)
