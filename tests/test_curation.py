"""Decisions of a person about nodes: their lines, what they do to nodes and events, and why nodes are one."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kgraph import settle
from kgraph.errors import CurationError
from kgraph.model import Entity, Extraction, Problem
from kgraph.resolve import Resolution, entities, explain
from kgraph.resolve.clusters import Score
from kgraph.resolve.curation import VERBS, Curated, Decision, apply, of_events, parse, read
from kgraph.resolve.entities import Entities, Homes, Node
from kgraph.resolve.events import Happened, Told
from kgraph.resolve.profile import Profile
from kgraph.store import Graph
from samples import RUN
from test_resolve import BRANNOCH, HOLM, everything, load, places, profile, small, told

ENTITY = "https://w3id.org/kgraph/entity/"
ARTICLE = "https://w3id.org/kgraph/article/"


def lines(*text: str) -> list[Decision]:
    """Return lines as the decisions of a file."""
    found = [parse(line, f"f.curation:{number}") for number, line in enumerate(text, start=1)]
    return [decision for decision in found if decision is not None]


def one_line(caught: pytest.ExceptionInfo[CurationError], place: str) -> str:
    """Return an error's text after making sure that it is one line and begins with a place."""
    text = str(caught.value)
    assert text.startswith(f"{place}: ")
    assert "\n" not in text
    return text


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("line", "verb", "words", "reason"),
    [
        (
            "merge person/ada-holm person/holm person/a-holm",
            "merge",
            ("person/ada-holm", "person/holm", "person/a-holm"),
            "",
        ),
        ("split person/holm keld-1", "split", ("person/holm", "keld-1"), ""),
        (
            "split person/holm keld-1 keld-2 as person/holm-of-keld",
            "split",
            ("person/holm", "keld-1", "keld-2", "as", "person/holm-of-keld"),
            "",
        ),
        ('rename actor/fak "Free Army of Keldland"', "rename", ("actor/fak", "Free Army of Keldland"), ""),
        ("retype place/camp-keld ArmyBase  # a camp", "retype", ("place/camp-keld", "ArmyBase"), "a camp"),
        ("  drop person/home\t# no person", "drop", ("person/home",), "no person"),
        ("drop person/home #it's an adverb", "drop", ("person/home",), "it's an adverb"),
        (
            "same-as actor/fak https://data.example/Q1#it  # same",
            "same-as",
            ("actor/fak", "https://data.example/Q1#it"),
            "same",
        ),
        ("drop article/keld-1#event-Assault-4-8", "drop", ("article/keld-1#event-Assault-4-8",), ""),
        (
            f"merge {ARTICLE}a#event-Assault-4-8 {ARTICLE}b#event-Assault-1-2 # 'twas one",
            "merge",
            ("article/a#event-Assault-4-8", "article/b#event-Assault-1-2"),
            "'twas one",
        ),
        (f"drop {ENTITY}person/home", "drop", ("person/home",), ""),
        ('rename place/keld "Camp # 3, \'Keld\'"  # its "name"', "rename",
         ("place/keld", "Camp # 3, 'Keld'"), 'its "name"'),
        ("rename place/keld 'Camp O'\"'\"'Brann # 3'", "rename", ("place/keld", "Camp O'Brann # 3"), ""),
    ],
)  # fmt: skip
def test_a_line_is_a_decision(line: str, verb: str, words: tuple[str, ...], reason: str) -> None:
    """Every verb; comments, apostrophes, quotation, whole IRIs; what is printed reads back to the same."""
    found = parse(line, "f:1")
    assert found == Decision(verb, words, reason, "f:1")
    assert parse(str(found), "f:1") == found


def test_every_verb_is_tested() -> None:
    """The table of verbs holds those that the tests above know."""
    assert set(VERBS) == {"merge", "split", "rename", "retype", "drop", "same-as"}


