"""One node per real thing over all articles: entities, events, and what becomes of the articles' facts."""

from __future__ import annotations

import datetime
import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kgraph import gazetteer, ontology, settle
from kgraph.model import Article, Entity, Event, Extraction, Mention, Problem, Relation, Role, Span
from kgraph.rdf import article_iri, iris
from kgraph.resolve import apply, entities, events, resolve, scoring
from kgraph.resolve.clusters import Score, cluster, components
from kgraph.resolve.entities import Entities
from kgraph.resolve.events import Told
from kgraph.resolve.profile import Happening, Profile, Reading, from_json, read, to_json
from kgraph.store import READINGS, Described, Graph
from samples import RUN, sample

load = functools.cache(ontology.load)
places = functools.cache(gazetteer.load)

NORVIA, KELDLAND = frozenset({"actor/norvia"}), frozenset({"actor/keldland"})


# ---------------------------------------------------------------- entities


def profile(
    article: str,
    label: str,
    cls: str = "Person",
    *,
    aliases: tuple[str, ...] = (),
    known: bool = False,
    local: bool = False,
    states: frozenset[str] = frozenset(),
    title: str = "",
    mates: frozenset[str] = frozenset(),
    date: str | None = "2031-12-12",
) -> Profile:
    """Return what an article says of one thing; the key is made of the label as extraction does."""
    family = {"Person": "person", "Place": "place", "Base": "place", "AirBase": "place"}.get(cls, "actor")
    key = f"{family}/{gazetteer.slug(label)}"
    titles = frozenset({title}) if title else frozenset[str]()
    return Profile(
        article, f"e-{gazetteer.slug(label)}-{cls}", key, cls, label, aliases, known, local, states, titles,
        mates, date,
    )  # fmt: skip


def groups(found: Entities) -> set[frozenset[str]]:
    """Return the nodes as sets of "article label"."""
    return {frozenset(f"{item.article} {item.label}" for item in node.members) for node in found.nodes}


def test_a_family_name_is_its_only_bearer() -> None:
    """The one full name that fits takes the short one in, under the full name's key and label."""
    found = entities.resolve([profile("a", "Ada Holm"), profile("b", "Holm"), profile("c", "Olaf Brann")])
    assert groups(found) == {frozenset({"a Ada Holm", "b Holm"}), frozenset({"c Olaf Brann"})}
    node = found.of["b", "e-holm-Person"]
    assert (node.key, node.label) == ("person/ada-holm", "Ada Holm")


def test_a_family_name_that_two_people_bear_stays_apart() -> None:
    """Nothing says which of the two is meant, so neither is."""
    found = entities.resolve([profile("a", "Ada Holm"), profile("b", "Holm"), profile("c", "Olaf Holm")])
    assert len(found.nodes) == 3


def test_company_says_which_bearer_is_meant() -> None:
    """Of two people of one family name, the one of the same state and company is surer."""
    mates = frozenset({"actor/keld-courier", "person/ulf-strand"})
    found = entities.resolve(
        [
            profile("a", "Ada Holm", states=NORVIA, mates=mates),
            profile("b", "Holm", states=NORVIA, mates=mates),
            profile("c", "Olaf Holm", states=KELDLAND),
        ]
    )
    assert groups(found) == {frozenset({"a Ada Holm", "b Holm"}), frozenset({"c Olaf Holm"})}


def test_two_ministers_of_one_name() -> None:
    """Ministers of two states at one time are two nodes, and their keys say which is which."""
    found = entities.resolve(
        [
            profile("a", "Ada Holm", states=NORVIA, title="foreign minister"),
            profile("b", "Ada Holm", states=KELDLAND, title="defence minister"),
            profile("c", "Ada Holm", states=NORVIA, title="foreign minister"),
        ]
    )
    assert {node.key for node in found.nodes} == {
        "person/ada-holm--foreign-minister-norvia",
        "person/ada-holm--defence-minister-keldland",
    }
    assert found.of["a", "e-ada-holm-Person"] == found.of["c", "e-ada-holm-Person"]


