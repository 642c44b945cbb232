"""The whole way with the shipped model: files in, SPARQL answers out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kgraph import cli, pipeline
from kgraph.model import Article, Problem
from kgraph.store import Graph

ARTICLE = Path(__file__).parents[2] / "shared" / "articles" / "lavrov.txt"

OWN = """Norway opens renovated airfield to allies

Norwegian Defence Minister Kari Lund met NATO commanders at Evenes Air Station on Tuesday.

“We signed an agreement with the United Kingdom,” Lund said. She added that Britain would deploy four
patrol aircraft to the base next year.

Russia condemned the decision. The Russian Ministry of Defence denied that its jets had attacked a Norwegian
ship near Svalbard. The next day, Moscow threatened to hold a naval exercise in the Barents Sea.
"""


@pytest.fixture(scope="module")
def resources() -> pipeline.Resources:
    """Model, ontology, frames and gazetteer as shipped."""
    return pipeline.Resources.load()


@pytest.fixture(scope="module")
def own(resources: pipeline.Resources, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph of an article of this test's own."""
    folder = tmp_path_factory.mktemp("news")
    (folder / "evenes.txt").write_text(OWN, encoding="utf-8")
    return pipeline.build([folder], date="2023-03-16", resources=resources)


@pytest.fixture(scope="module")
def real(resources: pipeline.Resources) -> Graph:
    """The graph of a real article that the rules and the model know nothing of."""
    if not ARTICLE.is_file():
        pytest.skip("the real articles are not beside this checkout (shared/articles)")
    return pipeline.build([ARTICLE], date="2018-01-19", resources=resources)


def events(graph: Graph, cls: str, **roles: str) -> list[dict[str, str]]:
    """Events of a class whose roles have these labels: realis, date, source and sentence of each."""
    wanted = "".join(f'?e kg:{role}/skos:prefLabel "{label}"@en . ' for role, label in roles.items())
    rows = graph.query(
        f"""SELECT DISTINCT ?realis ?date ?source ?sentence WHERE {{
        ?e a kg:{cls} ; kg:realis ?realis ; prov:wasDerivedFrom/nif:isString ?sentence . {wanted}
        OPTIONAL {{ ?e kg:beginDate ?date }} OPTIONAL {{ ?e kg:accordingTo/skos:prefLabel ?source }} }}"""
    )
    return [{key: str(value) for key, value in row.asdict().items()} for row in rows]


def related(graph: Graph, subject: str, predicate: str) -> set[str]:
    """The objects of a plain relation of the entity with this name, as labels or literals."""
    rows = graph.query(
        f"""SELECT DISTINCT ?o WHERE {{ ?s skos:prefLabel|skos:altLabel "{subject}"@en ; kg:{predicate} ?x .
        OPTIONAL {{ ?x skos:prefLabel ?label }} BIND(COALESCE(?label, ?x) AS ?o) }}"""
    )
    return {str(row.o) for row in rows}


def labels(graph: Graph, cls: str) -> list[str]:
    """The names of all nodes of a class."""
    return [str(row.l) for row in graph.query(f"SELECT ?x ?l WHERE {{ ?x a kg:{cls} ; skos:prefLabel ?l }}")]


def test_who_is_who(own: Graph) -> None:
    """Title and nationality of a minister; a base; actors under one name each."""
    assert related(own, "Kari Lund", "represents") == {"Norway"}
    assert related(own, "Kari Lund", "position") == {"Norwegian Defence Minister"}
    assert labels(own, "State").count("Russia") == 1
    assert any("Evenes" in label for label in labels(own, "Base"))


def test_what_is_planned_denied_and_threatened(own: Graph) -> None:
    """None of it is told as fact."""
    (deployment,) = events(own, "Deployment", actor="United Kingdom")
    assert (deployment["realis"], deployment["date"]) == ("planned", "2024")
    assert all(event["realis"] == "negated" for event in events(own, "Assault"))
    assert [event["realis"] for event in events(own, "Threat", actor="Russia")] == ["actual"]
    assert all(event["realis"] != "actual" for event in events(own, "Exercise"))


def test_we_means_the_state_and_says_who(own: Graph) -> None:
    """The minister speaks, the state signs."""
    (agreement,) = events(own, "Agreement", actor="Norway")
    assert agreement["source"] == "Kari Lund"


def test_real_article_people_and_actors(real: Graph) -> None:
    """Each person and actor is one node, under whatever name."""
    people = labels(real, "Person")
    for name in ("Sergei Lavrov", "Greg Hicks", "Vladimir Putin", "Donald Trump"):
        assert people.count(name) == 1
    assert related(real, "Sergei Lavrov", "position") == {"Russian Foreign Minister"}
    assert related(real, "Sergei Lavrov", "represents") == {"Russia"}
    assert any(position.startswith("spokesperson") for position in related(real, "Greg Hicks", "position"))
    for alias, label in (("ISIS", "Islamic State"), ("Moscow", "Russia"), ("Washington", "United States")):
        rows = real.query(
            f'SELECT ?l WHERE {{ ?x a kg:Actor ; skos:altLabel "{alias}"@en ; skos:prefLabel ?l }}'
        )
        assert [row.l for row in rows] == [label]


