"""Realis and attribution on hand-built trees."""

from __future__ import annotations

import pytest

from docs import build
from kgraph import frames, ontology
from kgraph.extract.claims import announced, claim_of, reporter
from kgraph.extract.quotes import quotes

FRAMES = frames.load(ontology.load())


def claim(text: str, trigger: str) -> tuple[str, str | None]:
    """Realis and the source's word for the trigger with this text."""
    doc = build(text)
    token = next(token for token in doc if token.text == trigger)
    found = claim_of(token, settings=FRAMES.settings, realis=FRAMES.realis)
    return found.realis, found.source.text if found.source is not None else None


@pytest.mark.parametrize(
    ("text", "trigger", "realis", "source"),
    [
        ("Troops/NNS/nsubj/left left/VBD/ROOT//leave Kunduz/NNP/obj/left ./.", "left", "actual", None),
        (
            "Troops/NNS/nsubj/leave did/VBD/aux/leave/do not/RB/advmod/leave leave/VB/ROOT",
            "leave",
            "negated",
            None,
        ),
        (
            "Troops/NNS/nsubj/leave will/MD/aux/leave leave/VB/ROOT Kunduz/NNP/obj/leave",
            "leave",
            "planned",
            None,
        ),
        (
            "Troops/NNS/nsubj/leave may/MD/aux/leave leave/VB/ROOT Kunduz/NNP/obj/leave",
            "leave",
            "hypothetical",
            None,
        ),
        (
            "Ankara/NNP/nsubj/said said/VBD/ROOT//say troops/NNS/nsubj/left left/VBD/ccomp/said/leave ./.",
            "left",
            "actual",
            "Ankara",
        ),
        (
            "Ankara/NNP/nsubj/denied denied/VBD/ROOT//deny that/IN/mark/left troops/NNS/nsubj/left"
            " left/VBD/ccomp/denied/leave ./.",
            "left",
            "negated",
            "Ankara",
        ),
        (
            "Ankara/NNP/nsubj/plans plans/VBZ/ROOT//plan to/TO/mark/withdraw withdraw/VB/xcomp/plans ./.",
            "withdraw",
            "planned",
            None,
        ),
        (
            "If/IN/mark/strike they/PRP/nsubj/strike strike/VBP/advcl/answer ,/, we/PRP/nsubj/answer"
            " will/MD/aux/answer answer/VB/ROOT ./.",
            "strike",
            "hypothetical",
            None,
        ),
    ],
)
def test_realis_and_source(text: str, trigger: str, realis: str, source: str | None) -> None:
    """Negation, modals, conditions, plans, reported and denied speech."""
    assert claim(text, trigger) == (realis, source)


def test_a_partner_with_its_own_auxiliary_is_not_negated() -> None:
    """Given "the group did not surrender and was destroyed": only the first verb is negated."""
    text = (
        "Group/NN/nsubj/surrender did/VBD/aux/surrender/do not/RB/advmod/surrender surrender/VB/ROOT"
        " and/CC/cc/destroyed was/VBD/aux:pass/destroyed/be destroyed/VBN/conj/surrender/destroy ./."
    )
    assert claim(text, "destroyed")[0] == "actual"
    assert claim(text, "surrender")[0] == "negated"


def test_according_to() -> None:
    """A phrase beside the clause names the source."""
    text = (
        "Troops/NNS/nsubj/left left/VBD/ROOT//leave ,/, according/VBG/case/Ankara to/IN/fixed/according"
        " Ankara/NNP/obl/left ./."
    )
    assert claim(text, "left") == ("actual", "Ankara")


def test_a_clause_set_beside_the_sentence_reports_it() -> None:
    """As in "Troops left, Interfax reports"."""
    doc = build(
        "Troops/NNS/nsubj/left left/VBD/ROOT//leave ,/, Interfax/NNP/nsubj/reports"
        " reports/VBZ/parataxis/left/report ./."
    )
    source = reporter(doc[1], FRAMES.settings["say_verbs"])
    assert source is not None
    assert source.text == "Interfax"


def test_a_quotation_goes_on_with_its_speaker() -> None:
    """The second quotation has no verb of saying; the speaker is that of the first."""
    doc = build(
        """
        “/``/punct/leave We/PRP/nsubj/leave will/MD/aux/leave leave/VB/ccomp/said soon/RB/advmod/leave
          ,/, ”/''/punct/leave said/VBD/ROOT//say Okoro/NNP/nsubj/said ./.
        “/``/punct/left The/DT/det/enemy enemy/NN/nsubj/left left/VBD/ROOT//leave in/IN/case/May
          May/NNP/obl/left ./. ”/''/punct/left
        """
    )
    assert [quote.speaker.text for quote in quotes(doc, FRAMES.settings["say_verbs"]) if quote.speaker] == [
        "Okoro",
        "Okoro",
    ]


def test_a_headline_names_its_speaker_before_a_colon() -> None:
    """What stands before a colon speaks; a clause there does not."""
    said = build("Orlov/NNP/parataxis/failed :/:/punct/Orlov raid/NN/nsubj/failed failed/VBD/ROOT//fail")
    assert (found := announced(said[3])) is not None
    assert found.text == "Orlov"
    plain = build(
        "They/PRP/nsubj/met met/VBD/ROOT//meet :/:/punct/met talks/NNS/nsubj/failed failed/VBD/ccomp/met"
    )
    assert announced(plain[4]) is None