def test_namesakes_whom_nothing_names_apart() -> None:
    """Two of one key and one office have the first article in their keys, so that no two keys are one."""
    alike = [profile(id, "FAK", "ArmedGroup", aliases=(form,)) for id, form in zip("ab", LONG, strict=True)]
    found = entities.resolve([replace(alike[0], states=NORVIA), replace(alike[1], states=KELDLAND)])
    assert {node.key for node in found.nodes} == {"actor/fak--norvia", "actor/fak--keldland"}
    found = entities.resolve(
        [
            replace(item, titles=frozenset({"colonel", other}))
            for item, other in zip(alike, ("mayor", "envoy"), strict=True)
        ]
    )
    assert {node.key for node in found.nodes} == {
        "actor/fak--colonel-a-e-fak-armedgroup",
        "actor/fak--colonel-b-e-fak-armedgroup",
    }


LONG = ("Free Army of Keldland", "Front Against Kings")


def test_one_acronym_of_two_bodies() -> None:
    """Two long forms are never one, though both have the acronym."""
    found = entities.resolve(
        [profile(id, form, "ArmedGroup", aliases=("FAK",)) for id, form in zip("ab", LONG, strict=True)]
    )
    assert len(found.nodes) == 2
    found = entities.resolve(
        [
            profile("a", LONG[0], "ArmedGroup"),
            profile("b", LONG[1], "ArmedGroup"),
            profile("c", "FAK", "ArmedGroup"),
        ]
    )
    assert (
        found.of["a", f"e-{gazetteer.slug(LONG[0])}-ArmedGroup"]
        != (found.of["b", f"e-{gazetteer.slug(LONG[1])}-ArmedGroup"])
    )


def test_an_acronym_is_its_long_form() -> None:
    """With one long form only, the acronym is it."""
    found = entities.resolve([profile("a", LONG[0], "ArmedGroup"), profile("b", "FAK", "ArmedGroup")])
    assert [node.label for node in found.nodes] == [LONG[0]]


def test_a_base_and_the_town_it_is_called_after() -> None:
    """Words for the sort of base may differ; a town is no base."""
    found = entities.resolve(
        [
            profile("a", "Camp Keld", "Base"),
            profile("b", "Keld base", "Base"),
            profile("c", "Keld", "Place"),
        ]
    )
    assert groups(found) == {frozenset({"a Camp Keld", "b Keld base"}), frozenset({"c Keld"})}


def test_units_of_two_numbers_are_two() -> None:
    """The third army is not the fourth, but "3rd" is "Third"."""
    found = entities.resolve(
        [
            profile(id, f"{n} Keld Army", "MilitaryForce")
            for id, n in zip("abc", ("Third", "3rd", "Fourth"), strict=True)
        ]
    )
    assert sorted(len(group) for group in groups(found)) == [1, 2]


def test_what_has_no_name_of_its_own_stays_in_its_article() -> None:
    """A local profile is joined to nothing, however alike."""
    found = entities.resolve(
        [
            replace(profile("a", "Keld Front", "ArmedGroup"), key="actor/a-keld-front", local=True),
            replace(profile("b", "Keld Front", "ArmedGroup"), key="actor/b-keld-front", local=True),
            profile("c", "Keld Front", "ArmedGroup"),
        ]
    )
    assert len(found.nodes) == 3
    one, other = entities.atoms(
        [replace(profile(id, "Keld"), key=f"person/{id}-keld", local=True) for id in "ab"]
    )
    assert scoring.score(one, other) is None


def test_what_the_gazetteer_tells_apart_stays_apart() -> None:
    """Two of its entries are never one, not even through a name that fits both."""
    two = [
        profile("a", "Brannoch Air Base", "AirBase", aliases=("Brannoch",), known=True),
        profile("b", "Brannoch Airfield", "AirBase", aliases=("Brannoch",), known=True),
    ]
    assert len(entities.resolve(two).nodes) == 2
    both = entities.resolve([*two, profile("c", "Brannoch", "AirBase")])
    assert both.of["a", "e-brannoch-air-base-AirBase"] != both.of["b", "e-brannoch-airfield-AirBase"]
    unknown = entities.resolve([replace(item, known=False) for item in two])
    assert len(unknown.nodes) == 1, "it is the gazetteer that keeps them apart"