@pytest.mark.parametrize("line", ["", "  \t", "# merge a b", "#drop person/home", "  # it's a note"])
def test_a_line_may_say_nothing(line: str) -> None:
    """Empty lines and comments decide nothing, whatever quotation is in them."""
    assert parse(line, "f:1") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("marge person/a person/b", "'marge' is no decision; nearest: merge NODE NODE …"),
        ("merge person/a", "a line is: merge NODE NODE …"),
        ("split person/a", "a line is: split NODE ARTICLE"),
        ("rename actor/fak", 'a line is: rename NODE "LABEL"'),
        ("rename actor/fak Free Army", 'a line is: rename NODE "LABEL"'),
        ('rename actor/fak " "', 'a line is: rename NODE "LABEL"'),
        ("drop", "a line is: drop NODE"),
        ("drop person/a person/b", "a line is: drop NODE"),
        ('rename actor/fak "Free Army', "close the quotation"),
        ("rename person/brann O'Brann  # it's new", "close the quotation"),
        ("same-as actor/fak wd:Q7184", "'wd:Q7184' is no http(s) IRI"),
        ("same-as actor/fak 'https://data.example/a b'", "is no http(s) IRI"),
        ("rename article/a#event-Assault-4-8 Strike", "is for entities"),
        ("same-as article/a#event-Assault-4-8 https://data.example/1", "is for entities"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    """File, line and what a line would be, in one line; comments and blank lines count."""
    path = tmp_path / "f.curation"
    path.write_text(f"# decided\r\n\ndrop person/home\n{line}\n", encoding="utf-8")
    with pytest.raises(CurationError) as caught:
        read(path)
    assert said in one_line(caught, f"{path}:4")


def test_a_file_of_decisions(tmp_path: Path) -> None:
    """In its order, each with its line; a byte order mark and Windows ends of lines do no harm."""
    path = tmp_path / "f.curation"
    path.write_bytes('\ufeff# ours\r\ndrop person/home\r\n\r\nrename actor/fak "Größe"\r\n'.encode())
    assert read(path) == [
        Decision("drop", ("person/home",), "", f"{path}:2"),
        Decision("rename", ("actor/fak", "Größe"), "", f"{path}:4"),
    ]
    assert read(tmp_path / "none") == []


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Another encoding is named with its line; a folder is no file."""
    path = tmp_path / "f.curation"
    path.write_bytes("drop person/home\nrename actor/fak Größe\n".encode("latin-1"))
    with pytest.raises(CurationError) as caught:
        read(path)
    assert "is not UTF-8 text" in one_line(caught, f"{path}:2")
    with pytest.raises(CurationError) as caught:
        read(tmp_path)
    assert "cannot be read" in one_line(caught, str(tmp_path))


# ---------------------------------------------------------------- nodes


def node(key: str, *members: Profile) -> Node:
    """Return a node of these members, each an atom of its own, called as the first is."""
    atoms = tuple(atom for member in members for atom in entities.atoms([member]))
    return Node(key, members[0].cls, members[0].label, atoms)


def found_of(*nodes: Node, pairs: Sequence[tuple[Profile, Profile, float]] = ()) -> Entities:
    """Return nodes as resolution gives them; ``pairs`` are those that were scored."""
    atoms = {
        member.key + member.article: atom for item in nodes for atom in item.atoms for member in atom.members
    }
    scored = [
        (atoms[a.key + a.article], atoms[b.key + b.article], Score(value, ("names", "states")))
        for a, b, value in pairs
    ]
    return Entities(sorted(nodes, key=lambda item: item.key), scored, Homes(nodes))


ADA, HOLM_B = profile("a", "Ada Holm"), profile("b", "Holm")
IDA, OLAF, OLE = profile("c", "Ida Holm"), profile("c", "Olaf Brann"), profile("d", "Ole Brann")
CAMP, KELD = profile("a", "Camp Keld", "Base"), profile("b", "Keld base", "Base")
VIKS = [node(f"person/vik--{id}", profile(id, "Vik")) for id in "ab"]
WORLD = found_of(
    node("person/ada-holm", ADA, HOLM_B),
    node("person/ida-holm", IDA),
    node("person/olaf-brann", OLAF),
    node("person/ole-brann", OLE),
    node("place/camp-keld", CAMP, KELD),
    *VIKS,
)
ARTICLES = {f"keld-{id}": id for id in "abcd"}
PARTS = {item.key: {f"{p.article} {p.label}" for p in item.members} for item in WORLD.nodes}


def decide(*text: str) -> tuple[dict[str, Node], dict[str, Curated]]:
    """Return the nodes by key, and what else is asked, after decisions about the world above."""
    found, marks = apply(WORLD, lines(*text), articles=ARTICLES, ontology=load())
    assert {key: found_.key for key, found_ in found.of.items()} == {
        (member.article, member.entity): item.key for item in found.nodes for member in item.members
    }
    assert sorted(map(str, found.of)) == sorted(map(str, WORLD.of)), "every mention is of some node"
    assert found.pairs == WORLD.pairs
    return {item.key: item for item in found.nodes}, marks


def parts(found: Mapping[str, Node]) -> dict[str, set[str]]:
    """Return the members of nodes as "article label", where they are not as before."""
    now = {key: {f"{p.article} {p.label}" for p in item.members} for key, item in found.items()}
    return {key: members for key, members in now.items() if PARTS.get(key) != members}


def refused(*text: str) -> str:
    """Return what is said about the last of these lines, and make sure that nothing was done."""
    before = repr(WORLD)
    with pytest.raises(CurationError) as caught:
        apply(WORLD, lines(*text), articles=ARTICLES, ontology=load())
    assert repr(WORLD) == before
    said = one_line(caught, f"f.curation:{len(text)}")
    assert said.endswith("nothing of the file is applied")
    return said


def test_no_decision_changes_nothing() -> None:
    """Without decisions the nodes are the very same."""
    assert apply(WORLD, [], articles=ARTICLES, ontology=None) == (WORLD, {})


def test_merge() -> None:
    """The first gives key, class and label; the line is kept with the node."""
    found, marks = decide("merge person/ole-brann person/olaf-brann  # a misprint")
    assert parts(found) == {"person/ole-brann": {"c Olaf Brann", "d Ole Brann"}}
    assert "person/olaf-brann" not in found
    merged = found["person/ole-brann"]
    assert (merged.label, merged.cls) == ("Ole Brann", "Person")
    assert [item.reason for item in marks["person/ole-brann"].decisions] == ["a misprint"]


def test_merge_of_many_and_of_merged() -> None:
    """Three in a line, or two and two: the order of lines does not matter."""
    whole = {"person/ada-holm": {"a Ada Holm", "b Holm", "c Olaf Brann", "d Ole Brann"}}
    assert parts(decide("merge person/ada-holm person/olaf-brann person/ole-brann")[0]) == whole
    two = ("merge person/ada-holm person/olaf-brann", "merge person/olaf-brann person/ole-brann")
    for order in itertools.permutations(two):
        found, marks = decide(*order)
        assert parts(found) == whole
        assert {str(item) for item in marks["person/ada-holm"].decisions} == set(two)


def test_merge_by_a_key_that_an_article_gave() -> None:
    """A line holds although other articles give the node another name by now, also after merges."""
    found, _ = decide("merge person/olaf-brann person/holm")
    assert parts(found) == {"person/olaf-brann": {"a Ada Holm", "b Holm", "c Olaf Brann"}}
    found, marks = decide(
        "merge person/ida-holm person/ada-holm",
        "merge person/olaf-brann person/ida-holm",
        "rename person/holm Holm",
    )
    assert parts(found) == {"person/olaf-brann": {"a Ada Holm", "b Holm", "c Ida Holm", "c Olaf Brann"}}
    assert marks["person/olaf-brann"].label == "Holm"


def test_merge_of_what_is_one_already() -> None:
    """Nothing changes, and that a person said so is on record."""
    for line in ("merge person/ada-holm person/holm", "merge person/ada-holm person/ada-holm"):
        found, marks = decide(line, line)
        assert parts(found) == {}
        assert [str(item) for item in marks["person/ada-holm"].decisions] == [line, line]


@pytest.mark.parametrize(
    ("end", "key"), [("", "person/ada-holm--keld-b"), (" as person/holm-of-keld", "person/holm-of-keld")]
)
def test_split(end: str, key: str) -> None:
    """What an article says goes to a node of its own, under the key that is given or made."""
    found, marks = decide(f"split person/ada-holm keld-b{end}")
    assert parts(found) == {"person/ada-holm": {"a Ada Holm"}, key: {"b Holm"}}
    assert (found[key].label, found[key].cls) == ("Holm", "Person")
    assert marks.keys() == {"person/ada-holm", key}


def test_what_was_split_off_can_be_named() -> None:
    """By its new key and by its article's; splits come before merges wherever they stand."""
    found, marks = decide(
        "merge person/ida-holm person/holm-b",
        "rename person/holm 'I. Holm'",
        "split person/ada-holm keld-b as person/holm-b",
    )
    assert parts(found) == {"person/ada-holm": {"a Ada Holm"}, "person/ida-holm": {"b Holm", "c Ida Holm"}}
    assert marks["person/ida-holm"].label == "I. Holm"
    assert marks["person/ada-holm"].label is None
    assert len(marks["person/ida-holm"].decisions) == 3


def test_what_is_asked_of_one_node() -> None:
    """Label, class, links and dropping; the last label stands."""
    found, marks = decide(
        "rename place/camp-keld Camp",
        'rename place/camp-keld "Camp of Keld"',
        "retype place/keld-base ArmyBase",
        "same-as place/camp-keld https://data.example/1",
        "same-as place/camp-keld https://data.example/2",
        "drop person/vik--a",
    )
    assert parts(found) == {}
    mark = marks["place/camp-keld"]
    assert (mark.label, mark.cls, mark.dropped) == ("Camp of Keld", "ArmyBase", False)
    assert mark.same_as == ["https://data.example/1", "https://data.example/2"]
    assert len(mark.decisions) == 5
    assert marks["person/vik--a"].dropped


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("drop person/ada-hlom", "no node 'person/ada-hlom'; nearest: person/ada-holm, "),
        ("merge person/ada-holm person/olav-brann", "nearest: person/olaf-brann"),
        ("drop person/vik", "'person/vik' is called so in several: person/vik--a, person/vik--b; name one"),
        ("split person/ada-holm keld-x", "no article 'keld-x'; nearest: keld-"),
        ("split person/ada-holm keld-c", "person/ada-holm has no mention there"),
        ("split person/ada-holm keld-a keld-b", "person/ada-holm has no other mention there"),
        ("split person/ada-holm keld-b as person/ida-holm", "'person/ida-holm' is taken"),
        ("split person/ada-holm keld-b as place/holm", "begin it with person/"),
        ("split person/ada-holm keld-b as person/", "begin it with person/"),
        ("split person/ada-holm keld-b as", "a line is: split NODE"),
        ("split person/ada-holm as person/holm-b", "a line is: split NODE"),
        ("merge person/ada-holm place/camp-keld", "of different kinds"),
        ("retype place/camp-keld ArmyBas", "'ArmyBas' is no class; nearest: ArmyBase"),
        ("retype place/camp-keld Assault", "'Assault' is no class of people, bodies, places or equipment"),
        ("retype place/camp-keld Article", "'Article' is no class of people, bodies, places or equipment"),
    ],
)
def test_what_cannot_be_followed(line: str, said: str) -> None:
    """One line with file and line; what stands before it in the file is not done either."""
    assert said in refused(line)
    assert said in refused("drop person/ole-brann", "merge person/ada-holm person/ida-holm", line)


