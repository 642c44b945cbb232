"""Our sentences in the manner of a corpus: read with their types and relations, mistakes named by line."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from kgraph.errors import KGraphError
from kgraph.nlp.labels import POLITICS_TYPES, RE3D_RELATIONS, RE3D_TYPES
from kgraph.train.annotated import read
from kgraph.train.own import Tokenize, read_typed

RE3D = """[The Fourth Corps|Organisation#1] hit [two|Quantity] [lorries|Vehicle#2] by [Tal Amra|Location#3].
= 1 FightingAgainst 2
= 2 CoLocated 3
Nobody knows why.

[Col. Ada Roy|Person] left.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "re3d-1.txt"
    file.write_text(RE3D, encoding="utf-8")
    return file


def test_sentences_with_types_and_relations(path: Path) -> None:
    first, second, third = read_typed(path, Tokenize(), "re3d")
    assert first.tags["re3d"][:4] == [
        {"B-Organisation"},
        {"I-Organisation"},
        {"I-Organisation"},
        {"O"},
    ]
    assert first.links is not None
    assert first.links.positive["m0", "m2"] == {"FightingAgainst"}
    assert first.links.positive["m2", "m0"] == {"FightingAgainst"}, "holds both ways"
    assert second.links is not None
    assert second.links.positive == {}, "no relation is known not to hold"
    assert first.document == second.document != third.document


def test_names_of_politics_are_ours_too(tmp_path: Path) -> None:
    file = tmp_path / "politics-1.txt"
    file.write_text("[Ana Petrova|politician] led [the Reform Party|politicalparty].\n", encoding="utf-8")
    (sample,) = read_typed(file, Tokenize(), "politics")
    assert sample.tags["politics"][0] == {"B-politician"}
    assert sample.tags["names"][0] == {"B-Person"}
    assert "O" in sample.tags["names"][2]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("|Vehicle#2", "|Lorry#2", r"re3d-1\.txt:1: 'Lorry' is no type of re3d"),
        ("FightingAgainst", "Likes", r"re3d-1\.txt:2: no relation"),
        ("CoLocated 3", "CoLocated 9", r"re3d-1\.txt:3: no relation"),
    ],
)
def test_mistakes_are_named(path: Path, old: str, new: str, message: str) -> None:
    path.write_text(RE3D.replace(old, new), encoding="utf-8")
    with pytest.raises(KGraphError, match=message):
        list(read_typed(path, Tokenize(), "re3d"))


def test_the_shipped_files_are_whole() -> None:
    """Every file parses; every type and relation that the writers were asked for occurs; reports are many."""
    with resources.as_file(resources.files("kgraph.train") / "data") as folder:
        found = {
            scheme: [
                sample
                for file in sorted(folder.glob(f"{scheme}-*.txt"))
                for sample in read_typed(file, Tokenize(), scheme)
            ]
            for scheme in ("re3d", "politics")
        }
        reports = [article for file in sorted(folder.glob("reports-*.txt")) for article in read(file)]
    for scheme, types in (("re3d", RE3D_TYPES), ("politics", POLITICS_TYPES)):
        tags = {tag for sample in found[scheme] for allowed in sample.tags[scheme] for tag in allowed}
        # The corpus marks coordinates as places.
        assert {f"B-{name}" for name in types if name != "Coordinates"} <= tags
        assert len(found[scheme]) > 600
    held = {
        label
        for sample in found["re3d"]
        if sample.links
        for labels in sample.links.positive.values()
        for label in labels
    }
    assert held == set(RE3D_RELATIONS)
    lines = [line.text for article in reports for line in article.lines]
    assert len(lines) > 800
    assert len(lines) == len(set(lines))
