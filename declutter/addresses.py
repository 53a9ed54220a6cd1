"""What an address tells: the site of a page."""

from __future__ import annotations

from urllib.parse import urlsplit


def site_of(address: str) -> str:
    """The site of an address: its host in lower case, less `www.`; a name that is no address is its own site; `""` is none.

    >>> site_of("https://www.Ansel.test:8080/harbour?p=1"), site_of("ansel.test/harbour"), site_of("Ansel Post")
    ('ansel.test', 'ansel.test', 'ansel post')
    """
    address = address.strip()
    host, slash, _ = address.partition("/")
    if "://" in address or address.startswith("//") or (slash and "." in host):
        try:
            address = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        except ValueError:  # brackets that are not closed
            return ""
    return address.lower().rstrip(".").removeprefix("www.")