@pytest.mark.parametrize(
    ("text", "trigger", "realis"),
    [
        (
            "No/DT/det/soldiers soldiers/NNS/nsubj:pass/killed were/VBD/aux:pass/killed/be"
            " killed/VBN/ROOT//kill",
            "killed",
            "negated",
        ),
        (
            "They/PRP/nsubj/shelled shelled/VBD/ROOT//shell no/DT/det/towns towns/NNS/obj/shelled",
            "shelled",
            "negated",
        ),
        (
            "Rebels/NNS/nsubj/beat cannot/MD/aux/beat beat/VB/ROOT the/DT/det/army army/NN/obj/beat",
            "beat",
            "negated",
        ),
        (
            "Talks/NNS/nsubj/help should/MD/aux/help help/VB/ROOT them/PRP/obj/help",
            "Talks",
            "hypothetical",
        ),
        (
            "They/PRP/nsubj/use use/VBP/ROOT gas/NN/obj/use to/TO/mark/kill kill/VB/advcl/use"
            " people/NNS/obj/kill",
            "kill",
            "actual",
        ),
        (
            "They/PRP/nsubj/came came/VBD/ROOT//come to/TO/mark/kill kill/VB/advcl/came people/NNS/obj/kill",
            "kill",
            "planned",
        ),
        (
            "He/PRP/nsubj/vowed vowed/VBD/ROOT//vow to/TO/mark/condemn condemn/VB/xcomp/vowed the/DT/det/raid"
            " raid/NN/obj/condemn",
            "raid",
            "actual",
        ),
        (
            "Boats/NNS/nsubj:pass/sunk seized/VBN/acl/Boats/seize will/MD/aux/sunk be/VB/aux:pass/sunk"
            " sunk/VBN/ROOT//sink",
            "seized",
            "actual",
        ),
    ],
    ids=["no subject", "no object", "cannot", "modal subject", "use to", "aim", "factive", "participle"],
)
def test_realis_by_construction(text: str, trigger: str, realis: str) -> None:
    assert claim(text, trigger)[0] == realis


@pytest.mark.parametrize(
    ("text", "trigger", "realis"),
    [
        (
            "The/DT/det/goal goal/NN/nsubj/defeat is/VBZ/cop/defeat/be the/DT/det/defeat defeat/NN/ROOT"
            " of/IN/case/rebels rebels/NNS/nmod/defeat",
            "defeat",
            "planned",
        ),
        (
            "She/PRP/nsubj/warned warned/VBD/ROOT//warn that/IN/mark/crossed tanks/NNS/nsubj/crossed"
            " had/VBD/aux/crossed/have crossed/VBN/ccomp/warned/cross",
            "crossed",
            "actual",
        ),
        (
            "She/PRP/nsubj/warned warned/VBD/ROOT//warn that/IN/mark/cross tanks/NNS/nsubj/cross"
            " may/MD/aux/cross cross/VB/ccomp/warned",
            "cross",
            "hypothetical",
        ),
        (
            "He/PRP/nsubj/deny did/VBD/aux/deny/do not/RB/advmod/deny deny/VB/ROOT the/DT/det/raid"
            " raid/NN/obj/deny",
            "raid",
            "hypothetical",
        ),
        (
            "He/PRP/nsubj:pass/accused is/VBZ/aux:pass/accused/be accused/VBN/ROOT//accuse"
            " of/IN/mark/planning"
            " planning/VBG/advcl/accused/plan the/DT/det/raid raid/NN/obj/planning",
            "raid",
            "actual",
        ),
        (
            "He/PRP/nsubj:pass/accused is/VBZ/aux:pass/accused/be accused/VBN/ROOT//accuse"
            " of/IN/mark/planning"
            " planning/VBG/advcl/accused/plan a/DT/det/raid raid/NN/obj/planning",
            "raid",
            "hypothetical",
        ),
        (
            "They/PRP/nsubj/know did/VBD/aux/know/do not/RB/advmod/know know/VB/ROOT where/WRB/advmod/fell"
            " shells/NNS/nsubj/fell fell/VBD/ccomp/know/fall",
            "fell",
            "actual",
        ),
        (
            "They/PRP/nsubj/back back/VBP/ROOT the/DT/det/talks talks/NNS/obj/back/talk"
            " that/WDT/nsubj:pass/held will/MD/aux/held be/VB/aux:pass/held held/VBN/acl:relcl/talks/hold",
            "talks",
            "planned",
        ),
        (
            "They/PRP/nsubj/clarify will/MD/aux/clarify clarify/VB/ROOT this/DT/det/raid raid/NN/obj/clarify",
            "raid",
            "actual",
        ),
        (
            "It/PRP/nsubj:pass/downed was/VBD/aux:pass/downed/be nearly/RB/advmod/downed"
            " downed/VBN/ROOT//down",
            "downed",
            "negated",
        ),
        (
            "They/PRP/nsubj/find did/VBD/aux/find/do not/RB/advmod/find find/VB/ROOT a/DT/det/way"
            " way/NN/obj/find"
            " to/TO/mark/meet meet/VB/acl/way",
            "meet",
            "negated",
        ),
    ],
    ids="goal warned_had warned_may not_deny planning_the planning_a where held this nearly no_way".split(),
)
def test_what_is_taken_for_granted(text: str, trigger: str, realis: str) -> None:
    """Clauses and nouns that mean what was whatever governs them, beside those that do not."""
    assert claim(text, trigger)[0] == realis
