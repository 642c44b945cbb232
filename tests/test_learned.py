"""What the model adds to the frames, on hand-built trees with hand-set probabilities."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.tokens import Doc

from docs import article, build
from kgraph import frames, gazetteer, ontology
from kgraph.extract import events, extract_article, learned, mentions
from kgraph.extract.claims import settled
from kgraph.model import Extraction
from kgraph.nlp.annotation import Trigger
from kgraph.nlp.component import LINKS, TRIGGERS
from kgraph.nlp.labels import EVENT_CLASSES
from kgraph.nlp.pairs import Link

ONTOLOGY = ontology.load()
GAZETTEER = gazetteer.load()
FRAMES = frames.load(ONTOLOGY)

SHUNTED = """
    Norway/NNP/nsubj/shunted shunted/VBD/ROOT//shunt its/PRP$/nmod:poss/rangers
    rangers/NNS/obj/shunted/ranger
    through/IN/case/Bardufoss Bardufoss/NNP/obl/shunted ./.
"""


def line(text: str, **options: dict[str, str]) -> Doc:
    """One sentence, written over several lines."""
    return build(" ".join(text.split()), **options)  # type: ignore[arg-type]


def doc_with(
    text: str,
    names: dict[str, str],
    heads: dict[str, str],
    triggers: dict[str, tuple[str, float, str]],
    links: list[tuple[str, str, str, float]],
) -> Doc:
    """A Doc in which the model found triggers (class, probability, realis) and links between words."""
    doc = line(text, names=names, heads=heads)
    place = {token.text: token.i for token in doc}
    doc.user_data[TRIGGERS] = {
        place[word]: Trigger(
            place[word],
            cls,
            share,
            realis,  # type: ignore[arg-type]
            0.9,
            tuple(share if name == cls else 0.0 for name in EVENT_CLASSES),
        )
        for word, (cls, share, realis) in triggers.items()
    }
    doc.user_data[LINKS] = [
        Link(place[one], label, place[other], share) for one, label, other, share in links
    ]
    return doc


def extracted(doc: Doc) -> Extraction:
    return extract_article(doc, article(doc), ontology=ONTOLOGY, frames=FRAMES, gazetteer=GAZETTEER)


def told(extraction: Extraction) -> list[tuple[str, dict[str, list[str]]]]:
    names = {mention.id: mention.span.text for mention in extraction.mentions}
    return [
        (
            event.cls,
            {
                role: [names[r.mention] for r in event.roles if r.role == role and r.mention]
                for role in sorted({r.role for r in event.roles if r.mention})
            },
        )
        for event in extraction.events
    ]


def shunted(share: float, *, actor: float = 0.9) -> Doc:
    return doc_with(
        SHUNTED,
        {"Norway": "State", "Bardufoss": "Base"},
        {"rangers": "MilitaryForce"},
        {"shunted": ("Deployment", share, "actual")},
        [("shunted", "actor", "Norway", actor), ("shunted", "base", "Bardufoss", 0.8)],
    )


def test_a_verb_that_no_frame_knows_is_an_event_by_the_model() -> None:
    ((cls, roles),) = told(extracted(shunted(0.9)))
    assert cls == "Deployment"
    assert roles["actor"] == ["Norway"]
    assert roles["base"] == ["Bardufoss"]


def test_what_the_model_doubts_is_no_event() -> None:
    assert told(extracted(shunted(0.3))) == []


def test_a_role_that_the_model_doubts_stays_empty() -> None:
    ((_, roles),) = told(extracted(shunted(0.9, actor=0.15)))
    assert "actor" not in roles


def test_a_role_keeps_to_the_ontology() -> None:
    """Equipment acts in nothing, whatever the model says."""
    doc = doc_with(
        """
        Drones/NNS/nsubj/shunted/drone shunted/VBD/ROOT//shunt through/IN/case/Bardufoss
        Bardufoss/NNP/obl/shunted ./.
        """,
        {"Bardufoss": "Base"},
        {"Drones": "Equipment"},
        {"shunted": ("Deployment", 0.9, "actual")},
        [("shunted", "actor", "Drones", 0.95)],
    )
    ((_, roles),) = told(extracted(doc))
    assert "actor" not in roles


STRUCK = """
    Jets/NNS/nsubj/struck/jet struck/VBD/ROOT//strike the/DT/det/depot depot/NN/obj/struck
    near/IN/case/Raqqa Raqqa/NNP/obl/struck ./.
"""


@pytest.mark.parametrize(("share", "cls"), [(0.9, "Accident"), (0.5, "Assault")])
def test_a_sure_model_corrects_the_class_of_a_frame(share: float, cls: str) -> None:
    doc = doc_with(
        STRUCK,
        {"Raqqa": "Place"},
        {"Jets": "Equipment", "depot": "Base"},
        {"struck": ("Accident", share, "actual")},
        [("struck", "base", "depot", 0.9)],
    )
    assert [name for name, _ in told(extracted(doc))] == [cls]


def confidences(doc: Doc) -> list[float]:
    return [event.confidence for event in extracted(doc).events]


def test_confidence_grows_with_what_the_model_says() -> None:
    def struck(share: float) -> Doc:
        return doc_with(
            STRUCK,
            {"Raqqa": "Place"},
            {"Jets": "Equipment", "depot": "Base"},
            {"struck": ("Assault", share, "actual")},
            [("struck", "base", "depot", 0.9), ("struck", "place", "Raqqa", 0.9)],
        )

    (low,), (high,) = confidences(struck(0.2)), confidences(struck(0.95))
    assert low < high


def test_another_pipeline_has_no_model_to_ask() -> None:
    """A Doc without triggers and links gives what the frames give."""
    doc = line(STRUCK, names={"Raqqa": "Place"}, heads={"depot": "Base"})
    who = mentions.read(doc, article(doc), gazetteer=GAZETTEER, ontology=ONTOLOGY)
    (event,) = events.find(doc, frames=FRAMES, mentions=who, ontology=ONTOLOGY)
    assert event.frame.name == "Assault"
    assert learned.Learned.of(doc).triggers == {}


RELATED = """
    Rafi/NNP/nsubj/runs ,/,/punct/Rafi the/DT/det/cousin cousin/NN/appos/Rafi of/IN/case/Sixth
    Sixth/NNP/nmod/cousin runs/VBZ/ROOT//run while/IN/mark/waits
    Ghent/NNP/nsubj/waits waits/VBZ/advcl/runs/wait ./.