def test_merges_in_a_circle() -> None:
    """Of two that are each put into the other none is the first; all lines of the circle are named."""
    said = refused("merge person/ada-holm person/ida-holm", "merge person/ida-holm person/holm")
    assert "merges run in a circle" in said
    assert "see f.curation:1, f.curation:2" in said
    refused(
        "merge person/ada-holm person/ida-holm",
        "merge person/ida-holm person/ole-brann",
        "merge person/ole-brann person/ada-holm",
    )


# ---------------------------------------------------------------- events


def telling(article: str, at: int = 0) -> Told:
    """Return an attack as an article tells it, with an IRI as articles have it."""
    item = told(article, at=at)
    return replace(item, happening=replace(item.happening, iri=f"{ARTICLE}{article}#event-Assault-{at}"))


TOLD = [telling("a"), telling("b"), telling("c"), telling("d", at=9)]
PAIRS = tuple((one, other, Score(0.5, ("same day",))) for one, other in itertools.combinations(TOLD[:3], 2))
HAPPENED = [Happened(f"{ARTICLE}a#event-Assault-0", tuple(TOLD[:3]), PAIRS)]
A, B, C, D = (item.happening.iri.removeprefix("https://w3id.org/kgraph/") for item in TOLD)


def happen(*text: str) -> tuple[list[str], set[tuple[str, str]], int]:
    """Return the happenings as the names of their articles, what is dropped, and how many pairs are left."""
    found, dropped, _ = of_events(HAPPENED, TOLD, lines(*text), articles=ARTICLES)
    assert all(item.iri == item.members[0].happening.iri for item in found)
    names = ["".join(member.happening.article for member in item.members) for item in found]
    return names, dropped, sum(len(item.pairs) for item in found)


