"""How much a `Cleaner` takes in one text or page, for callers who clean what strangers send.

Time and memory grow with the length of a text and, more, with its lines (`python -m training hostile` measures both), so a limit on each
bounds what one input can cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from declutter.document import Lines


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes (of a `str`, as UTF-8) and the most non-blank lines of one input; None is no limit.

    Raises ValueError for a limit below 1.

    >>> Limits(max_bytes=8).check_size("Tide turns")
    Traceback (most recent call last):
    ...
    ValueError: the input that begins 'Tide turns' has more than 8 bytes, which is this cleaner's max_bytes
    """

    max_bytes: int | None = None
    max_lines: int | None = None

    def __post_init__(self) -> None:
        for name, most in (("max_bytes", self.max_bytes), ("max_lines", self.max_lines)):
            if most is not None and (not isinstance(most, int) or most < 1):
                raise ValueError(f"{name} is {most!r}, but it is a number from 1 on, or None for no limit")

    def may_refuse(self, text: str) -> bool:
        """Whether the text may be beyond a limit: blank lines count here, and `\\r\\n` counts twice."""
        many = self.max_lines is not None and text.count("\n") + text.count("\r") >= self.max_lines
        return many or (self.max_bytes is not None and _longer(text, self.max_bytes))

    def check_size(self, text: str | bytes) -> None:
        """Raise ValueError, before anything else is done with it, where an input has too many bytes."""
        if self.max_bytes is not None and _longer(text, self.max_bytes):
            raise ValueError(f"{_named(text)} has more than {self.max_bytes} bytes, which is this cleaner's max_bytes")

    def check_lines(self, texts: Sequence[str], lines: Lines) -> None:
        """Raise ValueError where one of the texts has too many lines."""
        counts = np.diff(lines.bounds)
        if self.max_lines is not None and counts.max(initial=0) > self.max_lines:
            most = int(counts.argmax())
            raise ValueError(f"{_named(texts[most])} has {counts[most]} lines; this cleaner's max_lines is {self.max_lines}")


def _longer(text: str | bytes, most: int) -> bool:
    if isinstance(text, bytes) or len(text) > most:
        return len(text) > most
    return len(text) * 4 > most and len(text.encode("utf-8", "surrogatepass")) > most


def _named(text: str | bytes) -> str:
    return f"the input that begins {text[:40]!r}"
