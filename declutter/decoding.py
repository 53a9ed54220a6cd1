"""The bytes of a page as text, the way browsers read them, and bytes that are no page told apart.

UTF-8 wherever the bytes are UTF-8, whatever they declare, because saved pages are re-encoded more often than re-labelled; a page cut
off in the middle of a character, or with a few damaged ones, is still UTF-8.  Otherwise what the page declares, and otherwise what its
bytes look like.  The labels of ISO-8859-1 and ASCII mean windows-1252, as the WHATWG has it (https://encoding.spec.whatwg.org/).
"""

from __future__ import annotations

import re

_DAMAGED = 0.1  # of the characters beyond ASCII: more that are none, and the bytes are no UTF-8
_ENOUGH = 10_000  # bytes to tell an encoding by
_TOO_FEW = 16  # bytes beyond ASCII: the guess would be one of chance
_ASCII = bytes(range(128))
# what a page cannot be written in, though Python has a codec of that name: UTF-8 that is none, and what browsers refuse
_NO_CHARSETS = frozenset(["utf-8", "utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"])
# what pages without a declaration are written in; asked about these alone, the guess is right more often
_LIKELY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "iso8859_2", "koi8_r"]
_LIKELY += ["cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"]
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"\x1f\x8b": "gzip data, to be unpacked first",
    b"(\xb5\x2f\xfd": "zstandard data, to be unpacked first",
    b"BZh": "bzip2 data, to be unpacked first",
    b"\xfd7zXZ\0": "xz data, to be unpacked first",
    b"PK\x03\x04": "a ZIP archive or office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or sound",
    b"{\\rtf": "RTF",
}
_SHIFT = b"\x1b$"  # to the characters of another set, in Japanese, Korean and Chinese mail and pages
_TAG = re.compile(r"<[a-zA-Z!?/]")


def other_format(html: str | bytes) -> str | None:
    """What the input is where it is no page: another format by its first bytes, or text without a tag; None for a page.

    >>> other_format(b"%PDF-1.7 <</Type /Catalog>>"), other_format("a < b"), other_format("<p>a"), other_format(" ")
    ('a PDF', 'text without a tag', None, None)
    """
    if isinstance(html, bytes):
        return next((name for signature, name in _SIGNATURES.items() if html.startswith(signature)), None)
    return "text without a tag" if html.strip() and not _TAG.search(html) else None


def decoded(html: bytes) -> str:
    """A page's bytes as text; what cannot be read in its encoding becomes U+FFFD.

    >>> decoded("caf\u00e9".encode()), decoded("caf\u00e9 \u201cx\u201d".encode("windows-1252"))
    ('caf\u00e9', 'caf\u00e9 \u201cx\u201d')
    >>> decoded("caf\u00e9".encode()[:-1])
    'caf'
    """
    from w3lib.encoding import html_body_declared_encoding, read_bom

    marked, mark = read_bom(html)
    if marked is not None and mark is not None:
        return html[len(mark) :].decode(marked, "replace")
    declared = html_body_declared_encoding(html)
    if declared is not None and declared.startswith("iso2022") and _SHIFT in html:  # whose bytes are all ASCII
        return html.decode(declared, "replace")
    text = _cut_off(html).decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if damaged <= _DAMAGED * (len(text) - len(text.encode("ascii", "ignore"))):
        return text
    known = None if declared is None else decoded_as(html, declared, "replace")
    return html.decode(_looks_like(html), "replace") if known is None else known


def decoded_as(html: bytes, charset: str, errors: str = "strict") -> str | None:
    r"""A page's bytes by the name of an encoding that somebody else wrote; None where it is none of pages, or not that of these bytes.

    >>> decoded_as(b"caf\xe9", "cp1252"), decoded_as(b"caf\xe9", "undefined"), decoded_as(b"caf\xe9", "ascii"), decoded_as(b"a", "\0")
    ('café', None, None, None)
    """
    if charset.replace("_", "-") in _NO_CHARSETS:
        return None
    try:
        return html.decode(charset, errors)
    except (LookupError, ValueError):  # unknown, or one of Python's that make no text, such as "hex"; bytes of another; NUL in the name
        return None


def _cut_off(html: bytes) -> bytes:
    """Less the beginning of a UTF-8 character that the end of the page cut off."""
    for back in range(1, min(4, len(html) + 1)):
        byte = html[-back]
        if byte >= 0xC0:
            whole = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return html[:-back] if back < whole else html
        if byte < 0x80:
            break
    return html


def _looks_like(html: bytes) -> str:
    """The likeliest encoding by charset_normalizer's reading of the first lines that are not plain ASCII."""
    from charset_normalizer import from_bytes

    telling = b"\n".join(line for line in html.splitlines() if not line.isascii())
    if len(telling.translate(None, _ASCII)) < _TOO_FEW:
        return "cp1252"
    best = from_bytes(telling[:_ENOUGH], cp_isolation=_LIKELY).best()
    return best.encoding if best else "cp1252"
