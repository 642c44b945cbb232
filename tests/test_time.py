"""Time expressions: where they stand and what TIMEX3 value they have, in news and in histories."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import pytest

from kgraph.evaluate import wikiwars
from kgraph.extract.time import bounds, times
from kgraph.model import Span, Time

FRIDAY = "2018-01-19"
Expected = list[tuple[str, str]]


def read(text: str, reference: str | None = None) -> tuple[Time, ...]:
    """Read the times of a text whose sentences end with a full stop and a space."""
    ends = [found.end() for found in re.finditer(r"(?<!\b(?:Dec|Jan|a\.m|p\.m))\.\s|\Z", text)]
    begins = [0, *ends[:-1]]
    sentences = [Span(begin, end, text[begin:end]) for begin, end in zip(begins, ends, strict=True)]
    return times(text, sentences, reference=reference)


def pairs(text: str, reference: str | None = None) -> Expected:
    """Surface and value of every time found."""
    return [(found.span.text, found.value) for found in read(text, reference)]


NEWS: list[tuple[str, str | None, Expected]] = [
    # dates that say all
    ("The base opened on 11 December 2017.", None, [("11 December 2017", "2017-12-11")]),
    ("On December 11, 2017, troops left.", FRIDAY, [("December 11, 2017", "2017-12-11")]),
    ("The 3rd of May, 2011 was quiet.", None, [("The 3rd of May, 2011", "2011-05-03")]),
    ("Signed on the twenty-first of June 1994.", None, [("the twenty-first of June 1994", "1994-06-21")]),
    ("Filed 2017-12-11 by our staff.", None, [("2017-12-11", "2017-12-11")]),
    (
        "Delivered on 25/12/2017 and 12/25/2016.",
        None,
        [("25/12/2017", "2017-12-25"), ("12/25/2016", "2016-12-25")],
    ),
    ("The form says 11/12/2017.", None, []),
    ("It began on Sunday, 2 July 2017.", FRIDAY, [("Sunday, 2 July 2017", "2017-07-02")]),
    ("Jets flew on the night of 13 April 2018.", None, [("the night of 13 April 2018", "2018-04-13TNI")]),
    ("The treaty of 31 February 2017 is a forgery.", None, [("February 2017", "2017-02")]),
    # parts of dates
    ("In June 2016 the ministry objected.", FRIDAY, [("June 2016", "2016-06")]),
    ("In the beginning of December 2017, it ended.", FRIDAY, [("the beginning of December 2017", "2017-12")]),
    ("By early 2015 the port was full.", FRIDAY, [("early 2015", "2015")]),
    ("The yard closed in the mid-1990s.", FRIDAY, [("the mid-1990s", "199")]),
    ("He served there in the summer of 1942.", FRIDAY, [("the summer of 1942", "1942-SU")]),
    ("Orders rose in the second half of 2016.", FRIDAY, [("the second half of 2016", "2016-H2")]),
    ("Sales fell in Q3 2017.", FRIDAY, [("Q3 2017", "2017-Q3")]),
    ("In March the two staffs met.", FRIDAY, [("March", "2017-03")]),
    ("In January the two staffs met.", FRIDAY, [("January", "2018-01")]),
    ("The ship sailed on Dec. 11 from Tartus.", FRIDAY, [("Dec. 11", "2017-12-11")]),
    ("The drill will begin on February 4.", FRIDAY, [("February 4", "2018-02-04")]),
    ("In late May the crews returned.", FRIDAY, [("late May", "2017-05")]),
    # against the article's date
    ("Pilots were warned on Monday.", FRIDAY, [("Monday", "2018-01-15")]),
    ("The envoy arrived on Friday.", FRIDAY, [("Friday", "2018-01-19")]),
    ("The minister will fly to Doha on Monday.", FRIDAY, [("Monday", "2018-01-22")]),
    ("On Tuesday, the council is expected to vote.", FRIDAY, [("Tuesday", "2018-01-23")]),
    ("He said on Monday that crews will leave.", FRIDAY, [("Monday", "2018-01-15")]),
    ("Shells fell on Thursday night.", FRIDAY, [("Thursday night", "2018-01-18TNI")]),
    ("The talks resume next Monday.", FRIDAY, [("next Monday", "2018-01-22")]),
    ("The talks failed last Friday.", FRIDAY, [("last Friday", "2018-01-12")]),
    ("Two ships left yesterday.", FRIDAY, [("yesterday", "2018-01-18")]),
    ("Two more leave tomorrow morning.", FRIDAY, [("tomorrow morning", "2018-01-20TMO")]),
    ("They met the day before yesterday.", FRIDAY, [("the day before yesterday", "2018-01-17")]),
    ("A convoy passed last week.", FRIDAY, [("last week", "2018-W02")]),
    ("A convoy passed last night.", FRIDAY, [("last night", "2018-01-18TNI")]),
    (
        "It struck at dawn this morning.",
        FRIDAY,
        [("dawn", "XXXX-XX-XXTMO"), ("this morning", "2018-01-19TMO")],
    ),
    ("The offer was made two days ago.", FRIDAY, [("two days ago", "2018-01-17")]),
    ("Work starts next month.", FRIDAY, [("next month", "2018-02")]),
    ("Twelve rockets were fired this year.", FRIDAY, [("this year", "2018")]),
    ("Spending rose last year.", FRIDAY, [("last year", "2017")]),
    ("Fighting went on over the weekend.", FRIDAY, [("the weekend", "2018-W02-WE")]),
    ("It blew up early on Sunday.", FRIDAY, [("Sunday", "2018-01-14")]),
    (
        "It blew up in the early hours of Sunday morning.",
        FRIDAY,
        [("the early hours of Sunday morning", "2018-01-14TMO")],
    ),
    ("It blew up late Tuesday.", FRIDAY, [("late Tuesday", "2018-01-16")]),
    ("It blew up earlier today.", FRIDAY, [("earlier today", "2018-01-19")]),
    ("The fleet is in port today.", FRIDAY, [("today", "2018-01-19")]),
    # against the story
    (
        "On December 11 he gave the order. The next day, crews packed.",
        FRIDAY,
        [("December 11", "2017-12-11"), ("The next day", "2017-12-12")],
    ),
    (
        "Talks began on 4 March 2011. The same day, a bridge fell; two weeks later the road was cut.",
        None,
        [("4 March 2011", "2011-03-04"), ("The same day", "2011-03-04"), ("two weeks later", "2011-W11")],
    ),
    (
        "The pact dates from June 1955. That December it was broken, and a year earlier nobody had known.",
        None,
        [("June 1955", "1955-06"), ("That December", "1955-12"), ("a year earlier", "1954")],
    ),
    (
        "He took office in November 1978. The following month he resigned.",
        None,
        [("November 1978", "1978-11"), ("The following month", "1978-12")],
    ),
    (
        "They landed in November 1942. In January they were relieved.",
        None,
        [("November 1942", "1942-11"), ("January", "1943-01")],
    ),
    (
        "Annexed in 2014, the area was sealed. In March a fence was built.",
        FRIDAY,
        [("2014", "2014"), ("March", "2014-03")],
    ),
    (
        "The first camp dates from May 1987. Later that year a second was built.",
        None,
        [("May 1987", "1987-05"), ("Later that year", "1987")],
    ),
    # ranges
    ("It lasted from 3 to 5 May 2011.", None, [("3", "2011-05-03"), ("5 May 2011", "2011-05-05")]),
    ("It lasted from May 3-5, 2011.", None, [("May 3", "2011-05-03"), ("5, 2011", "2011-05-05")]),
    (
        "From 30 April to 2 May 1945 they fought.",
        None,
        [("30 April", "1945-04-30"), ("2 May 1945", "1945-05-02")],
    ),
    ("From December to March 1951 it snowed.", None, [("December", "1950-12"), ("March 1951", "1951-03")]),
    ("Between 1914 and 1918 none came.", None, [("1914", "1914"), ("1918", "1918")]),
    ("The blockade (1914–18) was long.", None, [("1914", "1914"), ("18", "1918")]),
    ("The war of 264 to 241 BC was naval.", None, [("264", "BC0264"), ("241 BC", "BC0241")]),
    # long ago and long spans
    ("Crossed in 218 BC by elephants. In 216, a defeat.", None, [("218 BC", "BC0218"), ("216", "BC0216")]),
    ("A harbour of the 2nd century BC.", None, [("the 2nd century BC", "BC01")]),
    ("A fort of the nineteenth century.", None, [("the nineteenth century", "18")]),
    # durations and sets
    ("The siege took three days.", FRIDAY, [("three days", "P3D")]),
    ("Talks went on for two years.", FRIDAY, [("two years", "P2Y")]),
    ("The runway was clear in 24 hours.", FRIDAY, [("24 hours", "PT24H")]),
    ("It took two and a half years.", FRIDAY, [("two and a half years", "P2.5Y")]),
    ("After several weeks the 46-day battle ended.", FRIDAY, [("several weeks", "PXW"), ("46-day", "P46D")]),
    ("They train every year and report annually.", FRIDAY, [("every year", "XXXX"), ("annually", "XXXX")]),
    ("Planes land every three days.", FRIDAY, [("every three days", "P3D")]),
    # clocks
    (
        "At 5:30 p.m. on 20 March 2003 it began.",
        None,
        [("5:30 p.m.", "2003-03-20T17:30"), ("20 March 2003", "2003-03-20")],
    ),
    ("The siren sounded at 07:15.", None, [("07:15", "XXXX-XX-XXT07:15")]),
    # nothing to go by
    ("In March the envoys met.", None, [("March", "XXXX-03")]),
    ("The envoys met on Monday.", None, [("Monday", "XXXX-XX-XX")]),
    ("The next day they left.", None, [("The next day", "XXXX-XX-XX")]),
    ("They left on May 4.", None, [("May 4", "XXXX-05-04")]),
]  # fmt: skip

NOTHING = [
    "Russia may suspend the line, and troops may march on.",
    "May the talks succeed.",
    "They march to the sea in a second column.",
    "The convoy carried 1,000 soldiers and 2000 troops.",
    "A Su-22 and two F-16s met a T-34-85.",
    "Resolution 1701 and Resolution 2254 were read out.",
    "After the fall of Saigon the embassy closed.",
    "They spring to attention.",
    "About 1500 people fled; 1800 prisoners stayed.",
    "It cost $2000 and weighed 1990 kg.",
    "April Jones met August Keller.",
    "The Long March ended in the hills.",
    "He won 52:48, then 3-2.",
    "Flight 1990 was late.",
]


@pytest.mark.parametrize(("text", "reference", "expected"), NEWS)
def test_times(text: str, reference: str | None, expected: Expected) -> None:
    """Each sentence's expressions have these spans and values."""
    assert pairs(text, reference) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text: str) -> None:
    """Words and numbers that only look like times are left alone."""
    assert pairs(text, FRIDAY) == []


