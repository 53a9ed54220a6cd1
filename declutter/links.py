"""Where the links of a page lead, as words: a teaser leads to a story of the site, a share bar out of it, a tag to a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_MOST = 4  # links of a line that are looked at
_LONGEST = 300  # characters of an address that are looked at
_SEGMENTS = 3  # parts of a path that are named
_SLUG = 24  # characters of a part of a path from which on it tells a title, as one with three hyphens does
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,15}):(?!//)")
_WORD = re.compile(r"[a-z]{2,}")


class Link(NamedTuple):
    """A link as the page has it: where it leads, and its relation."""

    address: str
    relation: str


def host_of(address: str) -> str:
    """The host that an absolute address names, without `www.`; nothing for others.

    >>> host_of("https://www.ansel.test:443/a?b"), host_of("//ansel.test"), host_of("/a/b")
    ('ansel.test', 'ansel.test', '')
    """
    _, slashes, rest = address[:_LONGEST].strip().lower().partition("//")
    if not slashes or _ not in ("", "http:", "https:"):
        return ""
    return re.split(r"[/?#:]", rest, maxsplit=1)[0].rpartition("@")[2].removeprefix("www.")


def own_host(named: str, links: Iterable[Link]) -> str:
    """The host of a page: the one that it names, or the one that most of its links name."""
    if named:
        return named
    hosts = Counter(host for link in links if (host := host_of(link.address)))
    return hosts.most_common(1)[0][0] if hosts else ""


def leaves(link: Link, own: str) -> bool:
    """Whether a link leads out of the site.

    >>> leaves(Link("https://shop.ansel.test/", ""), "ansel.test"), leaves(Link("https://facebook.test/share", ""), "ansel.test")
    (False, True)
    """
    host = host_of(link.address)
    return bool(host) and not (f".{host}".endswith(f".{own}") or f".{own}".endswith(f".{host}"))


def tells_title(link: Link) -> bool:
    """Whether the address of a link ends in a title, as those of stories do.

    >>> tells_title(Link("/2024/ferry-limps-home-after-fire.html", "")), tells_title(Link("/sport/", ""))
    (True, False)
    """
    path = link.address[:_LONGEST].partition("?")[0].partition("#")[0]
    return any(_is_slug(part) for part in path.split("/")[3 if "//" in path[:8] else 0 :])


def names(links: Sequence[Link], own: str) -> Iterator[str]:
    """Words for where the links of a line lead.

    >>> sorted(set(names([Link("https://www.ansel.test/tag/ferries?from=story", "tag nofollow")], "ansel.test")))
    ['/ferries', '/tag', '2 parts', '?from', 'in', 'rel nofollow', 'rel tag']
    >>> sorted(set(names([Link("mailto:desk@ansel.test", "")], "ansel.test")))
    ['mailto:']
    >>> sorted(set(names([Link("https://facebook.test/sharer.php?u=1", "")], "ansel.test")))
    ['/sharer.php', '1 parts', '?u', 'facebook', 'out']
    """
    for link in links[:_MOST]:
        address = link.address[:_LONGEST].strip().lower()
        for word in link.relation.lower().split()[:4]:
            yield f"rel {word}"
        if address.startswith("#"):
            yield "#"
            yield from (f"# {word}" for word in _WORD.findall(address)[:3])
            continue
        scheme = _SCHEME.match(address)
        if scheme:
            yield f"{scheme[1]}:"
            continue
        host = host_of(address)
        rest = address.partition("//")[2].partition("/")[2] if host else address
        out = leaves(link, own)
        yield "out" if out else "in"
        if out:
            yield max(host.split(".")[:-1] or [host], key=len)
        path, _, query = rest.partition("#")[0].partition("?")
        parts = [part for part in path.split("/") if part]
        yield f"{min(len(parts), 6)} parts"
        yield from (_part(part) for part in parts[:_SEGMENTS])
        if parts and _is_slug(parts[-1]):
            yield "ends in a title"
        yield from (f"?{told.partition('=')[0]}" for told in query.split("&")[:3] if told)


def _is_slug(part: str) -> bool:
    return len(part) > _SLUG or part.count("-") + part.count("_") >= 3


def _part(part: str) -> str:
    if _is_slug(part):
        return "/title"
    return "/number" if part.isdigit() else f"/{part}"
