"""What went into a run and what went: counted by kind, by site, and by document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from declutter.addresses import site_of

_NAMED = 1000  # documents that a tally names; it counts them all


@dataclass(slots=True)
class Tally:
    """What went in and what went: of a shard, or of a run."""

    documents: int = 0
    characters: int = 0
    removed: int = 0
    changed: int = 0
    failed: int = 0
    kinds: dict[str, list[int]] = field(default_factory=dict)  # lines and characters that went
    sites: dict[str, list[int]] = field(default_factory=dict)  # documents, characters, characters that went
    halved: int = 0
    more_than_half: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another one in."""
        for name in ("documents", "characters", "removed", "changed", "failed", "halved"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, more in ((self.kinds, other.kinds), (self.sites, other.sites)):
            for key, counts in more.items():
                mine[key] = _sum(mine.get(key, ()), counts)
        self.more_than_half += other.more_than_half[: max(0, _NAMED - len(self.more_than_half))]

    @property
    def share(self) -> float:
        """The share of the characters that went."""
        return self.removed / self.characters if self.characters else 0.0

    def count(self, name: str, url: str | None, before: int, after: int, kinds: dict[str, tuple[int, int]], *, changed: bool) -> None:
        """Count a document: its characters before and after, and by kind the lines and characters that went."""
        gone = max(0, before - after)
        self.documents += 1
        self.characters += before
        self.removed += gone
        self.changed += changed
        for kind, counts in kinds.items():
            self.kinds[kind] = _sum(self.kinds.get(kind, ()), counts)
        site = site_of(url or "")
        if site:
            self.sites[site] = _sum(self.sites.get(site, ()), (1, before, gone))
        if 2 * after < before:
            self.halved += 1
            self.more_than_half.append(name)


def _sum(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)] if one else list(other)
