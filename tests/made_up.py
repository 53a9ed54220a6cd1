"""Labelled articles made up for the tests of training: a few words, drawn with a seed."""

import dataclasses

import numpy as np

from declutter.lessons import Article
from declutter.samples import LabelledLine, Sample

SITES = [f"paper{number}.test" for number in range(16)]
WHO = ["The bakers of Wick", "Two divers", "The mayor of Harrow", "A choir from Elm Bay", "Farmers along the canal", "The night ferry"]
DID = ["walked out into the rain", "came home at dawn", "sold the old mill", "rebuilt the sea wall", "lost the vote", "found the lost bell"]
WHY = ["after a long winter", "for the third time in a year", "although nobody had asked them to", "before the council could meet"]
PLEAS = [
    "Support our newsroom with a gift of any size today",
    "Give what you can so that we can go on reporting",
    "Donate now to keep us free",
]
SHARES = ["Share on Facebook", "Share this by e-mail", "Print", "Copy link", "Follow us"]


def sentence(rng):
    return (
        f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHY)}, {rng.integers(2, 90)} people said on {rng.choice(['Monday', 'Friday'])}."
    )


def sample(rng, site):
    """A labelled article of a made-up site; one of its sentences has clutter glued to it."""
    lines = [("headline", f"{rng.choice(WHO)} {rng.choice(DID)}"), ("byline", f"By {rng.choice(['Runa Holt', 'Jon Lind', 'Ada Berg'])}")]
    for _ in range(int(rng.integers(4, 8))):
        lines.append(("body", f"{sentence(rng)} {sentence(rng)}"))
        if rng.random() < 0.5:
            lines.append(("share", str(rng.choice(SHARES))))
    lines.append(("donation", f"{rng.choice(PLEAS)} at {site}."))
    lines.append(("related", f"Read more: {rng.choice(WHO)} {rng.choice(DID)}"))
    labelled = [LabelledLine(kind, text) for kind, text in lines]
    whole, extra = sentence(rng), " ADVERTISEMENT Continue reading"
    labelled.insert(4, LabelledLine("body", whole + extra, spans=((len(whole), len(whole + extra), "ad"),)))
    return Sample(site, "en", "made up by the test", tuple(labelled))


def synthetic(seed=0):
    rng = np.random.default_rng(seed)
    return [sample(rng, site) for site in SITES for _ in range(2)]


def articles(seed=0):
    return [Article.of(each) for each in synthetic(seed)]


def turned(data):
    """The same articles with other labels in fold 1."""
    there = data.fold == 1
    assert 0 < there.sum() < len(there)
    return dataclasses.replace(data, allowed=np.where(there[:, None], np.roll(data.allowed, 5, axis=1), data.allowed))
