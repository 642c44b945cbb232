"""What a site asks of programs: https://www.rfc-editor.org/rfc/rfc9309 ."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from kgraph.fetch.address import FetchError
from kgraph.fetch.http import Page

NAME = "kgraph"
"""By which robots.txt may name us."""
_LONGEST = 512_000  # bytes that are read of a robots.txt, as RFC 9309 has it


class Robots:
    """Knows what each site allows; asks each once."""

    def __init__(self, get: Callable[[str], Page]) -> None:
        self._get = get
        self._sites: dict[str, RobotFileParser] = {}

    def allow(self, url: str) -> bool:
        """Whether the site of a URL lets programs fetch it; a site that says nothing does."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._sites:
            self._sites[site] = self._read(site)
        return self._sites[site].can_fetch(NAME, url)

    def _read(self, site: str) -> RobotFileParser:
        rules = RobotFileParser()
        try:
            text = self._get(f"{site}/robots.txt").body[:_LONGEST].decode("utf-8", "replace")
        except FetchError:
            text = ""  # where the site itself is out of reach, its page says so
        rules.parse(text.splitlines())
        return rules
