"""Which mentions are one entity, and what that entity is."""

from __future__ import annotations

import time

import pytest
from spacy.tokens import Doc

from docs import article, build
from kgraph import gazetteer, ontology
from kgraph.extract.mentions import Mentions, read
from kgraph.extract.names import fits, fold_person, initials
from kgraph.gazetteer import Gazetteer
from kgraph.model import Entity
from kgraph.ontology import Ontology

Known = tuple[Gazetteer, Ontology]


@pytest.fixture(scope="module")
def known() -> Known:
    classes = ontology.load()
    return gazetteer.load(ontology=classes), classes


def read_doc(doc: Doc, known: Known) -> Mentions:
    return read(doc, article(doc), gazetteer=known[0], ontology=known[1])


def of(found: Mentions, doc: Doc, word: str, nth: int = 1) -> Entity | None:
    """The entity of the mention whose head is the nth such word."""
    token = [token for token in doc if token.text == word][nth - 1]
    mention = found.at(token)
    return None if mention is None else found.entity(mention)


def test_title_and_last_name_join_the_full_name(known: Known) -> None:
    """Title, full name, last name and "he" are one person; the label is the full name."""
    doc = build(
        """
        Russian/JJ/amod/Minister Minister/NNP/nmod:desc/Ivan Ivan/NNP/nsubj/spoke Petrov/NNP/flat/Ivan
          spoke/VBD/ROOT//speak ./.
        Petrov/NNP/nsubj/said said/VBD/ROOT//say he/PRP/nsubj/agreed agreed/VBD/ccomp/said/agree ./.
        The/DT/det/minister Russian/JJ/amod/minister minister/NN/nsubj/left left/VBD/ROOT//leave ./.
        """,
        names={"Ivan Petrov": "Person", "Petrov": "Person", "Russian": "Nationality"},
        heads={"Minister": "Person", "minister": "Person"},
    )
    found = read_doc(doc, known)
    person = of(found, doc, "Ivan")
    assert person is not None
    assert (person.key, person.label, person.aliases) == ("person/ivan-petrov", "Ivan Petrov", ("Petrov",))
    assert {of(found, doc, word) for word in ("Minister", "he", "minister")} == {person}
    assert of(found, doc, "Petrov", 2) == person


def test_nationality_that_disagrees_parts_two_presidents(known: Known) -> None:
    """“The Turkish president” is not the Russian one."""
    doc = build(
        """
        Russian/JJ/amod/President President/NNP/nmod:desc/Ivan Ivan/NNP/nsubj/spoke spoke/VBD/ROOT//speak ./.
        The/DT/det/president Turkish/JJ/amod/president president/NN/nsubj/left left/VBD/ROOT//leave ./.
        """,
        names={"Ivan": "Person", "Russian": "Nationality", "Turkish": "Nationality"},
        heads={"President": "Person", "president": "Person"},
    )
    found = read_doc(doc, known)
    assert of(found, doc, "President") == of(found, doc, "Ivan")
    assert of(found, doc, "president") != of(found, doc, "Ivan")


def test_last_name_of_two_people_stays_apart(known: Known) -> None:
    """A last name that fits two full names joins neither."""
    doc = build(
        """
        Anna/NNP/nsubj/met Roth/NNP/flat/Anna met/VBD/ROOT//meet Boris/NNP/obj/met Roth/NNP/flat/Boris ./.
        Roth/NNP/nsubj/left left/VBD/ROOT//leave ./.
        """,
        names={"Anna Roth": "Person", "Boris Roth": "Person", "Roth": "Person"},
    )
    found = read_doc(doc, known)
    assert len({of(found, doc, "Anna"), of(found, doc, "Boris"), of(found, doc, "Roth", 3)}) == 3


@pytest.mark.parametrize(
    ("short", "full", "same"),
    [
        ("Putin", "Vladimir Putin", True),
        ("V. Putin", "Vladimir Putin", True),
        ("Sergey Lavrov", "Sergei Lavrov", True),
        ("Assad", "Bashar al-Assad", True),
        ("Ivanka Trump", "Donald Trump", False),
        ("Vladimir", "Sergei Lavrov", False),
    ],
)
def test_forms_of_a_persons_name(short: str, full: str, same: bool) -> None:
    """Initials, particles and transliterations fit; another first name does not."""
    assert fits(fold_person(short), fold_person(full)) is same


def test_initials() -> None:
    """Acronyms with and without the small words."""
    assert initials("Front for the Liberation of Zembla") == {"FFTLOZ", "FLZ"}


