"""One report in many papers: recognised, told as one, and counted as one source."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from kgraph import gazetteer, info, ontology, settle
from kgraph.evaluate import copies as printing
from kgraph.evaluate.measures import total
from kgraph.export import to_networkx
from kgraph.model import Article, Copy, Entity, Event, Extraction, Mention, Relation, Role, Span
from kgraph.query import named
from kgraph.rdf import article_iri
from kgraph.resolve.copies import Copies, find, passages, read_passages, signed, sketch, words
from kgraph.store import Graph
from kgraph.view.network import page_data
from kgraph.view.select import select
from samples import RUN

load = functools.cache(ontology.load)
places = functools.cache(gazetteer.load)

REPORT = (
    "Norvian jets struck the harbour of Port Keld on Thursday, killing 13 soldiers and wounding 40 others.",
    "The Keldland Defence Ministry said that the aircraft had come in low over the western hills.",
    "Foreign Minister Ada Holm called the raid a crime and asked the neighbours to close their skies.",
    "The harbour is the largest of the country and handles most of its grain and all of its ammunition.",
    "Ships that lay in the roads put to sea within the hour, according to a pilot who watched them go.",
)
OTHER = (
    "Thirteen men died when bombs fell on the docks of Port Keld, doctors at the naval hospital told us.",
    "Smoke hung above the cranes until noon while families waited outside the gate for a list of names.",
    "Nobody in the town had heard a siren, and the bakeries on the quay were full when it began.",
    "An old stoker who had been asleep in his boat said that the first blast threw him into the water.",
)


def spans(sentences: Sequence[str]) -> tuple[str, list[Span]]:
    """Return a text and where its sentences stand."""
    ends = list(itertools.accumulate(len(sentence) + 1 for sentence in sentences))
    pairs = zip(sentences, ends, strict=True)
    return " ".join(sentences), [Span(end - 1 - len(text), end - 1) for text, end in pairs]


def copies(articles: Mapping[str, tuple[str | None, Sequence[str]]]) -> Copies:
    """Return the copies among articles given as id -> date and sentences."""
    kept = {id: signed(*spans(sentences)) for id, (_, sentences) in articles.items()}
    return find(
        (sketch(id, date, kept[id][0]) for id, (date, _) in articles.items()),
        lambda id: read_passages(kept[id][1]),
    )


# ---------------------------------------------------------------- which articles


def test_a_cut_copy_with_another_lead_and_a_report_of_ones_own() -> None:
    """The shortened and the enlarged copy belong to the report, whoever was there himself does not."""
    found = copies(
        {
            "agency": ("2031-12-12", REPORT),
            "cut": ("2031-12-13", REPORT[:2]),
            "more": ("2031-12-13", ("Shares fell in Sundsvik at noon on the news.", *REPORT, *OTHER[2:3])),
            "own": ("2031-12-12", OTHER),
        }
    )
    assert found.of == {"cut": "agency", "more": "agency"}
    text, where = spans(REPORT)
    assert {
        own: (first, text[twin.begin : twin.end]) for own, (first, twin) in found.same["cut"].items()
    } == {
        where[0]: ("agency", REPORT[0]),
        where[1]: ("agency", REPORT[1]),
    }
    assert len(found.same["more"]) == len(REPORT), "what an outlet adds stays its own"


def test_house_style_is_no_difference() -> None:
    """Spelling, figures in words, points and marks."""
    assert words("The U.S. organisation's centre: twenty-five per cent, 1,200 colours on 3 Sept.") == words(
        "The US organization’s center — 25% 1200 colors, on three September"
    )
    styled = [text.replace("13", "thirteen").replace("harbour", "harbor") for text in REPORT]
    styled[1] = styled[1].replace("Defence", "Defense")
    found = copies({"a": ("2031-12-12", REPORT), "b": ("2031-12-12", styled)})
    assert found.of == {"b": "a"}
    assert len(found.same["b"]) == len(REPORT)


def test_the_earliest_is_the_original() -> None:
    """Then the first by name; an article without a date comes last, and the fullest need not be first."""
    later = {"b": ("2031-12-13", REPORT), "a": (None, REPORT), "c": ("2031-12-12", REPORT[:3])}
    assert copies(later).of == {"a": "c", "b": "c"}
    # What only the two longer ones have is one text as well.
    fifth = spans(REPORT)[1][4]
    assert copies(later).same["a"][fifth] == ("b", fifth)
    assert fifth not in copies(later).same["b"]
    assert copies({"b": ("2031-12-12", REPORT), "a": ("2031-12-12", REPORT)}).of == {"b": "a"}


def test_reports_of_one_mould_stay_apart() -> None:
    """Other numbers, or other names, in the sentences that are alike; a corrected figure is a copy."""
    text = "A convoy of {} lorries with flour reached {} on {} after {} days of waiting at the crossing."
    rest = (
        "The drivers had slept under their lorries and were given tea by the people of the place.",
        "A hundred lorries a day are needed to prevent hunger, the agency says in each of its reports.",
    )
    days = {
        f"day-{number}": (f"2031-11-0{number}", (text.format(number + 10, place, day, number), *rest))
        for number, place, day in ((3, "Sarn", "Monday"), (5, "Garm", "Wednesday"), (7, "Sarn", "Friday"))
    }
    assert copies(days).of == {}
    again = [REPORT[0].replace("13", "15").replace("Thursday", "Friday"), *REPORT[1:]]
    found = copies({"a": ("2031-12-12", REPORT), "b": ("2031-12-12", again)})
    assert found.of == {"b": "a"}
    assert spans(again)[1][0] not in found.same["b"], "the corrected sentence is no copy"


def test_no_chain() -> None:
    """Two reports that an agency's flash is part of are two, though each is like the flash."""
    flash = REPORT[:2]
    one = (
        *flash,
        *(f"Words {n} of the first correspondent about streets he walked {n} times." for n in "abcdef"),
    )
    two = (
        *flash,
        *(f"Quite another observer wrote of ships, letter {n}, and of {n} birds." for n in "ghijkl"),
    )
    found = copies({"flash": ("2031-12-12", flash), "one": ("2031-12-12", one), "two": ("2031-12-12", two)})
    assert not {"one", "two"} <= found.of.keys()
    assert found.of.get("one") != "two"
    assert len(found.of) <= 1


