"""Mails and saved pages."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from reading import only, refused, written

PAGE = """<html><head><title>Yard opened</title><meta name="author" content="Jo Bent"></head><body>
<div><a href="https://x.example">View in browser</a></div><article><h1>Yard opened</h1>
<p>The navy of Norland opened a repair yard at Kestrel Bay on Monday, its commander told reporters.</p>
<p>Officials said that the yard would serve two frigates from next spring onwards, and more later.</p>
</article></body></html>"""
PLAIN = "The navy of Norland opened a repair yard at Kestrel Bay. " * 3


def mail(plain: str | None, page: str | None) -> EmailMessage:
    """Make a mail with a plain part, an HTML part or both."""
    made = EmailMessage()
    made["From"] = "Wóchenblatt Nord <news@nord.example>"
    made["Subject"] = "Werft – yard opened"
    made["Date"] = "Mon, 04 Mar 2030 23:30:00 -0500"
    if plain is not None:
        made.set_content(plain)
    if page is not None and plain is not None:
        made.add_alternative(page, subtype="html")
    elif page is not None:
        made.set_content(page, subtype="html")
    return made


def test_plain_part(tmp_path: Path) -> None:
    """The plain part is the text; subject, day and sender are title, date and author."""
    made = mail(PLAIN, PAGE)
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    made.add_attachment("Not this.", subtype="plain", filename="b.txt")
    article = only(written(tmp_path / "a.eml", bytes(made)))
    assert article.text.strip() == PLAIN.strip()
    assert (article.title, article.date, article.author) == (
        "Werft – yard opened",
        "2030-03-04",
        "Wóchenblatt Nord",
    )


@pytest.mark.parametrize("plain", [None, "Your mail program shows no HTML."])
def test_html_part(tmp_path: Path, plain: str | None) -> None:
    """Without a plain part worth the name the main text of the page is read."""
    article = only(written(tmp_path / "a.eml", bytes(mail(plain, PAGE))))
    assert "two frigates" in article.text
    assert "View in browser" not in article.text


def test_saved_page(tmp_path: Path) -> None:
    """A page saved with its parts is read as the page, and keeps its address."""
    head = b"Snapshot-Content-Location: https://x.example/yard\r\nSubject: Yard\r\n"
    for name in ("a.mhtml", "a.mht"):
        article = only(written(tmp_path / name, head + bytes(mail(None, PAGE))))
        assert (article.title, article.url, article.author) == (
            "Yard opened",
            "https://x.example/yard",
            "Jo Bent",
        )
        (tmp_path / name).unlink()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.eml", b"", "is empty"),
        ("a.eml", b"Subject: x\r\n\r\n", "is a mail without text"),
        ("a.mhtml", b"Subject: x\r\n\r\nText.", "is no saved page: no part of it is HTML"),
        ("a.mhtml", b"Content-Type: text/html\r\n\r\n<p></p>", "has no main text"),
    ],
)
def test_nothing_to_read(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    """A mail without text is named."""
    assert refused(written(tmp_path / name, data)).reason == reason


@pytest.mark.parametrize(
    "head",
    [
        "Subject: =?x-no-such?q?abc?=",
        "Subject: =?utf-8?b?####?=",
        "Date: Mon, 99 Foo 20",
        "Date: " + "(" * 5000,
        "From: " + "<" * 5000 + "@",
        "Content-Type: text/plain; charset=no-such-code",
        "Content-Type: text/plain; charset*=a\0b''c",
        "From: =?a\0b?q?x?=",
        "Content-Transfer-Encoding: base64; x",
    ],
)
def test_odd_headers(tmp_path: Path, head: str) -> None:
    """Headers that make no sense do not cost the text."""
    data = f"{head}\r\n\r\n{PLAIN}".encode()
    assert only(written(tmp_path / "a.eml", data)).text.strip() == PLAIN.strip()


def test_parts_without_end(tmp_path: Path) -> None:
    """Parts within parts are followed to a small depth, and what is deeper costs that mail alone."""
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300)
    )
    assert refused(written(tmp_path / "a.eml", deep + b"\r\nText.")).remedy.startswith("skipped")