@pytest.mark.parametrize(
    ("text", "joined", "dropped", "pairs"),
    [
        ((), ["abc"], "", 3),
        ((f"merge {D} {B}",), ["abcd"], "", 3),
        ((f"merge {A} {C}",), ["abc"], "", 3),
        ((f"split {A} keld-b",), ["ac"], "", 1),
        ((f"split {B} keld-a",), ["bc"], "", 1),
        ((f"split {A} keld-b keld-c",), ["bc"], "", 1),
        ((f"split {A} keld-b", f"split {A} keld-c"), [], "", 0),
        ((f"merge {B} {D}", f"split {A} keld-b"), ["ac", "bd"], "", 1),
        ((f"drop {D}",), ["abc"], "d", 3),
        ((f"drop {C}", f"drop {A}", f"drop {A}"), [], "abc", 0),
        ((f"drop {D}", f"merge {D} {A}"), [], "abcd", 0),
        ((f"drop {B}", f"split {A} keld-b"), ["ac"], "b", 1),
    ],
)
def test_decisions_about_events(text: Sequence[str], joined: Sequence[str], dropped: str, pairs: int) -> None:
    """Splits, then merges, then what is dropped, whatever their order; scores of the parted are gone."""
    gone = {(id, "v9" if id == "d" else "v0") for id in dropped}
    for order in {tuple(text), tuple(reversed(text))}:
        assert happen(*order) == (joined, gone, pairs)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("drop article/a#event-Assault-7", f"nearest: {ARTICLE}a#event-Assault-0"),
        (f"merge {A} person/ada-holm", "no event 'person/ada-holm'"),
        (f"split {A} keld-x", "no article 'keld-x'; nearest: keld-"),
        (f"split {A} keld-d", "has no sentence there"),
        (f"split {A} keld-a keld-b keld-c", "has no other sentence there"),
        (f"split {D} keld-d", "has no other sentence there"),
    ],
)
def test_what_cannot_be_done_to_events(line: str, said: str) -> None:
    """One line with file and line; the happenings stay as they are."""
    before = repr(HAPPENED)
    with pytest.raises(CurationError) as caught:
        happen(f"drop {D}", line)
    assert said in one_line(caught, "f.curation:2")
    assert repr(HAPPENED) == before


