"""The button 'retrain': a model from the samples and what was answered so far, trained beside the page."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from declutter import fit, model, retrain
from declutter.samples import SampleError


class Training:
    """Trains on the labelled articles of `paths` into the model file `output`, one run at a time, and compares with `before`."""

    def __init__(self, paths: Sequence[Path], output: Path, before: model.Model, *, jobs: int = 1) -> None:
        self._paths, self._output, self._before, self._jobs = list(paths), output, before, jobs
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {"state": "idle"}

    def start(self) -> None:
        """Begin, if it is not under way."""
        with self._lock:
            if self._state["state"] == "running":
                return
            self._state = {"state": "running", "done": 0, "of": len(fit.STEPS)}
        # a daemon: who ends the review does not wait for a model; the file appears whole or not at all
        threading.Thread(target=self._run, daemon=True).start()

    def view(self) -> dict[str, Any]:
        """The state (idle, running, failed, done), how far it is, and at the end the comparison, shares that do not exist as None."""
        return dict(self._state)

    def _run(self) -> None:
        try:
            compared = self._train()
        except (SampleError, ValueError) as error:
            self._state = {"state": "failed", "told": str(error)}
        except OSError as error:
            self._state = {"state": "failed", "told": f"{error.filename or self._output}: {error.strerror}"}
        except Exception as error:  # whatever happens in the thread is to be seen on the page
            self._state = {"state": "failed", "told": f"training failed: {error!r}"}
        else:
            rows = [_plain(asdict(one)) for one in compared]
            self._state = {"state": "done", "model": str(self._output), "rows": rows}

    def _train(self) -> list[retrain.Comparison]:
        sources = retrain.read(self._paths)
        articles = [article for source in sources for article in source.articles]
        trained = fit.train(
            articles,
            corpora=retrain.corpora(sources),
            jobs=self._jobs,
            progress=lambda _step: self._state.update(done=self._state["done"] + 1),
        )
        model.save(trained.model, self._output)
        return retrain.compare(self._before, trained, sources)


def _plain(value: Any) -> Any:
    """A comparison as JSON has it, which knows no NaN."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value