def test_acronym_in_brackets_and_later(known: Known) -> None:
    """A long form and its acronym are one, the acronym an alias."""
    doc = build(
        """
        Zemblan/NNP/compound/Front Liberation/NNP/compound/Front Front/NNP/nsubj/fought (/-LRB-/punct/ZLF
          ZLF/NNP/appos/Front )/-RRB-/punct/ZLF fought/VBD/ROOT//fight ./.
        ZLF/NNP/nsubj/fled fled/VBD/ROOT//flee ./.
        """,
        names={"Zemblan Liberation Front": "ArmedGroup", "ZLF": "ArmedGroup"},
    )
    found = read_doc(doc, known)
    (entity,) = found.entities
    assert (entity.key, entity.aliases) == ("actor/zemblan-liberation-front", ("ZLF",))


def test_gazetteer_aliases_are_one(known: Known) -> None:
    """Names that the gazetteer knows as one thing are one, under its key and class."""
    doc = build(
        """
        ISIS/NNP/nsubj/fled fled/VBD/ROOT//flee ./.
        Islamic/NNP/amod/State State/NNP/nsubj/lost lost/VBD/ROOT//lose ./.
        """,
        names={"ISIS": "State", "Islamic State": "ArmedGroup"},
    )
    (entity,) = read_doc(doc, known).entities
    assert (entity.key, entity.cls) == ("actor/islamic-state", "ArmedGroup")


@pytest.mark.parametrize(
    ("sentence", "key"),
    [
        ("Moscow/NNP/nsubj/rejected rejected/VBD/ROOT//reject it/PRP/obj/rejected ./.", "actor/russia"),
        ("They/PRP/nsubj/met met/VBD/ROOT//meet in/IN/case/Moscow Moscow/NNP/obl/met ./.", "place/moscow"),
        ("He/PRP/nsubj/flew flew/VBD/ROOT//fly to/IN/case/Moscow Moscow/NNP/obl/flew ./.", "place/moscow"),
        (
            "Talks/NNS/nsubj/failed/talk with/IN/case/Moscow Moscow/NNP/nmod/Talks failed/VBD/ROOT//fail ./.",
            "actor/russia",
        ),
        (
            "Moscow/NNP/nmod:poss/mayor 's/POS/case/Moscow mayor/NN/nsubj/left left/VBD/ROOT//leave ./.",
            "place/moscow",
        ),
        (
            "Moscow/NNP/nmod:poss/decision 's/POS/case/Moscow decision/NN/nsubj/stood stood/VBD/ROOT ./.",
            "actor/russia",
        ),
        ("It/PRP/nsubj/accused accused/VBD/ROOT//accuse Moscow/NNP/obj/accused ./.", "actor/russia"),
        ("It/PRP/nsubj/bombed bombed/VBD/ROOT//bomb Moscow/NNP/obj/bombed ./.", "place/moscow"),
    ],
)
def test_a_capital_acts_or_lies_in_place(known: Known, sentence: str, key: str) -> None:
    """The grammatical role decides whether a capital is its state."""
    doc = build(sentence, names={"Moscow": "Place"})
    entity = of(read_doc(doc, known), doc, "Moscow")
    assert entity is not None
    assert entity.key == key


def test_troops_of_a_state_are_its_armed_forces(known: Known) -> None:
    """“Russian troops” and "Russia's army" are one thing in all articles; two soldiers are not."""
    doc = build(
        """
        Russian/JJ/amod/troops troops/NNS/nsubj/left/troop left/VBD/ROOT//leave ./.
        Russia/NNP/nmod:poss/army 's/POS/case/Russia army/NN/nsubj/lost lost/VBD/ROOT//lose
          two/CD/nummod/soldiers Russian/JJ/amod/soldiers soldiers/NNS/obj/lost/soldier ./.
        """,
        names={"Russian": "Nationality", "Russia": "State"},
        heads={"troops": "MilitaryForce", "army": "MilitaryForce", "soldiers": "MilitaryForce"},
    )
    found = read_doc(doc, known)
    force = of(found, doc, "troops")
    assert force is not None
    assert force == of(found, doc, "army")
    assert force.cls == "MilitaryForce"
    assert "test" not in force.key
    soldiers = of(found, doc, "soldiers")
    assert soldiers is not None
    assert soldiers.key == "actor/test-two-russian-soldiers-" + str(doc[-4].idx)


