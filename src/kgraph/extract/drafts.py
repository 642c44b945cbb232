"""Where a Doc speaks of things: names, nominals and pronouns, each a draft that coreference will link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from kgraph.extract import lexicon
from kgraph.model import Kind
from kgraph.nlp.component import HEAD_TYPES, NAME_CONFIDENCE

NOMINAL_PROBABILITY = 0.4
"""A head word means a mention type when the model gives it at least this much."""
LONGEST_MODIFIER = 8
"""A longer modifier left of a head is a clause or a list, and no part of the mention."""
FOOTNOTE = re.compile(r"[\s.,;:]*\[\d*\]?$")
"""What a reference mark leaves at the end of a word: "Assad,[1"."""
NONE: frozenset[str] = frozenset()
GENERIC = {"Person": lexicon.TITLES, "Base": lexicon.PLAIN, "Place": lexicon.PLAIN, "State": lexicon.PLAIN}
"""Words that alone are no name: "the President", "Air Base"."""
NO_NAMES = frozenset({"of", "state", "affairs", "no", "one", "nobody"})
"""What is left of "Secretary of State" where the tagger cut it."""
LEFT_OUT = frozenset({"Event", "Document"})
"""Types that the graph has no nodes for yet."""


@dataclass(slots=True, eq=False)
class Draft:
    """A mention before it has an entity. ``begin``, ``end`` and ``head`` are token numbers.

    ``words`` are the lower-case content words; for a nominal without its head, determiner and numerals.
    ``number`` is sg, pl or empty; ``states`` holds the names of states it is said to belong to. A ``loose``
    name only says a kind ("the Coalition") and is linked like a nominal. ``beyond`` are the words of names
    that follow a nominal and narrow it: "the commander of the Northern Fleet".
    """

    begin: int
    end: int
    head: int
    kind: Kind
    type: str
    confidence: float
    sentence: int
    text: str
    begin_offset: int
    lemma: str
    words: tuple[str, ...]
    number: str
    definite: bool = False
    indefinite: bool = False
    states: frozenset[str] = frozenset()
    gender: str = ""
    loose: bool = False
    beyond: frozenset[str] = frozenset()
    possessed: bool = False

    @property
    def cls(self) -> str:
        """The class of words its head belongs to."""
        return lexicon.CLASSES.get(self.lemma, self.lemma)


def find(doc: Doc) -> list[Draft]:
    """All drafts of a Doc by the place of their head; Events and Documents are left out."""
    sentences = sentence_numbers(doc)
    found = list(_names(doc, sentences))
    taken = {i for name in found for i in range(name.begin, name.end)}
    found += _nominals(doc, sentences, taken)
    found += _pronouns(doc, sentences, taken)
    return sorted(found, key=lambda draft: (draft.head, draft.begin))


def sentence_numbers(doc: Doc) -> list[int]:
    """For each token the number of its sentence."""
    numbers: list[int] = []
    current = -1
    for token in doc:
        current += 1 if token.is_sent_start or current < 0 else 0
        numbers.append(current)
    return numbers


def _names(doc: Doc, sentences: list[int]) -> Iterator[Draft]:
    confidence = doc.user_data.get(NAME_CONFIDENCE, {})
    for name in doc.ents:
        if name.label_ in LEFT_OUT:
            continue
        begin, end = _extent(name)
        if begin >= end:
            continue
        head = doc[begin:end].root
        shown = (FOOTNOTE.sub("", token.lower_) for token in doc[begin:end])
        words = tuple(word for word in shown if any(map(str.isalnum, word)))
        if not words or doc[begin:end].text.islower():
            continue
        if name.label_ == "Person" and set(words) <= NO_NAMES:
            continue
        plural = head.tag_ in ("NNPS", "NNS") and name.label_ in ("Nationality", "Equipment")
        yield Draft(
            begin=begin,
            end=end,
            head=head.i,
            kind="nominal" if set(words) <= GENERIC.get(name.label_, NONE) else "name",
            type=name.label_,
            confidence=confidence.get((name.start, name.end), 1.0),
            sentence=sentences[begin],
            text=FOOTNOTE.sub("", doc[begin:end].text),
            begin_offset=doc[begin].idx,
            lemma=words[-1],
            words=words,
            number="pl" if plural else "sg",
            definite=True,
            gender=_gender(doc, begin),
        )


def _extent(name: Span) -> tuple[int, int]:
    """The tokens of a name without article, title, possessive and stray punctuation."""
    doc, begin, end = name.doc, name.start, name.end
    while begin < end and (doc[begin].lower_ == "the" or _stray(doc[begin], doc[begin:end], "([")):
        begin += 1
    while begin < end and (
        doc[end - 1].tag_ == "POS"
        or doc[end - 1].text in ("of", "and", "the", "for", "in")
        or doc[end - 1].lower_ in ("'s", "’s", "'", "’")
        or _stray(doc[end - 1], doc[begin:end], ")]")
    ):
        end -= 1
    if name.label_ == "Person":
        while end - begin > 1 and doc[begin].lower_ in lexicon.TITLES:
            begin += 1
    return begin, end


def _stray(token: Token, inside: Span, brackets: str) -> bool:
    """Whether a token at the edge of a name is punctuation; a bracket closed within the name is not."""
    if token.is_space:
        return True
    if any(map(str.isalnum, token.text)):
        return False
    return token.text not in brackets or sum(t.text in "([" for t in inside) != sum(
        t.text in ")]" for t in inside
    )


def _gender(doc: Doc, begin: int) -> str:
    return lexicon.GENDERED.get(doc[begin - 1].lower_, "") if begin else ""


def _nominals(doc: Doc, sentences: list[int], taken: set[int]) -> Iterator[Draft]:
    types = doc.user_data.get(HEAD_TYPES) or [("None", 1.0)] * len(doc)
    for token in doc:
        kind, probability = types[token.i]
        if kind in ("None", "Other") or kind in LEFT_OUT or probability < NOMINAL_PROBABILITY:
            continue
        if token.lower_ == "one" and token.i and doc[token.i - 1].lower_ == "no":
            continue
        if token.pos_ not in ("NOUN", "PROPN") or token.i in taken:
            continue
        above = token.head
        if (
            token.dep_ == "compound"
            and above.i not in taken
            and types[above.i][0] == kind
            and above.i > token.i
        ):
            continue  # "defence" in "defence minister", "fighter" in "fighter jets"
        if token.lower_ == "state" and token.dep_ == "nmod" and above.lower_ in lexicon.OF_STATE:
            continue
        if token.lemma_.lower() in lexicon.PORTFOLIOS and (
            above.lemma_.lower() in ("ministry", "department") or above.lower_ in lexicon.TITLES
        ):
            continue
        if kind == "Person" and any(
            t.dep_ == "compound" and t.ent_type_ == "Equipment" for t in token.children
        ):
            kind = "Equipment"  # "Su-22 fighter-bomber"
        begin = _left(token)
        lemma = token.lemma_.lower() or token.lower_
        left = [word for word in doc[begin : token.i] if not word.is_space]
        before = {word.lower_ for word in left}
        topics = () if lemma not in ("ministry", "department") else tuple(_topics(token))
        words = topics + tuple(
            word.lower_
            for word in left
            if word.pos_ not in ("DET", "NUM", "PUNCT", "PART", "PRON", "ADP")
            and word.lower_ not in before & lexicon.INDEFINITE
        )
        counted = any(word.pos_ == "NUM" or word.tag_ == "CD" for word in left)
        possessed = any(child.dep_ == "nmod:poss" for child in token.lefts)
        plural = token.tag_ in ("NNS", "NNPS") or lemma in lexicon.MANY
        plural = plural or (
            lemma in lexicon.INVARIANT and not before & (lexicon.DETERMINERS | lexicon.INDEFINITE)
        )
        definite = bool(before & lexicon.DETERMINERS) or possessed
        yield Draft(
            begin=begin,
            end=token.i + 1,
            head=token.i,
            kind="nominal",
            type=kind,
            confidence=probability,
            sentence=sentences[token.i],
            text=doc[begin : token.i + 1].text,
            begin_offset=doc[begin].idx,
            lemma=lemma,
            words=words,
            number="pl" if plural else "sg",
            definite=definite,
            indefinite=not definite and (counted or bool(before & lexicon.INDEFINITE)),
            gender=lexicon.GENDERED.get(lemma, ""),
            possessed=possessed,
        )


def _topics(token: Token) -> Iterator[str]:
    """What a ministry is for, when that stands behind it: "department of defense"."""
    for child in token.rights:
        if child.dep_ == "nmod" and any(word.lower_ == "of" for word in child.lefts):
            yield from (word.lower_ for word in child.subtree if word.lower_ in lexicon.TOPICS)


def _left(token: Token) -> int:
    """Where a nominal begins: its modifiers on the left, as far as they stand side by side."""
    begin = token.i
    for child in reversed(list(token.lefts)):
        if (
            child.is_space
            or child.dep_ not in lexicon.MODIFIER_DEPS
            or child.dep_ in ("case", "punct", "advmod")
        ):
            break
        edge = child.left_edge.i
        if child.right_edge.i + 1 < begin and not all(
            t.is_space or t.is_punct for t in token.doc[child.right_edge.i + 1 : begin]
        ):
            break
        if begin - edge > LONGEST_MODIFIER:
            break
        begin = edge
    while begin < token.i and token.doc[begin].pos_ in ("SPACE", "PUNCT", "ADP", "PART", "SCONJ", "CCONJ"):
        begin += 1
    return begin


def _pronouns(doc: Doc, sentences: list[int], taken: set[int]) -> Iterator[Draft]:
    for token in doc:
        reading = lexicon.PRONOUNS.get(token.lower_)
        if reading is None or token.i in taken or token.tag_ not in ("PRP", "PRP$", "WP", "WP$", "WDT"):
            continue
        if (token.lower_ in ("it", "that") and _empty(token)) or (token.text.isupper() and token.text != "I"):
            continue
        number, gender = reading
        yield Draft(
            begin=token.i,
            end=token.i + 1,
            head=token.i,
            kind="pronoun",
            type="",
            confidence=1.0,
            sentence=sentences[token.i],
            text=token.text,
            begin_offset=token.idx,
            lemma=token.lower_,
            words=(),
            number=number,
            gender=gender,
        )


def _empty(token: Token) -> bool:
    """Whether "it" points at nothing: expletive, or subject of what a clause is the true subject of."""
    if token.dep_ == "expl":
        return True
    if token.lower_ != "it" or token.dep_ not in lexicon.SUBJECTS:
        return False
    deps = {child.dep_ for child in token.head.children}
    clause = bool(deps & {"csubj", "ccomp", "csubj:pass"})
    if "cop" in deps:
        return clause or ("advcl" in deps and token.head.pos_ == "ADJ") or token.head.pos_ in ("NUM", "NOUN")
    return clause and (
        "aux:pass" in deps or token.dep_ == "nsubj:pass" or token.head.lemma_ in ("seem", "appear", "turn")
    )


def quotes(doc: Doc) -> list[int]:
    """For each token the number of its quotation, 0 outside; a new paragraph ends an open one."""
    numbers: list[int] = []
    current, count = 0, 0
    for token in doc:
        if token.is_space and "\n" in token.text:
            current = 0
        if token.text in ("“", "``") or (token.text == '"' and not current):
            count += 1
            current = count
            numbers.append(current)
        elif token.text in ("”", "''", '"'):
            numbers.append(current)
            current = 0
        else:
            numbers.append(current)
    return numbers