def test_what_the_gazetteer_knows_names_the_node() -> None:
    """The gazetteer's key and label stand, whatever the articles' other names say."""
    found = entities.resolve(
        [
            profile("a", "Brannoch Air Base", "AirBase", known=True),
            profile("b", "Main Air Base of Branoch", "Base", aliases=("Branoch Air Base",)),
        ]
    )
    assert [(node.key, node.label, node.cls) for node in found.nodes] == [
        ("place/brannoch-air-base", "Brannoch Air Base", "AirBase")
    ]


def test_people_whose_names_are_alike_but_not_one() -> None:
    """Given name and sounds are not enough: Hassan is no Hussein, Marta no Marten."""
    for left, right in (
        ("Omar Hassan", "Omar Hussein"),
        ("Ada Holm", "Ida Holm"),
        ("Ada Holm", "Ada Brann"),
        ("—", "…"),
    ):
        found = entities.resolve([profile("a", left), profile("b", right)])
        assert len(found.nodes) == 2, (left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Sergei Lavnov", "Serhii Lawnow"),
        ("Holm Ada", "Ada Holm"),
        ("Ada Maria Holm", "Ada Holm"),
        ("A. Holm", "Ada Holm"),
        ("Abdul Wahid Keldani", "Abd al-Wahed Keldani"),
    ],
)
def test_people_whose_names_are_one(left: str, right: str) -> None:
    """Transliteration, order, names between, initials, servants' names."""
    assert len(entities.resolve([profile("a", left), profile("b", right)]).nodes) == 1


MANY = (
    profile("a", "Ada Holm", states=NORVIA, title="foreign minister"),
    profile("b", "Ada Holm", states=KELDLAND, title="defence minister"),
    profile("b", "Holm"),
    profile("c", "Holm", states=NORVIA),
    profile("d", "Olaf Brann"),
    profile("e", "Brann"),
    profile("f", "Olaf Brannn", mates=frozenset({"place/port-keld"})),
    profile("a", LONG[0], "ArmedGroup"),
    profile("b", LONG[1], "ArmedGroup"),
    profile("c", "FAK", "ArmedGroup", states=KELDLAND),
    profile("d", "FAK", "ArmedGroup"),
    profile("a", "Brannoch", "Place"),
    profile("a", "Brannoch", "AirBase"),
    profile("e", "Camp Brannoch", "Base"),
    profile("f", "Branoch base", "Base"),
)


def test_the_order_of_profiles_does_not_matter() -> None:
    """The same nodes with the same keys, members and scores, in the same order."""
    wanted = entities.resolve(MANY)
    for seed in range(8):
        mixed = list(MANY)
        random.Random(seed).shuffle(mixed)  # noqa: S311
        found = entities.resolve(mixed)
        assert found.nodes == wanted.nodes
        assert found.pairs == wanted.pairs
    assert len({node.key for node in wanted.nodes}) == len(wanted.nodes)
    assert sum(len(list(node.members)) for node in wanted.nodes) == len(wanted.of) == len(MANY)


def test_one_bad_link_does_not_glue_two_clusters() -> None:
    """The mean of all pairs across decides, and an impossible pair forbids."""
    links = {(0, 1): 3.0, (2, 3): 3.0, (1, 2): 2.0}

    def scored(left: int, right: int) -> Score | None:
        return Score(links.get((min(left, right), max(left, right)), -2.0), ())

    pairs = sorted(links)
    assert [group for group, _ in components(5, pairs)] == [[0, 1, 2, 3], [4]]
    assert cluster(range(4), pairs, scored) == [[0, 1], [2, 3]]
    assert cluster(range(4), pairs, scored, least=-1.5) == [[0, 1, 2, 3]]

    def forbidden(left: int, right: int) -> Score | None:
        return None if {left, right} == {0, 3} else scored(left, right)

    assert cluster(range(4), pairs, forbidden, least=-1.5) == [[0, 1], [2, 3]]


