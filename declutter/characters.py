"""What sort of character each code point is: letters, digits and marks of any script, told apart by tables.

One byte a code point: its class in the lower half, in the upper half which of a few telling characters it is, if any.  A lone surrogate
or an unassigned code point is OTHER.
"""

from __future__ import annotations

import collections
import functools
import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Any: numpy widens and narrows its number types too freely for narrower ones to be of use
Array = NDArray[Any]

# Classes of code points.  Up to MARK they make words.
LOWER, UPPER, CASELESS, DIGIT, MARK, IDEOGRAPH, SPACE, STOP, QUOTE, BRACKET, DASH, BAR, COMMA, COLON, SIGN, OTHER = range(16)

TELLING = "@#_%$©=+&{[<"  # characters that are counted one by one; a closing bracket counts as its opening one
_ALIKE = {"}": "{", "]": "[", ">": "<"}
_FIRST_TELLING, _LF, _CR = 16, 16 * (len(TELLING) + 1), 16 * (len(TELLING) + 2)

_LAST_SPACE = 0x3000
_SIZE = 0x20000  # the two planes that hold letters in use; ideographs beyond are known by their plane
_BY_CATEGORY = collections.defaultdict(
    lambda: OTHER,
    {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Lm": CASELESS, "Lo": CASELESS, "Nl": CASELESS, "Nd": DIGIT, "Mn": MARK, "Mc": MARK,
     "Pi": QUOTE, "Pf": QUOTE, "Ps": BRACKET, "Pe": BRACKET, "Pd": DASH, "Sc": SIGN, "So": SIGN, "Sm": SIGN, "Sk": SIGN},
)  # fmt: skip
_IDEOGRAPHS = (range(0x3040, 0x3100), range(0x31F0, 0x3200), range(0x3400, 0xA000), range(0xF900, 0xFB00))  # and kana
_BY_MARK = {
    STOP: ".!?…。．！？｡؟۔।॥։።",
    BAR: "|/\\·•‣▪●■►▶»›>→*¦│▲▼◆○★",
    COMMA: ",;،؛，；、､",
    COLON: ":：",
    QUOTE: "\"'",
}


@functools.cache
def _sorts() -> tuple[Array, bytes]:
    """The sort of each code point of the first two planes, and those of the first 256 for `bytes.translate`."""
    categories = map(unicodedata.category, map(chr, range(_SIZE)))
    sorts = np.fromiter(map(_BY_CATEGORY.__getitem__, categories), dtype=np.uint8, count=_SIZE)
    for codes in _IDEOGRAPHS:
        here = sorts[codes.start : codes.stop]
        here[here == CASELESS] = IDEOGRAPH
    sorts[[code for code in range(_LAST_SPACE + 1) if chr(code).isspace()]] = SPACE
    for found, marks in _BY_MARK.items():
        sorts[[ord(mark) for mark in marks]] = found
    for slot, char in enumerate(TELLING):
        sorts[[ord(char), *(ord(other) for other, same in _ALIKE.items() if same == char)]] |= _FIRST_TELLING + 16 * slot
    sorts[ord("\n")] |= _LF
    sorts[ord("\r")] |= _CR
    return sorts, sorts[:256].tobytes()


@functools.cache
def lower_case() -> Array:
    """The lower case of each code point of the first two planes, every digit as 0; beyond them there is none."""
    classes = _sorts()[0] & 15
    lower = np.arange(_SIZE, dtype=np.uint32)
    for code in np.flatnonzero(classes == UPPER).tolist():
        lower[code] = ord(chr(code).lower()[0])
    lower[classes == DIGIT] = ord("0")
    return lower


def sorts_of(chars: Array) -> Array:
    """The sort of each code point (uint32); `classes`, `telling` and the others read it."""
    table, first = _sorts()
    sorts: Array = np.frombuffer(bytearray(chars.astype(np.uint8).tobytes()).translate(first), dtype=np.uint8)
    wide = np.flatnonzero(chars > 255)
    if len(wide):
        codes = chars[wide]
        sorts[wide] = table.take(codes, mode="clip")
        beyond = codes >= _SIZE
        sorts[wide[beyond]] = np.where(codes[beyond] < 0x40000, IDEOGRAPH, OTHER)
    return sorts


def classes(sorts: Array) -> Array:
    """The class of each code point."""
    return sorts & 15


def telling(sorts: Array) -> Array:
    """Which code points are one of `TELLING`, or count as one."""
    found: Array = (sorts >= _FIRST_TELLING) & (sorts < _LF)
    return found


def which_telling(sorts: Array) -> Array:
    """For code points that `telling` tells: the position in `TELLING`."""
    return (sorts >> 4) - 1


def feeds(sorts: Array) -> Array:
    r"""Which code points are `\n`."""
    found: Array = sorts == _LF | SPACE
    return found


def returns(sorts: Array) -> Array:
    r"""Which code points are `\r`."""
    found: Array = sorts == _CR | SPACE
    return found
