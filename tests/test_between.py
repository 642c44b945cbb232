"""What goes on between two places of a text: facts first, then the model's triggers, then the tree."""

from __future__ import annotations

import pytest
from spacy.tokens import Doc

from docs import article, build
from kgraph.extract.between import Offsets, between, head, meant
from kgraph.model import Event, Extraction, Mention, Realis, Role, Span
from kgraph.nlp.annotation import Trigger
from kgraph.nlp.component import LINKS, TRIGGERS
from kgraph.nlp.pairs import Link

TEXT = """
Osmar/NNP/nsubj/fined fined/VBD/ROOT//fine Keld/NNP/obj/fined after/IN/mark/shelled Keld/NNP/nsubj/shelled
 shelled/VBD/advcl/fined/shell Vinna/NNP/obj/shelled ./.
"""


@pytest.fixture
def doc() -> Doc:
    """A sentence with two events, read without any layer of the model."""
    return build(TEXT)


def place(doc: Doc, number: int) -> Offsets:
    """Where a word stands."""
    return doc[number].idx, doc[number].idx + len(doc[number].text)


def facts(doc: Doc, *events: tuple[str, int, dict[str, int], Realis]) -> Extraction:
    """The three names as mentions (both Kelds one entity), and events: class, trigger, roles, realis."""
    mentions = {
        i: Mention(
            f"m{i}", Span(*place(doc, i)), "name", "State", f"e-{doc[i].text}", 1.0, Span(*place(doc, i))
        )
        for i in (0, 2, 4, 6)
    }
    return Extraction(
        article=article(doc),
        mentions=tuple(mentions.values()),
        events=tuple(
            Event(
                id=f"v{number}",
                cls=cls,
                mode=None,
                trigger=Span(*place(doc, trigger)),
                roles=tuple(Role(role, mention=f"m{i}") for role, i in roles.items()),
                begin_date=None,
                end_date=None,
                date_basis=None,
                realis=realis,
                according_to=None,
                confidence=0.8,
                sentence=Span(0, len(doc.text)),
            )
            for number, (cls, trigger, roles, realis) in enumerate(events)
        ),
    )


def test_the_event_with_both_goes_first(doc: Doc) -> None:
    """Not the one that has only one side, wherever it stands."""
    found = facts(
        doc,
        ("Sanction", 1, {"actor": 0, "recipient": 2}, "actual"),
        ("Assault", 5, {"actor": 4, "recipient": 6}, "actual"),
    )
    assert between(doc, found, place(doc, 0), place(doc, 2)) == "Sanction"
    assert between(doc, found, place(doc, 4), place(doc, 6)) == "Assault"
    assert between(doc, found, place(doc, 2), place(doc, 6)) == "Assault", "another mention of Keld will do"


def test_an_event_with_one_side_where_the_other_is_free(doc: Doc) -> None:
    """Rather than one whose other side is somebody else."""
    found = facts(
        doc,
        ("Sanction", 1, {"actor": 4, "recipient": 2}, "actual"),
        ("Assault", 5, {"actor": 4}, "actual"),
    )
    assert between(doc, found, place(doc, 4), place(doc, 6)) == "Assault"


def test_a_side_that_is_not_known_asks_for_nothing(doc: Doc) -> None:
    """The source alone decides."""
    found = facts(doc, ("Sanction", 1, {"actor": 0, "recipient": 2}, "actual"))
    assert between(doc, found, place(doc, 0), None) == "Sanction"
    assert between(doc, found, None, None) is None


def test_without_facts_the_trigger_linked_with_both(doc: Doc) -> None:
    """And not the more probable one that is linked with one of them."""
    doc.user_data[TRIGGERS] = {
        1: Trigger(1, "Sanction", 0.5, "actual", 0.9),
        5: Trigger(5, "Assault", 0.9, "actual", 0.9),
    }
    doc.user_data[LINKS] = [
        Link(1, "actor", 0, 0.6),
        Link(1, "recipient", 2, 0.6),
        Link(5, "recipient", 2, 0.9),
    ]
    assert between(doc, facts(doc), place(doc, 0), place(doc, 2)) == "Sanction"


def test_without_links_the_tree_and_then_the_sentence(doc: Doc) -> None:
    """The way from Osmar to the first Keld does not pass the shelling."""
    doc.user_data[TRIGGERS] = {1: Trigger(1, "Sanction", 0.5, "actual", 0.9)}
    doc.user_data[TRIGGERS][5] = Trigger(5, "Assault", 0.9, "actual", 0.9)
    assert between(doc, facts(doc), place(doc, 0), place(doc, 2)) == "Sanction"
    del doc.user_data[TRIGGERS][1]
    assert between(doc, facts(doc), place(doc, 0), place(doc, 2)) == "Assault"


def test_a_statement_answers_only_alone(doc: Doc) -> None:
    """What somebody says is seldom between two."""
    found = facts(doc, ("Statement", 1, {"actor": 0}, "actual"))
    assert between(doc, found, place(doc, 0), place(doc, 2)) == "Statement"
    doc.user_data[TRIGGERS] = {5: Trigger(5, "Assault", 0.2, "actual", 0.9)}
    assert between(doc, found, place(doc, 0), place(doc, 2)) == "Assault"


def test_promises_refusals_and_threats() -> None:
    """As PLOVER has them; what is done is what it is."""
    assert meant("Retreat", "planned") == "Agreement"
    assert meant("Concession", "negated") == "Rejection"
    assert meant("Assault", "planned") == "Threat"
    assert meant("Assault", "negated") == "Assault"
    assert meant("Aid", "actual") == "Aid"


def test_head_of_a_span(doc: Doc) -> None:
    """The word that hangs on another outside; none where there is only space."""
    found = head(doc, (doc[3].idx, doc[6].idx + 5))
    assert found is not None
    assert found.text == "shelled"
    assert head(doc, None) is None