def test_real_article_bases(real: Graph) -> None:
    """Two air bases with operator and place, and the line between them as an event on both."""
    assert related(real, "Al-Udeid", "operatedBy") == {"United States"}
    assert related(real, "Al-Udeid", "locatedIn") == {"Qatar"}
    rows = real.query(
        'SELECT ?l WHERE { ?b a kg:AirBase ; kg:operatedBy/skos:prefLabel "Russia"@en ; skos:prefLabel ?l }'
    )
    (russian,) = [str(row.l) for row in rows]
    rows = real.query(
        "SELECT ?e (COUNT(DISTINCT ?b) AS ?n) WHERE { ?e a kg:Cooperation ; kg:base ?b } GROUP BY ?e"
    )
    assert [row.n for row in rows] == [2]
    assert events(real, "Cooperation", base=russian)


def test_real_article_events(real: Graph) -> None:
    """Dates, realis and sources of what the article tells."""
    channel = events(real, "Cooperation", actor="Russia")
    assert "2017-03" in {event["date"] for event in channel}
    ministry = "Ministry of Defence of Russia"
    (suspension,) = events(real, "Rejection", actor=ministry, recipient="United States")
    assert (suspension["realis"], suspension["source"], suspension["date"]) == (
        "planned",
        ministry,
        "2016-06",
    )
    assert [event["realis"] for event in events(real, "Threat", actor=ministry)] == ["actual"]
    assert any("Su-22" in event["sentence"] for event in events(real, "Assault", place="Raqqa"))
    assert {event["date"] for event in events(real, "Retreat", actor="Vladimir Putin")} == {"2017-12-11"}
    defeats = events(real, "Defeat", actor="United States", recipient="Islamic State")
    assert ("Donald Trump", "2017-12-12") in {(event["source"], event["date"]) for event in defeats}
    assert all("source" in event for event in defeats), "what Lavrov and Trump say is not told as fact"
    tracked = [event for event in events(real, "Assault") if "tracked" in event["sentence"]]
    assert tracked == []


def test_facts_below_the_wanted_confidence_are_left_out(resources: pipeline.Resources) -> None:
    """The others stay as they are."""
    article = Article(id="evenes", title="", text=OWN, date="2023-03-16")
    (everything,) = replace(resources, min_confidence=0.0).facts([article])
    limit = max(event.confidence for event in everything.events)
    (sure,) = replace(resources, min_confidence=limit).facts([article])
    assert sure.events == tuple(event for event in everything.events if event.confidence >= limit)
    assert sure.relations == tuple(item for item in everything.relations if item.confidence >= limit)
    assert 0 < len(sure.events) < len(everything.events)
    assert sure.mentions == everything.mentions


def test_bad_input_on_the_whole_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bad files get a line each; an article of one endless sentence is read; exit code 3."""
    monkeypatch.chdir(tmp_path)
    news = tmp_path / "news"
    news.mkdir()
    (news / "good.txt").write_text(
        "Base closes\n\nFrance closed Camp Lemaire on 3 May 2021.\n", encoding="utf-8"
    )
    (news / "long.txt").write_text("Long\n\n" + "troops left Kabul and " * 750 + "rested.", encoding="utf-8")
    (news / "huge.txt").write_text("a " * 2_500_000, encoding="utf-8")
    (news / "empty.md").write_text("", encoding="utf-8")
    (news / "latin.txt").write_bytes("Manöver\n\nÖsterreich hält ein Manöver in Zürs ab.\n".encode("latin-1"))
    (news / "bad.jsonl").write_text('{"id": "x", "text": 7}\n{"id": "y", "text": "Fine."}\n{oops\n', "utf-8")
    with pytest.raises(SystemExit) as caught:
        cli.main(["build", "news", "gone", "--store", "graph"])
    shown = capsys.readouterr()
    assert caught.value.code == 3
    lines = shown.err.splitlines()
    for start in ("gone: ", "news/empty.md: ", "news/bad.jsonl:1: ", "news/bad.jsonl:3: ", "article huge: "):
        assert sum(line.startswith(start) for line in lines) == 1, start
    assert len(lines) == 5
    with pytest.raises(SystemExit):
        cli.main(["query", "SELECT ?a WHERE { ?a a kg:Article }", "--store", "graph", "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["results"]["bindings"]) == 4


def test_an_unwritable_place_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], resources: pipeline.Resources
) -> None:
    """A store or export that cannot be written: one line that names it, exit code 1."""
    blocked = tmp_path / "file"
    blocked.write_text("I am a file", encoding="utf-8")
    (tmp_path / "a.txt").write_text("T\n\nFine.\n", encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        cli.main(["build", str(tmp_path / "a.txt"), "--store", str(blocked)])
    assert caught.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(blocked) in line
    problems: list[Problem] = []
    graph = pipeline.build([tmp_path / "a.txt"], resources=resources, on_problem=problems.append)
    with pytest.raises(Exception, match="file"):
        graph.export(blocked / "out.ttl")
    assert problems == []
