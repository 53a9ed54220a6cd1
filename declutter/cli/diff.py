"""`declutter diff`: the text, with what goes marked in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from declutter import storage
from declutter.cli import common, looking

if TYPE_CHECKING:
    from declutter.verdict import Verdict


@click.command("diff")
@common.input_options
@common.field_options
@common.cleaner_options
def command(files: tuple[str, ...], encoding: str, html: bool | None, field: str, url_field: str, **options: Any) -> int:
    """Print texts with their clutter marked: kept lines plain, removed lines red, with kind, score and reason.

    Removed lines begin with '-', spans inside a kept line stand in [-...-]; so it can be read without colours, too.  Colours are for
    terminals; NO_COLOR takes them away, FORCE_COLOR keeps them in a pipe (to 'less -R').
    """
    cleaner = common.make_cleaner(**options)
    failures = common.Failures()
    paint = common.painter()
    found = looking.told(cleaner, failures, files, encoding=encoding, html=html, field=field, url_field=url_field)
    for number, (article, several) in enumerate(found):
        removed = sum(not verdict.keep for verdict in article.verdicts)
        heading = f"{storage.shown(article.name)}: {removed} of {len(article.verdicts)} lines go"
        if several:
            _print("\n" * bool(number) + paint(f"== {common.plain(heading)}", bold=True))
        for line in _lines(article.text, article.verdicts, paint):
            _print(line)
    return failures.exit_code


def _lines(text: str, verdicts: Sequence[Verdict], paint: Any) -> Iterator[str]:
    from declutter.document import BREAK  # numpy, which `declutter --help` has no need of

    at = 0
    for verdict in verdicts:
        yield from [""] * (len(BREAK.findall(text[at : verdict.start])) - (at > 0))
        at = verdict.end
        if verdict.keep:
            yield f"  {_marked(verdict, paint)}"
        else:
            yield paint(f"- {common.plain(verdict.text)}", fg="red") + paint(f"  ({_why(verdict)})", fg="red", dim=True)


def _marked(verdict: Verdict, paint: Any) -> str:
    parts, at = [], verdict.start
    for span in verdict.spans:
        taken = common.plain(verdict.text[span.start - verdict.start : span.end - verdict.start])
        parts += [common.plain(verdict.text[at - verdict.start : span.start - verdict.start]), paint(f"[-{taken}-]", fg="red"),
                  paint(f"({_why(span)})", fg="red", dim=True)]  # fmt: skip
        at = span.end
    return "".join(parts) + common.plain(verdict.text[at - verdict.start :])


def _why(judged: Any) -> str:
    plain = f"reads like {judged.kind}"
    return f"{judged.kind} {judged.score:.2f}" + ("" if judged.reason.startswith(plain) else f", {judged.reason}")


def _print(line: str) -> None:
    click.echo(line.encode("utf-8", "replace"))
