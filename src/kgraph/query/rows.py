"""The rows of an answer: Python values by name or by place, with the RDF terms kept behind them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kgraph.errors import QueryError

if TYPE_CHECKING:
    import pandas

XSD = "http://www.w3.org/2001/XMLSchema#"
_FLOATS = {XSD + name for name in ("decimal", "double", "float")}


class Iri(str):
    """The IRI of something: text, told apart from other text; given as a binding it stays an IRI."""

    __slots__ = ()


class Row:
    """One row: ``row.actor``, ``row["actor"]``, ``row[0]``, ``a, b = row``; None where nothing is bound."""

    __slots__ = ("_columns", "_made", "_terms")

    def __init__(self, columns: Sequence[str], terms: Sequence[Any]) -> None:
        self._columns = columns if type(columns) is tuple else tuple(columns)
        self._terms = terms if type(terms) is tuple else tuple(terms)
        self._made: tuple[Any, ...] | None = None

    @property
    def _values(self) -> tuple[Any, ...]:
        """The Python values, made when they are first asked for: of many rows, few are looked at."""
        if self._made is None:
            self._made = tuple(map(python_value, self._terms))
        return self._made

    def __getattr__(self, name: str) -> Any:
        """Return a value by its column's name; AttributeError names the known ones."""
        if name.startswith("_"):  # not a column: what copy and pickle look for
            raise AttributeError(name)
        try:
            return self._values[self._columns.index(name)]
        except ValueError:
            raise AttributeError(f"no column {name!r}; known: {', '.join(self._columns)}") from None

    def __getitem__(self, key: int | str) -> Any:
        """Return a value by place or by name, also where the name is a method's (``asdict``)."""
        if isinstance(key, int):
            return self._values[key]
        if key not in self._columns:
            raise KeyError(f"no column {key!r}; known: {', '.join(self._columns)}")
        return self._values[self._columns.index(key)]

    def __iter__(self) -> Iterator[Any]:
        """Go through the values in the order of the columns."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        """Two rows are equal when their columns and RDF terms are."""
        if not isinstance(other, Row):
            return NotImplemented
        return (self._columns, self._terms) == (other._columns, other._terms)

    def __hash__(self) -> int:
        """Return a hash that fits equality."""
        return hash((self._columns, self._terms))

    def __repr__(self) -> str:
        """Return ``Row(actor='…', date=…)``."""
        pairs = zip(self._columns, self._values, strict=True)
        return f"Row({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    def __reduce__(self) -> tuple[type[Row], tuple[Any, Any]]:
        """Let rows be copied and pickled."""
        return Row, (self._columns, self._terms)

    def asdict(self) -> dict[str, Any]:
        """Return the values by column name."""
        return dict(zip(self._columns, self._values, strict=True))


class Rows(list[Row]):
    """A list of rows that knows its ``columns`` even when it is empty."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Row] = ()) -> None:
        super().__init__(rows)
        self.columns = tuple(columns)

    def df(self) -> pandas.DataFrame:
        """Return the rows as a pandas DataFrame, one column each; QueryError where pandas is missing.

        Columns of whole dates are datetime64, of whole numbers Int64; what is not bound is missing there.
        """
        try:
            import pandas
        except ImportError:
            raise QueryError("df() needs pandas; install it with: pip install pandas") from None
        frame = pandas.DataFrame([list(row) for row in self], columns=list(self.columns), dtype=object)
        for place, name in enumerate(self.columns):
            kinds = {type(row[place]) for row in self} - {type(None)}
            if kinds in ({datetime.date}, {datetime.datetime}):
                frame[name] = pandas.to_datetime(frame[name])
            elif kinds and kinds in ({int}, {float}, {int, float}):
                frame[name] = frame[name].astype("Int64" if kinds == {int} else "float64")
        return frame


def terms_of(row: Row) -> tuple[Any, ...]:
    """Return the RDF terms of a row."""
    return row._terms


def in_order(rows: list[Row], column: int = 0) -> list[Row]:
    """Return rows in one fixed order: by the values of the columns, then by their kinds; nothing comes first.

    A column is looked at only where those before it are the same: keys of all that is in all rows would cost
    as much as the query.
    """
    if len(rows) < 2:
        return rows
    if column == len(rows[0]._terms):
        return sorted(rows, key=_key)
    values = [_value(row._terms[column]) for row in rows]
    places = sorted(range(len(rows)), key=values.__getitem__)
    found = [rows[place] for place in places]
    begin = 0
    for end in range(1, len(places) + 1):
        if end == len(places) or values[places[end]] != values[places[begin]]:
            if end - begin > 1:
                found[begin:end] = in_order(found[begin:end], column + 1)
            begin = end
    return found


def _value(term: Any) -> str:
    try:
        return term.value  # type: ignore[no-any-return]
    except AttributeError:  # nothing, or a triple
        return "" if term is None else str(term)


def _key(row: Row) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(map(_term_key, row._terms))


def _term_key(term: Any) -> tuple[str, str, str, str]:
    kind = type(term)
    if kind is ox.NamedNode:
        return (term.value, "iri", "", "")
    if kind is ox.Literal:
        return (term.value, "literal", term.datatype.value, term.language or "")
    return ("", "", "", "") if term is None else (str(getattr(term, "value", term)), "iri", "", "")


def python_value(term: Any) -> Any:
    """Return the Python value of an RDF term.

    IRIs become Iri (a str), integers int, decimals float, booleans bool, full dates date and dateTime
    datetime where Python can hold them; ``2017-03``, ``2017`` and all other literals stay text.
    """
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if not isinstance(term, ox.Literal):
        return str(term)
    kind, text = term.datatype.value, term.value
    try:
        if kind == XSD + "integer":
            return int(text)
        if kind in _FLOATS:
            return float(text)
        if kind == XSD + "date":
            return datetime.date.fromisoformat(text)
        if kind == XSD + "dateTime":
            return datetime.datetime.fromisoformat(text)
    except ValueError:  # a year before Christ, a date with a time zone: legal there, not in Python
        return text
    return text == "true" if kind == XSD + "boolean" else text