def test_order_does_not_matter() -> None:
    """The same groups, the same sentences, in whatever order the articles come."""
    cut = {f"x{n}": (f"2031-12-1{n}", REPORT[n % 3 :] + OTHER[: n % 2]) for n in range(6)}
    cut |= {"own": ("2031-12-11", OTHER)}
    wanted = copies(cut)
    assert len(wanted.of) == 5
    for seed in range(5):
        names = sorted(cut)
        random.Random(seed).shuffle(names)  # noqa: S311 - no secret
        assert copies({name: cut[name] for name in names}) == wanted


def test_a_sentence_in_every_article_joins_nothing() -> None:
    """Boilerplate is neither slow nor a likeness."""
    line = "Our standards are accuracy, independence and freedom from bias, as readers of this service know."
    made = {
        f"n{n}": (
            "2031-12-12",
            (line, *(" ".join(f"w{n * 100 + at * 10 + word}" for word in range(9)) + "." for at in range(6))),
        )
        for n in range(80)
    }
    assert copies(made).of == {}


@pytest.mark.parametrize("text", ["", "   ", "!?! …", "\u202e\u200b", "No."])
def test_articles_without_words(text: str) -> None:
    """Nothing is a copy of nothing."""
    assert copies({"a": ("2031-12-12", [text]), "b": ("2031-12-12", [text])}).of == {}
    assert list(passages("", [])) == []


def test_one_sentence() -> None:
    """A long one is recognised; a short one may be chance."""
    assert copies({"a": (None, REPORT[:1] + REPORT[1:2]), "b": (None, REPORT[:2])}).of == {"b": "a"}
    assert copies({"a": (None, ["Jets struck the harbour of Keld."]), "b": (None, ["Jets struck the harbour of Keld."])}).of == {}  # fmt: skip # noqa: E501


def test_hostile_text() -> None:
    """Lone surrogates, marks that turn the text, markup, a megabyte without an end: read, and soon done."""
    hostile = [f"</script><b>\ud800 {line}\u202e" for line in REPORT]
    assert copies({"a": (None, REPORT), "b": (None, hostile)}).of == {"b": "a"}
    for endless in ("a" * 1_000_000, "a.b'" * 250_000, "1," * 500_000, "a " * 500_000):
        kept = signed(endless, [Span(0, len(endless))])
        assert sum(map(len, kept)) < 10_000
    many = " ".join(["One two three."] * 70_000)
    assert len(signed(many, [Span(at * 15, at * 15 + 14) for at in range(70_000)])[1]) < 100_000


