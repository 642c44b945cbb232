"""One happening told twice in an article is one event; two of a kind stay two."""

from __future__ import annotations

from dataclasses import replace

import pytest
from spacy.tokens import Token

from docs import build
from kgraph.extract.retold import merge
from kgraph.model import Event, Mention, Role, Span

WORDS = build(
    "Gunmen/NNS/nsubj/raided/gunman raided/VBD/ROOT//raid a/DT/det/post post/NN/obj/raided ./.\n"
    "The/DT/det/raid raid/NN/nsubj/lasted lasted/VBD/ROOT//last ./.\n"
    "A/DT/det/strike strike/NN/nsubj/followed followed/VBD/ROOT//follow ./.\n"
    "That/DT/det/attack attack/NN/nsubj/failed failed/VBD/ROOT//fail ./."
)
VERB, RAID, STRIKE, ATTACK = (WORDS[i] for i in (1, 6, 10, 14))
MENTIONS = {
    name: Mention(name, Span(0, 1), "name", "Place", entity, 0.9, Span(0, 1))
    for name, entity in (
        ("gunmen", "g"),
        ("they", "g"),
        ("rebels", "r"),
        ("post", "p"),
        ("fort", "f"),
        ("army", "a"),
        ("soldiers", "s"),
    )
}
FIRST = Event(
    "v1",
    "Assault",
    None,
    Span(7, 13),
    (Role("actor", "gunmen"), Role("base", "post"), Role("killed", value=3)),
    "2020-05",
    None,
    "explicit",
    "actual",
    None,
    0.8,
    Span(0, 20),
)
AGAIN = replace(FIRST, id="v2", trigger=Span(25, 29), sentence=Span(21, 40), roles=(), begin_date=None)


def merged(later: Event, trigger: Token, first: Event = FIRST) -> list[Event]:
    return merge([first, later], [VERB, trigger], MENTIONS)


def test_a_definite_noun_takes_up_what_was_told() -> None:
    (event,) = merged(replace(AGAIN, roles=(Role("instrument", "army"), Role("actor", "they"))), RAID)
    assert [telling.sentence for telling in event.tellings] == [FIRST.sentence, AGAIN.sentence]
    assert event.roles == (*FIRST.roles, Role("instrument", "army")), (
        "what is new joins, what is known does not"
    )
    assert event.begin_date == "2020-05"


def test_a_general_noun_takes_up_its_class() -> None:
    assert len(merged(AGAIN, ATTACK)) == 1


def test_an_indefinite_noun_tells_of_another() -> None:
    assert len(merged(AGAIN, STRIKE)) == 2


def test_clauses_that_share_enough_are_one() -> None:
    """A headline and its lead: nothing points back, but who and where are the same."""
    told = replace(AGAIN, roles=(Role("actor", "they"), Role("place", "post")))
    assert len(merged(told, STRIKE)) == 1
    assert len(merged(replace(told, roles=told.roles[:1]), STRIKE)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"cls": "Accident"},
        {"realis": "planned"},
        {"roles": (Role("actor", "rebels"),)},
        {"roles": (Role("place", "fort"),)},
        {"roles": (Role("killed", value=5),)},
        {"begin_date": "2020-06-01"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_stays_apart(change: dict[str, object]) -> None:
    assert len(merged(replace(AGAIN, **change), RAID)) == 2  # type: ignore[arg-type]


def test_a_claim_adds_evidence_and_no_fact() -> None:
    """What the army adds to what the article tells is the army's."""
    (event,) = merged(replace(AGAIN, according_to="army", roles=(Role("recipient", "soldiers"),)), RAID)
    assert event.roles == FIRST.roles
    assert len(event.tellings) == 2


def test_what_only_somebody_says_stays_his() -> None:
    claimed = replace(FIRST, according_to="army")
    assert len(merged(AGAIN, RAID, claimed)) == 2
    assert len(merged(replace(AGAIN, according_to="army"), RAID, claimed)) == 1


def test_tellings_apart() -> None:
    (event,) = merged(AGAIN, RAID)
    first, second = event.apart()
    assert (first.id, second.id) == ("v1", "v1.1")
    assert (second.trigger, second.sentence, second.retold) == (AGAIN.trigger, AGAIN.sentence, ())
