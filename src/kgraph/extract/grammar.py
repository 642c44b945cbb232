"""Who does what to whom, read off Universal Dependencies: the same slots for every voice and shape.

Slots are ``subject`` and ``object`` (deep: a passive's subject is an object, its "by" phrase a subject),
``indirect``, each preposition, and ``clause.subject`` / ``clause.object`` of a governed clause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from spacy.tokens import Token

Slots = dict[str, list[Token]]

RELATIVE = frozenset({"who", "whom", "which", "that"})
CLAUSES = frozenset({"ccomp", "xcomp"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "SYM", "X"})
VERBAL = frozenset({"VERB", "AUX"})


def relation(token: Token) -> str:
    """The dependency without its subtype."""
    return token.dep_.partition(":")[0]


def is_verb(token: Token) -> bool:
    """A verb in use, not an adjective or noun that looks like one."""
    return token.pos_ in VERBAL


def is_passive(verb: Token) -> bool:
    """Passive voice, or a bare past participle used as one ("forces based in Guam")."""
    around = {child.dep_ for child in verb.children}
    if "aux:pass" not in around and {"aux", "obj"} <= around and verb.tag_ == "VBN":
        # "have deported 40 men": active, whatever the label of the subject.
        return False
    if around & {"nsubj:pass", "aux:pass", "csubj:pass"}:
        return True
    if verb.tag_ != "VBN":
        return False
    if any(child.dep_ == "obl:agent" for child in verb.children):
        return True
    has_auxiliary = any(relation(child) == "aux" for child in verb.children)
    if relation(verb) == "conj" and is_verb(verb.head) and not has_auxiliary:
        return is_passive(verb.head) and not any(child.dep_ == "obj" for child in verb.children)
    if has_auxiliary or any(child.dep_ in {"nsubj", "obj"} for child in verb.children):
        return False
    return relation(verb) in {"acl", "advcl", "amod", "ROOT"}


def surface_subjects(verb: Token, *, depth: int = 0) -> list[Token]:
    """The subject words of a verb, its own or shared through coordination, control or participles."""
    own = [child for child in verb.children if child.dep_ in {"nsubj", "nsubj:pass"}]
    if own:
        return [antecedent(child) for child in own]
    if depth > 6:
        return []
    kind, head = relation(verb), verb.head
    if kind == "acl" and verb.dep_ != "acl:relcl":
        # "to" infinitives of nouns ("a plan to strike") share the noun's holder, if any.
        if _is_infinitive(verb):
            return [child for child in head.children if child.dep_ == "nmod:poss"]
        return [head]
    if kind == "conj" and is_verb(head):
        return surface_subjects(head, depth=depth + 1)
    if kind == "xcomp" and is_verb(head):
        objects = [child for child in head.children if child.dep_ in {"obj", "iobj"}]
        return objects or surface_subjects(head, depth=depth + 1)
    if kind == "advcl" and is_verb(head) and verb.tag_ == "VBG" and _is_charge(verb):
        # "accused Iran of striking", "kept them from leaving": the object does it.
        objects = [child for child in head.children if child.dep_ in {"obj", "nsubj:pass"}]
        return objects or surface_subjects(head, depth=depth + 1)
    if kind == "advcl" and is_verb(head) and (verb.tag_ in {"VBG", "VBN"} or _is_infinitive(verb)):
        return surface_subjects(head, depth=depth + 1)
    return []


def _is_charge(verb: Token) -> bool:
    return any(child.dep_ in {"mark", "case"} and child.lower_ in {"of", "from"} for child in verb.children)


def _is_infinitive(verb: Token) -> bool:
    return verb.tag_ == "VB" and any(child.tag_ == "TO" for child in verb.children)


def antecedent(token: Token) -> Token:
    """For a relative pronoun the noun it stands for; else the token itself."""
    if token.lower_ not in RELATIVE:
        return token
    verb = token.head
    for _ in range(4):
        if verb.dep_ == "acl:relcl":
            return verb.head
        if relation(verb) not in {"conj", "xcomp", "ccomp"}:
            break
        verb = verb.head
    return token


def preposition(token: Token) -> str:
    """The preposition of a phrase, with its fixed parts ("in front of"); empty where there is none."""
    for child in token.children:
        if child.dep_ == "case" and child.tag_ != "POS":
            parts = [child, *(part for part in child.children if part.dep_ == "fixed")]
            return " ".join(part.lower_ for part in sorted(parts, key=lambda part: part.i))
    return ""


def coordinated(token: Token) -> Iterator[Token]:
    """A word and the words coordinated with it."""
    yield token
    for child in token.children:
        if child.dep_ == "conj" and child.pos_ in NOMINAL:
            yield from coordinated(child)


def _add(slots: Slots, name: str, token: Token) -> None:
    found = slots.setdefault(name, [])
    found.extend(item for item in coordinated(token) if item not in found)


def verb_slots(verb: Token) -> Slots:
    """What fills the slots of a verb."""
    slots: Slots = {}
    passive = is_passive(verb)
    for token in surface_subjects(verb):
        _add(slots, "object" if passive else "subject", token)
    for child in verb.children:
        target = antecedent(child)
        if child.dep_ == "obj":
            _add(slots, "object", target)
            for grandchild in _places_within(child):
                # "withdraw its troops from Mali", "struck targets in Syria"
                _add(slots, preposition(grandchild), grandchild)
        elif child.dep_ == "iobj":
            _add(slots, "indirect", target)
        elif child.dep_ == "obl:agent":
            _add(slots, "subject", target)
        elif relation(child) == "obl" and (name := preposition(child)):
            _add(slots, name, target)
            for grandchild in _places_within(child):
                _add(slots, preposition(grandchild), grandchild)
        elif child.dep_ == "advmod":
            # "west of the Euphrates", "near Raqqa" read as adverbs with a phrase.
            for grandchild in child.children:
                if relation(grandchild) in {"obl", "nmod"}:
                    _add(slots, preposition(grandchild) or child.lower_, grandchild)
                    _add(slots, "near", grandchild)
        elif child.dep_ in CLAUSES and is_verb(child):
            inner = verb_slots(child) if child.dep_ == "ccomp" else {}
            for name in ("subject", "object"):
                for token in inner.get(name, []):
                    _add(slots, f"clause.{name}", token)
    if verb.dep_ == "acl:relcl" and "subject" in slots and "object" not in slots and not passive:
        # "the base Russia operates": the noun is the missing object.
        pronouns = {token.lower_ for token in verb.subtree} & RELATIVE
        if not pronouns:
            _add(slots, "object", verb.head)
    if relation(verb) == "conj" and is_verb(verb.head):
        _share(slots, verb)
    return slots


PLACE_PREPOSITIONS = frozenset({"in", "at", "near", "on", "over", "off", "from"})


def _places_within(token: Token) -> Iterator[Token]:
    """Phrases of place inside a phrase: "at the base in Lattakia" gives "in Lattakia" too."""
    for child in token.children:
        if relation(child) == "nmod" and preposition(child) in PLACE_PREPOSITIONS:
            yield child


def _share(slots: Slots, verb: Token) -> None:
    """An object shared by coordinated verbs: "attacked and seized the base"."""
    if "object" in slots or is_passive(verb):
        return
    if any(child.dep_ == "obj" and child.i > verb.i for child in verb.head.children):
        for child in verb.head.children:
            if child.dep_ == "obj" and child.i > verb.i:
                _add(slots, "object", child)


def way(one: Token, other: Token) -> tuple[list[Token], list[Token]] | None:
    """The words from each of two up to the one above both, that one left out; None where there is none."""
    left, right = [one, *one.ancestors], [other, *other.ancestors]
    places = {token.i: steps for steps, token in enumerate(left)}
    for steps, token in enumerate(right):
        if token.i in places:
            return left[: places[token.i]], right[:steps]
    return None


TOPIC = frozenset({"on", "about", "over", "regarding", "concerning"})


def noun_slots(
    noun: Token,
    *,
    of_is: str,
    light: Collection[str],
    occurrence: Collection[str],
    patient: Collection[str] = (),
    suffered: Collection[str] = (),
    topical: bool = False,
) -> Slots:
    """What fills the slots of an event noun, from its phrase and from a light verb around it.

    The possessor of a ``patient`` noun is who it happens to ("his arrest") where no other object is named; so
    is the subject of a verb of suffering ("received fire from the hills"). With ``topical``, places within
    what it is about are left out ("talks on the war in Chad").
    """
    slots: Slots = {}
    for child in noun.children:
        kind = relation(child)
        if child.dep_ == "nmod:poss" or (kind in {"compound", "amod", "nmod"} and child.i < noun.i):
            if child.pos_ in {"NOUN", "PROPN", "ADJ", "PRON"}:
                _add(
                    slots,
                    "subject" if child.dep_ != "compound" or child.pos_ != "NOUN" else "modifier",
                    child,
                )
            elif child.tag_ == "VBN":
                # "a Saudi-led strike", "UN-brokered talks"
                for doer in child.children:
                    if doer.i < child.i and doer.pos_ in {"PROPN", "NOUN", "ADJ"}:
                        _add(slots, "subject", doer)
        elif kind in {"nmod", "obl"} and (name := preposition(child)):
            _add(slots, of_is if name == "of" else name, child)
            for grandchild in () if topical and name in TOPIC else _places_within(child):
                _add(slots, preposition(grandchild), grandchild)
        elif kind == "acl" and is_verb(child):
            inner = verb_slots(child)
            for name, tokens in inner.items():
                if name not in {"object", "clause.subject", "clause.object"}:
                    for token in tokens:
                        if token != noun:
                            _add(slots, name, token)
    if noun.lemma_.lower() in patient and "object" not in slots:
        owned = [token for token in slots.get("subject", ()) if token.dep_ == "nmod:poss"]
        if owned:
            slots["object"] = owned
            slots["subject"] = [token for token in slots["subject"] if token not in owned]
    if noun.dep_ == "obj" and is_verb(noun.head) and verb_lemma(noun.head) in suffered:
        outer = verb_slots(noun.head)
        slots.setdefault("object", []).extend(outer.get("subject", ()))
        slots.setdefault("subject", []).extend(outer.get("from", ()))
    verb = support(noun, light=light, occurrence=occurrence)
    if verb is not None:
        outer = verb_slots(verb)
        carries_subject = verb_lemma(verb) in light
        for name, tokens in outer.items():
            for token in tokens:
                if token == noun or noun in token.children or name.startswith("clause"):
                    continue
                if name == "subject" and not carries_subject:
                    continue
                if name == "object":
                    continue
                _add(slots, name, token)
    return slots


def verb_lemma(verb: Token) -> str:
    """The lemma of a verb with its particle: "carry out"."""
    particles = [child.lower_ for child in verb.children if child.dep_ == "compound:prt"]
    return " ".join([verb.lemma_.lower(), *particles[:1]])


def support(noun: Token, *, light: Collection[str], occurrence: Collection[str]) -> Token | None:
    """The verb that only carries an event noun: "held talks", "talks took place"."""
    top = noun
    while top.dep_ == "conj" and top.head.pos_ in NOMINAL:
        top = top.head
    verb = top.head
    if verb == top:
        return None
    if top.dep_ == "acl:relcl" or not is_verb(verb):
        return None
    lemma = verb_lemma(verb)
    if top.dep_ in {"obj", "nsubj:pass"} and (lemma in light or verb.lemma_.lower() in light):
        return verb
    if top.dep_ in {"nsubj", "nsubj:pass"} and (lemma in occurrence or _with_object(verb) in occurrence):
        return verb
    return None


def _with_object(verb: Token) -> str:
    """A verb with the word that makes it another: "take place"."""
    words = [child.lemma_.lower() for child in verb.children if child.dep_ in {"obj", "compound:prt"}]
    return " ".join([verb.lemma_.lower(), *words[:1]])