def test_the_signature_is_the_same_everywhere() -> None:
    """A signature that came out otherwise could not be compared with those in stores: raise ``VERSION``."""
    text, where = spans(REPORT[:1])
    made, shingles = signed(text, where)
    assert sketch("a", None, made).signatures.tolist() == GOLDEN
    assert len(read_passages(shingles)[0].shingles) == sketch("a", None, made).size == 15


GOLDEN = [[696027001, 1209454793, 392860048, 68675375, 236469385, 464345542, 27362238, 73793631]]


# ---------------------------------------------------------------- what the graph says


def article(id: str, source: str, sentences: Sequence[str], *, date: str = "2031-12-12") -> Extraction:
    """Return an article of which REPORT's strike and the minister's office are read where they stand."""
    text, where = spans(sentences)
    mentions: list[Mention] = []
    events: list[Event] = []
    relations: list[Relation] = []
    entities: dict[str, Entity] = {}

    def mention(name: str, cls: str, key: str, sentence: Span) -> str:
        begin = text.index(name, sentence.begin)
        span = Span(begin, begin + len(name), name)
        entities.setdefault(key, Entity(f"e{len(entities)}", key, cls, name))
        mentions.append(Mention(f"m{len(mentions)}", span, "name", cls, entities[key].id, 0.9, span))
        return mentions[-1].id

    for sentence in where:
        said = text[sentence.begin : sentence.end]
        if "struck" in said:
            place = mention("Port Keld", "Place", "place/port-keld", sentence)
            begin = text.index("struck", sentence.begin)
            killed = int(next(word for word in said.split() if word.isdecimal()))
            events.append(
                Event(
                    f"v{len(events)}", "Assault", None, Span(begin, begin + 6, "struck"),
                    (Role("place", place), Role("killed", value=killed)), None, None, None, "actual",
                    None, 0.8, sentence,
                )
            )  # fmt: skip
        if "Ada Holm" in said:
            who = mention("Ada Holm", "Person", "person/ada-holm", sentence)
            relations.append(
                Relation("r1", "position", who, None, "Foreign Minister", "actual", None, 0.9, sentence)
            )
    read = Article(id, f"Headline of {id}", text, date, source)
    return Extraction(
        read, tuple(where), tuple(mentions), (), tuple(entities.values()), tuple(events), tuple(relations)
    )


def built(*extractions: Extraction, graph: Graph | None = None) -> Graph:
    """Keep and describe articles."""
    made = graph or Graph.memory()
    for extraction in extractions:
        settle.keep(made, extraction, RUN, gazetteer=places())
        if graph is None:
            continue
        settle.settle(made, ontology=load(), gazetteer=places(), report=lambda problem: None)
    settle.settle(made, ontology=load(), gazetteer=places(), report=lambda problem: None)
    return made


WIRE = article("wire", "Wire Agency", REPORT)
MORNING = article("morning", "Morning Paper", REPORT[:4], date="2031-12-13")
EVENING = article("evening", "Evening Post", ("Late edition.", *REPORT), date="2031-12-13")
OWN = article("own", "Keld Tribune", ("Bombers struck Port Keld, where 15 died on the docks.", *OTHER[1:]))


def test_copies_say_of_what() -> None:
    """One statement for the article, one for each sentence that is evidence and stands in the first."""
    graph = built(WIRE, MORNING, OWN)
    rows = graph.query("SELECT ?a ?b WHERE { ?a prov:alternateOf ?b } ORDER BY ?a")
    first, second = article_iri("morning"), article_iri("wire")
    where = [REPORT.index(line) for line in (REPORT[0], REPORT[2])]
    marks = [spans(REPORT)[1][at] for at in where]
    pairs = [(first, second)]
    pairs += [(f"{first}#char={m.begin},{m.end}", f"{second}#char={m.begin},{m.end}") for m in marks]
    assert sorted((str(row.a), str(row.b)) for row in rows) == sorted(pairs)