# ---------------------------------------------------------------- events


STATES = {"actor/norvia": NORVIA, "actor/keldland": KELDLAND, "place/port-keld": KELDLAND}


def number(day: str | None) -> int:
    """Return a day as a number, 0 where it is none."""
    return datetime.date.fromisoformat(day).toordinal() if day and len(day) == 10 else 0


def told(
    article: str,
    *,
    cls: str = "Assault",
    realis: str = "actual",
    begin: str | None = "2031-12-11",
    date: str = "2031-12-12",
    place: str = "place/port-keld",
    actor: str = "actor/free-column",
    mode: str | None = None,
    killed: int | None = None,
    at: int = 0,
    trigger: str = "struck",
    confidence: float = 0.8,
) -> Told:
    """Return an attack as one article tells it."""
    happening = Happening(
        article, f"v{at}", f"{article}#{at}", cls, mode, trigger, realis, begin, None,
        "explicit" if begin else None, confidence, None, (), () if killed is None else (("killed", killed),),
        (), ("depot",), (at,),
    )  # fmt: skip
    who = {"actor": frozenset({actor}), "place": frozenset({place})}
    return Told(
        happening, date, who, frozenset({actor, place}), STATES.get(place, frozenset()),
        frozenset({actor, place}), "strik", frozenset({"depot"}), number(begin), number(date),
    )  # fmt: skip


def joined(*items: Told) -> list[list[str]]:
    """Return the articles of each happening that several tell."""
    return [[item.happening.article for item in found.members] for found in events.resolve(items, STATES)]


def test_one_day_and_place_is_one_happening() -> None:
    """It is named by the earliest article that tells it; what one article alone tells is none."""
    found = events.resolve([told("b"), told("a", date="2031-12-13"), told("c", begin="2031-10-01")], STATES)
    assert [[item.happening.article for item in one.members] for one in found] == [["b", "a"]]
    assert found[0].iri == "b#0"
    assert found[0].pairs[0][2].value > 0
    assert "both 2031-12-11" in found[0].pairs[0][2].reasons


@pytest.mark.parametrize(
    "other",
    [
        told("b", begin="2031-12-17"),
        told("b", realis="planned"),
        told("b", realis="negated"),
        told("b", cls="Consultation"),
        told("b", place="place/brannoch", actor="actor/keld-front"),
        told("b", begin="2032-12-11"),
    ],
    ids=["other day", "planned", "negated", "other class", "other people and place", "other year"],
)
def test_what_keeps_two_happenings_apart(other: Told) -> None:
    """Another day, another realis, another class, or other people in another place."""
    assert joined(told("a"), other) == []
    assert joined(told("a"), told("b")) == [["a", "b"]], "the two are one but for that"


def test_what_makes_two_happenings_impossible() -> None:
    """Realis, class and an exact day forbid; whatever else is alike does not count."""
    for other in (told("b", realis="planned"), told("b", cls="Exercise"), told("b", begin="2031-12-20")):
        assert events.signs(told("a"), other, STATES) is None


def test_two_things_in_one_sentence_are_two() -> None:
    """An article that tells two things at once means two; in two sentences it may mean one."""
    assert joined(told("a"), told("a")) == []
    assert joined(told("a"), told("a", at=40)) == [["a", "a"]]


def test_every_telling_keeps_its_figures() -> None:
    """Twelve or thirteen dead: both articles' numbers stay, and the same one says more."""
    found = events.resolve([told("a", killed=13), told("b", killed=12)], STATES)
    assert [item.happening.counts for item in found[0].members] == [(("killed", 13),), (("killed", 12),)]
    same = events.score(told("a", killed=13), told("b", killed=13), STATES)
    differ = events.score(told("a", killed=13), told("b", killed=12), STATES)
    assert same is not None
    assert differ is not None
    assert same.value > differ.value


def test_the_best_date_and_mode_of_a_happening() -> None:
    """A day that is said goes before a month; the mode is what most say."""
    items = [
        told("a", begin="2031-12", mode="aerial"),
        told("b", mode="aerial"),
        told("c", mode="ground"),
    ]
    found = events.resolve(items, STATES)
    assert [len(one.members) for one in found] == [3]
    assert found[0].best_date == ("2031-12-11", None, "explicit")
    assert found[0].mode == "aerial"


