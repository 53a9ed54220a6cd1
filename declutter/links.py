"""Where the links of a page lead, as words: a teaser leads to a story of the site, a share bar out of it, a tag to a list."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

_LONGEST, _LONGEST_RELATION = 300, 100  # characters of an address, and of a relation, that are looked at
_SEGMENTS = 3  # parts of a path that are named
_SLUG = 24  # characters of a part of a path from which on it tells a title, as one with three hyphens does
_JOINTS = 3  # hyphens of such a part
_MANY = 6  # parts of a path from which on they are not counted
_AFTER_HOST = re.compile(r"[/?#:]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,15}):(?!//)")
_WORD = re.compile(r"[a-z]{2,}")


class Link(NamedTuple):
    """A link as the page has it: where it leads, and its relation."""

    address: str
    relation: str

    @classmethod
    def of(cls, address: str | None, relation: str | None) -> Link:
        """The beginnings of two attributes: an address can be a whole picture, and is remembered."""
        return cls((address or "")[:_LONGEST], (relation or "")[:_LONGEST_RELATION])


class Told(NamedTuple):
    """What the address of a link tells: words, whether it leads out of the site, and whether a part of it is as long as a title, as those
    of stories are.
    """

    names: tuple[str, ...]
    leaves: bool = False
    titled: bool = False


def host_of(address: str) -> str:
    """The host that an absolute address names, without `www.`; nothing for others.

    >>> host_of("https://www.ansel.test:443/a?b"), host_of("//ansel.test"), host_of("/a/b")
    ('ansel.test', 'ansel.test', '')
    """
    before, slashes, rest = address[:_LONGEST].strip().lower().partition("//")
    if not slashes or before not in ("", "http:", "https:"):
        return ""
    return _AFTER_HOST.split(rest, maxsplit=1)[0].rpartition("@")[2].removeprefix("www.")


def own_host(named: str, links: Iterable[Link]) -> str:
    """The host of a page: the one that it names, or the one that most of its links name."""
    if named:
        return named
    hosts = Counter(host for link in links if (host := host_of(link.address)))
    return hosts.most_common(1)[0][0] if hosts else ""


@functools.lru_cache(maxsize=8192)
def told(link: Link, own: str) -> Told:
    """What a link of a page of the host `own` tells.

    >>> sorted(told(Link("https://www.ansel.test/tag/ferries?from=story", "tag nofollow"), "ansel.test").names)
    ['/ferries', '/tag', '2 parts', '?from', 'in', 'rel nofollow', 'rel tag']
    >>> told(Link("https://facebook.test/sharer.php?u=1", ""), "ansel.test")
    Told(names=('out', 'facebook', '1 parts', '/sharer.php', '?u'), leaves=True, titled=False)
    >>> told(Link("mailto:desk@ansel.test", ""), "ansel.test").names
    ('mailto:',)
    """
    address = link.address.strip().lower()
    names = [f"rel {word}" for word in link.relation.lower().split()[:4]]
    if address.startswith("#"):
        return Told((*names, "#", *(f"# {word}" for word in _WORD.findall(address)[:3])))
    scheme = None if address.startswith("/") else _SCHEME.match(address)
    if scheme:
        parts = address.partition("?")[0].partition("#")[0].split("/")  # a long one of mail counts as a title: so it was learned
        return Told((*names, f"{scheme[1]}:"), False, any(map(_is_slug, parts)))
    host = host_of(address)
    out = bool(host) and not (f".{host}".endswith(f".{own}") or f".{own}".endswith(f".{host}"))
    names.append("out" if out else "in")
    if out:
        names.append(max(host.split(".")[:-1] or [host], key=len))
    rest = address.partition("//")[2].partition("/")[2] if host else address
    path, _, query = rest.partition("#")[0].partition("?")
    parts = [part for part in path.split("/") if part]
    slugs = [_is_slug(part) for part in parts]
    names.append(f"{min(len(parts), _MANY)} parts")
    for part, slug in zip(parts[:_SEGMENTS], slugs, strict=False):
        names.append("/title" if slug else "/number" if part.isdigit() else f"/{part}")
    if slugs and slugs[-1]:
        names.append("ends in a title")
    if query:
        names += [f"?{pair.partition('=')[0]}" for pair in query.split("&")[:3] if pair]
    return Told(tuple(names), out, any(slugs))


def _is_slug(part: str) -> bool:
    return len(part) > _SLUG or part.count("-") + part.count("_") >= _JOINTS
