"""The scores of facts: their gold files, and answers small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs import article, build
from kgraph import ontology
from kgraph.errors import KGraphError
from kgraph.evaluate import events, keys, muc4, plover
from kgraph.evaluate.extracted import Read
from kgraph.evaluate.keys import Filler, Template
from kgraph.evaluate.measures import Tally
from kgraph.evaluate.muc4 import Answer
from kgraph.evaluate.scores import PLOVER_ROOTS
from kgraph.model import Entity, Event, Extraction, Mention, Role, Span

SENTENCE = """
Osmar/NNP/nsubj/shelled shelled/VBD/ROOT//shell Keld/NNP/obj/shelled near/IN/case/Vinna
 Vinna/NNP/obl/shelled ./.
"""
CLASSES = {0: "MilitaryForce", 2: "ArmedGroup", 4: "Place"}


def page(*told: tuple[str, str | None, dict[str, int]], date: str | None = None) -> Read:
    """The sentence with its three names, and events of "shelled": class, mode, roles."""
    doc = build(SENTENCE)

    def span(i: int) -> Span:
        return Span(doc[i].idx, doc[i].idx + len(doc[i].text), doc[i].text)

    mentions = tuple(
        Mention(f"m{i}", span(i), "name", cls, f"e{i}", 1.0, span(i)) for i, cls in CLASSES.items()
    )
    happened = tuple(
        Event(
            id=f"v{number}",
            cls=cls,
            mode=mode,
            trigger=span(1),
            roles=tuple(Role(role, mention=f"m{i}") for role, i in roles.items()),
            begin_date=date,
            end_date=None,
            date_basis=None,
            realis="actual",
            according_to=None,
            confidence=0.8,
            sentence=Span(0, len(doc.text)),
        )
        for number, (cls, mode, roles) in enumerate(told)
    )
    entities = tuple(Entity(f"e{i}", f"x/{i}", cls, doc[i].text) for i, cls in CLASSES.items())
    return Read(doc, Extraction(article=article(doc), mentions=mentions, entities=entities, events=happened))


# ---------------------------------------------------------------- PLOVER


def test_marks_of_a_sentence() -> None:
    """They leave the text, and no space stays in a span."""
    item = plover.unmarked("In May <s>Osmar </s>fined <t>Keld</t>.", "SANCTION")
    assert item.text == "In May Osmar fined Keld."
    assert item.source is not None
    assert item.target is not None
    assert (item.text[slice(*item.source)], item.text[slice(*item.target)]) == ("Osmar", "Keld")
    assert plover.unmarked("<s>Osmar</s> resigned.", "YIELD").target is None


def test_roots_of_our_classes() -> None:
    """A subclass has the root of its parent; two of our codes are one there; a statement has none."""
    known = plover.roots(ontology.load())
    assert set(known.values()) == set(PLOVER_ROOTS)
    assert (known["Capture"], known["Deployment"], known["Retreat"]) == ("ASSAULT", "MOBILIZE", "YIELD")
    assert "Statement" not in known


def test_a_fact_needs_class_and_both_sides() -> None:
    """Right with all three; the target as a place is only right anywhere."""
    known = plover.roots(ontology.load())
    item = plover.Marked("", (0, 5), (14, 18), "ASSAULT")
    right = plover.score(item, page(("Assault", None, {"actor": 0, "recipient": 2})), known)
    assert (right["class"], right["facts"]) == (Tally(1, 1, 1, 1), Tally(1, 1, 1, 1))
    wrong = plover.score(item, page(("Aid", None, {"actor": 0, "recipient": 2})), known)
    assert (wrong["class AID"].right, wrong["class ASSAULT"].gold) == (0, 1)
    assert (wrong["facts"].right, wrong["facts, any class"].right) == (0, 1)
    placed = plover.score(item, page(("Assault", None, {"actor": 0, "place": 2})), known)
    assert (placed["facts"], placed["facts, target anywhere"]) == (Tally(0, 0, 0, 1), Tally(1, 1, 1, 1))


def test_a_bad_file_of_plover(tmp_path: Path) -> None:
    """It is named with the line."""
    file = tmp_path / "x.tsv"
    file.write_text("marked_sentence\tgold_root\n<s>Osmar</s> left.\tDANCE\n", encoding="utf-8")
    with pytest.raises(KGraphError, match=r"x\.tsv:2: no marked_sentence with a gold_root"):
        list(plover.examples(file))


# ---------------------------------------------------------------- WikiEvents


def record(**changes: object) -> dict[str, object]:
    """One document of one sentence in the format of WikiEvents."""
    words = ["Osmar", "shelled", "Keld", "near", "Vinna", "."]
    roles = (("T1", "Attacker"), ("T2", "Target"), ("T3", "Place"), ("T3", "Topic"))
    return {
        "doc_id": "d",
        "sentences": [[[[word, 0, 0] for word in words], "Osmar shelled Keld near Vinna."]],
        "entity_mentions": [
            {"id": f"T{number}", "start": at, "end": at + 1} for number, at in enumerate((0, 2, 4), start=1)
        ],
        "event_mentions": [
            {
                "event_type": "Conflict.Attack.Unspecified",
                "trigger": {"start": 1, "end": 2},
                "arguments": [{"entity_id": entity, "role": role} for entity, role in roles],
            },
            {"event_type": "Medical.Intervention", "trigger": {"start": 3, "end": 4}, "arguments": []},
        ],
        **changes,
    }


def gold_of(tmp_path: Path, item: dict[str, object]) -> list[events.Gold]:
    """The scored events of a file with one document."""
    file = tmp_path / "w.jsonl"
    file.write_text(json.dumps(item) + "\n", encoding="utf-8")
    ((_, gold),) = events.documents(file)
    return gold


def test_events_of_a_document(tmp_path: Path) -> None:
    """Triggers by class, arguments by role; a type and a role that are not scored are left out."""
    gold = gold_of(tmp_path, record())
    assert [(item.group, item.trigger, len(item.arguments)) for item in gold] == [("attack", (6, 13), 3)]
    found = events.score(page(("Assault", None, {"actor": 0, "recipient": 4, "place": 2})), gold)
    assert found["triggers"] == found["triggers, attack"] == Tally(1, 1, 1, 1)
    assert found["arguments"] == Tally(1, 3, 1, 3)
    assert found["arguments, any role"] == Tally(3, 3, 3, 3)


def test_a_wrong_class_finds_no_event(tmp_path: Path) -> None:
    """Its arguments are wrong too; a class that the data have no type for is not counted."""
    gold = gold_of(tmp_path, record())
    found = events.score(page(("Request", None, {"actor": 0})), gold)
    assert found["triggers"] == Tally(0, 1, 0, 1)
    assert found["triggers, any class"] == Tally(1, 1, 1, 1)
    assert found["arguments, all"] == Tally(0, 1, 0, 3)
    assert events.score(page(("WeaponsTest", None, {"actor": 0})), gold)["triggers"] == Tally(0, 0, 0, 1)


def test_the_narrower_type_decides() -> None:
    """The first entry of the table that fits."""
    broad, narrow = events.kind("Contact.Contact.Unspecified"), events.kind("Contact.Contact.Meet")
    assert broad is not None
    assert narrow is not None
    assert (len(broad[1]), sorted(narrow[1])) == (2, ["Consultation"])
    assert events.kind("Medical.Intervention") is None


def test_a_bad_file_of_wikievents(tmp_path: Path) -> None:
    """It is named with the document."""
    with pytest.raises(KGraphError, match=r"w\.jsonl: d: not as in WikiEvents"):
        gold_of(tmp_path, record(entity_mentions=[{"id": "T1"}]))


# ---------------------------------------------------------------- MUC-4

REPORT = """DEV-MUC3-0001 (XYZ)

   VINNA, 4 FEB 90 (OSMAR RADIO) -- [TEXT] KELD GUNMEN SHELLED A