def test_the_order_of_articles_does_not_matter() -> None:
    """The same happenings, whichever article comes first."""
    items = [
        *(told(id, date=f"2031-12-1{n}") for n, id in enumerate("cab", start=2)),
        *(told(id, begin="2031-12-14", killed=4, at=9) for id in "ade"),
        told("f", realis="planned"),
    ]
    wanted = events.resolve(items, STATES)
    assert [len(one.members) for one in wanted] == [3, 3]
    for seed in range(8):
        mixed = list(items)
        random.Random(seed).shuffle(mixed)  # noqa: S311
        assert events.resolve(mixed, STATES) == wanted


# ---------------------------------------------------------------- profiles and what becomes of facts


def reading(extraction: Extraction) -> Reading:
    """Return the reading of an extraction as ``settle`` makes it."""
    iri_of = iris(extraction)
    return read(
        extraction,
        article=article_iri(extraction.article.id),
        gazetteer=places(),
        iri_of={event.id: iri_of(event) for event in extraction.events},
    )


def test_what_is_read_of_an_article() -> None:
    """Named entities with state, office and company; events with their numbers."""
    found = reading(sample())
    by_label = {item.label: item for item in found.profiles}
    assert "depot near Port Keld" not in by_label, "what has no name has no profile"
    assert by_label["Ada Holm"].titles == {"minister"}
    assert by_label["Brannoch Air Base"].states == {"actor/keldland"}, "who uses it does not own it"
    assert by_label["Norvian Air Force"].mates == {"place/port-keld"}
    assert found.happenings[0].counts == (("killed", 13),)
    assert found.happenings[0].roles == (("actor", ("e1",)), ("base", ("e2",)), ("place", ("e3",)))
    assert "depot" not in found.happenings[1].words


def test_a_reading_survives_json() -> None:
    """What is kept is read back as it was, and the text is one line of ASCII."""
    wanted = reading(sample())
    text = to_json(wanted)
    assert from_json(text, wanted.article) == wanted
    assert to_json(from_json(text, wanted.article)) == text
    assert text.isascii()
    assert "\n" not in text


TEXT = "Ada Holm struck Brannoch. It lies in Keldland."


def small(id: str, *, place: Entity, holm: Entity) -> Extraction:
    """Return two sentences: somebody struck some place, which lies somewhere."""

    def at(piece: str) -> Span:
        begin = TEXT.index(piece)
        return Span(begin, begin + len(piece), piece)

    first, second = Span(0, 25, TEXT[:25]), Span(26, len(TEXT), TEXT[26:])
    return Extraction(
        Article(id, "Strike", TEXT, date="2031-12-12"),
        sentences=(first, second),
        mentions=(
            Mention("m1", at("Ada Holm"), "name", "Person", "e1", 0.9, at("Holm")),
            Mention("m2", at("Brannoch"), "name", "Place", "e2", 0.9, at("Brannoch")),
            Mention("m3", at("Keldland"), "name", "State", "e3", 0.9, at("Keldland")),
        ),
        entities=(holm, place, Entity("e3", "actor/keldland", "State", "Keldland")),
        events=(
            Event(
                "v1", "Assault", None, at("struck"),
                (Role("actor", mention="m1"), Role("place", mention="m2")),
                None, None, None, "actual", None, 0.6, first,
            ),
        ),
        relations=(
            Relation("r1", "locatedIn", "m2", "m3", None, "actual", None, 0.9, second),
            Relation("r2", "operatedBy", "m2", "m1", None, "actual", None, 0.9, second),
        ),
    )  # fmt: skip


HOLM = Entity("e1", "person/ada-holm", "Person", "Ada Holm")
BRANNOCH = Entity("e2", "place/brannoch", "Place", "Brannoch")


