"""`python -m training COMMAND`: what the shipped model is made of, how it is made, and how good it is."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.util
import sys
import time
from pathlib import Path

import click

from declutter import fit, model
from training import bench, build, compare, corpora, errors, fuzz, hostile, labels, pages, scrape, tell
from training import sites as sites_

MODEL = corpora.PROJECT / "declutter" / "data" / "model.npz"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Make and measure the shipped model (see training/README.md)."""


@main.command("scrape")
@click.option("-j", "--jobs", default=2, show_default=True)
def scrape_command(jobs: int) -> None:
    """Run the public scrapers over the pages of folds 1 to 4, into the cache."""
    from joblib import Parallel, delayed

    Parallel(n_jobs=jobs)(delayed(scrape.scrape_part)(part, jobs) for part in range(jobs))
    scrape.scrape_labelled(labels.read_with())


@main.command("tell")
@click.option("-j", "--jobs", default=2, show_default=True)
def tell_command(jobs: int) -> None:
    """Write what the shipped model's stage for pages says of lines that nobody labelled, for `model` to learn from."""
    counts = tell.write(jobs)
    click.echo(f"{tell.TOLD}: {counts.total()} lines, {dict(counts.most_common())}")


@main.command("model")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=MODEL, show_default="the package's")
@click.option("-j", "--jobs", default=2, show_default=True)
def model_command(output: Path, jobs: int) -> None:
    """Fit the shipped model from samples/, training/labels/ and the corpora."""
    begun = time.time()
    said = lambda step: click.echo(f"{datetime.timedelta(seconds=round(time.time() - begun))}  {step}", err=True)
    articles, beside = build.everything()
    said(f"{len(articles)} articles")
    trained = fit.train(articles, beside, corpora=build.sources(), jobs=jobs, progress=said)
    learned, figures = pages.fit_pages(trained.lines, jobs=jobs)
    said("pages")
    card = {**trained.model.card, "scores": {**trained.model.card["scores"], "pages": figures}}
    fitted = dataclasses.replace(trained.model, pages=learned, card=card)
    output.parent.mkdir(exist_ok=True)
    model.save(fitted, output)
    click.echo(f"{output}: {output.stat().st_size / 1e6:.1f} MB, {fitted.card['scores']}")


@main.command("errors")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("errors.html"), show_default=True)
@click.option("-n", "--most", default=500, show_default=True, help="Mistakes to show.")
@click.option("-j", "--jobs", default=2, show_default=True)
def errors_command(output: Path, most: int, jobs: int) -> None:
    """Write the worst mistakes of folds 1 to 4, predicted out of fold, as a page to read."""
    articles, beside = build.everything()
    fitted = fit.fit_lines(articles, beside, jobs=jobs)
    count = errors.write(output, articles, fitted.data, fitted.fitted, most)
    click.echo(f"{output}: {count} mistakes; it holds text of the corpora, so it does not belong into the project")


@main.command("compare")
def compare_command() -> None:
    """Print the table of the README: declutter beside its peers on the pages of fold 0."""
    click.echo(compare.table(compare.compare()))


@main.command("sites")
@click.option("--model", "path", type=click.Path(path_type=Path), help="In place of the shipped one, which has learned from the portals.")
def sites_command(path: Path | None) -> None:
    """Print what counts of a site's pages are worth: lines judged right without and with them."""
    click.echo(sites_.table(sites_.on_portals(path)))
    click.echo(sites_.table(sites_.on_made(path)))


@main.command("bench")
@click.option("-r", "--rounds", default=bench.ROUNDS, show_default=True, help="Rounds of every tool; the middle one counts.")
@click.option("--growth/--no-growth", default=True, show_default=True, help="Also from 1 to 100,000 documents, from 1 KB to 10 MB.")
def bench_command(rounds: int, growth: bool) -> None:
    """Print what cleaning costs beside its peers on the same texts, and how the cost grows."""
    given = bench.texts_of_pages()
    click.echo(bench.table(bench.costs(bench.tools(given), rounds), given))
    if growth:
        click.echo("\n" + bench.growth_table(bench.growth_in_documents(given), "documents of ten lines"))
        click.echo("\n" + bench.growth_table(bench.growth_in_size(given), "characters in one document"))


@main.command("hostile")
@click.option("--size", "sizes", type=int, multiple=True, default=(50_000, 200_000, 800_000), show_default=True, help="Characters.")
@click.option("--only", default="", metavar="TEXT", help="Inputs whose name holds this.")
def hostile_command(sizes: tuple[int, ...], only: str) -> None:
    """Print what inputs made to be dear cost a megabyte at growing sizes, each measured in a process of its own."""
    click.echo(hostile.head(sizes))
    for cost in hostile.costs([name for name in hostile.INPUTS if only in name], sizes):
        click.echo(hostile.row(cost))


@main.command("fuzz")
@click.argument("target", type=click.Choice([*fuzz.TARGETS]))
@click.option("--seconds", default=60, show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path(), help="Folder for inputs that break something.")
@click.option("--seed", default=0, help="The same inputs in the same order each time; by itself others each time.")
def fuzz_command(target: str, seconds: int, output: Path, seed: int) -> None:
    """Bend inputs until they reach new code, and stop at the first that breaks a law (extra `fuzz`: atheris)."""
    if importlib.util.find_spec("atheris") is None:
        raise click.ClickException("atheris is not installed: pip install 'declutter-news[fuzz]'")
    sys.exit(fuzz.start(target, seconds, output, seed))


if __name__ == "__main__":
    main()
