"""Sentence boundaries by rule."""

from __future__ import annotations

import pytest

from kgraph.nlp import component  # noqa: F401 - registers the components
from kgraph.nlp.split import blank

NLP = blank()
NLP.add_pipe("kgraph_sentences")


def split(text: str) -> list[str]:
    """The sentences of a text, stripped."""
    return [sentence.text.strip() for sentence in NLP(text).sents]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The base was hit.", "Nobody was hurt."],
        ["Gen. Ali Karimov met Lt. Col. Jane Roe in Doha.", "They spoke for an hour."],
        ["The U.S. Navy sent two ships.", "The U.K. sent one."],
        ["They left the U.S.", "The minister stayed."],
        ["“We will stay,” he said.", "“We have no plans to leave.”", "Then he left."],
        ["Is the base closed?", "No!", "It is open."],
        ["About 3.5 million people fled, the U.N. said.", "Most went north."],
        ["The ship sailed on Dec. 11 from Tartus.", "It carried No. 5 fuel."],
        ["J. K. Okoro signed the deal."],
    ],
)
def test_sentences_in_a_paragraph(sentences: list[str]) -> None:
    """Ends of sentences, abbreviations, quotations."""
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["The eagles caught drones over Leiden.", "Police in Ghent want them too."],
        ["The camp was built in 1998.", "Forty guards live there."],
        ['"We shall stay."', "The general then left."],
        ["Who ordered it?", "Nobody knows."],
    ],
)
def test_a_page_that_lost_its_spaces(sentences: list[str]) -> None:
    """Sentences end where the space between them is gone."""
    assert split("".join(sentences)) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "See Talks.Com for more.",
        "He met Gen.Hale on Sept.12 at 3.5 miles.",
        "U.S.Army and J.Roe of Acme.Co left.",
    ],
)
def test_a_dot_within_words_ends_nothing(text: str) -> None:
    """Domains, titles, months, initials."""
    assert split(text) == [text]


def test_a_heading_is_a_sentence_of_its_own() -> None:
    """A line without a full stop, then a blank line."""
    assert split("Base handed over\n\nThe flag came down.") == ["Base handed over", "The flag came down."]


def test_wrapped_lines_are_one_sentence() -> None:
    """Text wrapped at a column goes on over the line break."""
    text = (
        "The ministry said on Monday that its forces had left the air\nbase near the border and that"
        " Qatar had been told about it in\nadvance. A second convoy followed."
    )
    assert [len(sentence.split()) for sentence in split(text)] == [26, 4]


def test_a_list_is_cut_at_its_lines() -> None:
    """Short lines that start with a capital are items."""
    assert split("Ships in port\nHMS Diamond\nUSS Porter\n") == ["Ships in port", "HMS Diamond", "USS Porter"]


def test_given_sentences_stay() -> None:
    """A Doc that comes with its own boundaries keeps them."""
    from spacy.tokens import Doc

    doc = Doc(NLP.vocab, words=["A", ".", "B"], sent_starts=[True, False, False])
    assert len(list(NLP.get_pipe("kgraph_sentences")(doc).sents)) == 1


@pytest.mark.parametrize(
    "dateline",
    [
        "QUITO, Ecuador —",
        "Vienna, July 14 -",
        "ADEN (Reuters) –",
        "SAN PEDRO, 3 JAN 90 --",
        "KYIV, Ukraine --",
    ],
)
def test_a_dateline_is_no_part_of_its_sentence(dateline: str) -> None:
    """Where and when a report was filed acts in nothing."""
    assert split(f"{dateline} Two bridges fell.\n\nNobody was hurt.") == [
        dateline,
        "Two bridges fell.",
        "Nobody was hurt.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "NATO — the alliance of the West — said so.",
        "F-16 - a fighter of the seventies - flies on.",
        "The U.S. - Iraq talks went on.",
        "THE REBELS - WHO FLED - SAID SO.",
        "Envoys met — Monday was too late.",
    ],
)
def test_a_dash_makes_no_dateline(text: str) -> None:
    assert split(text) == [text]
