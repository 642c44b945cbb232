"""Events on hand-built trees: the same roles for every voice and shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.tokens import Doc

from docs import article, build
from kgraph import frames, gazetteer, ontology
from kgraph.extract import events, mentions
from kgraph.extract.dates import Calendar
from kgraph.extract.time import times
from kgraph.model import Span

ONTOLOGY = ontology.load()
GAZETTEER = gazetteer.load()

FRAMES = """
settings:
  light_verbs: [carry out, launch]
  occurrence_verbs: [take place, kill]
  order_verbs: [order]
  place: [in, near, at]
  instrument: [with]
  say_verbs: [say]
events:
  - class: Assault
    verbs: [strike, attack]
    nouns: [strike, air strike]
    without: [deal]
    roles: {actor: [subject, by], recipient: [object, on, against]}
    needs: [actor, recipient, place, base]
  - class: Assault
    verbs: [kill]
    counts: killed
    fold: true
    roles: {actor: [subject], recipient: [object]}
  - class: Agreement
    verbs: ["sign >treaty|deal"]
    roles: {actor: [subject], recipient: [with]}
  - class: Retreat
    mode: withdraw
    verbs: [withdraw, pull out]
    nouns: [withdrawal]
    of: subject
    roles: {actor: [subject, object]}
  - class: Consultation
    verbs: [discuss]
    roles: {actor: [subject], object: [object]}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> frames.Frames:
    """A few frames of this test's own, so that the shipped vocabulary may change."""
    path: Path = tmp_path_factory.mktemp("frames") / "frames.yaml"
    path.write_text(FRAMES, encoding="utf-8")
    return frames.load(ONTOLOGY, path)


@pytest.fixture(scope="module")
def shipped() -> frames.Frames:
    """The frames that ship with kgraph."""
    return frames.load(ONTOLOGY)


def found(doc: Doc, with_frames: frames.Frames) -> list[tuple[str, dict[str, list[str]], dict[str, object]]]:
    """(class, role -> labels, literals) of each event."""
    who = mentions.read(doc, article(doc), gazetteer=GAZETTEER, ontology=ONTOLOGY)
    return [
        (
            event.frame.name,
            {role: [who.entity(m).label for m in filled] for role, filled in event.roles.items()},
            dict(event.literals),
        )
        for event in events.find(doc, frames=with_frames, mentions=who, ontology=ONTOLOGY)
    ]


ACTIVE = (
    "Turkey/NNP/nsubj/struck struck/VBD/ROOT//strike Syria/NNP/obj/struck near/IN/case/Raqqa"
    " Raqqa/NNP/obl/struck"
)
PASSIVE = (
    "Syria/NNP/nsubj:pass/struck was/VBD/aux:pass/struck/be struck/VBN/ROOT//strike by/IN/case/Turkey"
    " Turkey/NNP/obl:agent/struck near/IN/case/Raqqa Raqqa/NNP/obl/struck"
)
NOMINAL = (
    "Turkey/NNP/nmod:poss/strike 's/POS/case/Turkey strike/NN/nsubj/angered on/IN/case/Syria"
    " Syria/NNP/nmod/strike"
    " near/IN/case/Raqqa Raqqa/NNP/nmod/strike angered/VBD/ROOT//anger Iran/NNP/obj/angered"
)
LIGHT = (
    "Turkey/NNP/nsubj/launched launched/VBD/ROOT//launch a/DT/det/strike strike/NN/obj/launched"
    " on/IN/case/Syria Syria/NNP/nmod/strike near/IN/case/Raqqa Raqqa/NNP/obl/launched"
)
STATES = {"Turkey": "State", "Syria": "State", "Raqqa": "Place"}


@pytest.mark.parametrize(
    "text",
    [ACTIVE, PASSIVE, pytest.param(NOMINAL, id="nominal"), LIGHT],
)
def test_one_event_in_every_shape(text: str, small: frames.Frames) -> None:
    """Active, passive, nominal and light-verb forms say the same."""
    names = dict(STATES) | ({"Iran": "State"} if "Iran" in text else {})
    assert found(build(text, names=names), small) == [
        ("Assault", {"actor": ["Turkey"], "place": ["Raqqa"], "recipient": ["Syria"]}, {})
    ]