# ---------------------------------------------------------------- through the store


STRIKE = "article/{}#event-Assault-9-15"


def strike(id: str) -> Extraction:
    """Return one of two articles: Ada Holm, or Ida Strand, struck Brannoch."""
    ida = Entity("e1", "person/ida-strand", "Person", "Ida Strand")
    return small(id, place=BRANNOCH, holm=HOLM if id == "a" else ida)


def settled(graph: Graph, *ids: str, text: Sequence[str] = ()) -> Resolution:
    """Keep articles and settle the graph under decisions; nothing may be reported."""
    problems: list[Problem] = []
    for id in ids:
        settle.keep(graph, strike(id), RUN, gazetteer=places())
    found = settle.settle(
        graph, ontology=load(), gazetteer=places(), report=problems.append, decisions=lines(*text)
    )
    assert problems == []
    return found


def ask(graph: Graph, pattern: str) -> list[str]:
    """Return what ?x is in a pattern, sorted."""
    return sorted(str(row.x) for row in graph.query(f"SELECT DISTINCT ?x WHERE {{ {pattern} }}"))


MERGE = 'merge person/ada-holm person/ida-strand  # she\'s one: "Ada"'
DECIDED = (
    MERGE,
    'rename place/brannoch "Brannoch Camp"',
    "retype place/brannoch ArmyBase",
    "same-as person/ida-strand https://data.example/Q1",
    f"drop {STRIKE.format('b')}",
)


