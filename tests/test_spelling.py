"""Names in many spellings: which are one, and which only look it."""

from __future__ import annotations

import pytest

from kgraph import spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lavrov", "lawrow"),
        ("latakia", "lattakia"),
        ("odesa", "odessa"),
        ("deir", "dayr"),
        ("khalid", "khaled"),
        ("qaddafi", "gaddafi"),
        ("zelensky", "zelenskiy"),
        ("sergei", "serhii"),
        ("hassan", "hasan"),
        ("hussein", "husayn"),
        ("tell", "tal"),
        ("12th", "12"),
    ],
)
def test_spellings_of_one_word(one: str, other: str) -> None:
    """Transliterations are one by sound or by the table, whichever comes first; a word is itself."""
    assert 0.8 <= spelling.alike(one, other) <= 1
    assert spelling.alike(one, other) == spelling.alike(other, one)
    assert spelling.alike(one, one) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hassan", "hussein"),
        ("hassan", "hussain"),
        ("12", "13"),
        ("1st", "11th"),
        ("ii", "iii"),
        ("2", "ii"),
        ("holm", "helm"),
        ("ann", "anna"),
        ("keldland", "norvia"),
    ],
)
def test_words_that_stay_apart(one: str, other: str) -> None:
    """Other numbers, short words and names that differ in more than spelling are different."""
    assert spelling.alike(one, other) == 0
    assert spelling.alike(other, one) == 0


def test_the_table_speaks_before_the_sounds() -> None:
    """Family names are compared loosely, but not two that the table knows as different ones."""
    assert spelling.near("lavrov", "lavrouv") > 0
    assert spelling.near("hassan", "hasan") > 0
    assert spelling.near("hassan", "hussein") == 0
    assert spelling.near("holm", "keld") == 0


def test_words_write_numbers_as_figures() -> None:
    """A name in normal form: lower case, without accents, "third" as 3."""
    assert spelling.words("The Third Keldér Army") == ("3", "kelder", "army")
    assert spelling.same(spelling.words("Third Army"), spelling.words("3rd Army")) == 1
    assert spelling.same(spelling.words("Third Army"), spelling.words("Fourth Army")) == 0


def test_names_of_several_words() -> None:
    """Word by word, or written together; nothing is like no words at all."""
    assert spelling.same(("tell", "brann"), ("tal", "brann")) == pytest.approx(0.9)
    assert spelling.same(("tell", "brann"), ("tellbrann",)) == pytest.approx(0.95)
    assert spelling.same(("port", "keld"), ("port", "brann")) == 0
    assert spelling.same(("port", "keld"), ("portbrann",)) == 0
    assert spelling.same((), ("keld",)) == 0


def test_skeleton() -> None:
    """Consonants by their sounds; a first vowel counts, one within and a closing h do not."""
    assert spelling.skeleton("lavrov") == spelling.skeleton("lawrow") == "lvrv"
    assert spelling.skeleton("udeid") == spelling.skeleton("adid") == "add"
    assert spelling.skeleton("hasakah") == spelling.skeleton("hasaka")
    assert spelling.skeleton("latakia") != spelling.skeleton("malatya")
    assert spelling.skeleton("12") == "12"


def test_distance_counts_vowels_half() -> None:
    """A consonant too much is one edit, a vowel half of one."""
    assert spelling.distance("keld", "keld") == 0
    assert spelling.distance("hrkuv", "hrkv") == 0.5
    assert spelling.distance("hrkv", "hrk") == 1
    assert spelling.distance("sar", "Sir") == 1


def test_core_keeps_something() -> None:
    """Articles go; a name of nothing else stays as it is."""
    assert spelling.core("al-Keldiya") == ("keldiya",)
    assert spelling.core("Camp Brannoch", drop=spelling.KINDS) == ("brannoch",)
    assert spelling.core("Air Base", drop=spelling.KINDS) == ("air", "base")


def test_initials() -> None:
    """With and without the small words; one word has none."""
    assert spelling.initials("Free Army of Keldland") == {"fak", "faok"}
    assert spelling.initials("Keld Front") == frozenset()
    assert spelling.initials("Keldland") == frozenset()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("FAK", True), ("F.A.K.", True), ("FAKs", True), ("Fak", False), ("FK", False), ("FAK 12", False)],
)
def test_acronyms(name: str, expected: bool) -> None:
    """One word of three to eight letters, all capitals but one."""
    assert spelling.is_acronym(name) is expected


@pytest.mark.parametrize(
    "family",
    [
        ("attack", "attacks", "attacked", "attackers", "attacking"),
        ("bomb", "bombing", "bombings", "bombed"),
        ("kill", "killed", "killings", "killers"),
        ("deploy", "deployment", "deployed"),
    ],
)
def test_stem(family: tuple[str, ...]) -> None:
    """Verbs and the nouns made of them are one, and of no other family."""
    assert len({spelling.stem(word) for word in family}) == 1
    assert spelling.stem(family[0]) != spelling.stem("shelling")