def test_several_actors_are_several_values(small: frames.Frames) -> None:
    """Coordination fills a role more than once."""
    doc = build(
        "France/NNP/nsubj/struck and/CC/cc/Britain Britain/NNP/conj/France struck/VBD/ROOT//strike"
        " Syria/NNP/obj/struck",
        names={"France": "State", "Britain": "State", "Syria": "State"},
    )
    assert found(doc, small)[0][1]["actor"] == ["France", "United Kingdom"]


def test_casualties_belong_to_their_assault(small: frames.Frames) -> None:
    """In "struck Syria, killing 13 people" there is one event, with its count."""
    doc = build(
        "Turkey/NNP/nsubj/struck struck/VBD/ROOT//strike Syria/NNP/obj/struck ,/,"
        " killing/VBG/advcl/struck/kill 13/CD/nummod/people people/NNS/obj/killing",
        names={"Turkey": "State", "Syria": "State"},
    )
    assert [(cls, literals) for cls, _, literals in found(doc, small)] == [("Assault", {"killed": 13})]


def test_an_object_noun_decides_the_class(small: frames.Frames) -> None:
    """The pattern "sign >treaty|deal" asks for its object."""
    text = "Qatar/NNP/nsubj/signed signed/VBD/ROOT//sign a/DT/det/{} {}/NN/obj/signed"
    names = {"Qatar": "State"}
    assert [cls for cls, *_ in found(build(text.format("deal", "deal"), names=names), small)] == ["Agreement"]
    assert found(build(text.format("poster", "poster"), names=names), small) == []


def test_figures_of_speech_stay_out(small: frames.Frames) -> None:
    """To strike a deal is no assault."""
    doc = build(
        "Qatar/NNP/nsubj/struck struck/VBD/ROOT//strike a/DT/det/deal deal/NN/obj/struck",
        names={"Qatar": "State"},
    )
    assert found(doc, small) == []


def test_who_orders_takes_part(small: frames.Frames) -> None:
    """Both are actors in "Putin ordered the withdrawal of Russian forces"."""
    doc = build(
        "Putin/NNP/nsubj/ordered ordered/VBD/ROOT//order the/DT/det/withdrawal withdrawal/NN/obj/ordered"
        " of/IN/case/forces Russian/JJ/amod/forces forces/NNS/nmod/withdrawal/force",
        names={"Putin": "Person", "Russian": "Nationality"},
        heads={"forces": "MilitaryForce"},
    )
    (event,) = found(doc, small)
    assert event[0] == "Retreat"
    assert event[1]["actor"] == ["Russian Armed Forces", "Putin"]


def test_an_order_to_do_is_done_by_those_ordered(small: frames.Frames) -> None:
    """Object control: in "ordered troops to withdraw" the troops withdraw."""
    doc = build(
        "Ankara/NNP/nsubj/ordered ordered/VBD/ROOT//order Syrian/JJ/amod/troops troops/NNS/obj/ordered/troop"
        " to/TO/mark/withdraw withdraw/VB/xcomp/ordered",
        names={"Ankara": "Place", "Syrian": "Nationality"},
        heads={"troops": "MilitaryForce"},
    )
    assert found(doc, small)[0][1]["actor"] == ["Syrian Armed Forces"]


def test_a_date_belongs_to_its_own_clause() -> None:
    """The day of saying dates the report, not the event's own clause with its own day."""
    doc = build(
        "Ankara/NNP/nsubj/said said/VBD/ROOT//say on/IN/case/Tuesday Tuesday/NNP/obl/said that/IN/mark/left"
        " troops/NNS/nsubj/left left/VBD/ccomp/said/leave on/IN/case/Monday Monday/NNP/obl/left"
    )
    said, left = doc[1], doc[6]
    sentence = Span(0, len(doc.text))
    calendar = Calendar(doc, times(doc.text, [sentence], reference="2018-01-19"), triggers={left.i})
    options = {"say_verbs": frozenset({"say"}), "carriers": frozenset[str]()}
    assert calendar.date(said, **options).begin == "2018-01-16"
    assert calendar.date(left, **options).begin == "2018-01-15"
    assert calendar.date(left, **options).basis == "relative"