def test_department_is_the_ministry_before_it(known: Known) -> None:
    """A definite nominal finds its antecedent by class of words; a name without its state does too."""
    doc = build(
        """
        Syrian/JJ/amod/Ministry Ministry/NNP/nsubj/spoke of/IN/case/Defense Defense/NNP/nmod/Ministry
          spoke/VBD/ROOT//speak ./.
        The/DT/det/department department/NN/nsubj/warned warned/VBD/ROOT//warn ./.
        The/DT/det/Ministry Ministry/NNP/nsubj/left of/IN/case/Defense Defense/NNP/nmod/Ministry
          left/VBD/ROOT//leave ./.
        """,
        names={"Syrian Ministry of Defense": "GovernmentBody", "Ministry of Defense": "GovernmentBody"},
        heads={"department": "GovernmentBody"},
    )
    found = read_doc(doc, known)
    assert [entity.key for entity in found.entities] == ["actor/ministry-of-defence-of-syria"]
    assert len(found.mentions) == 3


def test_base_and_country_go_back_to_the_last(known: Known) -> None:
    """“The base” is the last base, "the country" the last state; an indefinite one is new."""
    doc = build(
        """
        Jets/NNS/nsubj/left/jet left/VBD/ROOT//leave Camp/NNP/compound/Zorn Zorn/NNP/obj/left in/IN/case/Peru
          Peru/NNP/obl/left ./.
        The/DT/det/base base/NN/nsubj/closed closed/VBD/ROOT//close and/CC/cc/has the/DT/det/country
          country/NN/nsubj/has has/VBZ/conj/closed/have a/DT/det/base#2 base/NN/obj/has ./.
        """,
        names={"Camp Zorn": "Base", "Peru": "State"},
        heads={"base": "Base", "country": "State"},
    )
    found = read_doc(doc, known)
    assert of(found, doc, "base") == of(found, doc, "Zorn")
    assert of(found, doc, "country") == of(found, doc, "Peru")
    assert of(found, doc, "base", 2) != of(found, doc, "Zorn")


def test_owner_and_place_name_a_base_everywhere(known: Known) -> None:
    """“The Chilean naval base in Zembla” has a key without the article in it."""
    doc = build(
        """
        The/DT/det/base Chilean/JJ/amod/base naval/JJ/amod/base base/NN/nsubj/closed in/IN/case/Zembla
          Zembla/NNP/nmod/base closed/VBD/ROOT//close ./.
        """,
        names={"Chilean": "Nationality", "Zembla": "Place"},
        heads={"base": "Base"},
    )
    entity = of(read_doc(doc, known), doc, "base")
    assert entity is not None
    assert (entity.key, entity.cls) == ("place/naval-base-of-chile-in-zembla", "NavalBase")


def test_relative_pronoun_and_apposition(known: Known) -> None:
    """“Who” is what its clause hangs on; "a spokesman for" is the name before it."""
    doc = build(
        """
        Greg/NNP/nsubj/left ,/, a/DT/det/spokesman spokesman/NN/appos/Greg ,/, who/WP/nsubj/spoke
          spoke/VBD/acl:relcl/Greg/speak ,/, left/VBD/ROOT//leave ./.
        """,
        names={"Greg": "Person"},
        heads={"spokesman": "Person"},
    )
    found = read_doc(doc, known)
    assert len(found.entities) == 1
    assert [mention.span.text for mention in found.mentions] == ["Greg", "a spokesman", "who"]


def test_first_person_is_the_speaker(known: Known) -> None:
    """“I” in a quotation is who says it; outside of one it is nobody."""
    doc = build(
        """
        “/`` I/PRP/nsubj/won won/VBD/ccomp/said/win ,/, ”/'' said/VBD/ROOT//say Roth/NNP/nsubj/said ./.
        I/PRP/nsubj/know know/VBP/ROOT ./.
        """,
        names={"Roth": "Person"},
    )
    found = read_doc(doc, known)
    assert of(found, doc, "I") == of(found, doc, "Roth")
    assert of(found, doc, "I", 2) is None


def test_we_is_the_side_of_the_speaker(known: Known) -> None:
    """A minister's "we" is the state; that of a person of no known side is left open."""
    text = """
        “/`` We/PRP/nsubj/won won/VBD/ccomp/said/win ,/, ”/'' said/VBD/ROOT//say Russian/JJ/amod/minister
          minister/NN/compound/Roth Roth/NNP/nsubj/said ./.
        """
    names = {"Roth": "Person", "Russian": "Nationality"}
    doc = build(text, names=names, heads={"minister": "Person"})
    found = read_doc(doc, known)
    assert of(found, doc, "We") == of(found, doc, "Russian")
    plain = build(
        text.replace("Russian/JJ/amod/minister", ""), names={"Roth": "Person"}, heads={"minister": "Person"}
    )
    assert of(read_doc(plain, known), plain, "We") is None


