"""`declutter train`: labelled articles in, a model file out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from declutter import samples
from declutter.cli import common


@click.command("train")
@click.argument("paths", nargs=-1, required=True, metavar="SAMPLES...", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The model file to write.")
@common.jobs_option("Processes; -1 is one for each core.", default=2)
@click.option("--seed", default=0, show_default=True)
def command(paths: tuple[Path, ...], output: Path, jobs: int, seed: int) -> int:
    """Train a model from labelled articles (files, or folders of .tsv files) alone, and compare it with the shipped one.

    Use it with --model, or Cleaner(model=...).  The format of the files is that of samples/README.md.
    """
    from click.termui import progressbar

    from declutter import fit, model, retrain

    common.writable(output, samples.find(list(paths)))
    try:
        sources = retrain.read(paths)
        articles = [article for source in sources for article in source.articles]
        if not articles:
            raise common.OneLine(f"{', '.join(map(str, paths))}: no .tsv file in it", 2)
        with progressbar(length=len(fit.STEPS), label=f"{len(articles)} articles", file=sys.stderr) as bar:
            trained = fit.train(
                articles,
                corpora=retrain.corpora(sources),
                seed=seed,
                jobs=jobs,
                progress=lambda _step: bar.update(1),
            )
        model.save(trained.model, output)
    except samples.SampleError as error:
        raise common.OneLine(str(error), 2) from None
    except OSError as error:
        raise common.OneLine(f"{error.filename or output}: {error.strerror}", 2) from None
    except ValueError as error:
        raise common.OneLine(str(error), 2) from None
    scores = trained.model.card["scores"]["lines"]
    click.echo(
        f"{output}: {output.stat().st_size / 1e6:.1f} MB from {len(articles)} articles, {scores['lines']} labelled lines; out of fold: "
        f"keep/drop {scores['keep_drop']:.3f}, body recall {scores['body_recall']:.3f}, clutter recall {scores['clutter_recall']:.3f}",
        err=True,
    )
    # the shipped model, before; each line by the model that never saw its site, after
    click.echo(retrain.table(retrain.compare(model.shipped(), trained, sources)), err=True)
    return 0
