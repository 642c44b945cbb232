"""Tables of articles: columns by their usual names or by choice, encodings, delimiters, damage."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import typer

from kgraph import cli_options
from kgraph.read import Reading
from kgraph.read.tables import NAMES, choose
from reading import ANY, got, only, refused, written

TEXT = "The navy of Norland opened a repair yard."
COLUMNS = Reading(any_language=True, columns={"text": "lede", "title": "Kopf"})


def test_csv(tmp_path: Path) -> None:
    """Usual names of columns are known in any case; others are kept, and a quoted field keeps its lines."""
    path = written(
        tmp_path / "press.csv",
        "ID,Headline,Body,Publish-Date,Publisher,LINK,By Line,Byline,desk\r\n"
        f'7,"Yard, opened","{TEXT}\nIt has two docks.",4 March 2030,Courier,https://x.example/a,-,'
        "Mara Voss,Sea\r\n"
        f",,{TEXT},,,,,,\r\n",
    )
    articles, problems = got(path)
    assert problems == []
    first = articles[0]
    assert (first.id, first.title, first.date, first.source) == ("7", "Yard, opened", "2030-03-04", "Courier")
    assert (first.text, first.author) == (f"{TEXT}\nIt has two docks.", "Mara Voss")
    assert first.extra == (("By Line", '"-"'), ("desk", '"Sea"'))
    assert (articles[1].id, articles[1].title) == ("press-2", "")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    """The delimiter is found in the row of names, the encoding as for any text."""
    rows = [["title", "text"], ["Peña", "Señor Peña of Côte d’Ivoire denied it; he left, he said."]]
    content = "".join(delimiter.join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    article = only(written(tmp_path / "a.csv", content.encode(encoding)))
    assert (article.title, article.text) == tuple(rows[1])


def test_tsv(tmp_path: Path) -> None:
    """In a .tsv file the tab alone is a delimiter."""
    article = only(written(tmp_path / "a.tsv", "text\tdate\nA, b, c; d.\t2030-03-04\n"))
    assert (article.text, article.date) == ("A, b, c; d.", "2030-03-04")


def test_column_by_choice(tmp_path: Path) -> None:
    """A column named by the user goes before the usual names; one that is not there is said."""
    path = written(tmp_path / "a.csv", "Text,LEDE,kopf\nNo.,Yes.,T\n")
    (article,), problems = got(path, reading=COLUMNS)
    assert problems == []
    assert (article.text, article.title, article.extra) == ("Yes.", "T", (("Text", '"No."'),))
    _, problems = got(path, reading=Reading(columns={"text": "gone\n"}))
    assert problems[0].reason == "has no column 'gone\\n'; it has Text, LEDE, kopf"


def test_no_text_column(tmp_path: Path) -> None:
    """A table without a column of texts gets one line that lists its columns."""
    problem = refused(written(tmp_path / "a.csv", "name,rank\n" + "a,b\n" * 500))
    assert problem.reason == ("has no column of texts; name it with --column text=NAME; it has name, rank")
    wide = refused(written(tmp_path / "b.csv", ",".join(f"c{n}" for n in range(5000)) + "\n"))
    assert len(wide.reason) < 250


def test_damaged_rows(tmp_path: Path) -> None:
    """A row that is too long, empty or without text costs itself alone."""
    path = written(tmp_path / "a.csv", f"title,text\na,{TEXT},c\n\n ,\nb,\nc,{TEXT}\n")
    articles, problems = got(path)
    assert [article.text for article in articles] == [TEXT, TEXT]
    assert [(problem.line, problem.reason) for problem in problems] == [
        (2, "has 3 cells, not 2"),
        (5, "has no text"),
    ]


def test_huge_field(tmp_path: Path) -> None:
    """A field may be long; csv alone allows 131,072 characters."""
    assert len(only(written(tmp_path / "a.csv", "text\n" + "word " * 100_000)).text) == 500_000


@pytest.mark.parametrize(("data", "reason"), [(b"", "is empty"), (b"\0\1\2" * 99, "is not text")])
def test_no_table(tmp_path: Path, data: bytes, reason: str) -> None:
    """What is no table is named."""
    assert refused(written(tmp_path / "a.csv", data)).reason == reason


def test_parquet(tmp_path: Path) -> None:
    """Parquet files are read row by row, with their own types of dates and lists."""
    pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "Content": [TEXT, None, "Two men met."],
            "published": [datetime.datetime(2030, 3, 4, 10, tzinfo=datetime.UTC), None, None],
            "authors": [["Mara Voss", "Jo Bent"], None, []],
            "n": [1, 2, 3],
        }
    )
    path = tmp_path / "press.parquet"
    parquet.write_table(table, path, row_group_size=1)
    articles, problems = got(path)
    assert [(article.id, article.date, article.author) for article in articles] == [
        ("press-1", "2030-03-04", "Mara Voss; Jo Bent"),
        ("press-3", None, None),
    ]
    assert [problem.reason for problem in problems] == ["item 2 has no text"]
    _, problems = got(path, reading=Reading(columns={"text": "body"}))
    assert problems[0].reason == "has no column 'body'; it has Content, published, authors, n"
    cut = refused(written(tmp_path / "bad.parquet", path.read_bytes()[:-9]))
    assert cut.reason.startswith("is no Parquet file, or damaged")


def test_usual_names() -> None:
    """No name stands for two fields, and each is found."""
    every = [name for names in NAMES.values() for name in names]
    assert len(set(every)) == len(every)
    for field, names in NAMES.items():
        for name in names:
            assert (
                choose(["text", name.upper().replace("_", " ")] if field != "text" else [name], {})[
                    name.upper().replace("_", " ") if field != "text" else name
                ]
                == field
            )
    assert ANY.columns == {}


def test_columns_of_the_command_line() -> None:
    """--column takes FIELD=NAME with a known field, and may repeat."""
    chosen = cli_options.reading(any_language=True, columns=["text=Body = all", "title=T"])
    assert (chosen.columns, chosen.any_language) == ({"text": "Body = all", "title": "T"}, True)
    for wrong in ("Body", "body=Text", "text="):
        with pytest.raises(typer.BadParameter, match="FIELD=NAME; fields: text, title"):
            cli_options.reading(any_language=False, columns=[wrong])
