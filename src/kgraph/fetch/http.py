"""One page over HTTP, within limits of size and time, from no other address than one that was checked."""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from kgraph import __version__
from kgraph.errors import printable
from kgraph.fetch.address import FetchError, Place, Resolver, check, place, resolve

AGENT = f"kgraph/{__version__} (+https://w3id.org/kgraph/)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PACKED = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_FOR_GOOD = (ssl.SSLCertVerificationError, urllib3.exceptions.DecodeError)
_PAUSE = 0.5  # seconds before a second try where the server names none


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one URL may take, and how its address may look."""

    size: int = 32 << 20
    """Bytes, unpacked."""
    seconds: float = 60.0
    """From the first request to the last byte, over all redirects and tries."""
    patience: float = 15.0
    """Seconds for a connection, and until anything at all arrives."""
    redirects: int = 5
    retry_after: float = 10.0
    """The longest wait for a server that asks to come again."""
    allow_private: bool = False
    """Connect also to this machine and to those of a private network."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a URL gave: ``url`` is where it lay after redirects, ``media`` its type in small letters or ""."""

    url: str
    media: str
    charset: str
    body: bytes


def get(
    url: str,
    *,
    limits: Limits | None = None,
    accept: str = _ACCEPT,
    resolver: Resolver = resolve,
    sleep: Callable[[float], None] = time.sleep,
) -> Page:
    """Fetch a URL; at most five redirects, each checked as the URL itself was, and one second try.

    A second try is made where the connection fails, and where the server is busy and says when to come again.
    Raises FetchError, whose ``reason`` and ``remedy`` are for a Problem.
    """
    limits = limits or Limits()
    now = place(url, allow_private=limits.allow_private)
    tries, followed = 2, 0
    with _Watch(limits.seconds) as watch:
        while followed <= limits.redirects:
            try:
                answer = _ask(now, accept, limits, resolver, watch)
            except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
                tries -= 1
                failure = _failure(error, now, watch, limits)
                if not tries or watch.is_over or isinstance(error, _FOR_GOOD):
                    raise failure from error
                sleep(min(_PAUSE, watch.left))
                continue
            if isinstance(answer, Page):
                return answer
            if isinstance(answer, str):
                now = _next(now, answer, limits)
                followed += 1
                continue
            tries -= 1
            if not tries or answer.wait is None or answer.wait > min(limits.retry_after, watch.left):
                raise answer.error
            sleep(answer.wait)
    raise FetchError(f"leads on more than {limits.redirects} times", "skipped; name the page itself")


@dataclass(frozen=True, slots=True)
class _Busy:
    """The server asks to come again after ``wait`` seconds; None where it does not say when."""

    error: FetchError
    wait: float | None


class _Watch:
    """Ends whatever goes on over a connection when the time is over, also one byte a second."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    @property
    def is_over(self) -> bool:
        """Whether the time is over, or so nearly that a timeout of what was left of it has struck."""
        return time.monotonic() >= self.ends - 0.05

    @property
    def left(self) -> float:
        return max(self.ends - time.monotonic(), 0.001)

    def over(self, connection: socket.socket) -> None:
        """Watch this connection from now on."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
            # A handle of its own: TLS takes the first one over.
            self._handle = connection.dup()

    def _end(self) -> None:
        with self._lock:
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class _Checked:
    """A connection of urllib3 that goes to an address that was checked, while host and TLS keep the name."""

    connect_to: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.connect_to()


class _Plain(_Checked, HTTPConnection):
    pass


class _Secure(_Checked, HTTPSConnection):
    pass


def _ask(to: Place, accept: str, limits: Limits, resolver: Resolver, watch: _Watch) -> Page | str | _Busy:
    """Send one request; a text is where it leads on."""
    timeout = min(limits.patience, watch.left)
    options: dict[str, Any] = {"timeout": timeout}
    if to.scheme == "https":
        # What the system trusts, and no CERT_NONE by mistake.
        options |= {"ssl_context": ssl.create_default_context(), "cert_reqs": ssl.CERT_REQUIRED}
    connection = (_Secure if to.scheme == "https" else _Plain)(to.host, to.port, **options)
    connection.connect_to = lambda: _connect(to, limits, resolver, watch)
    target = urllib3.util.parse_url(to.url).request_uri
    headers = {
        "User-Agent": AGENT,
        "Accept": accept,
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }
    response = None
    try:
        connection.request("GET", target, headers=headers, preload_content=False)
        response = connection.getresponse()
        status, found = response.status, response.headers
        if status in _REDIRECTS and found.get("Location"):
            return str(found["Location"])
        if not 200 <= status < 300:
            return _refusal(status, found.get("Retry-After"))
        packing = {part.strip().lower() for part in found.get("Content-Encoding", "").split(",")}
        if packing - _PACKED:
            name = printable(", ".join(sorted(packing - _PACKED))[:40])
            raise FetchError(f"comes packed as {name}, which was not asked for", "skipped; save it as a file")
        body = _body(response, limits)
    finally:
        if response is not None:
            response.close()
        connection.close()
    if watch.is_over:
        raise _late(limits)
    media, _, rest = found.get("Content-Type", "").partition(";")
    charset = _CHARSET.search(rest)
    return Page(to.url, media.strip().lower()[:100], charset[1].lower() if charset else "", body)