def test_object_pronoun_is_not_its_own_subject(known: Known) -> None:
    """In "Roth met him", he is not Roth, and with nobody else around he is nobody."""
    doc = build(
        "Roth/NNP/nsubj/met met/VBD/ROOT//meet him/PRP/obj/met ./.",
        names={"Roth": "Person"},
    )
    assert of(read_doc(doc, known), doc, "him") is None


def test_gender_chooses(known: Known) -> None:
    """“She” is Mrs Roth, although Mr Kohl is nearer."""
    doc = build(
        """
        Mrs/NNP/nmod:desc/Roth Roth/NNP/nsubj/met met/VBD/ROOT//meet
          Mr/NNP/nmod:desc/Kohl Kohl/NNP/obj/met ./.
        She/PRP/nsubj/left left/VBD/ROOT//leave before/IN/case/him him/PRP/obl/left ./.
        """,
        names={"Roth": "Person", "Kohl": "Person"},
    )
    found = read_doc(doc, known)
    assert of(found, doc, "She") == of(found, doc, "Roth")
    assert of(found, doc, "him") == of(found, doc, "Kohl")


def test_they_for_two_states_is_no_guess(known: Known) -> None:
    """“They” after "Peru and Chile" means both, which no single node is."""
    doc = build(
        """
        Peru/NNP/nsubj/spoke and/CC/cc/Chile Chile/NNP/conj/Peru spoke/VBD/ROOT//speak ./.
        They/PRP/nsubj/agreed agreed/VBD/ROOT//agree ./.
        """,
        names={"Peru": "State", "Chile": "State"},
    )
    assert of(read_doc(doc, known), doc, "They") is None


def test_it_is_not_about_a_state_when_a_document_was_brought_up(known: Known) -> None:
    """A noun that is no mention competes for "it"."""
    doc = build(
        """
        Peru/NNP/nsubj/liked liked/VBD/ROOT//like talks/NNS/obj/liked/talk ./.
        Envoys/NNS/nsubj/signed/envoy signed/VBD/ROOT//sign the/DT/det/document document/NN/obj/signed ./.
        It/PRP/nsubj/allows allows/VBZ/ROOT//allow visits/NNS/obj/allows/visit ./.
        """,
        names={"Peru": "State"},
    )
    assert of(read_doc(doc, known), doc, "It") is None


def test_people_that_are_no_states(known: Known) -> None:
    """An adjective of a state is the State; a people without one is an actor of its own."""
    doc = build(
        """
        Turkish/JJ/amod/jets jets/NNS/nsubj/struck/jet struck/VBD/ROOT//strike Zemblans/NNPS/obj/struck ./.
        """,
        names={"Turkish": "Nationality", "Zemblans": "Nationality"},
    )
    found = read_doc(doc, known)
    assert [(entity.key, entity.cls) for entity in found.entities] == [
        ("actor/turkey", "State"),
        ("actor/zemblans", "Actor"),
    ]


def test_same_input_same_output(known: Known) -> None:
    """Two readings of one Doc are equal, ids and all."""
    doc = build(
        "Peru/NNP/nsubj/met met/VBD/ROOT//meet Chile/NNP/obj/met ./.",
        names={"Peru": "State", "Chile": "State"},
    )
    first, second = read_doc(doc, known), read_doc(doc, known)
    assert first == second
    assert [mention.id for mention in first.mentions] == ["m1", "m2"]


def test_time_grows_with_the_text(known: Known) -> None:
    """Six times the sentences take some six times as long, not thirty-six times."""
    words = ["Peru/NNP/nsubj/met", "met/VBD/ROOT", "the/DT/det/group", "group/NN/obj/met", "of/IN/case/it"]
    line = " ".join([*words, "it/PRP/nmod/group\n"])
    taken = []
    for count in (100, 600):
        doc = build(line * count, names={"Peru": "State"}, heads={"group": "ArmedGroup"})
        begin = time.process_time()
        assert len(read_doc(doc, known).mentions) == 3 * count
        taken.append(time.process_time() - begin)
    assert taken[1] < 18 * taken[0]