def test_decisions_survive_every_build() -> None:
    """Settled again, read again, built anew in another order: the same graph."""
    with Graph.memory() as wanted, Graph.memory() as graph, Graph.memory() as late:
        settled(wanted, "a", "b", text=DECIDED)
        first = everything(wanted)
        settled(wanted, text=DECIDED)
        settled(wanted, "b", text=DECIDED)
        assert everything(wanted) == first
        settled(graph, "b", "a", text=DECIDED)
        assert everything(graph) == first
        settled(late, "a", "b")
        settled(late, text=DECIDED)
        assert everything(late) == first


def test_decisions_are_in_the_graph() -> None:
    """Names, classes and links are those that were decided, with the line as the influence."""
    with Graph.memory() as graph:
        settled(graph, "a", "b")
        assert ask(graph, "?s owl:sameAs ?x") == []
        assert ask(graph, "?s prov:wasInfluencedBy ?x") == []
        assert ask(graph, "?x a kg:Person") == [f"{ENTITY}person/ada-holm", f"{ENTITY}person/ida-strand"]
        settled(graph, text=DECIDED)
        assert ask(graph, "?x a kg:Person") == [f"{ENTITY}person/ada-holm"]
        assert ask(graph, "?s skos:prefLabel ?x . ?s a kg:Person") == ["Ada Holm"]
        assert ask(graph, "?s skos:altLabel ?x . ?s a kg:Person") == ["Ida Strand"]
        assert ask(graph, "?s skos:prefLabel ?x . ?s a kg:ArmyBase") == ["Brannoch Camp"]
        assert ask(graph, "?x owl:sameAs ?y") == [f"{ENTITY}person/ada-holm"]
        assert ask(graph, "?s owl:sameAs ?x") == ["https://data.example/Q1"]
        why = f"<{ENTITY}person/ada-holm> prov:wasInfluencedBy ?d . ?d a prov:Activity ; rdfs:label ?x"
        assert ask(graph, why) == [MERGE, DECIDED[3]]


def test_what_is_dropped_is_gone_until_the_line_is() -> None:
    """Neither node nor facts are left; without the line both are back, as they were."""
    with Graph.memory() as graph:
        settled(graph, "a", "b")
        before = everything(graph)
        assert ask(graph, "?s kg:locatedIn ?x") == [f"{ENTITY}actor/keldland"]
        settled(graph, text=["drop place/brannoch  # a person too"])
        assert not any("place/brannoch" in str(triple) for triple in graph.triples())
        assert ask(graph, "?s kg:locatedIn ?x") == []
        assert ask(graph, "?s kg:place ?x") == []
        assert len(ask(graph, "?s kg:actor ?x . ?s a kg:Assault")) == 2, "the strike stays, without a place"
        settled(graph)
        assert everything(graph) == before


