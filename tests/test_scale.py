"""Joining at scale: nothing is lost by bounds and blocks, and adding is building from nothing."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph import gazetteer, settle
from kgraph.evaluate import generated, resolution
from kgraph.model import Extraction
from kgraph.ontology import load
from kgraph.rdf import Run, article_iri
from kgraph.resolve import Telling, entities, events, resolve
from kgraph.resolve.clusters import Pair
from kgraph.resolve.events import Told
from kgraph.resolve.pairing import LARGEST, LOOK_BACK, RAREST, WEEK, Columns, Traits
from kgraph.resolve.profile import Profile, Reading, from_json, light, to_json
from kgraph.store import Graph

RUN = Run("generated", "none")
PLACES = gazetteer.load()
MADE = list(generated.articles(400, gazetteer=PLACES))


def read(extractions: Sequence[Extraction]) -> list[Reading]:
    """Return the readings of generated articles."""
    return [settle.reading_of(item, gazetteer=PLACES) for item in extractions]


@pytest.fixture(scope="module")
def telling() -> Telling:
    """Return the events of 400 articles, some told to the month or year."""
    readings = []
    for number, reading in enumerate(read(MADE)):
        cut = (4, 7, 10, 10)[number % 4]
        told = tuple(
            replace(item, begin=item.begin[:cut] if item.begin else None) for item in reading.happenings
        )
        readings.append(replace(reading, happenings=told))
    found = entities.resolve(profile for reading in readings for profile in reading.profiles)
    return Telling(readings, found, states(found))


def states(found: entities.Entities) -> dict[str, frozenset[str]]:
    """Return the states of nodes as ``resolve`` knows them."""
    return {
        node.key: frozenset({node.key})
        if node.cls == "State"
        else frozenset(state for atom in node.atoms for state in atom.states)
        for node in found.nodes
    }


def kind(item: Told) -> tuple[str, str]:
    """Return what events must share to be compared."""
    return events.root(item.happening.cls), item.happening.realis


def spans(item: Told) -> list[str]:
    """Return the weeks in which an event may lie, or its month or year."""
    begin = item.happening.begin or item.date
    day = item.day or (0 if item.happening.begin else item.told_on)
    if begin is None:
        return ["undated"]
    if not day:
        return [begin[:7]]
    first = day // WEEK - (0 if item.day else LOOK_BACK)
    return [f"week {number}" for number in range(first, day // WEEK + 2)]


def all_candidates(items: Sequence[Told]) -> set[Pair]:
    """Return the pairs that share a block, said as plainly as can be."""
    blocks: dict[tuple[object, ...], list[int]] = defaultdict(list)
    dated: dict[tuple[object, ...], list[int]] = defaultdict(list)
    affairs = {item.happening.article: item.affair for item in items}
    count = Counter(node for affair in affairs.values() for node in affair)
    for at, item in enumerate(items):
        close = item.beside.union(*item.who.values())
        rarest = sorted(item.affair, key=lambda node: (count[node], node))[:RAREST]
        for span in spans(item):
            vague = span[0].isdigit()
            for node in close:
                blocks["vague" if vague else "near", *kind(item), span, node].append(at)
            for node in () if vague else rarest:
                blocks["far", *kind(item), span, node].append(at)
        for cut in (7, 4) if item.day else ():
            for node in close:
                dated["vague", *kind(item), (item.happening.begin or "")[:cut], node].append(at)
    pairs: set[Pair] = set()
    for block, members in blocks.items():
        if len(members) <= (LARGEST // 3 if block[0] == "far" else LARGEST):
            pairs |= {(a, b) for a in members for b in members if a < b}
        if block[0] == "vague" and len(members) + len(dated[block]) <= LARGEST:
            pairs |= {(min(a, b), max(a, b)) for a in members for b in dated[block]}
    return pairs


def test_blocks_in_columns_are_the_plain_ones(telling: Telling) -> None:
    """Pairs found in columns of numbers are those that share a block, in each kind."""
    columns = Columns(telling.table())
    found = {
        pair
        for number in columns.kinds
        for left, right in columns.candidates(number)
        for pair in zip(left.tolist(), right.tolist(), strict=True)
    }
    wanted = all_candidates(list(telling.every()))
    assert len(wanted) > 300
    assert found == wanted


def test_no_pair_that_may_be_one_is_left_out(telling: Telling) -> None:
    """The bound is never below the score, and leaves out most of what is below 0."""
    columns = Columns(telling.table())
    items = list(telling.every())
    chance = random.Random(3)  # noqa: S311
    tried = kept = 0
    for number, (cls, _) in columns.kinds.items():
        traits = Traits(
            cls in events.RECIPROCAL, cls in events.SPEECH, events.SMALLEST, events.FEWEST, events.MOST
        )
        inside = columns.kind(number).tolist()
        pairs = [sorted(chance.sample(inside, 2)) for _ in range(400)] if len(inside) > 1 else []
        pairs += [[a, b] for a, b in pairwise(inside)]
        if not pairs:
            continue
        left, right = np.array(pairs).T
        most = columns.most((left, right), events.WEIGHTS, traits)
        for (a, b), bound in zip(pairs, most.tolist(), strict=True):
            score = events.score(items[a], items[b], telling.states_of)
            assert score is None or score.value <= bound + 1e-6
            tried += 1
            kept += bound > 0
    assert tried > 1000
    assert kept < tried / 4


def test_a_light_reading_says_the_same() -> None:
    """All but the keys of entities, and in the same form again and again."""
    for reading in read(MADE[:20]):
        found, whole = light(to_json(reading), reading.article), from_json(to_json(reading), reading.article)
        assert whole == reading
        assert replace(found, keys=reading.keys, happenings=tuple(found.happenings)) == reading
        assert tuple(found.happenings) == tuple(found.happenings)
        assert bool(found.happenings) == bool(reading.happenings)
        assert len(found.happenings) == len(reading.happenings)


def test_a_light_reading_of_hostile_names() -> None:
    """A name that looks like the rest of the JSON is a name."""
    hostile = '"],"happenings":[],"x":["'
    profile = Profile("a", "e1", "person/x", "Person", hostile, (hostile,))
    reading = Reading("a", hostile, None, {}, (profile,), read(MADE[:1])[0].happenings)
    assert light(to_json(reading), "a").profiles == (profile,)
    assert len(light(to_json(reading), "a").happenings) == len(reading.happenings)


def test_large_blocks_cost_by_their_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a block of many each is compared with its neighbours only, in whatever order articles come."""
    people = [
        Profile(f"a{n}", "e", f"person/ada-holm{n:03}", "Person", f"Ada Holm{'abcdefgh'[n % 8]}")
        for n in range(64)
    ]
    people = [replace(item, states=frozenset({f"actor/s{n}"})) for n, item in enumerate(people)]
    found = entities.atoms(people)
    every = entities.candidates(found)
    monkeypatch.setattr(entities, "LARGEST", 10)
    monkeypatch.setattr(entities, "WINDOW", 3)
    few = entities.candidates(found)
    assert few < every
    assert len(few) <= 3 * 4 * len(found)
    wanted = entities.resolve(people)
    for seed in range(3):
        mixed = list(people)
        random.Random(seed).shuffle(mixed)  # noqa: S311
        assert entities.resolve(mixed).nodes == wanted.nodes