def test_a_name_the_tagger_broke(known: Known) -> None:
    """The gazetteer's longest name wins over the pieces that the model saw."""
    doc = build(
        """
        The/DT/det/State Islamic/NNP/amod/State State/NNP/nsubj/fled of/IN/case/Iraq Iraq/NNP/nmod/State
          and/CC/cc/Levant the/DT/det/Levant Levant/NNP/conj/Iraq fled/VBD/ROOT//flee ./.
        """,
        names={"Islamic State of": "Organization", "Iraq": "State", "Levant": "Place"},
    )
    found = read_doc(doc, known)
    (entity,) = found.entities
    assert entity.key == "actor/islamic-state"
    assert [mention.span.text for mention in found.mentions] == ["Islamic State of Iraq and the Levant"]


def test_a_bare_title_is_no_name(known: Known) -> None:
    """“President” alone, even when tagged as a name, makes no node of all presidents."""
    doc = build("President/NNP/nsubj/spoke spoke/VBD/ROOT//speak ./.", names={"President": "Person"})
    (entity,) = read_doc(doc, known).entities
    assert entity.key == "person/test-president-0"


def test_whom_a_coalition_is_against_is_not_that_coalition(known: Known) -> None:
    """A name behind "counter-" is another thing than the noun it describes."""
    doc = build(
        """
        ISIL/NNP/nsubj/left left/VBD/ROOT//leave ./.
        The/DT/det/coalition counter/NN/compound/coalition -/HYPH/punct/counter ISIL/NNP/compound/coalition
          coalition/NN/nsubj/stayed stayed/VBD/ROOT//stay ./.
        """,
        names={"ISIL": "ArmedGroup"},
        heads={"coalition": "ArmedGroup"},
    )
    found = read_doc(doc, known)
    group, coalition = of(found, doc, "ISIL"), of(found, doc, "coalition")
    assert group is not None
    assert coalition is not None
    assert group.key != coalition.key


def test_the_army_is_no_group_that_calls_itself_one(known: Known) -> None:
    """A state's force is not the armed group in whose name the word stands."""
    doc = build(
        """
        The/DT/det/Army Irish/NNP/compound/Army Republican/NNP/compound/Army Army/NNP/nsubj/grew
          grew/VBD/ROOT//grow ./.
        The/DT/det/army army/NN/nsubj/moved moved/VBD/ROOT//move ./.
        """,
        names={"Irish Republican Army": "ArmedGroup"},
        heads={"army": "MilitaryForce"},
    )
    found = read_doc(doc, known)
    group, army = of(found, doc, "Army"), of(found, doc, "army")
    assert group is not None
    assert army is not None
    assert group.key != army.key


def test_a_reflexive_is_the_subject_of_its_clause(known: Known) -> None:
    """Not the person that was spoken of most."""
    doc = build(
        """
        Ivo/NNP/nsubj/spoke Brandt/NNP/flat/Ivo spoke/VBD/ROOT//speak ./.
        Brandt/NNP/nsubj/said said/VBD/ROOT//say the/DT/det/gunman gunman/NN/nsubj/shot
          shot/VBD/ccomp/said/shoot himself/PRP/obj/shot ./.
        """,
        names={"Ivo Brandt": "Person", "Brandt": "Person"},
        heads={"gunman": "Person", "himself": "Person"},
    )
    found = read_doc(doc, known)
    assert of(found, doc, "himself") == of(found, doc, "gunman") is not None


@pytest.mark.parametrize(
    ("words", "name", "said", "cls"),
    [
        ("Lower/NNP/compound/Morrow Morrow/NNP/nsubj/fell", "Lower Morrow", "State", "Place"),
        ("Morrow/NNP/compound/Police Police/NNP/nsubj/fell", "Morrow Police", "State", "Organization"),
        ("Morrow/NNP/compound/Republic Republic/NNP/nsubj/fell", "Morrow Republic", "State", "State"),
        ("Hobbyists/NNS/nsubj/fell/hobbyist", "", "ArmedGroup", "Person"),
        ("Parties/NNS/nsubj/fell/party", "", "ArmedGroup", "Organization"),
        ("Gunmen/NNS/nsubj/fell/gunman", "", "ArmedGroup", "ArmedGroup"),
        ("Districts/NNS/nsubj/fell/district", "", "State", "Place"),
        ("Nations/NNS/nsubj/fell/nation", "", "State", "State"),
    ],
)
def test_words_that_tell_better_than_the_model(
    known: Known, words: str, name: str, said: str, cls: str
) -> None:
    """All states are in the gazetteer, and hobbyists are no armed group."""
    head = words.split()[-1].partition("/")[0]
    doc = build(
        f"{words} fell/VBD/ROOT//fall ./.",
        names={name: said} if name else {},
        heads={} if name else {head: said},
    )
    entity = of(read_doc(doc, known), doc, head)
    assert entity is not None
    assert entity.cls == cls
