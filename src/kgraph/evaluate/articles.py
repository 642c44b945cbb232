"""Our held-out annotated articles: mentions, triggers, realis, roles, relations and chains."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path

from kgraph.evaluate import chains
from kgraph.evaluate.coreference import resolve
from kgraph.evaluate.measures import Documents, Tally, of_sets
from kgraph.evaluate.tokens import Tokens
from kgraph.nlp.annotation import Annotation
from kgraph.nlp.coreference import chains as partition
from kgraph.nlp.encoder import Encoder
from kgraph.nlp.extent import head_of
from kgraph.nlp.labels import MENTION_TYPES, RELATIONS, ROLES, UNDIRECTED
from kgraph.nlp.pairs import Link, links
from kgraph.train.annotated import Annotated, Line, Mark
from kgraph.train.own import Tokenize, covered, held_out_articles

THRESHOLD = 0.5
Answers = dict[str, set[Hashable]]
LAYERS = ("names", "nominals and pronouns", "triggers", "triggers, any class", "realis", "roles", "relations")


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """Held-out articles of an annotated file or a folder of such, on their own sentences.

    Names are strict (extent and type); nominals and pronouns go by head word and type; realis counts where
    the trigger is found; roles and relations are right when they join mentions of the right chains.
    """
    tokenize = Tokenize()
    return [_article(article, tokenize, encoder) for article in held_out_articles(path)]


def _article(article: Annotated, tokenize: Tokenize, encoder: Encoder) -> dict[str, Tally]:
    words: list[tuple[str, int]] = []
    starts, sentences = [], []
    for line in article.lines:
        tokens = tokenize(line.text)
        starts.append(len(words))
        words.extend(tokens)
        sentences.append((line, tokens))
    text = Tokens(tuple(words), tuple(starts)).text
    (read_,) = encoder.annotate([text])
    tallies: dict[str, Tally] = {name: Tally() for name in LAYERS}
    gold_chains: dict[str, set[Hashable]] = {}
    for begin, (line, tokens), annotation in zip(starts, sentences, read_, strict=True):
        placed = [(mark, covered(tokens, mark.begin, mark.end)) for mark in line.marks]
        mentions = [
            (mark, span, head_of(annotation.heads, *span))
            for mark, span in placed
            if mark.kind != "trigger" and span[1] > span[0]
        ]
        for mark, _, head in mentions:
            gold_chains.setdefault(mark.number, set()).add(begin + head)
        gold = _gold(
            line, mentions, {mark.number: span[0] for mark, span in placed if mark.kind == "trigger"}
        )
        given = _given(annotation, encoder, {head: mark.number for mark, _, head in mentions})
        for name in LAYERS:
            tallies[name] += of_sets(given[name], gold[name])
    result = resolve(read_, text, encoder)
    predicted = [
        frozenset(result.heads[i] for i in chain) for chain in partition(result.links) if len(chain) > 1
    ]
    wanted = [frozenset(chain) for chain in gold_chains.values() if len(chain) > 1]
    return tallies | chains.compare(predicted, wanted)


def _gold(line: Line, mentions: list[tuple[Mark, tuple[int, int], int]], at: dict[str, int]) -> Answers:
    triggers = {mark.number: mark.label for mark in line.marks if mark.kind == "trigger"}
    return {
        "names": {(*span, mark.label) for mark, span, _ in mentions if mark.kind == "name"},
        "nominals and pronouns": {(head, mark.label) for mark, _, head in mentions if mark.kind != "name"},
        "triggers": {(at[number], label) for number, label in triggers.items()},
        "triggers, any class": {at[number] for number in triggers},
        "realis": {(at[item.number], item.realis) for item in line.happenings},
        "roles": {
            (at[item.number], role, chain)
            for item in line.happenings
            for role, chain in item.roles
            if any(mark.number == chain for mark, _, _ in mentions)
        },
        "relations": {_relation(*relation) for relation in line.relations},
    }


def _relation(subject: str, property_: str, object_: str) -> Hashable:
    pair = (subject, object_)
    return (property_, frozenset(pair) if property_ in UNDIRECTED else pair)


def _given(annotation: Annotation, encoder: Encoder, chain_at: dict[int, str]) -> Answers:
    named = {word for name in annotation.names for word in range(name.begin, name.end)}
    typed = [(word, label) for word, (label, _) in enumerate(annotation.head_types) if label in MENTION_TYPES]
    roles: set[Hashable] = set()
    relations: set[Hashable] = set()
    temperature = encoder.reader.temperatures.get("pairs", 1.0)
    for link in _sure(annotation, encoder, [word for word, _ in typed], temperature):
        # A mention that is not in the gold stands for itself, and is wrong.
        right = chain_at.get(link.right, f"word {link.right}")
        if link.label in ROLES:
            roles.add((link.left, link.label, right))
        else:
            relations.add(_relation(chain_at.get(link.left, f"word {link.left}"), link.label, right))
    triggers = [trigger for trigger in annotation.triggers if trigger.likely]
    return {
        "names": {(name.begin, name.end, name.type) for name in annotation.names},
        "nominals and pronouns": {(word, label) for word, label in typed if word not in named},
        "triggers": {(trigger.word, trigger.cls) for trigger in triggers},
        "triggers, any class": {trigger.word for trigger in triggers},
        "realis": {(trigger.word, trigger.realis) for trigger in triggers},
        "roles": roles,
        "relations": relations,
    }


def _sure(annotation: Annotation, encoder: Encoder, heads: list[int], temperature: float) -> Iterator[Link]:
    told = {trigger.word for trigger in annotation.triggers if trigger.likely}
    for link in links(annotation, heads, encoder.pair, temperature=temperature, labels=(*ROLES, *RELATIONS)):
        if link.confidence >= THRESHOLD and (link.label not in ROLES or link.left in told):
            yield link
