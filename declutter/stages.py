"""The two stages in their order, for many texts at once: what lines look like alone, then what they are among their neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from declutter import context, features, pieces
from declutter.document import Ints, Lines
from declutter.features import Columns, Floats
from declutter.model import Model
from declutter.words import Words, words_of


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines with their words, and the pieces of the lines: `begins` are the words that begin one."""

    lines: Lines
    words: Words
    begins: Ints
    piece_words: Words
    first_pieces: Ints

    @property
    def pieces(self) -> Lines:
        """The pieces as lines of texts that are the lines."""
        return pieces.as_lines(self.lines, self.words, self.begins)


def cut(lines: Lines) -> Cut:
    """Cut lines into words and pieces."""
    words = words_of(lines)
    begins = pieces.begins(lines, words)
    piece_words = words.regrouped(begins)
    return Cut(lines, words, begins, piece_words, np.searchsorted(begins, words.bounds[:-1]))


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the model thinks of each line: alone (lines, outputs), among its neighbours (lines, kinds), and of its staying.

    `keep` is the calibrated probability that the line belongs to the article; `alone_pieces` is (pieces, outputs).
    """

    alone: Floats
    alone_pieces: Floats
    kinds: Floats
    keep: Floats
    numbers: Columns


def opinions(model: Model, parts: Cut) -> Opinions:
    """Both stages over all lines."""
    alone, alone_pieces = model.look(*features.ngrams(parts.piece_words), parts.first_pieces)
    numbers = context.columns(parts.lines, parts.words, alone)
    kinds, keep = model.lines.predict(context.stacked(numbers))
    return Opinions(alone, alone_pieces, kinds, keep, numbers)