def test_a_reported_event_without_a_day_has_the_day_of_the_report() -> None:
    """Basis "publication" says so."""
    doc = build(
        "Ankara/NNP/nsubj/said said/VBD/ROOT//say on/IN/case/Tuesday Tuesday/NNP/obl/said that/IN/mark/left"
        " troops/NNS/nsubj/left left/VBD/ccomp/said/leave"
    )
    calendar = Calendar(doc, times(doc.text, [Span(0, len(doc.text))], reference="2018-01-19"), triggers={6})
    dated = calendar.date(doc[6], say_verbs=frozenset({"say"}), carriers=frozenset())
    assert (dated.begin, dated.basis) == ("2018-01-16", "publication")


def test_the_accused_is_who_does_it(small: frames.Frames) -> None:
    """In "accused Iran of attacking Qatar" Iran attacks, not who accuses."""
    doc = build(
        "Turkey/NNP/nsubj/accused accused/VBD/ROOT//accuse Iran/NNP/obj/accused of/IN/mark/attacking"
        " attacking/VBG/advcl/accused/attack Qatar/NNP/obj/attacking",
        names={"Turkey": "State", "Iran": "State", "Qatar": "State"},
    )
    assert found(doc, small)[0][1] == {"actor": ["Iran"], "recipient": ["Qatar"]}


@pytest.mark.parametrize(
    ("text", "names", "roles"),
    [
        (
            "Troops/NNS/nsubj/received received/VBD/ROOT//receive strikes/NNS/obj/received/strike"
            " from/IN/case/Syria Syria/NNP/obl/received",
            {"Syria": "State"},
            {"actor": ["Syria"], "recipient": ["Troops"]},
        ),
        (
            "A/DT/det/strike Turkey/NNP/obl/led -/HYPH/punct/led led/VBN/amod/strike/lead strike/NN/nsubj/hit"
            " on/IN/case/Syria Syria/NNP/nmod/strike hit/VBD/ROOT//hit",
            {"Turkey": "State", "Syria": "State"},
            {"actor": ["Turkey"], "recipient": ["Syria"]},
        ),
    ],
    ids=["suffered", "led by"],
)
def test_who_does_it_behind_a_noun(
    text: str, names: dict[str, str], roles: dict[str, list[str]], shipped: frames.Frames
) -> None:
    """Who receives a strike suffers it; a "Turkey-led strike" is Turkey's."""
    doc = build(text, names=names, heads={"Troops": "MilitaryForce"})
    assert ("Assault", roles) in [(cls, found_) for cls, found_, _ in found(doc, shipped)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Scholars/NNS/nsubj/agree agree/VBP/ROOT that/IN/mark/fell it/PRP/nsubj/fell"
            " fell/VBD/ccomp/agree/fall",
            0,
        ),
        (
            "Scholars/NNS/nsubj/agree agree/VBP/ROOT that/IN/mark/fall it/PRP/nsubj/fall will/MD/aux/fall"
            " fall/VB/ccomp/agree",
            1,
        ),
    ],
)
def test_to_share_an_opinion_is_no_agreement(shipped: frames.Frames, text: str, told: int) -> None:
    doc = build(text, heads={"Scholars": "Person"})
    assert len([event for event in found(doc, shipped) if event[0] == "Agreement"]) == told


def test_what_is_discussed_is_no_place_of_the_talk(small: frames.Frames) -> None:
    """But where it is held is."""
    doc = build(
        """
        Norway/NNP/nsubj/discussed discussed/VBD/ROOT//discuss Aleppo/NNP/obj/discussed in/IN/case/Doha
          Doha/NNP/obl/discussed ./.
        """,
        names={"Norway": "State", "Aleppo": "Place", "Doha": "Place"},
    )
    (event,) = found(doc, small)
    assert event[1]["place"] == ["Doha"]
