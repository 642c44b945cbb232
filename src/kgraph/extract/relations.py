"""Standing relations: who operates which base, who holds which office, what lies where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from kgraph.extract import lexicon
from kgraph.extract.events import match_verb
from kgraph.extract.grammar import coordinated, is_verb, noun_slots, preposition, relation, verb_slots, way
from kgraph.extract.mentions import Mentions
from kgraph.extract.values import Values
from kgraph.frames import TITLE_PROPERTIES, Frames
from kgraph.gazetteer import Gazetteer
from kgraph.model import Mention
from kgraph.nlp.component import LINKS
from kgraph.nlp.labels import RELATIONS
from kgraph.ontology import Ontology

LEARNED, LEARNED_FAR = 0.65, 0.8
"""How probable the model must find a relation of two mentions: close in the tree, and further apart."""
NEAR = 2
"""Steps in the tree between the heads of two mentions that are close."""
LOCAL = frozenset({"locatedIn", "nationality", "partOf", "stationedAt"})
"""Relations that hold between words of one phrase; further apart the model guesses."""
VAGUE = frozenset({"stationedAt", "fights"})
"""Relations that the model confuses with being somewhere, or in one fight, once."""
FORMER = frozenset(
    {"former", "ex", "late", "previous", "then", "erstwhile", "one-time", "retired", "deposed", "ousted"}
)
GRAMMAR_PRIOR, VERB_PRIOR, TITLE_PRIOR, WEAK_PRIOR = 0.85, 0.8, 0.9, 0.65


@dataclass(frozen=True, slots=True)
class Found:
    """One relation: ``object`` is a mention or, for a position, ``value``.

    ``stated``: a clause says it, so that clause's realis and source hold. What a title, a possessive or a
    phrase of place carries ("the Russian base in Latakia") is taken for granted by whoever writes it.
    """

    property: str
    subject: Mention
    object: Mention | None
    value: str | None
    trigger: Token
    confidence: float
    stated: bool = False
    learned: bool = False
    """Whether the model alone says so."""


def find(
    doc: Doc, *, frames: Frames, mentions: Mentions, ontology: Ontology, gazetteer: Gazetteer
) -> list[Found]:
    """All standing relations of a Doc, in text order, each once a sentence."""
    reader = _Reader(doc, frames, mentions, ontology, gazetteer)
    seen: set[tuple[str, str, str, int]] = set()
    kept = []
    for found in reader.all():
        subject = found.subject.entity
        object_ = found.object.entity if found.object else f"={found.value}"
        key = (found.property, subject, object_, found.trigger.sent.start)
        if subject != object_ and key not in seen:
            seen.add(key)
            kept.append(found)
    return sorted(kept, key=lambda item: (item.trigger.i, item.property, item.subject.id))


class _Reader:
    """The patterns, one method each."""

    def __init__(
        self, doc: Doc, frames: Frames, mentions: Mentions, ontology: Ontology, gazetteer: Gazetteer
    ) -> None:
        self.doc = doc
        self.gazetteer = gazetteer
        self.frames = frames
        self.mentions = mentions
        self.ontology = ontology
        self.values = Values(mentions, ontology, places=frames.settings["place"])
        self.titles: dict[tuple[str, ...], set[str]] = {}
        self.last_words: dict[str, int] = {}
        for property in TITLE_PROPERTIES:
            for title in frames.titles[property]:
                words = tuple(title.split())
                self.titles.setdefault(words, set()).add(property)
                self.last_words[words[-1]] = max(len(words), self.last_words.get(words[-1], 0))

    def all(self) -> Iterator[Found]:
        for token in self.doc:
            if is_verb(token) and token.pos_ == "VERB":
                yield from self.by_verb(token)
            elif token.pos_ in {"NOUN", "PROPN"}:
                yield from self.by_noun(token)
                yield from self.by_title(token)
            mention = self.mentions.at(token)
            if mention is not None and self.mentions.token(mention) == token:
                yield from self.by_grammar(token, mention)
        yield from self.learned()

    def learned(self) -> Iterator[Found]:
        """What the model alone reads between two mentions of a sentence.

        Its clause is that of the object: "Oslo denied that the battalion would join the force".
        """
        for link in self.doc.user_data.get(LINKS, ()):
            if link.label not in RELATIONS:
                continue
            left, right = self.doc[link.left], self.doc[link.right]
            steps = [word for side in way(left, right) or () for word in side]
            near = 0 < len(steps) <= NEAR
            least = LEARNED if near and link.label not in VAGUE else LEARNED_FAR
            # "militias and Russian air support": a coordination parts two phrases.
            one_phrase = near and all(word.dep_ != "conj" for word in steps)
            if link.confidence < least or (link.label in LOCAL and not one_phrase):
                continue
            subject, object_ = self.mentions.at(left), self.mentions.at(right)
            if link.label == "stationedAt" and subject is not None and subject.type == "Person":
                continue
            if subject is not None and object_ is not None:
                stated = not (near and link.label in LOCAL)
                yield from self.made(
                    link.label, subject, object_, right, link.confidence, stated=stated, learned=True
                )

    def cls(self, mention: Mention) -> str:
        return self.mentions.entity(mention).cls

    def made(
        self,
        property: str,
        subject: Mention,
        object_: Mention,
        trigger: Token,
        prior: float,
        *,
        stated: bool = False,
        learned: bool = False,
    ) -> Iterator[Found]:
        """The relation, where the ontology allows it between these two."""
        if property == "locatedIn" and (self.elsewhere(subject, object_) or self.inside(subject, object_)):
            return
        if property in TITLE_PROPERTIES and self.apposed(subject, object_):
            return
        if self.ontology.accepts(property, subject=self.cls(subject), object=self.cls(object_)):
            confidence = round(prior * min(subject.confidence, object_.confidence), 2)
            yield Found(property, subject, object_, None, trigger, confidence, stated, learned)

    def elsewhere(self, subject: Mention, object_: Mention) -> bool:
        """Whether the gazetteer knows the first in another state than the second."""
        inner, outer = (
            self.gazetteer.entries.get(self.mentions.entity(mention).key) for mention in (subject, object_)
        )
        if inner is None or outer is None or inner.state is None:
            return False
        state = outer.name if outer.cls == "State" else outer.state
        return state is not None and state != inner.state

    def apposed(self, subject: Mention, object_: Mention) -> bool:
        """Whether two mentions name one person: "Gareth Hale, the envoy"."""
        one, other = self.mentions.token(subject), self.mentions.token(object_)
        beside = one.head == other or other.head == one
        return (
            beside and {one.dep_, other.dep_} & {"appos", "flat"} != set() and self.cls(object_) == "Person"
        )

    def inside(self, subject: Mention, object_: Mention) -> bool:
        """Whether the second is a mere part of the first's name: "the Zagros mountains"."""
        nested = subject.span.begin <= object_.span.begin and object_.span.end <= subject.span.end
        return nested and not preposition(self.mentions.token(object_))

    def by_verb(self, verb: Token) -> Iterator[Found]:
        """Frames with verbs: "Russia operates the base"."""
        entries = self.frames.relation_verbs.get(verb.lemma_.lower())
        if not entries:
            return
        slots = verb_slots(verb)
        around = {child.lemma_.lower() for child in verb.children}
        done: set[str] = set()
        for pattern, frame in entries:
            if frame.name in done or frame.without & around or match_verb(verb, pattern, slots) is None:
                continue
            done.add(frame.name)
            yield from self.between(frame.name, frame.roles, slots, verb)

    def between(
        self, property: str, roles: object, slots: dict[str, list[Token]], trigger: Token
    ) -> Iterator[Found]:
        """All pairs of what fills the frame's two sides."""
        assert isinstance(roles, dict)  # noqa: S101 - frames.py makes a dict
        subjects = [
            m
            for name in roles["subject"]
            for t in slots.get(name, ())
            for m in self.values.of(t, property, subject=True)
        ]
        objects: list[Mention] = []
        for name in roles["object"]:
            objects = [m for t in slots.get(name, ()) for m in self.values.of(t, property)]
            if objects:
                break
        for subject in subjects:
            for object_ in objects:
                yield from self.made(property, subject, object_, trigger, VERB_PRIOR, stated=True)

    def by_noun(self, noun: Token) -> Iterator[Found]:
        """Frames with nouns: "X is a member of Y", "X, an ally of Y", "Y's ally X"."""
        entries = self.frames.relation_nouns.get(noun.lemma_.lower())
        if not entries or relation(noun) == "compound":
            return
        holders = list(self.holders(noun))
        copular = any(child.dep_ == "cop" for child in noun.children)
        for pattern, frame in entries:
            if len(pattern.words) > 1:
                continue
            slots = noun_slots(noun, of_is="of", light=(), occurrence=())
            names = set(frame.roles["object"]) | {"of", "subject", "modifier"}
            objects = [
                m
                for name in sorted(names)
                for t in slots.get(name, ())
                for m in self.values.of(t, frame.name)
            ]
            for holder in holders:
                for object_ in objects:
                    pair = (object_, holder) if frame.of_is == "subject" else (holder, object_)
                    yield from self.made(frame.name, *pair, noun, VERB_PRIOR, stated=copular)
            if holders and objects:
                break

    def holders(self, noun: Token) -> Iterator[Mention]:
        """Who is said to be the noun: by copula, apposition, or as a name after it."""
        words: list[Token] = []
        if any(child.dep_ == "cop" for child in noun.children):
            words += [child for child in noun.children if child.dep_ == "nsubj"]
        shared = any(child.dep_ == "conj" and child.i < noun.head.i for child in noun.children)
        if (relation(noun) in {"appos", "compound", "flat"} or noun.dep_ == "nmod:desc") and not shared:
            # In "the prime minister and President Roth" only the nearer office is Roth's.
            words.append(noun.head)
        words += [
            child
            for child in noun.children
            if relation(child) in {"appos", "flat"} or child.dep_ == "nmod:desc"
        ]
        several = noun.tag_ in {"NNS", "NNPS"}
        for word in words:
            # "ministers Roth and Luz" are two; "Major General Roth, and … Colonel Luz" share no rank.
            for part in coordinated(word) if several or word.dep_ == "nsubj" else (word,):
                mention = self.mentions.at(part)
                if mention is not None:
                    yield mention

    def by_title(self, noun: Token) -> Iterator[Found]:
        """Offices of persons: position, and whom the bearer leads or represents."""
        title = self.title_at(noun)
        if title is None:
            return
        words, properties = title
        bearers = list(self.bearers(noun))
        if not bearers:
            return
        # Whoever was president once leads nobody now.
        past = any(child.lower_ in FORMER for child in noun.children if child.i < noun.i)
        owners = [] if past else self.title_owners(noun, words)
        text = self.title_text(noun, words)
        for bearer in bearers:
            if self.cls(bearer) != "Person":
                continue
            if text:
                yield Found("position", bearer, None, text, noun, round(TITLE_PRIOR * bearer.confidence, 2))
            for owner in owners:
                for property in sorted(properties):
                    yield from self.made(property, bearer, owner, noun, TITLE_PRIOR)

    def title_at(self, noun: Token) -> tuple[list[Token], set[str]] | None:
        """The title that ends in this noun ("prime minister"), longest first; None within a longer one."""
        own = self.title_ending(noun.i)
        if own is None or any(self.title_ending(noun.i + ahead, inside=noun.i) for ahead in (1, 2)):
            return None
        if noun.i + 1 < noun.sent.end and relation(noun) == "compound" and noun.nbor().pos_ == "NOUN":
            # "Chief Petty Officer" is another rank than chief.
            return None
        return own

    def title_ending(self, last: int, *, inside: int | None = None) -> tuple[list[Token], set[str]] | None:
        """The longest title whose last word is this one, and which holds the word ``inside``."""
        if last >= len(self.doc):
            return None
        final = self.doc[last]
        forms = {final.lower_, final.lemma_.lower()} & self.last_words.keys()
        if not forms:
            return None
        for length in range(max(self.last_words[form] for form in forms), 0, -1):
            first = last - length + 1
            if first < final.sent.start or (inside is not None and first > inside):
                continue
            words = list(self.doc[first : last + 1])
            start = tuple(word.lower_ for word in words[:-1])
            for form in sorted(forms):
                if (*start, form) in self.titles:
                    return words, self.titles[*start, form]
        return None

    def bearers(self, noun: Token) -> Iterator[Mention]:
        """The persons who hold the office that a noun names; named ones only."""
        own = self.mentions.at(noun)
        if own is not None and own.kind == "name" and own.type == "Person":
            # The tagger took the title into the name: "President Putin".
            yield own
            return
        after = noun.i + 1
        while after < noun.sent.end and self.doc[after].lower_ in lexicon.TITLES:
            # "Defence Minister General Orlov"
            after += 1
        following = self.doc[after] if after < noun.sent.end else None
        if following is not None:
            beside = self.mentions.at(following) or self.name_over(following)
            if beside is not None and beside.kind == "name" and beside.type == "Person":
                # In "President A, Vice President B" each name has the office right before it.
                yield beside
                return
        seen: set[str] = set()
        for mention in self.holders(noun):
            if mention.kind == "name" and mention.id not in seen:
                seen.add(mention.id)
                yield mention

    def name_over(self, token: Token) -> Mention | None:
        """The name mention that begins with a word."""
        for candidate in (token, *token.ancestors):
            mention = self.mentions.at(candidate)
            if mention is not None and mention.span.begin == token.idx:
                return mention
        return None

    def title_owners(
        self, noun: Token, words: list[Token], seen: frozenset[Token] = frozenset()
    ) -> list[Mention]:
        """To whom the office belongs: "Russian", "of Qatar", "Germany's", through offices in between."""
        found: list[Mention] = []
        holders = [noun, *(word for word in words if word != noun)]
        if relation(noun) in {"compound", "flat", "appos"} or noun.dep_ == "nmod:desc":
            # "Russian Foreign Minister Lavrov" may hang the adjective on the name.
            holders.extend(child for child in [noun.head] if child.i > noun.i)
        for holder in holders:
            for child in holder.children:
                kind = relation(child)
                if child.i >= noun.i and not (kind == "nmod" and preposition(child) in {"of", "for", "to"}):
                    continue
                if kind not in {"amod", "compound", "nmod", "flat"}:
                    continue
                for part in coordinated(child):
                    mention = self.mentions.at(part)
                    if mention is None or mention in found:
                        continue
                    if mention.kind == "nominal" and mention.type == "Person" and part != noun:
                        # "spokesman for the chairman of X" speaks for X.
                        if part not in seen:
                            found.extend(self.title_owners(part, [part], seen | {noun, part}))
                    elif self.ontology.is_a(self.cls(mention), "Actor"):
                        found.append(mention)
        return found

    def title_text(self, noun: Token, words: list[Token]) -> str:
        """The office as written, with its owner: "Russian Foreign Minister"."""
        begin = min(words[0].i, noun.i)
        while begin > noun.sent.start:
            before = self.doc[begin - 1]
            if before.pos_ not in {"ADJ", "PROPN", "NOUN"} or before.is_punct:
                break
            if relation(before) not in {"amod", "compound", "nmod", "flat"} or before.tag_ == "POS":
                break
            begin -= 1
        end = noun.i + 1
        for child in noun.rights:
            if relation(child) == "nmod" and preposition(child) in {"of", "for"}:
                end = max(end, max(word.i for word in _compact(child)) + 1)
                break
        return " ".join(self.doc[begin:end].text.split())[:120]

    def by_grammar(self, token: Token, mention: Mention) -> Iterator[Found]:
        """Relations that grammar alone carries: operators and hosts of bases, places in places."""
        cls = self.cls(mention)
        if self.ontology.is_a(cls, "Base"):
            for owner in self.values.owners(token):
                inside = mention.span.begin <= owner.span.begin < mention.span.end
                # "Russian base" is Russia's; the "Royal" of a name is nobody.
                if mention.kind == "nominal" or not inside:
                    yield from self.made("operatedBy", mention, owner, token, GRAMMAR_PRIOR)
        if self.ontology.is_a(cls, "Base") or (mention.kind == "name" and mention.type == "Place"):
            for site in self.sites(token, apposed=True):
                if site.kind == "name":
                    yield from self.made("locatedIn", mention, site, token, GRAMMAR_PRIOR)
        if mention.type in {"MilitaryForce", "ArmedGroup", "Equipment"}:
            for site in self.sites(token):
                if self.ontology.is_a(self.cls(site), "Base"):
                    yield from self.made("stationedAt", mention, site, token, WEAK_PRIOR)
        if mention.type == "Equipment" and mention.kind == "name":
            for owner in self.values.owners(token):
                yield from self.made("uses", owner, mention, token, WEAK_PRIOR)

    def sites(self, token: Token, *, apposed: bool = False) -> Iterator[Mention]:
        """Places in a phrase on a word ("in Qatar"); with ``apposed`` also ", Qatar" right behind it."""
        for child in token.children:
            if relation(child) not in {"nmod", "appos", "obl"}:
                continue
            name = preposition(child)
            beside = apposed and not name and 0 < child.i - token.i <= 3
            mention = self.mentions.at(child) if beside or name in {"in", "at", "on"} else None
            if mention is not None and mention.type in {"Place", "State", "Base"}:
                yield mention


def _compact(token: Token) -> list[Token]:
    """A phrase without relative clauses and appositions."""
    words = [token]
    for child in token.children:
        if (
            relation(child) in {"case", "det", "amod", "compound", "nmod", "flat", "nummod", "punct"}
            and child.dep_ != "appos"
        ):
            if relation(child) == "punct" and child.text not in {"-", "'", "’"}:
                continue
            words.extend(_compact(child))
    return words
