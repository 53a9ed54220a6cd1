"""`declutter model`: the card of a model."""

from __future__ import annotations

import json
from pathlib import Path

import click

from declutter.cli import common
from declutter.kinds import DEFINITIONS, KEPT


@click.command("model")
@click.option("--model", "path", type=click.Path(path_type=Path), help="A model file in place of the shipped one.")
@click.option("--kinds", is_flag=True, help="List the kinds, what they are, and which are kept.")
def command(path: Path | None, kinds: bool) -> int:
    """Print the card of the model: what it was made from and with, and its scores (JSON)."""
    if kinds:
        for kind, definition in DEFINITIONS.items():
            click.echo(f"{kind:14}  {'keep' if kind in KEPT else 'drop'}  {definition}")
        return 0
    from declutter import model

    try:
        card = (model.shipped() if path is None else model.load(path)).card
    except model.ModelError as error:
        raise common.OneLine(str(error), 2) from None
    click.echo(json.dumps(card, indent=2, ensure_ascii=False))
    return 0