# ---------------------------------------------------------------- adding is building from nothing


POOL = MADE[:7]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["add", "add", "change", "remove", "settle"]), st.integers(0, len(POOL) - 1)),
    min_size=3,
    max_size=14,
)


def settled(graph: Graph) -> None:
    """Join and describe what a graph holds."""
    settle.settle(graph, ontology=load(), gazetteer=PLACES, report=lambda problem: pytest.fail(str(problem)))


def everything(graph: Graph) -> list[str]:
    """Return all that a graph says, readings and union too."""
    return sorted(map(str, graph.store))


@settings(max_examples=12, deadline=None)
@given(ACTIONS)
def test_any_way_to_a_graph_gives_the_same_bytes(actions: list[tuple[str, int]]) -> None:
    """Articles added, changed, removed and settled in any order equal one build of those that are left."""
    left: dict[str, Extraction] = {}
    with Graph.memory() as graph, Graph.memory() as wanted:
        for action, number in actions:
            item = POOL[number]
            if action == "settle":
                settled(graph)
            elif action == "remove":
                graph.replace(article_iri(item.article.id), [])
                left.pop(item.article.id, None)
            else:
                item = item if action == "add" else replace(item, events=item.events[:1], relations=())
                settle.keep(graph, item, RUN, gazetteer=PLACES)
                left[item.article.id] = item
        settled(graph)
        for _, item in sorted(left.items(), reverse=True):
            settle.keep(wanted, item, RUN, gazetteer=PLACES)
        settled(wanted)
        assert everything(graph) == everything(wanted)


def test_generated_articles_are_whole_and_always_the_same() -> None:
    """Article 7 is article 7 wherever one begins; what it names stands where it says, and much is shared."""
    again = list(generated.articles(3, gazetteer=PLACES, first=7))
    assert again == MADE[7:10]
    for item in MADE[:50]:
        assert all(item.article.text[m.span.begin : m.span.end] == m.span.text for m in item.mentions)
    mentions = sum(len(item.mentions) for item in MADE) / len(MADE)
    assert 15 < mentions < 25
    assert len(resolve(read(MADE[:100])).happened) > 1
    found = list(resolution.readings(5))
    assert [item.article for item in found] == [article_iri(item.article.id) for item in MADE[:5]]
