"""Which URLs are fetched, and which addresses are connected to.

A link that somebody else wrote must not lead to a machine that only the user can reach.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from kgraph.errors import ReadError, printable

LONGEST = 4_000
"""Characters of a URL."""
Resolver = Callable[[str, int], Sequence[str]]
"""From a host and a port to its addresses; raises OSError where there is none."""
_ADDRESS = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Hosts that old functions take for an IPv4 address: 2130706433, 0x7f.1, 0177.0.0.1. No name ends in a number.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
_USUAL = {"http": 80, "https": 443}


class FetchError(ReadError):
    """A URL cannot be fetched: what is wrong with it, and what to do."""

    def __init__(self, reason: str, remedy: str = "skipped; check the address") -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


class Place(NamedTuple):
    """Where a checked URL leads."""

    url: str
    scheme: str
    host: str
    port: int


def is_url(text: object) -> bool:
    """Whether a path that a user gave is meant as a URL."""
    return isinstance(text, str) and text[:8].lower().startswith(("http://", "https://"))


def shown(url: str) -> str:
    """Return a URL for a message: one printable line that is not too long, without a password."""
    url = re.sub(r"(?<=//)[^/?#]*@", "…@", url)
    return printable(url if len(url) <= 200 else url[:200] + "…")


def place(url: str, *, allow_private: bool = False) -> Place:
    """Check how a URL is written; raises FetchError for what is not plain http(s) to a named host."""
    if len(url) > LONGEST:
        raise FetchError(f"has {len(url):,} characters, a URL at most {LONGEST:,}")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise FetchError("holds a space, a backslash or a control character", "skipped; write it as %20")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"is no URL ({printable(str(error))[:80]})") from None
    scheme = parts.scheme.lower()
    if scheme not in _USUAL:
        raise FetchError(f"is of the scheme {printable(scheme[:20])!r}", "skipped; only http and https are")
    if "@" in parts.netloc:
        raise FetchError("holds a user name or a password", "skipped; give an address that needs none")
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        raise FetchError("has a host that is no name of a machine") from None
    if not re.fullmatch(r"[0-9a-z_.-]+|[0-9a-f:.]+", host) or not host.strip("."):
        raise FetchError("has a host that is no name of a machine")
    if not allow_private and _NUMBER.fullmatch(host) and _parsed(host) is None:
        raise FetchError(
            "has a number for a host", "skipped; write its name, or the address with four numbers"
        )
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, _USUAL[scheme]):
        netloc += f":{port}"
    plain = urlunsplit(SplitResult(scheme, netloc, parts.path or "/", parts.query, ""))
    return Place(plain, scheme, host, port or _USUAL[scheme])


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def check(address: str, *, allow_private: bool) -> str:
    """Return what kind of address it is that is not connected to, "" where there is nothing against it."""
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    return next((kind for each in _meant(parsed) if (kind := _kind(each, allow_private))), "")


def _kind(address: _ADDRESS, allow_private: bool) -> str:
    if address.is_multicast:
        return "multicast"
    if allow_private:
        return ""
    for kind in ("loopback", "link_local", "unspecified", "private", "reserved"):
        if getattr(address, f"is_{kind}"):
            return kind.replace("_", "-")
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return "private"
    return "" if address.is_global else "private"


def _meant(address: _ADDRESS) -> list[_ADDRESS]:
    """Return an address and those within it, which a translator on the way would take out."""
    found: list[_ADDRESS] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
        if int(address) >> 32 == 0 and int(address) > 1:  # ::a.b.c.d, a form given up long ago
            inner.append(ipaddress.IPv4Address(int(address)))
        if address.ipv4_mapped:
            return [address.ipv4_mapped]
        found += [each for each in inner if each is not None]
    return found


def _parsed(address: str) -> _ADDRESS | None:
    try:
        return None if "%" in address else ipaddress.ip_address(address)
    except ValueError:
        return None