BRIDGE YESTERDAY.

   A NURSE WAS HURT.

DEV-MUC3-0002 (XYZ)

   VINNA (OSMAR), NO DATE -- IT RAINED.
"""
FIELDS = {
    0: "MESSAGE: ID                     DEV-MUC3-0001",
    1: "MESSAGE: TEMPLATE               1",
    2: "INCIDENT: DATE                  (03 FEB 90) / (- 04 FEB 90)",
    3: "INCIDENT: LOCATION              OSMAR: VINNA (CITY)",
    4: "INCIDENT: TYPE                  ATTACK",
    6: "INCIDENT: INSTRUMENT ID         -",
    9: 'PERP: INDIVIDUAL ID             "KELD GUNMEN" / "GUNMEN"',
    10: 'PERP: ORGANIZATION ID           ? "KELD FRONT"',
    12: 'PHYS TGT: ID                    "STONE BRIDGE" / "BRIDGE"',
    18: 'HUM TGT: NAME                   "ADA LUND"',
    19: 'HUM TGT: DESCRIPTION            "NURSE": "ADA LUND"\n' + " " * 36 + '"PASSERS-BY"',
}


def key(**changes: str) -> str:
    """The template of the report, with other lines by number (``_4="…"``)."""
    lines = FIELDS | {int(number[1:]): line for number, line in changes.items()}
    return ";;; a note\n\n" + "\n".join(f"{str(at) + '.':4}{line}" for at, line in lines.items()) + "\n\n"


def templates(tmp_path: Path, text: str) -> dict[str, list[Template]]:
    """The templates of a key file."""
    file = tmp_path / "key-x"
    file.write_text(text, encoding="utf-8")
    return keys.templates(file)


def test_reports_have_the_date_of_their_dateline(tmp_path: Path) -> None:
    """A paragraph is a line; labels in brackets are no text."""
    file = tmp_path / "dev"
    file.write_text(REPORT, encoding="utf-8")
    first, second = keys.articles(file)
    assert (first.id, first.date) == ("DEV-MUC3-0001", "1990-02-04")
    assert first.text == "KELD GUNMEN SHELLED A BRIDGE YESTERDAY.\n\nA NURSE WAS HURT."
    assert (second.date, second.text) == (None, "IT RAINED.")


def test_a_template(tmp_path: Path) -> None:
    """Alternatives, what is optional, wider places, and the two lines of victims in one."""
    (template,) = templates(tmp_path, key())["DEV-MUC3-0001"]
    assert template == Template(
        "DEV-MUC3-0001",
        (
            Filler("type", ("ATTACK",)),
            Filler("date", ("03 FEB 90", "- 04 FEB 90")),
            Filler("place", ("VINNA",)),
            Filler("place", ("OSMAR",), optional=True),
            Filler("perpetrator", ("KELD GUNMEN", "GUNMEN")),
            Filler("perpetrator", ("KELD FRONT",), optional=True),
            Filler("target", ("STONE BRIDGE", "BRIDGE")),
            Filler("victim", ("ADA LUND", "NURSE")),
            Filler("victim", ("PASSERS-BY",)),
        ),
    )
    none = templates(tmp_path, key(_1="MESSAGE: TEMPLATE               *"))
    assert none == {"DEV-MUC3-0001": []}
    (free,) = templates(tmp_path, key(_1="MESSAGE: TEMPLATE               1 (OPTIONAL)"))["DEV-MUC3-0001"]
    assert free.optional


def test_bad_files_of_muc(tmp_path: Path) -> None:
    """Other texts are said to be no reports and no keys."""
    with pytest.raises(KGraphError, match=r"key-x:1: 'Dear reader' is no line of a template"):
        templates(tmp_path, "Dear reader\n")
    with pytest.raises(KGraphError, match=r"a template ends here that lacks lines"):
        templates(tmp_path, "0.  MESSAGE: ID                     DEV-MUC3-0001\n")
    with pytest.raises(KGraphError, match=r"key-x: no report of MUC here"):
        list(keys.articles(tmp_path / "key-x"))
    with pytest.raises(KGraphError, match="cannot be read"):
        list(keys.articles(tmp_path / "none.gz"))


@pytest.mark.parametrize(
    ("ours", "theirs", "right"),
    [
        ("the Keld gunmen", "GUNMEN OF KELD", True),
        ("two bridges", "STONE BRIDGE", True),
        ("Keld Front", "VINNA FRONT [VF]", True),
        ("a bus", "BUSES AND TRUCKS", False),
        ("Osmar", "KELD", False),
    ],
)
def test_strings_are_right_by_their_head(ours: str, theirs: str, right: bool) -> None:
    """Whatever stands before or after it."""
    assert muc4.same(ours, theirs) is right


def test_dates_within_those_of_the_keys() -> None:
    """An end, a day between, or as precise as both ends."""
    assert muc4.same_date("1990-02-03", "02 FEB 90 - 04 FEB 90")
    assert muc4.same_date("1990-02", "02 FEB 90 - 04 FEB 90")
    assert not muc4.same_date("1990", "31 DEC 89 - 04 FEB 90")
    assert not muc4.same_date("1990-02-05", "- 04 FEB 90")
    assert not muc4.same_date("1990-02-05", "-")


def test_incidents_of_an_article() -> None:
    """Events of a type that share a victim are one; another type is another incident."""
    found = muc4.incidents(
        page(
            ("Assault", "artillery", {"actor": 0, "recipient": 2}),
            ("Defeat", None, {"recipient": 2, "place": 4}),
            ("Assault", "abduct", {"recipient": 2}),
            ("Aid", None, {"recipient": 2}),
            date="1990-02-04",
        )
    )
    shapes = sorted(sorted((answer.slot, *answer.strings) for answer in incident) for incident in found)
    both = [("date", "1990-02-04"), ("type", "KIDNAPPING"), ("victim", "Keld")]
    rest = [("perpetrator", "Osmar"), ("place", "Vinna"), ("type", "ATTACK"), ("victim", "Keld")]
    assert shapes == [[both[0], *rest], both]


def test_triples_of_aligned_incidents(tmp_path: Path) -> None:
    """The incident with more in common takes the template; the other is spurious."""
    gold = templates(tmp_path, key())["DEV-MUC3-0001"]

    def answer(slot: str, *strings: str) -> Answer:
        return Answer(slot, frozenset(strings))

    near = frozenset(
        {answer("type", "ATTACK"), answer("target", "the bridge"), answer("perpetrator", "Keld Front", "KF")}
    )
    far = frozenset({answer("type", "ATTACK"), answer("victim", "a soldier")})
    found = muc4.score([far, near], gold)
    assert found["all"] == Tally(3, 5, 2, 7)
    assert found["perpetrator"] == Tally(1, 1, 0, 1), "an optional filler is right and was not asked for"
    assert found["incidents"] == Tally(1, 2, 1, 1)
    assert found["without spurious incidents"] == Tally(3, 3, 2, 7)


def test_optional_templates_cost_nothing(tmp_path: Path) -> None:
    """Missed they do not count; found they do."""
    (free,) = templates(tmp_path, key(_1="MESSAGE: TEMPLATE               1 (OPTIONAL)"))["DEV-MUC3-0001"]
    assert muc4.score([], [free])["all"] == Tally()
    attack = frozenset({Answer("type", frozenset({"ATTACK"}))})
    assert muc4.score([attack], [free])["type"] == Tally(1, 1, 1, 1)