def test_ids_offsets_and_basis() -> None:
    """Ids count up in text order, offsets give the surface, the basis says where the value comes from."""
    text = "On Monday — 🚀 — he spoke of June 2016, then of the next day and of three days."
    found = read(text, FRIDAY)
    assert [each.id for each in found] == ["t1", "t2", "t3", "t4"]
    assert [text[each.span.begin : each.span.end] for each in found] == [each.span.text for each in found]
    assert [each.basis for each in found] == ["relative", "explicit", "relative", "explicit"]
    assert [each.type for each in found] == ["DATE", "DATE", "DATE", "DURATION"]


def test_without_sentences_and_with_a_bad_date() -> None:
    """No sentences and an unreadable article date leave the values open, and raise nothing."""
    assert [each.value for each in times("On Monday.", (), reference="yesterday")] == ["XXXX-XX-XX"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2017-12-11", ("2017-12-11", "2017-12-11")),
        ("2017-12-11TNI", ("2017-12-11", "2017-12-11")),
        ("2017-12-11T10:57", ("2017-12-11", "2017-12-11")),
        ("2016-06", ("2016-06", "2016-06")),
        ("2016", ("2016", "2016")),
        ("2017-W50", ("2017-12-11", "2017-12-17")),
        ("2017-W50-WE", ("2017-12-16", "2017-12-17")),
        ("2016-SU", ("2016-06", "2016-08")),
        ("2016-WI", ("2016", "2016")),
        ("2016-H2", ("2016-07", "2016-12")),
        ("2016-Q1", ("2016-01", "2016-03")),
        ("199", ("1990", "1999")),
        ("19", ("1900", "1999")),
        ("BC0218", ("-0217", "-0217")),
        ("BC0001", ("0000", "0000")),
        ("BC0480-08", ("-0479-08", "-0479-08")),
        ("BC0480-SU", ("-0479-06", "-0479-08")),
        ("BC047", ("-0478", "-0469")),
        ("BC01", ("-0198", "-0099")),
        *(
            (value, None)
            for value in ("XXXX-03", "1943-07-XX", "P3D", "PRESENT_REF", "", "2017-02-30", "2017-W60")
        ),
    ],
)
def test_bounds(value: str, expected: tuple[str, str] | None) -> None:
    """First and last XSD date of a value; None where it is no date."""
    assert bounds(value) == expected


