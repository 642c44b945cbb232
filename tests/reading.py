"""What the tests of readers share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from kgraph.model import Article, Problem
from kgraph.read import Reading, read

ANY = Reading(any_language=True)


def unexpected(problem: Problem) -> None:
    """Fail on any problem."""
    pytest.fail(str(problem))


def got(
    paths: str | Path | Iterable[str | Path], *, date: str | None = None, reading: Reading = ANY
) -> tuple[list[Article], list[Problem]]:
    """Articles and problems of paths; every problem is checked to be one printable line with a remedy."""
    problems: list[Problem] = []
    given = [paths] if isinstance(paths, str | Path) else paths
    articles = list(read(given, on_problem=problems.append, date=date, reading=reading))
    for problem in problems:
        assert str(problem).isprintable()
        assert problem.reason
        assert problem.remedy
    return articles, problems


def only(path: Path) -> Article:
    """Read the one article of a file that has no problem."""
    articles, problems = got(path)
    assert problems == []
    assert len(articles) == 1
    return articles[0]


def refused(path: Path) -> Problem:
    """Read the one problem of a file that gives no article."""
    articles, problems = got(path)
    assert articles == []
    assert len(problems) == 1
    return problems[0]


def written(path: Path, content: str | bytes) -> Path:
    """Write a file and return its path; line ends stay as they are."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
