"""PDFs made here: columns, running heads, broken words, tables, titles, and what has no text."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from kgraph.evaluate.fuzz import small_pdf
from kgraph.read.layout import Page, Piece, arrange
from reading import only, refused, written

pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab, which makes the PDFs, is missing")

TITLE = "Norland opens a second airfield"
STORY = (
    "The defence ministry of Norland said on Monday that it would open a second airfield near Kestrel Bay. "
    "Foreign Minister Ada Lindqvist met her counterpart from Keldania. Opposition lawmakers accused the "
    "government of undermining the neutrality of the archipelago. A spokesman denied it."
)
WORDS = STORY.split()


def wrapped(width: int) -> list[str]:
    """Return the words in lines of at most so many characters."""
    lines = [""]
    for word in WORDS:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def drawn(path: Path, *, title: str = TITLE, **options: Any) -> Any:
    """Begin a PDF."""
    made = canvas.Canvas(str(path), pagesize=(595, 842), invariant=1, **options)
    made.setTitle(title)
    return made


def put(made: Any, x: float, y: float, text: str, size: float = 11, font: str = "Times-Roman") -> None:
    """Write a line."""
    made.setFont(font, size)
    made.drawString(x, y, text)


def saved(made: Any, path: Path) -> Path:
    """End a PDF."""
    made.save()
    return path


@pytest.mark.parametrize("across", [False, True], ids=["column by column", "line by line across"])
def test_two_columns(tmp_path: Path, across: bool) -> None:
    """Columns are read one after the other, in whatever order they were written."""
    path = tmp_path / "a.pdf"
    made = drawn(path)
    put(made, 60, 770, TITLE, 20)
    lines = wrapped(34)
    half = (len(lines) + 1) // 2
    places = [(60, 720 - 14 * n, line) for n, line in enumerate(lines[:half])]
    places += [(310, 720 - 14 * n, line) for n, line in enumerate(lines[half:])]
    for x, y, line in sorted(places, key=lambda place: -place[1]) if across else places:
        put(made, x, y, line)
    made.showPage()
    text = only(saved(made, path)).text
    assert text.replace("\n\n", " ") == f"{TITLE} {' '.join(WORDS)}"
    assert text.startswith(f"{TITLE}\n\n")


def test_running_heads_and_page_numbers(tmp_path: Path) -> None:
    """What stands on every page is no text; a sentence runs on over the page; the head's day is the date."""
    path = tmp_path / "a.pdf"
    made = drawn(path, title="untitled")
    lines = wrapped(70)
    put(made, 60, 740, TITLE, 20)
    for number, line in enumerate(lines, start=1):
        put(made, 60, 810, "HARBOUR COURIER – 4 March 2030", 8)
        put(made, 280, 30, f"Page {number} of {len(lines)}", 8)
        put(made, 60, 700, line)
        made.showPage()
    article = only(saved(made, path))
    assert (article.title, article.date) == (TITLE, "2030-03-04")
    assert article.text.replace("\n\n", " ") == f"{TITLE} {' '.join(WORDS)}"


def test_broken_words(tmp_path: Path) -> None:
    """Words broken at the end of a line are whole again; compounds, names and ranges keep their hyphen."""
    path = tmp_path / "a.pdf"
    made = drawn(path)
    lines = [
        "The defence minis-",
        "try said that Anglo-",
        "American troops in the coun-",
        "try's north are well-",
    ]
    lines += ["trained. The agree-", "ment of 2031-", "2032 names anti-tank and anti-", "tank weapons."]
    text = made.beginText(60, 700)
    text.setFont("Times-Roman", 11)
    for line in lines:
        text.textLine(line)
    made.drawText(text)
    made.showPage()
    assert only(saved(made, path)).text == (
        "The defence ministry said that Anglo-American troops in the country's north are well-trained. "
        "The agreement of 2031-2032 names anti-tank and anti-tank weapons."
    )