@pytest.mark.parametrize(
    "piece",
    [
        "the soldiers went home ",
        "March ",
        "the ",
        "5 and ",
        "12:30 ",
        "1999-",
        "a few ",
        "\u00a0",
        "a",
        "1",
        "'99 ",
    ],
)
def test_linear(piece: str) -> None:
    """A long line takes time in proportion to its length, whatever it repeats."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        begin = time.process_time()
        times(text, (Span(0, len(text)),), reference=FRIDAY)
        return time.process_time() - begin

    assert seconds(12_000) < 12 * seconds(3_000) + 0.2


def test_wikiwars_scores(tmp_path: Path) -> None:
    """The benchmark reads a marked text, counts what fits, and reports it."""
    path = tmp_path / "17_Small.tml.gz"
    path.write_bytes(
        gzip.compress(
            b"<TimeML><DCT><TIMEX3 value='2009-12-19'>2009-12-19</TIMEX3></DCT><TEXT>It fell in "
            b"<TIMEX3 value='1941-06'>June 1941</TIMEX3> after <TIMEX3 value='P2D'>two days</TIMEX3> &amp; "
            b"<TIMEX3 value='X'>the hour of need</TIMEX3>. In <TIMEX3 value='1940'>1941</TIMEX3> too."
            b"</TEXT></TimeML>"
        )
    )
    text, created, gold = wikiwars.read(path)
    assert created == "2009-12-19"
    assert [text[begin:end] for begin, end, _ in gold] == [
        "June 1941",
        "two days",
        "the hour of need",
        "1941",
    ]
    assert wikiwars.score(path) == wikiwars.Score(gold=4, found=3, strict=3, relaxed=3, value=2)
    (tallies,) = wikiwars.evaluate(path)
    assert [round(tally.f1, 1) for tally in tallies.values()] == [85.7, 85.7, 57.1]
