"""Annotated articles: the text form, what it becomes in training, and the data that ship."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from kgraph.errors import KGraphError
from kgraph.nlp.labels import EVENT_CLASSES, MENTION_TYPES, RELATIONS, ROLES
from kgraph.train.annotated import parse, read
from kgraph.train.own import Tokenize, article_samples, held_out

ARTICLE = """\
## x-1 | agency | 2023-04-11
<Dr.|Person#1> [Ada Roy|Person#1] {sent|Deployment#e1} <[F-35|Equipment#3] jets|Equipment#2> to [Oro|Base#4].
e1 actual actor=1 instrument=2 base=4
= 1 represents 5
<She|Person#1> {denied|Rejection#e2} that [Norway|State#5] {attacked|Assault#e3} anyone.
e2 actual actor=1
e3 negated actor=5
"""


def test_marks_nest_and_keep_exact_offsets() -> None:
    """The text is the row without its marks; each mark covers its own words."""
    (article,) = parse(ARTICLE.splitlines(), "x.txt")
    first, second = article.lines
    assert first.text == "Dr. Ada Roy sent F-35 jets to Oro."
    covered = {(first.text[mark.begin : mark.end], mark.kind, mark.label) for mark in first.marks}
    assert ("F-35 jets", "nominal", "Equipment") in covered
    assert ("F-35", "name", "Equipment") in covered
    assert ("sent", "trigger", "Deployment") in covered
    assert second.marks[0].kind == "pronoun"
    assert second.happenings[1].realis == "negated"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("|Base#4", "|Castle#4", r"x\.txt:2: 'Castle' is not known"),
        ("e3 negated", "e3 maybe", r"x\.txt:7: 'maybe' is no realis"),
        ("actor=5", "hero=5", r"x\.txt:7: 'hero=5': a role is"),
        ("represents", "loves", r"x\.txt:4: a relation is"),
        ("actor=5", "actor=9", r"no mention is numbered 9"),
        ("<She|Person#1>", "<She|State#1>", r"#1 is Person and State"),
        ("#e3}", "#e1}", r"e1 twice"),
        ("e2 actual actor=1\n", "", r"e2: trigger or its line is missing"),
        ("anyone.", "anyone|.", r"x\.txt:5: '\|' outside a mark"),
        ("[Oro|Base#4]", "[Oro", r"x\.txt:2: a mark is not closed"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, message: str) -> None:
    """A typing error in the data fails at once, naming what is known."""
    with pytest.raises(KGraphError, match=message):
        list(parse(ARTICLE.replace(old, new).splitlines(), "x.txt"))


def test_an_article_becomes_samples() -> None:
    """Names, triggers, roles and the types that re3d would give."""
    text = ARTICLE.replace("= 1 represents 5\n", "")
    (article,) = parse(text.splitlines(), "x.txt")
    first, second = article_samples(article, Tokenize())
    assert first.words[:4] == ["Dr.", "Ada", "Roy", "sent"]
    names = first.tags["names"]
    assert names[1:3] == [{"B-Person"}, {"I-Person"}]
    assert first.tags["re3d"][0] == {"B-Person", "B-Organisation"}
    assert first.tags["re3d"][2] == {"I-Person", "I-Organisation"}, "a title joins the name after it"
    assert first.triggers is not None
    assert first.triggers[3] == {"Deployment"}
    assert first.links is not None
    assert first.links.positive["t3", "m0"] == {"actor"}
    assert second.realis is not None
    assert [set(kind) for kind in second.realis if kind] == [{"actual"}, {"negated"}]


def test_the_shipped_articles_are_whole() -> None:
    """Every article parses, every type, class, role and relation occurs, no sentence stands twice."""
    with resources.as_file(resources.files("kgraph.train") / "data") as folder:
        articles = [article for file in sorted(folder.glob("articles-*.txt")) for article in read(file)]
        blind = list(read(folder / "blind.txt"))
    lines = [line for article in articles for line in article.lines]
    assert len(lines) >= 2000
    long = [line.text for line in lines if len(line.text) > 40]
    assert len(long) == len(set(long))
    assert {mark.label for line in lines for mark in line.marks} == {*MENTION_TYPES, *EVENT_CLASSES}
    assert {role for line in lines for item in line.happenings for role, _ in item.roles} == set(ROLES)
    assert {label for line in lines for _, label, _ in line.relations} == set(RELATIONS)
    texts = {article.id: [line.text for line in article.lines] for article in articles}
    assert len(texts) == len(articles)
    kept = {article.id for article in articles if held_out(article)}
    assert {article.id for article in blind} == kept
    assert all([line.text for line in article.lines] == texts[article.id] for article in blind)


def test_held_out_articles_are_not_trained_on(tmp_path: Path) -> None:
    """What is kept for scores is not among the training samples."""
    from kgraph.train.own import read_articles

    file = tmp_path / "articles.txt"
    file.write_text(
        "## a-10 | agency | 2020-01-01\n[Mali|State#1] slept.\n"
        "## a-11 | agency | 2020-01-01\n[Chad|State#1] woke.\n",
        encoding="utf-8",
    )
    tokenize = Tokenize()
    assert [sample.document for sample in read_articles(file, tokenize)] == ["a-11"]
    assert [sample.document for sample in read_articles(file, tokenize, dev=True)] == ["a-10"]


def test_what_follows_for_re3d() -> None:
    """Who uses a thing is in charge of it; who attacked fights, both ways; what was denied gives nothing."""
    rows = [
        "## x-2 | agency | 2023-04-11",
        "[Mali|State#1] {attacked|Assault#e1} [Chad|State#2] with [T-55s|Equipment#3].",
        "e1 actual actor=1 recipient=2 instrument=3",
        "= 1 uses 3",
        "[Mali|State#1] never {attacked|Assault#e2} [Niger|State#4].",
        "e2 negated actor=1 recipient=4",
    ]
    (article,) = parse(rows, "x.txt")
    first, second = article_samples(article, Tokenize())
    assert first.links is not None
    assert first.links.positive["m0", "m2"] == {"uses", "InChargeOf"}
    assert first.links.positive["m0", "m1"] == first.links.positive["m1", "m0"] == {"FightingAgainst"}
    assert second.links is not None
    assert ("m0", "m1") not in second.links.positive
