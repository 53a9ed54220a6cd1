"""Labels by aligning a scraper's text with the page's reference body: right about nine times in ten, but many.

A line is 1 where the reference holds it, 0 where it does not, -1 where nothing firm can be said: the title (references hold no
headline), short lines that stand somewhere inside a reference paragraph, lines half of which are in the reference.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Sequence

# an ideograph, kana, Thai or Hangul syllable is a token by itself: those scripts have no or few spaces
_TOKEN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_RUN = 3  # tokens of a shingle
SHORT = 5  # tokens below which a line must equal a whole paragraph


def tokens(text: str) -> list[str]:
    """The words of a text in lower case.

    >>> tokens("Déjà vu: 日本")
    ['déjà', 'vu', '日', '本']
    """
    return _TOKEN.findall(text.lower())


def align(lines: Sequence[str], gold: Sequence[str], title: str | None) -> list[int]:
    """1, 0 or -1 for each line; each stretch of the reference is used up by the first line that holds it.

    >>> align(["Share", "The bridge opened at dawn on Monday.", "At dawn"], ["The bridge opened at dawn on Monday."], None)
    [0, 1, -1]
    """
    body = tokens(" ".join(gold))
    left = collections.Counter(tuple(body[i : i + _RUN]) for i in range(max(0, len(body) - _RUN + 1)))
    whole = collections.Counter(" ".join(tokens(paragraph)) for paragraph in gold)
    flat = f" {' '.join(body)} "
    name = " ".join(tokens(title or ""))
    labels = []
    for line in lines:
        words = tokens(line)
        told = " ".join(words)
        if not words:
            labels.append(0 if line.strip() else -1)
        elif name and (told == name or (len(words) >= SHORT and told in name) or (len(name) > 20 and name in told)):
            labels.append(1 if whole[told] > 0 else -1)
        elif whole[told] > 0:
            whole[told] -= 1
            labels.append(1)
            left.subtract(tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))
        elif len(words) < SHORT:
            labels.append(-1 if f" {told} " in flat else 0)
        else:
            runs = [tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)]
            share = sum(left[run] > 0 for run in runs) / len(runs)
            labels.append(1 if share >= 0.7 else 0 if share <= 0.3 else -1)
            if share >= 0.7:
                left.subtract(runs)
    return labels
