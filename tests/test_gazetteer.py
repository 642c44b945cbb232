"""The gazetteer finds what the news calls things, and its files are checked when loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgraph import gazetteer, ontology
from kgraph.errors import OntologyError
from kgraph.gazetteer import Gazetteer, normalize, slug

STATES = "name\tclass\taliases\tadjectives\tcapital\nRuritania\tState\tRUR\tRuritanian\tStrelsau=Strelzau\n"


@pytest.fixture(scope="module")
def shipped() -> Gazetteer:
    """Load the gazetteer as shipped."""
    return gazetteer.load()


def folder(where: Path, **files: str) -> Path:
    """Write files of a gazetteer, with the made-up state they may name."""
    for name, text in {"states": STATES, **files}.items():
        (where / f"{name}.tsv").write_text(text, encoding="utf-8")
    return where


@pytest.mark.parametrize(
    ("name", "mention_type", "key"),
    [
        ("United States", None, "actor/united-states"),
        ("the United States", "State", "actor/united-states"),
        ("US", "State", "actor/united-states"),
        ("U.S.", "State", "actor/united-states"),
        ("UNITED STATES OF AMERICA", None, "actor/united-states"),
        ("Syrian Republic", "State", "actor/syria"),
        ("Syria", "Place", "actor/syria"),
        ("Türkiye", "State", "actor/turkey"),
        ("cote d’ivoire", "State", "actor/ivory-coast"),
        ("ISIS", "ArmedGroup", "actor/islamic-state"),
        ("Isis", "ArmedGroup", "actor/islamic-state"),
        ("Daesh", "Organization", "actor/islamic-state"),
        ("Al-Qa’ida", "ArmedGroup", "actor/al-qaeda"),
        ("Nato", "InternationalOrganization", "actor/nato"),
        ("Pentagon", "GovernmentBody", "actor/united-states-department-of-defense"),
        ("the Pentagon", None, "actor/united-states-department-of-defense"),
        ("Pentagon", "Place", "place/pentagon-building"),
        ("Russian Ministry of Defense", "GovernmentBody", "actor/ministry-of-defence-of-russia"),
        ("U.S. Central Command", "MilitaryForce", "actor/united-states-central-command"),
        ("Interfax", "Organization", "actor/interfax"),
        ("al Udeid", "Base", "place/al-udeid-air-base"),
        ("Hmeimim", "Base", "place/khmeimim-air-base"),
        ("Raqqa", "Place", "place/raqqa"),
        ("Lattakia", "Place", "place/latakia"),
        ("River Euphrates", "Place", "place/euphrates"),
        ("Washington", "Place", "place/washington"),
        ("Georgia", "State", "actor/georgia"),
        ("Georgia", None, "actor/georgia"),
        ("Georgia", "Place", "place/georgia-us-state"),
        ("Singapore", None, "actor/singapore"),
        ("Singapore", "Place", "place/singapore"),
        ("Tripoli", "Place", "place/tripoli"),
        ("RSF", "ArmedGroup", "actor/rapid-support-forces"),
        ("RSF", "Organization", "actor/reporters-without-borders"),
        ("Kurdish", "Nationality", "actor/kurds"),
        ("Russian", "Nationality", "actor/russia"),
    ],
)
def test_find(shipped: Gazetteer, name: str, mention_type: str | None, key: str) -> None:
    """Spelling is forgiven, and the type of the mention chooses among namesakes."""
    entry = shipped.find(name, mention_type=mention_type)
    assert entry is not None
    assert entry.key == key


@pytest.mark.parametrize(
    ("name", "mention_type"),
    [
        ("us", None),
        ("is", "ArmedGroup"),
        ("Who", "InternationalOrganization"),
        ("Wagner", "Person"),
        ("Latakia", "Base"),
        ("NATO", "Place"),
        ("Turkey", "Equipment"),
        ("polish", "Nationality"),
        ("Atlantis", None),
        ("", None),
        ("the", None),
        ("…", None),
        ("\u202e</script>\x00", None),
        ("\ud800", "Place"),
    ],
)
def test_find_nothing(shipped: Gazetteer, name: str, mention_type: str | None) -> None:
    """Small words, things of another kind and rubbish are not found."""
    assert shipped.find(name, mention_type=mention_type) is None


def test_unknown_mention_type(shipped: Gazetteer) -> None:
    """A slip of the pen in a caller is not quietly None."""
    with pytest.raises(OntologyError, match=r"'Country' is not a type of mention; known: .*State"):
        shipped.find("France", mention_type="Country")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Russian", "Russia"),
        ("Britons", "United Kingdom"),
        ("American", "United States"),
        ("Soviet", "Soviet Union"),
    ],
)
def test_adjective(shipped: Gazetteer, word: str, name: str) -> None:
    """Adjectives and peoples lead to their state."""
    found = shipped.adjective(word)
    assert found is not None
    assert (found.name, found.cls) == (name, "State")


def test_adjective_needs_its_capital(shipped: Gazetteer) -> None:
    """To polish is not Polish, and a people without a state has none."""
    assert shipped.adjective("polish") is None
    assert shipped.adjective("Kurdish") is None
    assert shipped.adjective("") is None


@pytest.mark.parametrize(
    ("name", "state"),
    [("Moscow", "Russia"), ("Washington, D.C.", "United States"), ("Kiev", "Ukraine"), ("KYIV", "Ukraine")],
)
def test_capital(shipped: Gazetteer, name: str, state: str) -> None:
    """A capital leads to the state that it may act for, and is a place in it."""
    found = shipped.capital(name)
    assert found is not None
    assert found.name == state
    place = shipped.find(name, mention_type="Place")
    assert place is not None
    assert (place.cls, place.state) == ("Place", state)


def test_metonym(shipped: Gazetteer) -> None:
    """Buildings stand for governments; other names do not."""
    for name, state in [("the Kremlin", "Russia"), ("White House", "United States"), ("Elysée", "France")]:
        found = shipped.metonym(name)
        assert found is not None, name
        assert found.name == state
    assert shipped.metonym("Hermitage") is None


def test_bases_have_operator_state_and_position(shipped: Gazetteer) -> None:
    """The two bases of the example, and no base without operator, class below Base and position."""
    udeid = shipped.entries["place/al-udeid-air-base"]
    assert (udeid.cls, udeid.state, udeid.operators[0]) == ("AirBase", "Qatar", "United States")
    khmeimim = shipped.entries["place/khmeimim-air-base"]
    assert (khmeimim.state, khmeimim.operators) == ("Syria", ("Russia",))
    known = ontology.load()
    bases = [entry for entry in shipped.entries.values() if known.is_a(entry.cls, "Base")]
    assert len(bases) >= 150
    assert [base.name for base in bases if not base.operators or base.lat is None or base.lon is None] == []


def test_enough_of_everything(shipped: Gazetteer) -> None:
    """All members of the UN are there, and every name leads back to a thing of its class."""
    lines = (ontology.data_dir() / "gazetteer" / "states.tsv").read_text(encoding="utf-8").split("\n")
    codes = {cells[2] for line in lines if len(cells := line.split("\t")) > 2 and len(cells[2]) == 2}
    past = {"SU", "YU", "CS", "DD", "YD", "RH"}
    assert len(codes - past - {"VA", "PS", "XK", "TW", "EH"}) == 193
    assert {"VA", "PS", "XK", "TW", "EH"} | past <= codes
    classes = [entry.cls for entry in shipped.entries.values()]
    assert classes.count("Place") >= 150
    for entry in shipped.entries.values():
        found = shipped.find(entry.name, mention_type=shipped.type_of(entry))
        assert found is not None
        assert found.cls == entry.cls, entry.name


def test_every_file_names_its_source() -> None:
    """Data without a source is not taken in."""
    files = sorted((ontology.data_dir() / "gazetteer").glob("*.tsv"))
    assert len(files) == 7
    assert [
        file.name for file in files if not file.read_text(encoding="utf-8").startswith("# source: ")
    ] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("  The  White-House ", "white house"),
        ("U.S. Army", "us army"),
        ("Washington, D.C.", "washington dc"),
        ("Da’esh", "daesh"),
        ("N'Djamena", "ndjamena"),
        ("Turkey's", "turkey"),
        ("Diyarbakır İl", "diyarbakir il"),
        ("Ørland/Łask", "orland lask"),
        ("Al\u200b-Udeid\u202e", "al udeid"),
        ("R&AW", "r and aw"),
        ("Москва", "москва"),
        ("the", "the"),
        ("—", ""),
    ],
)
def test_normalize(name: str, expected: str) -> None:
    """What spelling may vary is folded; a second time changes nothing."""
    assert normalize(name) == expected
    assert normalize(expected) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("United States", "united-states"),
        ("Al-Udeid Air Base", "al-udeid-air-base"),
        ("São Tomé", "sao-tome"),
        ("OPEC+", "opec-plus"),
        ("a/../b?c#d%20", "a-b-c-d-20"),
        ("Киев", "%D0%BA%D0%B8%D0%B5%D0%B2"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    """A slug is safe inside an IRI."""
    assert slug(name) == expected


def test_slug_is_never_empty_endless_or_shared() -> None:
    """Rubbish and very long names keep their identity."""
    assert slug("") != ""
    assert slug("!!!") != slug("???")
    assert slug("\ud800").isascii()
    assert len(slug("a" * 5000)) < 100
    assert slug("a" * 5000) != slug("a" * 5001)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    """A user's folder stands alone."""
    mine = gazetteer.load(folder(tmp_path, metonyms="metonym\tof\nHentzau House\tRuritania\n"))
    assert sorted(mine.entries) == ["actor/ruritania", "place/strelsau"]
    for found in (mine.metonym("Hentzau House"), mine.capital("Strelzau"), mine.adjective("Ruritanian")):
        assert found is not None
        assert found.name == "Ruritania"


