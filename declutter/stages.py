"""The two stages in their order, for many texts at once: what lines look like alone, then what they are among their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from declutter import context, features, markup, pieces
from declutter.document import Array, Ints, Lines, running
from declutter.features import Columns, Floats
from declutter.markup import Page
from declutter.model import Model, Pages, bag, probabilities
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

    @property
    def count(self) -> Ints:
        """How many pieces each line has."""
        return np.diff(self.first_pieces, append=len(self.begins))

    @property
    def several(self) -> Array:
        """Which pieces are not the only one of their line."""
        return np.repeat(self.count > 1, self.count)


def cut(lines: Lines) -> Cut:
    """Cut lines into words and pieces."""
    words = words_of(lines)
    begins = pieces.begins(lines, words)
    piece_words = words.regrouped(begins)
    return Cut(lines, words, begins, piece_words, np.searchsorted(begins, words.bounds[:-1]))


def pieces_of(parts: Cut, lines: Ints) -> tuple[Ints, Lines, Words]:
    """The pieces of some lines (at least one): which they are, and they as lines of texts that are those lines, with their words."""
    pieces = parts.pieces
    every, bounds = _ranges(pieces.bounds[lines], pieces.bounds[lines + 1])
    at, word_bounds = _ranges(parts.begins[every], np.append(parts.begins, len(parts.words))[every + 1])
    starts, ends = pieces.starts[every], pieces.ends[every]
    text_of = np.repeat(np.arange(len(lines)), np.diff(bounds))
    offsets = np.append(parts.lines.starts[lines], len(pieces.chars))
    inner = Lines(pieces.chars, pieces.sorts, starts, ends, starts, ends, text_of, bounds, offsets, np.zeros_like(every))
    return every, inner, parts.words.some(at, np.repeat(np.arange(len(every)), np.diff(word_bounds)), word_bounds)


def _ranges(lows: Ints, highs: Ints) -> tuple[Ints, Ints]:
    """The numbers from each low to below its high, behind one another, and where those of each begin."""
    bounds = running(highs - lows)
    return np.arange(bounds[-1]) + np.repeat(lows - bounds[:-1], highs - lows), bounds


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


def opinions(model: Model, parts: Cut, pages: Sequence[Page] = ()) -> Opinions:
    """Both stages over all lines; with `pages`, the lines are theirs and the markup is asked, too."""
    # an only piece has the edges of its line
    ngrams, ends = features.ngrams(parts.piece_words), (features.edges(parts.words), features.edges(parts.piece_words, parts.several))
    alone, alone_pieces = model.look(*ngrams, parts.first_pieces, *ends)
    numbers = context.columns(parts.lines, parts.words, alone)
    if pages and model.pages is not None:
        opinion = _markup_opinion(model.pages, pages)
        columns = context.stacked(numbers | markup.numbers(pages, parts.lines, parts.words, numbers, alone, opinion))
        kinds, keep = model.pages.stage.predict(columns, alone, parts.lines.bounds)
    else:
        kinds, keep = model.lines.predict(context.stacked(numbers), alone, parts.lines.bounds)
    return Opinions(alone, alone_pieces, kinds, keep, numbers)


def _markup_opinion(learned: Pages, pages: Sequence[Page]) -> Floats:
    names, bounds = markup.markup_names(pages)
    return probabilities(bag(names, bounds, learned.weights), np.diff(bounds), learned.bias)
