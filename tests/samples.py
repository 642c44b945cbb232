"""A hand-made Extraction with every feature in it, about an invented but likely piece of news."""

from __future__ import annotations

from kgraph.model import (
    Article,
    Entity,
    Event,
    Extraction,
    Kind,
    Mention,
    Relation,
    Role,
    Span,
    Time,
)
from kgraph.rdf import Run

HOSTILE = "</script><img src=x onerror=alert(1)>"
RTL = "\u202eevil\u200f"

SENTENCES = (
    "On 11 December 2031 the Norvian air force struck a depot near Port Keld, killing 13 people.",
    "Minister Ada Holm said Norvia would withdraw two squadrons from Brannoch Air Base in March 2032.",
    "Norvia operates Brannoch Air Base, which lies in Keldland.",
    "Holm denied that Keldland was allied with the Free Column.",
    f"A spokesman signed himself {HOSTILE} and {RTL}, with a bell \x07 and a null \x00.",
)
TEXT = "\n".join(SENTENCES)
RUN = Run(version="0.1.0", model="0123456789abcdef0123")


def span(piece: str, nth: int = 0) -> Span:
    """Return where ``piece`` stands in TEXT, by default the first time."""
    begin = -1
    for _ in range(nth + 1):
        begin = TEXT.index(piece, begin + 1)
    return Span(begin, begin + len(piece), piece)


def mention(
    id: str, piece: str, type: str, entity: str, *, kind: Kind = "name", nth: int = 0, confidence: float = 0.9
) -> Mention:
    """Return a mention of ``piece`` whose head is its last word."""
    found = span(piece, nth)
    head = piece.split()[-1]
    return Mention(id, found, kind, type, entity, confidence, Span(found.end - len(head), found.end, head))


def sample(id: str = "keld-2031", url: str | None = "https://news.example/2031/keld?x=1") -> Extraction:
    """Return the Extraction; ``id`` makes several articles of it."""
    sentences = tuple(span(sentence) for sentence in SENTENCES)
    return Extraction(
        article=Article(
            id=id,
            title=f"Strike near Port Keld {HOSTILE}",
            text=TEXT,
            date="2031-12-12",
            source="The Keld Courier",
            url=url,
            extra=(("desk", '"foreign"'), ("words", "93")),
        ),
        sentences=sentences,
        mentions=(
            mention("m1", "Norvian air force", "MilitaryForce", "e1"),
            mention("m2", "depot", "Base", "e2", kind="nominal", confidence=0.61),
            mention("m3", "Port Keld", "Place", "e3"),
            mention("m4", "Ada Holm", "Person", "e4"),
            mention("m5", "Norvia", "State", "e5", nth=1),
            mention("m6", "squadrons", "Equipment", "e6", kind="nominal"),
            mention("m7", "Brannoch Air Base", "Base", "e7"),
            mention("m8", "Norvia", "State", "e5", nth=2),
            mention("m9", "Brannoch Air Base", "Base", "e7", nth=1),
            mention("m10", "Keldland", "State", "e8"),
            mention("m11", "Keldland", "State", "e8", nth=1),
            mention("m12", "the Free Column", "ArmedGroup", "e9"),
            mention("m13", HOSTILE, "Person", "e10"),
            mention("m14", "spokesman", "Person", "e11", kind="nominal"),
            mention("m15", "Holm", "Person", "e4", nth=1),
        ),
        times=(
            Time("t1", span("11 December 2031"), "2031-12-11", "DATE"),
            Time("t2", span("March 2032"), "2032-03", "DATE", "relative"),
        ),
        entities=(
            Entity("e1", "actor/norvian-air-force", "MilitaryForce", "Norvian Air Force"),
            Entity("e2", "place/depot-near-port-keld", "Depot", "depot near Port Keld"),
            Entity("e3", "place/port-keld", "Place", "Port Keld"),
            Entity("e4", "person/ada-holm", "Person", "Ada Holm", ("Holm",)),
            Entity("e5", "actor/norvia", "State", "Norvia", ("Norvia", "Republic of Norvia")),
            Entity("e6", "equipment/squadron", "Equipment", "squadrons"),
            Entity("e7", "place/brannoch-air-base", "AirBase", "Brannoch Air Base"),
            Entity("e8", "actor/keldland", "State", "Keldland"),
            Entity("e9", "actor/free-column", "ArmedGroup", "Free Column"),
            Entity("e10", "person/%3C%2Fscript%3E", "Person", HOSTILE, (RTL, "bell \x07", "lone \ud800")),
            Entity("e11", "person/spokesman", "Person", "spokesman"),
        ),
        events=(
            Event(
                id="v1",
                cls="Assault",
                mode="aerial",
                trigger=span("struck"),
                roles=(
                    Role("actor", mention="m1"),
                    Role("base", mention="m2"),
                    Role("place", mention="m3"),
                    Role("killed", value=13),
                    Role("object", value="a depot near Port Keld"),
                ),
                begin_date="2031-12-11",
                end_date=None,
                date_basis="explicit",
                realis="actual",
                according_to=None,
                confidence=0.83,
                sentence=sentences[0],
            ),
            Event(
                id="v2",
                cls="Retreat",
                mode="withdraw",
                trigger=span("withdraw"),
                roles=(
                    Role("actor", mention="m5"),
                    Role("base", mention="m7"),
                    Role("instrument", mention="m6"),
                    Role("quantity", value="two squadrons"),
                ),
                begin_date="2032-03",
                end_date=None,
                date_basis="relative",
                realis="planned",
                according_to="m4",
                confidence=1.0,
                sentence=sentences[1],
            ),
            Event(
                id="v3",
                cls="Deployment",
                mode=None,
                trigger=span("squadrons"),
                roles=(Role("actor", mention="m5"), Role("quantity", value=2)),
                begin_date="203",
                end_date=None,
                date_basis="explicit",
                realis="negated",
                according_to=None,
                confidence=0.5,
                sentence=sentences[1],
            ),
        ),
        relations=(
            Relation("r1", "operatedBy", "m9", "m8", None, "actual", None, 0.95, sentences[2]),
            Relation("r2", "locatedIn", "m9", "m10", None, "actual", None, 0.9, sentences[2]),
            Relation("r3", "position", "m4", None, "Minister", "actual", None, 0.9, sentences[1]),
            Relation("r4", "alliedWith", "m11", "m12", None, "negated", "m15", 0.7, sentences[3]),
        ),
    )