def test_a_dropped_event_is_gone_until_the_line_is() -> None:
    """Its people and places stay."""
    with Graph.memory() as graph:
        settled(graph, "a", "b")
        before = everything(graph)
        settled(graph, text=[f"drop {STRIKE.format(id)}" for id in "ab"])
        assert ask(graph, "?x a kg:Assault") == []
        assert len(ask(graph, "?x a kg:Person")) == 2
        settled(graph)
        assert everything(graph) == before


def test_events_are_merged_by_decision() -> None:
    """Strikes that a person calls one have the IRI of the earliest article's, and both attackers."""
    with Graph.memory() as graph:
        settled(graph, "a", "b", text=[f"merge {STRIKE.format('b')} {STRIKE.format('a')}"])
        assert ask(graph, "?x a kg:Assault") == [f"https://w3id.org/kgraph/{STRIKE.format('a')}"]
        assert len(ask(graph, "?s kg:actor ?x . ?s a kg:Assault")) == 2


def test_events_say_who_decided_about_them() -> None:
    """A merge leaves prov:wasInfluencedBy on the event in each article, as on entities; without it none."""
    line = f"merge {STRIKE.format('b')} {STRIKE.format('a')}"
    asked = "?s a kg:Event ; prov:wasInfluencedBy/rdfs:label ?x"
    with Graph.memory() as graph:
        settled(graph, "a", "b", text=[line])
        assert [shlex.split(said) for said in ask(graph, asked)] == [line.split()]
        settled(graph)
        assert ask(graph, asked) == []


@pytest.mark.parametrize(
    "bad", ["drop person/nobody", "drop article/a#event-Assault-1-2", "retype place/brannoch Camp"]
)
def test_one_bad_line_changes_nothing(bad: str) -> None:
    """What stands before it is not done either, and the graph is as it was."""
    with Graph.memory() as graph:
        settled(graph, "a", "b", text=[MERGE])
        before = everything(graph)
        with pytest.raises(CurationError) as caught:
            settled(graph, text=[MERGE, "drop place/brannoch", bad])
        one_line(caught, "f.curation:3")
        assert everything(graph) == before


def test_the_file_is_beside_the_store() -> None:
    """It outlives the folder of the store."""
    assert settle.curation_of(Path("news/kgraph.db")) == Path("news/kgraph.db.curation")


# ---------------------------------------------------------------- why


IDS = {article: id for id, article in ARTICLES.items()}
SCORED = found_of(
    node("person/ada-holm", ADA, HOLM_B, profile("c", "A. Holm")),
    node("person/olaf-brann", OLAF),
    node("person/ole-brann", OLE),
    node("place/camp-keld", CAMP),
    node("place/keld-base", KELD),
    pairs=[
        (ADA, HOLM_B, 0.4),
        (ADA, profile("c", "A. Holm"), 3.0),
        (OLE, OLAF, -0.2),
        (CAMP, KELD, -2.5),
    ],
)


def resolution(*text: str, found: Entities = SCORED, happened: Sequence[Happened] = ()) -> Resolution:
    """Return nodes and happenings as ``resolve`` gives them, without doing what the lines say."""
    return Resolution(found, tuple(happened), {}, tuple(lines(*text)), IDS)


def test_doubts() -> None:
    """What is least sure comes first, each with its line, how sure it is and why; the sure is not shown."""
    found = explain.doubts(resolution(happened=[replace(HAPPENED[0], pairs=PAIRS[:1])]))
    assert [(item.line, item.joined, round(item.link.sure, 2)) for item in found] == [
        ("merge person/olaf-brann person/ole-brann", False, 0.45),
        ("split person/ada-holm keld-b", True, 0.6),
        (f"split {A} keld-b", True, 0.62),
    ]
    assert found[0].link.reasons == ("names", "states")
    assert found[2].link == explain.Link(A, B, explain.probability(0.5), ("same day",))
    assert all(len(lines(item.line)) == 1 for item in found)