def test_an_entity_takes_the_name_that_all_articles_give_it() -> None:
    """Key, class and label are the node's; the old label is an alias."""
    given = small("a", place=BRANNOCH, holm=replace(HOLM, key="person/holm", label="Holm", aliases=("H.",)))
    names = '{"entities":{"e1":["person/ada-holm","Person","Ada Holm",[],[]]},"events":{},"dropped":[]}'
    found = apply(given, names, ontology=load())
    assert found.entities[0] == replace(HOLM, aliases=("H.", "Holm"))
    assert found.entities[1:] == given.entities[1:]
    assert (found.events, found.relations) == (given.events, given.relations)


def test_roles_that_no_longer_fit_are_left_out() -> None:
    """An attacker that turns out a place attacks nothing; a place that turns out a person lies nowhere."""
    given = small("a", place=BRANNOCH, holm=HOLM)
    assert apply(given, '{"entities":{},"events":{},"dropped":[]}', ontology=load()) == given
    names = '{"entities":{"e1":["place/ada-holm","Place","Ada Holm",[],[]]},"events":{},"dropped":[]}'
    found = apply(given, names, ontology=load())
    assert [role.role for role in found.events[0].roles] == ["place"]
    assert [relation.id for relation in found.relations] == ["r1"]
    names = '{"entities":{"e2":["person/brannoch","Person","Brannoch",[],[]]},"events":{},"dropped":[]}'
    found = apply(given, names, ontology=load())
    assert [role.role for role in found.events[0].roles] == ["actor"]
    assert found.relations == ()


def test_an_event_takes_key_and_date_from_all_articles() -> None:
    """What several tell has one IRI, one label, the best date and the best confidence."""
    one = small("a", place=BRANNOCH, holm=HOLM)
    two = small("b", place=BRANNOCH, holm=replace(HOLM, key="person/holm", label="Holm"))
    one = replace(one, events=(replace(one.events[0], begin_date="2031-12", date_basis="relative"),))
    two = replace(
        two,
        events=(
            replace(
                two.events[0],
                begin_date="2031-12-11",
                date_basis="explicit",
                confidence=0.9,
                mode="aerial",
            ),
        ),
    )
    resolution = resolve(map(reading, (two, one)))
    assert len(resolution.happened) == 1
    for given in (one, two):
        found = apply(given, resolution.names[article_iri(given.article.id)], ontology=load())
        event = found.events[0]
        assert event.key == iris(one)(one.events[0])
        assert (event.label, event.mode, event.confidence) == ("struck", "aerial", 0.9)
        assert (event.begin_date, event.end_date, event.date_basis) == ("2031-12-11", None, "explicit")
        assert (event.trigger, event.roles) == (given.events[0].trigger, given.events[0].roles)
        assert iris(found)(event) == event.key
        assert {entity.label for entity in found.entities} == {"Ada Holm", "Brannoch", "Keldland"}


# ---------------------------------------------------------------- settle


def one() -> Extraction:
    """Return the sample."""
    return sample("a")


def two() -> Extraction:
    """Return the sample as another article has it: a family name alone, fewer dead."""
    given = sample("b")
    minister = Entity("e4", "person/holm", "Person", "Holm")
    strike = given.events[0]
    roles = tuple(Role("killed", value=12) if role.role == "killed" else role for role in strike.roles)
    return replace(
        given,
        entities=tuple(minister if entity.id == "e4" else entity for entity in given.entities),
        events=(replace(strike, roles=roles, confidence=0.5), *given.events[1:]),
    )


def run(graph: Graph, *extractions: Extraction) -> list[Problem]:
    """Keep and settle articles; return what was reported."""
    problems: list[Problem] = []
    for extraction in extractions:
        settle.keep(graph, extraction, RUN, gazetteer=places())
    settle.settle(graph, ontology=load(), gazetteer=places(), report=problems.append)
    return problems


def everything(graph: Graph) -> list[str]:
    """Return all that a graph says, readings and union too."""
    return sorted(map(str, graph.store))