def _body(response: Any, limits: Limits) -> bytes:
    too_large = FetchError(
        f"is larger than {limits.size / (1 << 20):g} MB", "skipped; save it as a file if it is an article"
    )
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > limits.size:
        raise too_large
    body = bytearray()
    # Read by little, for urllib3 unpacks no more than is asked for.
    while piece := response.read(min(1 << 16, limits.size + 1 - len(body))):
        body += piece
        if len(body) > limits.size:
            raise too_large
    return bytes(body)


def _connect(to: Place, limits: Limits, resolver: Resolver, watch: _Watch) -> socket.socket:
    """Connect to one of the addresses of a host, if all of them may be connected to."""
    try:
        addresses = resolver(to.host, to.port)
    except (OSError, UnicodeError) as error:
        why = printable(str(getattr(error, "strerror", None) or error))[:100]
        raise FetchError(f"has a host that is not found ({why})") from None
    for address in addresses:
        kind = check(address, allow_private=limits.allow_private)
        if kind:
            raise FetchError(
                f"leads to the {kind} address {printable(address)}",
                "skipped; if that is what you want, give --allow-private"
                if kind not in ("multicast", "unknown")
                else "skipped; check the address",
            )
    failure: OSError = OSError("it has no address")
    for address in addresses:
        try:
            # By number, never by name again: a second answer might be another one.
            made = socket.create_connection((address, to.port), min(limits.patience, watch.left))
        except OSError as error:
            failure = error
            continue
        watch.over(made)
        return made
    raise failure


def _next(now: Place, location: str, limits: Limits) -> Place:
    """Return where a redirect leads; FetchError where it is not followed."""
    try:
        to = place(urljoin(now.url, location.strip()), allow_private=limits.allow_private)
    except (FetchError, ValueError) as error:
        why = error.reason if isinstance(error, FetchError) else "is no URL"
        raise FetchError(f"leads on to what {why}") from None
    if now.scheme == "https" and to.scheme == "http":
        raise FetchError("leads on from https to http", "skipped; name the page itself if you trust it")
    return to


def _refusal(status: int, retry_after: str | None) -> _Busy:
    later = "skipped; try again later"
    if status in (429, 503):
        wait = _seconds(retry_after)
        asked = "" if wait is None else f" and asks to come again in {wait:.0f} s"
        return _Busy(FetchError(f"is not given now: its server is busy ({status}){asked}", later), wait)
    if status in (404, 410):
        return _Busy(FetchError(f"is not there ({status})"), None)
    if status in (401, 402, 403, 407, 451):
        return _Busy(FetchError(f"is refused by its server ({status})", "skipped; save it as a file"), None)
    if status >= 500:
        return _Busy(FetchError(f"is not given: its server fails ({status})", later), None)
    return _Busy(FetchError(f"is not given ({status})"), None)


def _seconds(retry_after: str | None) -> float | None:
    """Return how long a server asks to wait; None where it does not say so in a way that makes sense."""
    text = (retry_after or "").strip()
    if text.isdecimal() and text.isascii() and len(text) < 10:
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=datetime.UTC)
    return max((until - datetime.datetime.now(datetime.UTC)).total_seconds(), 0.0)


def _late(limits: Limits) -> FetchError:
    return FetchError(f"is not there after {limits.seconds:g} s", "skipped; try again later")


def _failure(error: Exception, to: Place, watch: _Watch, limits: Limits) -> FetchError:
    if watch.is_over:
        return _late(limits)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = printable(error.verify_message or str(error))[:100]
        return FetchError(f"is not from who it says: its certificate does not hold ({why})")
    if isinstance(error, urllib3.exceptions.DecodeError):
        return FetchError("cannot be unpacked", "skipped; save it as a file")
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        why = f"nothing came for {limits.patience:g} s"
    else:
        why = str(getattr(error, "strerror", None) or error or type(error).__name__)
    line = printable(" ".join(why.split()))[:100]
    return FetchError(f"cannot be fetched from {printable(to.host)} ({line})", "skipped; try again later")