def test_the_line_of_a_doubt_can_be_followed() -> None:
    """Taken over, each does what it says; what one article says of both cannot be split."""
    for doubt in explain.doubts(resolution()):
        found, _ = apply(SCORED, lines(doubt.line), articles=ARTICLES, ontology=None)
        assert len(found.nodes) == len(SCORED.nodes) + (1 if doubt.joined else -1)
    both = profile("a", "Holm")
    alike = found_of(node("person/ada-holm", ADA, both), pairs=[(ADA, both, 0.1)])
    assert explain.doubts(resolution(found=alike)) == []


def test_what_is_decided_is_no_doubt() -> None:
    """Who said once that two are one, or two, or nothing, is not asked again."""
    decided = resolution(
        "merge person/ada-holm person/holm", "split person/olaf-brann keld-d as person/ole-brann"
    )
    assert explain.doubts(decided) == []
    assert len(explain.doubts(resolution("drop person/ole-brann"))) == 1
    assert len(explain.doubts(resolution("rename person/ada-holm Holm"))) == 2


def test_explain() -> None:
    """Members by article, scores within and to others, the surest first, and what was decided."""
    given = resolution(
        "merge person/ada-holm person/holm", 'rename person/a-holm "Dr Holm"', "drop person/ole-brann"
    )
    (ada,) = (item for item in SCORED.nodes if item.key == "person/ada-holm")
    found = explain.explain(given, ada)
    assert [member.article for member in found.members] == ["a", "b", "c"]
    assert (found.node.key, found.node.label) == ("person/ada-holm", "Dr Holm")
    assert [(link.one, link.other) for link in found.links] == [
        ("Ada Holm (person/ada-holm)", "A. Holm (person/a-holm)"),
        ("Ada Holm (person/ada-holm)", "Holm (person/holm)"),
    ]
    assert found.near == ()
    assert [item.verb for item in found.decisions] == ["merge", "rename"]
    (camp,) = (item for item in SCORED.nodes if item.key == "place/camp-keld")
    found = explain.explain(given, camp)
    assert (found.links, found.decisions) == ((), ())
    assert [(link.other, round(link.sure, 2)) for link in found.near] == [
        ("Keld base (place/keld-base)", 0.08)
    ]


def test_decisions_about_one_of_two_parts() -> None:
    """What names a key that is a node's own is about no other that articles called so."""
    found = found_of(node("person/holm", HOLM_B), node("person/holm-of-keld", profile("c", "Holm")))
    given = resolution(
        "split person/holm keld-c as person/holm-of-keld", "rename person/holm 'A. Holm'", found=found
    )
    verbs = {
        item.key: [decision.verb for decision in explain.explain(given, item).decisions]
        for item in found.nodes
    }
    assert verbs == {"person/holm": ["split", "rename"], "person/holm-of-keld": ["split"]}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("person/ada-holm", ["person/ada-holm"]),
        (f"{ENTITY}person/ada-holm", ["person/ada-holm"]),
        ("person/holm", ["person/ada-holm"]),
        ("hoLM", ["person/ada-holm"]),
        ("person/vik", ["person/vik--a", "person/vik--b"]),
        ("Vik", ["person/vik--a", "person/vik--b"]),
        ("Keld BASE", ["place/camp-keld"]),
        ("the old camp", ["place/camp-keld"]),
        ("Hol", []),
    ],
)
def test_find(name: str, keys: list[str]) -> None:
    """By key, by IRI, by any name of any article in any case, and by the name that was decided."""
    given = resolution('rename place/camp-keld "The Old Camp"', found=WORLD)
    assert [item.key for item in explain.find(given, name)] == keys