@pytest.mark.parametrize("order", [(one, two), (two, one)], ids=["forth", "back"])
@pytest.mark.parametrize("goes", [1, 2])
def test_the_same_articles_give_the_same_graph(order: Sequence[Callable[[], Extraction]], goes: int) -> None:
    """In either order, and whether built at once or one after the other."""
    with Graph.memory() as wanted, Graph.memory() as graph:
        assert run(wanted, one(), two()) == []
        made = [make() for make in order]
        for go in [made] if goes == 1 else [[item] for item in made]:
            assert run(graph, *go) == []
        assert everything(graph) == everything(wanted)
        assert graph.size > 100


def test_two_articles_tell_one_thing() -> None:
    """The minister is one node, the strike one event with both numbers of dead, each of its article."""
    with Graph.memory() as graph:
        run(graph, one(), two())
        rows = graph.query("SELECT DISTINCT ?s WHERE { ?s skos:altLabel 'Holm'@en }")
        assert [row.s for row in rows] == ["https://w3id.org/kgraph/entity/person/ada-holm"]
        rows = graph.query("SELECT ?s ?n WHERE { ?s a kg:Assault ; kg:killed ?n } ORDER BY ?n")
        assert [int(row.n) for row in rows] == [12, 13]
        assert len({row.s for row in rows}) == 1
        rows = graph.query(
            "SELECT ?g ?n WHERE { GRAPH ?g { ?f rdf:predicate kg:killed ; rdf:object ?n } } ORDER BY ?g"
        )
        assert [(row.g, int(row.n)) for row in rows] == [(article_iri("a"), 13), (article_iri("b"), 12)]


def test_unchanged_articles_are_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settling twice writes nothing; a new article rewrites only what it changes."""
    with Graph.memory() as graph:
        run(graph, one(), replace(two(), events=(), relations=()))
        written: list[str] = []
        replace_ = Graph.replace

        def seen(self: Graph, article: str, *rest: object, **options: object) -> None:
            written.append(article)
            replace_(self, article, *rest, **options)  # type: ignore[arg-type]

        add = Graph.add

        def seen_new(self: Graph, articles: Sequence[Described]) -> None:
            written.extend(article.iri for article in articles)
            add(self, articles)

        monkeypatch.setattr(Graph, "replace", seen)
        monkeypatch.setattr(Graph, "add", seen_new)
        before = everything(graph)
        run(graph)
        assert written == []
        run(graph, one())
        assert written == [], "what is read again as it was is not touched"
        assert everything(graph) == before
        run(graph, small("c", place=BRANNOCH, holm=HOLM))
        assert written == [article_iri("c")]
        run(graph, two())
        assert written[1:] == [article_iri("a"), article_iri("b")], "the strike of a is that of b now"


def test_a_changed_article_is_described_anew() -> None:
    """What is read otherwise than before is described as it is read now, though its names stay."""
    with Graph.memory() as graph, Graph.memory() as wanted:
        changed = replace(one(), relations=())
        run(graph, one())
        run(graph, changed)
        run(wanted, changed)
        assert everything(graph) == everything(wanted)


def test_readings_are_in_no_export(tmp_path: Path) -> None:
    """Neither a file nor the union nor the list of articles has anything of the graph of readings."""
    with Graph.memory() as graph:
        run(graph, one(), two())
        assert dict(graph.readings(settle.FACTS)).keys() == {article_iri("a"), article_iri("b")}
        assert all(quad.graph_name != READINGS for quad in graph.quads())
        for name in ("g.nq", "g.ttl", "g.trig", "g.nt", "g.jsonld"):
            graph.export(tmp_path / name)
            text = (tmp_path / name).read_text(encoding="utf-8")
            assert "Norvia" in text
            assert READINGS.value not in text
        assert READINGS.value not in " ".join(map(str, graph.triples()))
        assert sorted(item.id for item in graph.articles()) == ["a", "b"]


def test_a_removed_article_leaves_no_reading() -> None:
    """Without quads an article is gone, and what it was joined to is as if it had never been."""
    with Graph.memory() as graph, Graph.memory() as wanted:
        run(graph, one(), two())
        graph.replace(article_iri("b"), [])
        assert graph.reading(article_iri("b")) == {}
        run(graph)
        run(wanted, one())
        assert everything(graph) == everything(wanted)