def test_extra_files_add_and_replace(tmp_path: Path) -> None:
    """An extra file brings new entries, and a new version of a shipped one."""
    extra = tmp_path / "extra.tsv"
    extra.write_text(
        "name\tclass\taliases\toperators\tof\n"
        "Fort Example\tArmyBase\tExample\tUnited States; France\tFrance\n"
        "Al Udeid Air Base\tAirBase\tUdeid Field\tQatar\tQatar\n",
        encoding="utf-8",
    )
    mine = gazetteer.load(extra=[extra])
    fort = mine.find("Example", mention_type="Base")
    assert fort is not None
    assert (fort.key, fort.operators) == ("place/fort-example", ("United States", "France"))
    assert mine.entries["place/al-udeid-air-base"].operators == ("Qatar",)
    assert mine.find("Al-Udaid", mention_type="Base") is None


def test_where_things_lie_and_who_says_so(tmp_path: Path) -> None:
    """Coordinates of a line, or of points.txt; the file is named, and half a pair is none."""
    folder(
        tmp_path,
        mine="name\tclass\tlat\tlon\nFort Example\tArmyBase\t1.5\t-2\nHalf\tPlace\t3\t\nBay\tPlace\t\t\n",
    )
    (tmp_path / "points.txt").write_text(
        "# degrees\nStrelsau\t50\t14.25\nFort Example\t9\t9\n", encoding="utf-8"
    )
    found = gazetteer.load(tmp_path).entries
    assert (found["place/fort-example"].lat, found["place/fort-example"].lon) == (1.5, -2)
    assert found["place/fort-example"].located_by == "mine.tsv"
    assert (found["place/strelsau"].lon, found["place/strelsau"].located_by) == (14.25, "points.txt")
    assert found["place/half"].lat is None
    assert found["place/bay"].located_by == ""
    (tmp_path / "points.txt").write_text("Zenda\t50\t14\n", encoding="utf-8")
    with pytest.raises(OntologyError, match=r"points\.txt:1: 'Zenda': is no place of the gazetteer"):
        gazetteer.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\tclass\nX\tAirbase\n", ":2: 'X': 'Airbase' is not a class of entities; known: Accident, "),
        ("name\tclass\nX\tSentence\n", ":2: 'X': 'Sentence' is not a class of entities"),
        ("name class\nX AirBase\n", ":1: 'name class' is not a column; known: adjectives, aliases"),
        (
            "name\tclass\tof\nX\tAirBase\tRuritana\n",
            ":2: 'X': 'Ruritana' is not a state; nearest of 1 known: Ruritania",
        ),
        ("name\tclass\toperators\nX\tAirBase\tY\n", ":2: 'X': 'Y' is not an entry; nearest of 2 known: "),
        ("name\tclass\tlat\nX\tAirBase\t91\n", ":2: 'X': lat '91' is no number from -90 to 90"),
        ("name\tclass\tlon\nX\tAirBase\teast\n", ":2: 'X': lon 'east' is no number"),
        ("# comment\n\nname\tclass\nX\tPlace\textra\n", ":4: 'X': 3 cells under 2 columns"),
        ("name\tclass\n\tPlace\n", ":2: no name"),
        ("name\tclass\nX\tPlace\nx\tBase\n", ":3: 'x': has the same key as 'X' in "),
        ("metonym\tof\nX\tNowhere\n", ":2: 'X': 'Nowhere' is not a state"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """One line names file, line, entry and what is known."""
    with pytest.raises(OntologyError) as caught:
        gazetteer.load(folder(tmp_path, mine=text))
    assert f"{tmp_path / 'mine.tsv'}{message}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """Nothing there, a missing file and another encoding each get their line."""
    with pytest.raises(OntologyError, match=r"no \*\.tsv file"):
        gazetteer.load(tmp_path)
    with pytest.raises(OntologyError, match=r"absent\.tsv: cannot be read"):
        gazetteer.load(folder(tmp_path), extra=[tmp_path / "absent.tsv"])
    (tmp_path / "latin.tsv").write_bytes(b"name\tclass\nK\xf6ln\tPlace\n")
    with pytest.raises(OntologyError, match=r"latin\.tsv: is not UTF-8 text"):
        gazetteer.load(tmp_path)