"""


@pytest.mark.parametrize(
    ("links", "wanted"),
    [
        ([("Rafi", "leads", "Sixth", 0.75)], [("leads", "Rafi", "Sixth")]),
        ([("Rafi", "leads", "Sixth", 0.4)], []),
        ([("Sixth", "partOf", "Ghent", 0.8)], []),
    ],
)
def test_relations_of_the_model_close_by(
    links: list[tuple[str, str, str, float]], wanted: list[tuple[str, str, str]]
) -> None:
    """Probable ones in one phrase stand; what only shares a sentence does not."""
    doc = doc_with(RELATED, {"Rafi": "Person", "Sixth": "MilitaryForce", "Ghent": "State"}, {}, {}, links)
    extraction = extracted(doc)
    names = {mention.id: mention.span.text for mention in extraction.mentions}
    found = [
        (relation.predicate, names[relation.subject], names[relation.object])
        for relation in extraction.relations
        if relation.object and relation.predicate in {"leads", "partOf"}
    ]
    assert found == wanted


def test_realis_where_grammar_and_model_differ() -> None:
    """The model may take an event out of what happened, and never put one there."""
    assert settled("actual", "planned", 0.7) == "planned"
    assert settled("actual", "planned", 0.5) == "actual"
    assert settled("hypothetical", "negated", 0.9) == "negated"
    assert settled("planned", "actual", 0.99) == "planned"


def test_files_of_frames_need_no_factive_verbs(tmp_path: Path) -> None:
    """An ontology of a user's own, written before there were any, still loads and reads."""
    text = (Path(ontology.data_dir()) / "frames.yaml").read_text(encoding="utf-8")
    start = text.index("  factive_verbs:")
    end = text.index("  # Nouns that speak")
    path = tmp_path / "frames.yaml"
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    own = frames.load(ONTOLOGY, path)
    doc = line(STRUCK, names={"Raqqa": "Place"}, heads={"depot": "Base"})
    extraction = extract_article(doc, article(doc), ontology=ONTOLOGY, frames=own, gazetteer=GAZETTEER)
    assert [event.cls for event in extraction.events] == ["Assault"]


def test_a_promise_is_made_to_whom_it_would_help() -> None:
    """Who is ready to help Chad has Chad as the other side."""
    doc = doc_with(
        """
        Norway/NNP/nsubj/ready is/VBZ/cop/ready/be ready/JJ/ROOT to/TO/mark/help help/VB/xcomp/ready
        Chad/NNP/obj/help ./.
        """,
        {"Norway": "State", "Chad": "State"},
        {},
        {"ready": ("Agreement", 0.9, "actual"), "help": ("Aid", 0.9, "planned")},
        [("ready", "actor", "Norway", 0.9), ("help", "recipient", "Chad", 0.9)],
    )
    assert ("Agreement", {"actor": ["Norway"], "recipient": ["Chad"]}) in told(extracted(doc))


def test_a_role_that_grammar_alone_fills_goes_where_the_model_sees_the_event() -> None:
    """A place of the object's own clause is none of the strike's; where the model sees no event it stays."""
    names, heads = {"Raqqa": "Place"}, {"Jets": "Equipment", "depot": "Base"}
    links = [("struck", "base", "depot", 0.9), ("struck", "instrument", "Jets", 0.9)]
    seen = doc_with(STRUCK, names, heads, {"struck": ("Assault", 0.9, "actual")}, links)
    ((_, roles),) = told(extracted(seen))
    assert "place" not in roles
    unseen = doc_with(STRUCK, names, heads, {"struck": ("Assault", 0.2, "actual")}, links)
    ((_, roles),) = told(extracted(unseen))
    assert roles["place"] == ["Raqqa"]


def test_two_offices_that_hang_on_one_name_do_not_go_round_in_a_circle() -> None:
    """A slip of the parser puts the "of" of the name under its second title, which the first then owns."""
    doc = build(
        """
        The/DT/det/resignation resignation/NN/nsubj/surprised of/IN/case/Major
            deputy/NN/compound/minister navy/NN/compound/minister minister/NN/nmod:desc/Brell
            Major/NN/nmod:desc/Brell Brell/NNP/nmod/resignation surprised/VBD/ROOT//surprise Oslo/NNP/obj/surprised ./.
        """,
        names={"Brell": "Person", "Oslo": "State"},
        heads={"minister": "Person", "Major": "Person"},
    )
    persons = {mention.span.text for mention in extracted(doc).mentions if mention.type == "Person"}
    assert "Brell" in persons