def test_counts_take_a_report_for_one() -> None:
    """Two reports in four articles: queries, conflicting figures, info, the page and exports."""
    graph = built(WIRE, MORNING, EVENING, OWN)
    (copied,) = graph.query(named("copies"))
    assert (copied.articles, copied.source, copied.alsoIn) == (
        3,
        "Wire Agency",
        "Evening Post, Morning Paper",
    )
    assert copied.original == article_iri("wire")
    assert {str(r.original) for r in graph.query(named("copies"), article=article_iri("evening"))} == {
        article_iri("wire")
    }
    assert graph.query(named("copies"), article=article_iri("own")) == []
    (struck,) = graph.query(named("events"))
    assert (struck.articles, struck.reports) == (4, 2)
    (office,) = [row for row in graph.query(named("most-connected")) if row.name == "Ada Holm"]
    assert office.facts == 1
    assert info.describe(graph).copies == 2
    picture = select(graph.quads())
    held = [fact for fact in picture.facts if fact.kind == "relation" and fact.cls == "position"]
    assert [len(fact.sentences) for fact in held] == [3]
    data = page_data(picture, {node.id: (0, 0) for node in picture.nodes}, ontology=load())
    assert {edge["width"] for edge in data["edges"] if edge["name"] == "place"} == {2.0}
    assert sum("first" in sentence for sentence in data["sentences"]) == 4
    assert {values["weight"] for *_, values in to_networkx(graph).edges(data=True)} == {1.0}


def test_a_figure_of_three_outlets_is_one_row() -> None:
    """The report's number once, with how many print it, beside the number of the other report."""
    again = article("again", "Wire Agency", (REPORT[0].replace("13", "15"), *REPORT[1:]))
    rows = built(WIRE, MORNING, EVENING, again).query(named("conflicting-figures"))
    assert [(row.number, row.outlets, row.article) for row in rows] == [
        (13, 3, article_iri("wire")),
        (15, 1, article_iri("again")),
    ]


def test_one_by_one_is_as_all_at_once() -> None:
    """Whatever comes first, and also when the earliest one comes last, the bytes are the same."""
    wanted = sorted(map(str, built(WIRE, MORNING, EVENING, OWN).store))
    for order in ((OWN, EVENING, MORNING, WIRE), (MORNING, WIRE, OWN, EVENING)):
        assert sorted(map(str, built(*order, graph=Graph.memory()).store)) == wanted


def test_without_the_original() -> None:
    """When it is removed the next one takes its place, and says nothing of it any more."""
    graph = built(WIRE, MORNING, EVENING)
    graph.replace(article_iri("wire"), [])
    settle.settle(graph, ontology=load(), gazetteer=places(), report=lambda problem: None)
    assert sorted(map(str, graph.store)) == sorted(map(str, built(MORNING, EVENING).store))


def test_a_store_of_before() -> None:
    """Articles that were kept without a signature get one, and are described anew only where it matters."""
    graph = built(WIRE, MORNING, OWN)
    wanted = sorted(map(str, graph.store))
    for id in ("wire", "own"):
        known = graph.reading(article_iri(id))
        graph.keep(
            article_iri(id), {name: known[name] for name in (settle.FACTS, settle.PROFILE, settle.NAMES)}
        )
    settle.settle(graph, ontology=load(), gazetteer=places(), report=lambda problem: None)
    assert sorted(map(str, graph.store)) == wanted


def test_a_copy_is_a_plain_value() -> None:
    """What ``apply`` gives goes into the graph as it stands."""
    from kgraph.rdf import quads

    made = replace(WIRE, copy=Copy(article_iri("first")))
    found = quads(made, ontology=load(), run=RUN)
    said = [str(quad.object) for quad in found if "alternateOf" in str(quad.predicate)]
    assert said == [f"<{article_iri('first')}>"]


# ---------------------------------------------------------------- the scores


def test_series_and_copies_of_our_collection() -> None:
    """On the articles that the thresholds were chosen on: few missed, nothing joined wrongly."""
    with resources.as_file(resources.files("kgraph.evaluate") / "data") as folder:
        made = printing.articles([Path(folder) / "fitting-1.txt"], Path(folder) / "series.txt")
    assert len({item.set for item in made if item.outlet == "series"}) == 10
    pairs = total(printing.scored(made), "pairs")
    assert pairs.precision == 100
    assert pairs.recall > 98