def test_table_stays_apart(tmp_path: Path) -> None:
    """Rows of a table do not run into the sentences around it."""
    path = tmp_path / "a.pdf"
    made = drawn(path)
    put(made, 60, 700, "Losses rose in March, the ministry said.")
    for row, y in ((("Month", "Killed", "Injured"), 685), (("March", "12", "40"), 671)):
        for cell, x in zip(row, (60, 200, 300), strict=True):
            put(made, x, y, cell)
    put(made, 60, 657, "It named no cause.")
    made.showPage()
    paragraphs = only(saved(made, path)).text.split("\n\n")
    assert paragraphs == [
        "Losses rose in March, the ministry said.",
        "Month Killed Injured",
        "March 12 40",
        "It named no cause.",
    ]


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Airfield plans of Norland", "Airfield plans of Norland"),
        ("Microsoft Word - Airfield plans of Norland", "Airfield plans of Norland"),
        *(
            (bad, TITLE)
            for bad in ("", "untitled", "Microsoft Word - final 2.docx", "page 1.indd", "12 / 34")
        ),
    ],
)
def test_title(tmp_path: Path, stated: str, title: str) -> None:
    """The title of the metadata counts where a person wrote it, else the largest text of the first page."""
    path = tmp_path / "a.pdf"
    made = drawn(path, title=stated)
    made.setAuthor("Mara Voss")
    put(made, 60, 740, TITLE, 20)
    for number, line in enumerate(wrapped(70)):
        put(made, 60, 700 - 14 * number, line)
    made.showPage()
    article = only(saved(made, path))
    assert (article.title, article.author) == (title, "Mara Voss")
    assert article.date == "2000-01-01"  # the day on which invariant PDFs are made


def test_scanned(tmp_path: Path) -> None:
    """A PDF of pictures is named as such, an empty one as well."""
    image = pytest.importorskip("PIL.Image", reason="Pillow, which makes the picture, is missing")
    image.new("RGB", (60, 80), "white").save(tmp_path / "page.png")
    path = tmp_path / "a.pdf"
    made = drawn(path)
    made.drawImage(str(tmp_path / "page.png"), 0, 0, 595, 842)
    made.showPage()
    problem = refused(saved(made, path))
    assert str(problem) == f"{path}: has no text, only pictures; run OCR on it; skipped"
    empty = tmp_path / "b.pdf"
    made = drawn(empty)
    made.showPage()
    assert refused(saved(made, empty)).reason == "has no text"


def test_encrypted(tmp_path: Path) -> None:
    """A PDF that asks for a password is named; one that only forbids printing is read."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    for password in ("secret", ""):
        path = tmp_path / f"a{password}.pdf"
        made = drawn(path, encrypt=StandardEncryption(password, ownerPassword="owner", canPrint=0))
        put(made, 60, 700, " ".join(WORDS[:9]))
        made.showPage()
        saved(made, path)
    assert refused(tmp_path / "asecret.pdf").reason == "is encrypted; save it without a password"
    assert only(tmp_path / "a.pdf").text == " ".join(WORDS[:9])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"no PDF"])
def test_no_pdf(tmp_path: Path, data: bytes) -> None:
    """What is no PDF is named."""
    assert refused(written(tmp_path / "a.pdf", data)).reason.startswith(("is empty", "is no PDF, or damaged"))


def test_small_pdf(tmp_path: Path) -> None:
    """The PDF that is damaged for fuzzing is a whole one."""
    assert only(written(tmp_path / "a.pdf", small_pdf(["Two men met.", "They left."]))).text == (
        "Two men met. They left."
    )


def test_three_columns_and_a_headline_between() -> None:
    """Columns are found within columns; a line across all of them ends what is above it."""

    def piece(text: str, x: float, y: float) -> Piece:
        return Piece(text, x, y, x + 100, y + 10, 10.0)

    def row(name: str, y: float) -> tuple[Piece, ...]:
        return tuple(
            piece(f"the {name} line of {column}", x, y)
            for column, x in zip("abc", (50, 200, 350), strict=True)
        )

    lines = [row(f"{n}", 700 - 12 * n) for n in range(8)]
    lines.append((Piece("A headline across the whole page.", 50, 590, 450, 600, 10.0),))
    lines += [row(f"{n}", 580 - 12 * (n - 10)) for n in range(10, 18)]
    text = arrange([Page(tuple(lines), 800)]).text.replace("\n\n", " ")
    wanted = [f"the {n} line of {column}" for column, n in itertools.product("abc", range(8))]
    wanted.append("A headline across the whole page.")
    wanted += [f"the {n} line of {column}" for column, n in itertools.product("abc", range(10, 18))]
    assert text == " ".join(wanted)
