"""`declutter clean`: texts in, the same texts without their clutter out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from declutter.cli import common

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner


@click.command("clean")
@common.input_options
@common.cleaner_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file for one input, a folder for several.")
@click.option("--check", is_flag=True, help="Write nothing; end with 3 if there is clutter in any input, and name it.")
def command(files: tuple[str, ...], encoding: str, html: bool | None, output: Path | None, check: bool, **options: Any) -> int:
    """Print texts without their clutter.

    Standard input is read where no file is named, or for '-'.  Several texts come out one after the other.
    """
    cleaner = common.make_cleaner(**options)
    failures = common.Failures()
    folder = output if output is not None and (len(files) > 1 or output.is_dir()) else None
    if folder is not None:
        _need_folder(folder, files)
    cluttered = 0
    for given in common.inputs(files, encoding, html, failures):
        cleaned = _cleaned(cleaner, given)
        if check:
            cluttered += _is_cluttered(given, cleaned)
            continue
        text = "\ufeff" * given.bom + cleaned
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError as error:
            failures.tell(given.shown, f"cannot be written as {encoding}: {error.reason} at character {error.start}")
            continue
        if output is None:
            common.write_stdout(text, encoding)
        else:
            path = output if folder is None else folder / _name(given)
            try:
                common.write_whole(path, data)
            except OSError as error:
                failures.tell(str(path), f"cannot be written: {error.strerror or error}")
    return failures.exit_code or (3 if cluttered else 0)


def _cleaned(cleaner: Cleaner, given: common.Input) -> str:
    if given.page is None:
        return next(cleaner.clean_many([(given.text, given.site)]))
    article = cleaner.read_html(given.page, url=given.site)
    if article.note:
        click.echo(f"declutter: {given.shown}: {article.note}", err=True)
    return article.text + "\n" * bool(article.text and not article.text.endswith("\n"))


def _is_cluttered(given: common.Input, cleaned: str) -> bool:
    if given.page is not None or cleaned != given.text:
        click.echo(f"declutter: {given.shown}: holds clutter", err=True)
        return True
    return False


def _need_folder(folder: Path, files: tuple[str, ...]) -> None:
    names = [Path(name).name for name in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise common.OneLine(f"{twice[0]} is the name of several inputs; their outputs in {folder} would overwrite each other", 2)
    if folder.exists() and not folder.is_dir():
        raise common.OneLine(f"{folder} is a file; -o takes a folder for several inputs", 2)
    folder.mkdir(parents=True, exist_ok=True)


def _name(given: common.Input) -> str:
    if given.name == common.STDIN:
        return "stdin.txt"
    return Path(given.name).name if given.page is None else f"{Path(given.name).stem}.txt"
